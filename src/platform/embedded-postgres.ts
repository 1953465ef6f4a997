import type { Clock } from './clock.ts';
import type { ConnectionSettings } from './database-connection.ts';
import { AppError, errorMessage } from './errors.ts';
import { lockFile, type FileLock } from './file-lock.ts';
import type { Service } from './lifecycle.ts';
import type { Log } from './log.ts';
import {
  clusterPaths,
  databaseUser,
  initialiseCluster,
  makeSocketFolder,
  readPassword,
  removeStalePidFile,
  serverSettings,
  signalPostmaster,
} from './postgres-cluster.ts';
import {
  claimPostgresFolder,
  locatePostgresFolder,
  type PostgresFolder,
  type PostgresLocation,
} from './postgres-folder.ts';
import { parsePostgresLogLine, runWatched, type PostgresLogLine, type WatchedProcess } from './postgres-process.ts';
import { backoffMs, type Random } from './retry.ts';

export interface EmbeddedPostgresOptions {
  /** `DATA_DIR`; the database is its folder `postgres`, or lies in `systemDirectory` (see `locatePostgresFolder`). */
  dataDirectory: string;
  clock: Clock;
  log: Log;
  systemDirectory?: string;
  /** Added to the server's own, for tests. */
  settings?: Readonly<Record<string, string>>;
  /** How long a start waits for the server; after a crash it may have much to recover. */
  readyLimitMs?: number;
  /** How long a server, ours or one left over, may take to end before it is made to. */
  endLimitMs?: number;
  random?: Random;
}

export interface EmbeddedPostgres extends Service {
  /** Where it listens; only once it has started. */
  connection(): ConnectionSettings;
}

const restartBackoff = { baseMs: 200, capMs: 10_000 };
const lockPollMs = 20;

interface Server {
  process: WatchedProcess;
  ready: Promise<void>;
}

function reportLine(log: Log, line: string): PostgresLogLine | undefined {
  const parsed = parsePostgresLogLine(line);
  if (parsed?.severity === 'PANIC') log.error('Postgres ended itself', { ...parsed });
  else if (parsed?.severity === 'FATAL' && !parsed.sqlstate.startsWith('57'))
    log.warn('Postgres refused', { ...parsed });
  else if (parsed) log.debug('Postgres said', { ...parsed });
  return parsed;
}

/** Starts the server; `ready` tells when it takes connections, and rejects with its last words when it ends before. */
function spawnServer(folder: PostgresFolder, settings: Record<string, string>, lock: FileLock, log: Log): Server {
  const parameters = ['-D', clusterPaths(folder.home).data];
  for (const [name, value] of Object.entries(settings)) parameters.push('-c', `${name}=${value}`);
  let announceReady: () => void = () => undefined;
  let lastWords = '';
  const announced = new Promise<void>((resolve) => {
    announceReady = resolve;
  });
  const process = runWatched({
    command: `${folder.program.folder}/bin/postgres`,
    parameters,
    cwd: folder.home,
    user: folder.user,
    lock,
    onLine: (line) => {
      const parsed = reportLine(log, line);
      if (parsed?.text === 'database system is ready to accept connections') announceReady();
      if (parsed?.severity !== 'LOG' && !line.startsWith('\t')) lastWords = parsed?.text ?? line;
    },
  });
  const ended = process.exited.then((code) => {
    throw new AppError('database.not_started', {
      detail: `The embedded database in ${folder.home} did not start: ${lastWords || `exit code ${String(code)}`}`,
    });
  });
  ended.catch(() => undefined);
  return { process, ready: Promise.race([announced, ended]) };
}

function connectionIn(home: string, socketFolder: string): ConnectionSettings {
  const port = Number(serverSettings(socketFolder)['port']);
  return { host: socketFolder, port, user: databaseUser, password: readPassword(home), database: 'postgres' };
}

/** Where the database of this folder listens while another process runs it. */
export async function connectionToRunning(
  options: Pick<EmbeddedPostgresOptions, 'dataDirectory' | 'systemDirectory' | 'log'>,
): Promise<ConnectionSettings> {
  const { home, user } = await locatePostgresFolder({ ...options, systemDirectory: systemDirectoryOf(options) });
  return connectionIn(home, await makeSocketFolder(home, user));
}

function systemDirectoryOf({
  systemDirectory = '/var/lib/switchboard',
}: Pick<EmbeddedPostgresOptions, 'systemDirectory'>) {
  return systemDirectory;
}

