import type { Log } from '../../platform/log.ts';

/** What Baileys expects of a logger (`ILogger` in its `Utils/logger`). */
interface PinoShaped {
  level: string;
  child(context: Record<string, unknown>): PinoShaped;
  trace(context: unknown, message?: string): void;
  debug(context: unknown, message?: string): void;
  info(context: unknown, message?: string): void;
  warn(context: unknown, message?: string): void;
  error(context: unknown, message?: string): void;
}

/**
 * Passes on Baileys' sentences at debug level and nothing of their context, which holds stanzas, keys and texts. The
 * level says `info` so that Baileys does not render stanzas for levels that would be dropped.
 */
export function createBaileysLogger(log: Log): PinoShaped {
  const pass = (level: string) => (context: unknown, message?: string) => {
    const sentence = message ?? (typeof context === 'string' ? context : undefined);
    if (sentence !== undefined) log.debug('Baileys', { level, sentence: firstWords(sentence), code: codeOf(context) });
  };
  const logger: PinoShaped = {
    level: 'info',
    child: () => logger,
    trace: () => undefined,
    debug: () => undefined,
    info: pass('info'),
    warn: pass('warn'),
    error: pass('error'),
  };
  return logger;
}

/** Some of its sentences end in JSON or addresses. */
function firstWords(sentence: string): string {
  return sentence
    .replace(/[{["].*$/s, '')
    .replace(/\d{5,}/g, '…')
    .slice(0, 120);
}

function codeOf(context: unknown): number | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  const error: unknown = 'err' in context ? context.err : 'error' in context ? context.error : undefined;
  if (typeof error !== 'object' || error === null || !('output' in error)) return undefined;
  const output: unknown = error.output;
  if (typeof output !== 'object' || output === null || !('statusCode' in output)) return undefined;
  return typeof output.statusCode === 'number' ? output.statusCode : undefined;
}
