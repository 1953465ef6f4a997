import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from './errors.ts';

/** Where the programs of the embedded Postgres are. */
export interface PostgresProgram {
  /** The folder that holds `bin`, `lib` and `share`. */
  folder: string;
  /** As in the package, such as `18.4.0-beta.17`. */
  version: string;
}

interface SymbolicLink {
  source: string;
  target: string;
}

const packages = new Set([
  'linux-x64',
  'linux-arm64',
  'linux-arm',
  'linux-ia32',
  'linux-ppc64',
  'darwin-x64',
  'darwin-arm64',
]);

function missing(detail: string, cause?: unknown): AppError {
  return new AppError('database.no_embedded_postgres', {
    detail: `${detail} Set DATABASE_URL to a PostgreSQL database instead.`,
    cause,
  });
}

/** Only the platform's package is imported: it exports paths. The JavaScript of `embedded-postgres` hooks the signals. */
export async function findPostgresProgram(platform = `${process.platform}-${process.arch}`): Promise<PostgresProgram> {
  if (!packages.has(platform)) throw missing(`There is no embedded PostgreSQL for ${platform}.`);
  const name = `@embedded-postgres/${platform}`;
  try {
    const paths = (await import(/* @vite-ignore */ name)) as { postgres: string };
    const folder = dirname(dirname(paths.postgres));
    const manifest = JSON.parse(await readFile(join(dirname(folder), 'package.json'), 'utf8')) as { version: string };
    return { folder, version: manifest.version };
  } catch (cause) {
    throw missing(`The package ${name} is not installed (npm ci leaves it out with --omit=optional).`, cause);
  }
}

/** The package makes these links in an install script, which may be switched off; without them initdb cannot load. */
export async function makeSymbolicLinks(folder: string): Promise<void> {
  const links = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8')) as SymbolicLink[];
  for (const { source, target } of links) {
    const path = join(dirname(folder), target);
    await symlink(basename(source), path).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }
}

/** A copy below `parent`, for when the original cannot be read, or completed, by the user that runs Postgres. */
export async function copyPostgresProgram(program: PostgresProgram, parent: string): Promise<PostgresProgram> {
  const target = join(parent, `program-${program.version}`);
  const copy = { folder: join(target, 'native'), version: program.version };
  try {
    await makeSymbolicLinks(copy.folder);
    return copy;
  } catch {
    // Not there yet.
  }
  const unfinished = `${target}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await cp(program.folder, join(unfinished, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a'),
  });
  await makeSymbolicLinks(join(unfinished, 'native'));
  await rename(unfinished, target);
  return copy;
}
