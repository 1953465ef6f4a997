import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { environmentVariables } from '../src/environment-variables.ts';

/** The text that `.env.example` must have. */
export function envExample(): string {
  const variables = Object.entries(environmentVariables).map(
    ([name, { value, help }]) => `# ${help}\n${name}=${value}\n`,
  );
  return `# Copy to .env and change what you need; the real environment wins. Empty means not set.\n\n${variables.join('\n')}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('../.env.example', import.meta.url), envExample());
}
