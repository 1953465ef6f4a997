import { ConfigError, readConfig } from '../../src/config.ts';

/** What is wrong with an environment; nothing where it is accepted. */
export function mistakesOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}
