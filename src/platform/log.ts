/** Messages are static sentences; what varies goes into the context. Never a message's text, a key or a token. */
export interface Log {
  debug(message: string, context?: Record<string, unknown>): void;
  info(message: string, context?: Record<string, unknown>): void;
  warn(message: string, context?: Record<string, unknown>): void;
  error(message: string, context?: Record<string, unknown>): void;
  /** A log that adds `context` to each of its lines. */
  child(context: Record<string, unknown>): Log;
}
