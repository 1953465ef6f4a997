import { AsyncLocalStorage } from 'node:async_hooks';
import winston from 'winston';
import { redact, redactText } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Messages are static sentences; what differs stands in the context. Secrets are redacted, see `redact.ts`. */
export interface Log {
  debug(message: string, context?: Record<string, unknown>): void;
  info(message: string, context?: Record<string, unknown>): void;
  warn(message: string, context?: Record<string, unknown>): void;
  error(message: string, context?: Record<string, unknown>): void;
  /** A log whose lines all carry this context. */
  child(context: Record<string, unknown>): Log;
}

export interface LogOptions {
  level: LogLevel;
  /** One JSON object a line, for production; otherwise a line for people. */
  json: boolean;
  /** Standard output by default. */
  stream?: NodeJS.WritableStream;
}

const requests = new AsyncLocalStorage<string>();

/** Runs `work` so that every line logged inside it, also later and in callbacks, carries this request id. */
export function withRequestId<T>(requestId: string, work: () => T): T {
  return requests.run(requestId, work);
}

/** Runs `work` apart from the request it came from: for what outlives that request, such as a connection it started. */
export function withoutRequestId<T>(work: () => T): T {
  return requests.exit(work);
}

export function currentRequestId(): string | undefined {
  return requests.getStore();
}

const ownNames = new Set(['time', 'level', 'message', 'requestId']);

function asJson(level: string, message: string, context: Record<string, unknown>, requestId?: string): string {
  const others = Object.entries(context).map(([key, value]) => [ownNames.has(key) ? `context.${key}` : key, value]);
  return JSON.stringify({
    time: new Date().toISOString(),
    level,
    message,
    ...(requestId === undefined ? {} : { requestId }),
    ...(Object.fromEntries(others) as Record<string, unknown>),
  });
}

function asLine(level: string, message: string, context: Record<string, unknown>, requestId?: string): string {
  const pairs = Object.entries({ ...context, ...(requestId === undefined ? {} : { requestId }) });
  const shown = pairs.map(([key, value]) => {
    const plain = typeof value === 'string' && /^[\w.:/+@-]+$/.test(value);
    return ` ${key}=${plain ? value : JSON.stringify(value)}`;
  });
  const oneLine = message.replaceAll(/[\r\n]+/g, ' ');
  return `${new Date().toISOString().slice(11, 23)} ${level.toUpperCase().padEnd(5)} ${oneLine}${shown.join('')}`;
}

function formatted(json: boolean): winston.Logform.Format {
  return winston.format.printf((info) => {
    const context = redact((info['context'] ?? {}) as Record<string, unknown>);
    const requestId = info['requestId'] as string | undefined;
    return (json ? asJson : asLine)(info.level, redactText(String(info.message)), context, requestId);
  });
}

export function createLog(options: LogOptions): Log {
  const logger = winston.createLogger({
    level: options.level,
    format: formatted(options.json),
    transports: [
      options.stream ? new winston.transports.Stream({ stream: options.stream }) : new winston.transports.Console(),
    ],
  });

  function logWith(inherited: Record<string, unknown>): Log {
    // The context goes under one name: winston itself would let a `message` or `level` in it replace those of the line.
    const write = (level: LogLevel) => (message: string, context?: Record<string, unknown>) => {
      if (!logger.isLevelEnabled(level)) return;
      logger.log({ level, message, context: { ...inherited, ...context }, requestId: currentRequestId() });
    };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (context) => logWith({ ...inherited, ...context }),
    };
  }

  return logWith({});
}