/** The database when there is no DATABASE_URL: a real PostgreSQL in DATA_DIR that lives and dies with this process. */
export function createEmbeddedPostgres(options: EmbeddedPostgresOptions): EmbeddedPostgres {
  const { clock, log, random = Math.random, endLimitMs = 10_000 } = options;
  const stopping = new AbortController();
  let folder: PostgresFolder | undefined;
  let connection: ConnectionSettings | undefined;
  let ownerLock: FileLock | undefined;
  let server: Server | undefined;
  let supervising: Promise<void> | undefined;
  let starting: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  function inUse(): AppError {
    return new AppError('database.folder_in_use', {
      detail: `The folder ${options.dataDirectory} is in use by another running Switchboard; stop that one, or give this one a DATA_DIR of its own.`,
    });
  }

  async function takeOwnership({ home, user }: PostgresLocation): Promise<void> {
    ownerLock = await lockFile(clusterPaths(home).ownerLock, user);
    if (!ownerLock) throw inUse();
  }

  /** Waits until no process of an earlier server is left. We own the folder, so what is left is on its way out. */
  async function lockServer({ home, user }: PostgresFolder): Promise<FileLock> {
    const begunMs = clock.monotonicMs();
    let signalled: 'nothing' | 'SIGINT' | 'SIGQUIT' = 'nothing';
    for (;;) {
      const lock = await lockFile(clusterPaths(home).serverLock, user);
      if (lock) return lock;
      const waitedMs = clock.monotonicMs() - begunMs;
      if (waitedMs > 2 * endLimitMs) throw inUse();
      const signal = waitedMs > endLimitMs ? 'SIGQUIT' : 'SIGINT';
      if (signal !== signalled) await signalPostmaster(home, signal);
      signalled = signal;
      await clock.sleep(lockPollMs, stopping.signal);
    }
  }

  async function startServer(of: PostgresFolder): Promise<Server> {
    const lock = await lockServer(of);
    try {
      await initialiseCluster(of, lock);
      await removeStalePidFile(of.home);
      const socketFolder = await makeSocketFolder(of.home, of.user);
      const settings = { ...serverSettings(socketFolder), ...options.settings };
      connection = { ...connectionIn(of.home, socketFolder), port: Number(settings['port']) };
      return spawnServer(of, settings, lock, log);
    } finally {
      await lock.release();
    }
  }

  async function endServer(of: PostgresFolder, { process }: Server): Promise<void> {
    process.end();
    const ended = new AbortController();
    const forced = clock.sleep(endLimitMs, ended.signal).then(
      () => signalPostmaster(of.home, 'SIGQUIT'),
      () => undefined,
    );
    await process.exited;
    ended.abort();
    await forced;
  }

  async function becomeReady(of: PostgresFolder): Promise<Server> {
    const begun = await startServer(of);
    server = begun;
    const late = new AbortController();
    const tooLate = clock.sleep(options.readyLimitMs ?? 120_000, late.signal).then(() => {
      throw new AppError('database.not_started', {
        detail: `The embedded database in ${of.home} did not become ready in time.`,
      });
    });
    try {
      await Promise.race([begun.ready, tooLate]);
      return begun;
    } catch (error) {
      await endServer(of, begun);
      throw error;
    } finally {
      late.abort();
      tooLate.catch(() => undefined);
    }
  }

  async function restart(of: PostgresFolder): Promise<Server> {
    for (let attempt = 0; ; attempt += 1) {
      await clock.sleep(backoffMs(attempt, restartBackoff, random), stopping.signal);
      try {
        return await becomeReady(of);
      } catch (error) {
        if (stopping.signal.aborted) throw error;
        log.error('Postgres could not be restarted, trying again', { error: errorMessage(error) });
      }
    }
  }

  async function supervise(of: PostgresFolder, first: Server): Promise<void> {
    for (let current = first; !stopping.signal.aborted; current = await restart(of)) {
      const exitCode = await current.process.exited;
      if (stopping.signal.aborted) return;
      log.error('Postgres ended unexpectedly and is being restarted', { exitCode });
    }
  }

  async function start(): Promise<void> {
    const { dataDirectory } = options;
    const location = await locatePostgresFolder({ dataDirectory, systemDirectory: systemDirectoryOf(options), log });
    await takeOwnership(location);
    try {
      folder = await claimPostgresFolder(location, log);
      const first = await becomeReady(folder);
      supervising = supervise(folder, first).catch(() => undefined);
    } catch (error) {
      await ownerLock?.release();
      ownerLock = undefined;
      throw error;
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await starting?.catch(() => undefined);
    if (folder && server) await endServer(folder, server);
    await supervising;
    if (folder && server) await endServer(folder, server);
    await ownerLock?.release();
  }

  return {
    name: 'embedded-postgres',
    connection: () => {
      if (!connection) throw new Error('The embedded database has not started');
      return connection;
    },
    start: () => (starting ??= start()),
    stop: () => (stopped ??= stop()),
  };
}
