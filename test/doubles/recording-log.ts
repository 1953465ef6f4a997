import type { Log } from '../../src/platform/log.ts';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  context: Record<string, unknown>;
}

export interface RecordingLog extends Log {
  readonly lines: LogLine[];
}

/** A log that keeps what it is told. */
export function createRecordingLog(lines: LogLine[] = [], base: Record<string, unknown> = {}): RecordingLog {
  const write =
    (level: LogLine['level']) =>
    (message: string, context: Record<string, unknown> = {}): void => {
      lines.push({ level, message, context: { ...base, ...context } });
    };
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (context) => createRecordingLog(lines, { ...base, ...context }),
  };
}
