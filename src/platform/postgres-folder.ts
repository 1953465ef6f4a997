import { createHash } from 'node:crypto';
import { chown, mkdir, readFile, readdir, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, errorMessage } from './errors.ts';
import type { Log } from './log.ts';
import {
  copyPostgresProgram,
  findPostgresProgram,
  makeSymbolicLinks,
  type PostgresProgram,
} from './postgres-program.ts';
import { canRun, freeUser, giveTo, type UnixUser } from './unix-users.ts';

/** Where the embedded Postgres lives and as whom it runs. */
export interface PostgresLocation {
  /** Private to `user`: holds the cluster, the password, the locks. */
  home: string;
  /** Undefined when we are an ordinary user: then Postgres runs as that one. */
  user: UnixUser | undefined;
  /** Where a copy of the program goes when it needs one. */
  copyParent: string;
}

export interface PostgresFolder {
  home: string;
  user: UnixUser | undefined;
  program: PostgresProgram;
}

export interface PostgresFolderOptions {
  /** `DATA_DIR`. */
  dataDirectory: string;
  /** Where data and program go when the data directory lies below a private folder. */
  systemDirectory: string;
  log: Log;
}

/** In DATA_DIR, when the database lies elsewhere: the path of its folder, so that a moved DATA_DIR still finds it. */
const locationFile = 'postgres-location';

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readLocation(dataDirectory: string): Promise<string | undefined> {
  const text = await readFile(join(dataDirectory, locationFile), 'utf8').catch(() => undefined);
  return text?.trim() || undefined;
}

const canEnter = (user: UnixUser, folder: string): Promise<boolean> =>
  canRun(user, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder]);

function notOurs(home: string, uid: number): AppError {
  return new AppError('database.folder_not_ours', {
    detail: `The database in ${home} belongs to the user with uid ${String(uid)}; start as that user or as root, or choose another DATA_DIR.`,
  });
}

async function forOrdinaryUser(dataDirectory: string, uid: number): Promise<string> {
  const elsewhere = await readLocation(dataDirectory);
  if (elsewhere !== undefined) throw notOurs(elsewhere, 0);
  const home = join(dataDirectory, 'postgres');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const owner = (await stat(home)).uid;
  if (owner !== uid) throw notOurs(home, owner);
  return home;
}

/** Where a start as root keeps the database: where it already is, else in DATA_DIR, else in the system's directory. */
async function homeForRoot(dataDirectory: string, systemHome: string): Promise<string> {
  const location = await readLocation(dataDirectory);
  if (location !== undefined) {
    if (await exists(location)) return location;
    throw new AppError('database.folder_missing', {
      detail: `${join(dataDirectory, locationFile)} says that the database is in ${location}, which does not exist; restore that folder, or remove the file to begin with an empty database.`,
    });
  }
  const home = join(dataDirectory, 'postgres');
  if ((await exists(home)) || (await canEnter(await freeUser(), dataDirectory))) return home;
  await mkdir(dirname(systemHome), { recursive: true, mode: 0o755 });
  await mkdir(systemHome, { recursive: true, mode: 0o700 });
  const pointer = join(dataDirectory, locationFile);
  await writeFile(`${pointer}.new`, `${systemHome}\n`);
  await rename(`${pointer}.new`, pointer);
  return systemHome;
}

/** Finds the folder of the embedded database, or makes an empty one, and the user to run it as. */
export async function locatePostgresFolder(options: PostgresFolderOptions): Promise<PostgresLocation> {
  await mkdir(options.dataDirectory, { recursive: true }).catch((cause: unknown) => {
    throw new AppError('database.folder_not_writable', {
      detail: `The folder ${options.dataDirectory} cannot be made (${errorMessage(cause)}); set DATA_DIR to one that can, or DATABASE_URL.`,
      cause,
    });
  });
  const dataDirectory = await realpath(options.dataDirectory);
  const ownUid = process.getuid?.() ?? 0;
  if (ownUid !== 0) {
    const home = await forOrdinaryUser(dataDirectory, ownUid);
    return { home, user: undefined, copyParent: home };
  }
  const hash = createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16);
  const copyParent = join(options.systemDirectory, hash);
  const home = await homeForRoot(dataDirectory, join(copyParent, 'postgres'));
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (dirname(home) !== dataDirectory) {
    options.log.info('The database is kept outside of DATA_DIR, as its user cannot enter a private folder above', {
      dataDirectory,
      databaseFolder: home,
    });
  }
  const { uid, gid } = await stat(home);
  return { home, user: uid === 0 ? await freeUser() : { uid, gid }, copyParent };
}

/** Root's own folder is new, or came back from a backup: it is given to the database's user. Nothing else ever is. */
async function giveHomeTo(user: UnixUser, home: string): Promise<void> {
  if ((await stat(home)).uid !== 0) return;
  for (const entry of await readdir(home)) await giveTo(user, join(home, entry));
  // Last, so that a start which is killed before does it all again.
  await chown(home, user.uid, user.gid);
}

/** The packaged program where the user can run it, otherwise a copy of it. */
async function runnableProgram({ user, copyParent }: PostgresLocation, log: Log): Promise<PostgresProgram> {
  const program = await findPostgresProgram();
  const complete = await makeSymbolicLinks(program.folder).then(
    () => true,
    () => false,
  );
  if (complete && (await canRun(user, join(program.folder, 'bin', 'initdb'), ['--version']))) return program;
  const copy = await copyPostgresProgram(program, copyParent);
  log.info('PostgreSQL runs from a copy, as its user cannot run the installed one', { copy: copy.folder });
  return copy;
}

/** Makes the folder ready for its user. Only for whoever holds the lock of the folder. */
export async function claimPostgresFolder(location: PostgresLocation, log: Log): Promise<PostgresFolder> {
  const { home, user } = location;
  if (user) {
    await giveHomeTo(user, home);
    if (!(await canEnter(user, home))) {
      throw new AppError('database.folder_unreachable', {
        detail: `The database in ${home} runs as the user with uid ${String(user.uid)}, who cannot enter a folder above it; allow that (chmod o+x) or move DATA_DIR.`,
      });
    }
  }
  return { home, user, program: await runnableProgram(location, log) };
}
