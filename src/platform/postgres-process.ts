import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { FileLock } from './file-lock.ts';
import type { UnixUser } from './unix-users.ts';

/**
 * Runs a program that must not outlive us. Its standard input is a pipe from us: when that closes, because we stop or
 * were killed, the program gets SIGINT (for Postgres a fast shutdown): again and again, because it ignores the first ones
 * while it starts, and for 10 s at most, because an orphan that nobody reaps never goes. Then SIGQUIT. File 3 is the
 * lock, held until all have ended.
 */
const watchdog = `
exec 4<&0 </dev/null
trap '' INT TERM HUP
"$@" 4<&- &
program=$!
(
  cd /
  read -r _ <&4
  tries=0
  while [ $tries -lt 50 ] && kill -INT $program; do tries=$((tries + 1)); sleep 0.2; done
  kill -QUIT $program
) 3<&- 2>/dev/null &
watcher=$!
wait $program
code=$?
kill -KILL $watcher 2>/dev/null
exit $code
`;

export interface WatchedProcess {
  /** The exit code, or undefined where there is none. */
  readonly exited: Promise<number | undefined>;
  /** Asks for the end; `exited` tells when. */
  end(): void;
}

export interface WatchedProcessOptions {
  command: string;
  parameters: readonly string[];
  cwd: string;
  user: UnixUser | undefined;
  lock: FileLock;
  onLine(line: string): void;
}

/** Starts in a session of its own, so that Ctrl-C reaches us alone, and with none of our environment. */
export function runWatched(options: WatchedProcessOptions): WatchedProcess {
  const child = spawn('/bin/sh', ['-c', watchdog, 'sh', options.command, ...options.parameters], {
    cwd: options.cwd,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe', options.lock.fd],
    ...options.user,
  });
  const { stdin, stderr } = child;
  stdin?.on('error', () => undefined);
  if (stderr) createInterface({ input: stderr }).on('line', (line) => options.onLine(line));
  return {
    exited: new Promise((resolve) => {
      child.once('error', (error) => {
        options.onLine(error.message);
        resolve(undefined);
      });
      child.once('exit', (code) => {
        // Where only the watchdog was killed, this ends the program.
        stdin?.destroy();
        resolve(code ?? undefined);
      });
    }),
    end: () => stdin?.destroy(),
  };
}

export interface PostgresLogLine {
  severity: string;
  sqlstate: string;
  text: string;
}

/** With `log_line_prefix=%e|`. Undefined for continuation lines and what other programs say. */
export function parsePostgresLogLine(line: string): PostgresLogLine | undefined {
  const match = /^([0-9A-Z]{5})\|([A-Z]+\d?): {1,2}(.*)$/.exec(line);
  return match?.[1] && match[2] ? { sqlstate: match[1], severity: match[2], text: match[3] ?? '' } : undefined;
}
