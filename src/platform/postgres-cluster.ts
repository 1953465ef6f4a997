import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, mkdtemp, open, readFile, readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from './errors.ts';
import type { FileLock } from './file-lock.ts';
import type { PostgresFolder } from './postgres-folder.ts';
import { runWatched } from './postgres-process.ts';
import { giveTo, knownUserFor, type UnixUser } from './unix-users.ts';

/** The parts of a database folder. */
export const clusterPaths = (home: string) => ({
  data: join(home, 'data'),
  nursery: join(home, 'initdb'),
  password: join(home, 'password'),
  ownerLock: join(home, 'owner.lock'),
  serverLock: join(home, 'server.lock'),
  pidFile: join(home, 'data', 'postmaster.pid'),
});

export const databaseUser = 'switchboard';

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync();
  await folder.close();
}

async function writePrivateFile(path: string, text: string, user: UnixUser | undefined): Promise<void> {
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(text);
    if (user) await file.chown(user.uid, user.gid);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

export function readPassword(home: string): string {
  const path = clusterPaths(home).password;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('database.password_missing', {
      detail: `The database's password file ${path} cannot be read; restore it from the backup of the folder ${home}.`,
      cause,
    });
  }
}

/** initdb runs only as a user that /etc/passwd knows, which our own is not; the server itself does not mind. */
async function initdbUser({ user }: PostgresFolder): Promise<UnixUser | undefined> {
  if (!user) return undefined;
  const known = await knownUserFor(user);
  if (known) return known;
  throw new AppError('database.not_created', {
    detail: 'The embedded database cannot be created as root here, because /etc/passwd has no user nobody.',
  });
}

async function runInitdb(folder: PostgresFolder, user: UnixUser | undefined, lock: FileLock): Promise<void> {
  const { nursery } = clusterPaths(folder.home);
  const lines: string[] = [];
  const initdb = runWatched({
    command: join(folder.program.folder, 'bin', 'initdb'),
    parameters: [
      `--pgdata=${join(nursery, 'data')}`,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--auth=scram-sha-256',
      `--username=${databaseUser}`,
      `--pwfile=${join(nursery, 'password')}`,
      '--no-instructions',
    ],
    cwd: nursery,
    user,
    lock,
    onLine: (line) => lines.push(line),
  });
  const code = await initdb.exited;
  if (code === 0) return;
  throw new AppError('database.not_created', {
    detail: `The embedded database could not be created in ${folder.home}: ${lines.slice(-3).join(' ') || `initdb exited with ${String(code)}`}`,
  });
}

/** Makes an empty cluster unless there is one: beside its final place, then renamed, so that a kill leaves no half of it. */
export async function initialiseCluster(folder: PostgresFolder, lock: FileLock): Promise<void> {
  const { home, user, program } = folder;
  const paths = clusterPaths(home);
  await rm(paths.nursery, { recursive: true, force: true });
  if (await lstat(paths.data).catch(() => undefined)) {
    await chmod(home, 0o700);
    await checkVersion(paths.data, program.version);
    return;
  }
  const creator = await initdbUser(folder);
  await mkdir(paths.nursery, { mode: 0o700 });
  if (creator) await chown(paths.nursery, creator.uid, creator.gid);
  const password = randomBytes(24).toString('base64url');
  await writePrivateFile(join(paths.nursery, 'password'), password, creator);
  // Another user than the folder's own must pass through it.
  if (creator?.uid !== user?.uid) await chmod(home, 0o711);
  await runInitdb(folder, creator, lock);
  await chmod(home, 0o700);
  if (user) await giveTo(user, paths.nursery);
  await writePrivateFile(paths.password, password, user);
  await rename(join(paths.nursery, 'data'), paths.data);
  await syncFolder(home);
  await rm(paths.nursery, { recursive: true });
}

async function checkVersion(data: string, programVersion: string): Promise<void> {
  const cluster = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  const program = programVersion.split('.')[0] ?? '';
  if (cluster === program) return;
  throw new AppError('database.other_version', {
    detail: `The database in ${data} was written by PostgreSQL ${cluster} and this is PostgreSQL ${program}; export it with the Switchboard that wrote it.`,
  });
}

async function postmasterPid(home: string): Promise<number | undefined> {
  const text = await readFile(clusterPaths(home).pidFile, 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
}

/** A postmaster's working directory is its data directory; where /proc is missing we go by the pid file alone. */
async function isPostmasterOf(home: string, pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  if (process.platform !== 'linux') return true;
  return readlink(`/proc/${String(pid)}/cwd`).then(
    (cwd) => cwd === clusterPaths(home).data,
    () => false,
  );
}

/** Asks a postmaster that is left over on this folder to end. */
export async function signalPostmaster(home: string, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  const pid = await postmasterPid(home);
  if (pid === undefined || !(await isPostmasterOf(home, pid))) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

/** After a kill, its pid may meanwhile belong to another program, at which Postgres would refuse to start. */
export async function removeStalePidFile(home: string): Promise<void> {
  const pid = await postmasterPid(home);
  if (pid !== undefined && (await isPostmasterOf(home, pid))) return;
  await rm(clusterPaths(home).pidFile, { force: true });
}

/** A socket's path may have 107 bytes (103 on macOS), of which `/.s.PGSQL.65535` takes 15. */
const longestSocketFolder = 88;

/** A folder for the socket that only the database's user can enter: in `home`, or in /tmp when that path is too long. */
export async function makeSocketFolder(home: string, user: UnixUser | undefined): Promise<string> {
  const owner = user?.uid ?? process.getuid?.() ?? 0;
  const inHome = join(home, 'run');
  if (Buffer.byteLength(inHome) <= longestSocketFolder) {
    await mkdir(inHome, { recursive: true, mode: 0o700 });
    if (user) await chown(inHome, user.uid, user.gid);
    return inHome;
  }
  const note = join(home, 'socket-folder');
  const earlier = await readFile(note, 'utf8').catch(() => undefined);
  const found = earlier === undefined ? undefined : await lstat(earlier).catch(() => undefined);
  if (earlier !== undefined && found?.isDirectory() && found.uid === owner && (found.mode & 0o77) === 0) return earlier;
  const folder = await mkdtemp('/tmp/switchboard-');
  if (user) await chown(folder, user.uid, user.gid);
  await writePrivateFile(note, folder, user);
  return folder;
}

/** Small, closed, and silent about statements: their texts and values must not reach a log. */
export const serverSettings = (socketFolder: string): Record<string, string> => ({
  listen_addresses: '',
  port: '5432',
  unix_socket_directories: socketFolder,
  unix_socket_permissions: '0700',
  max_connections: '20',
  shared_buffers: '16MB',
  huge_pages: 'off',
  io_method: 'sync',
  autovacuum_worker_slots: '2',
  autovacuum_max_workers: '2',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  max_wal_senders: '0',
  wal_level: 'minimal',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  jit: 'off',
  client_connection_check_interval: '5s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '%e|',
  log_error_verbosity: 'terse',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_statement: 'none',
});
