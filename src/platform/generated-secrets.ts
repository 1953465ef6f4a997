import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { AppError, errorMessage } from './errors.ts';
import type { Log } from './log.ts';

export interface GeneratedSecrets {
  sessionSecret: string;
  encryptionKey: string;
}

export interface GeneratedSecretsOptions {
  /** `DATA_DIR`. */
  dataDirectory: string;
  clock: Clock;
  log: Log;
}

const fileName = 'secrets.json';
/** Signs of an embedded database, which is made after the secrets are there (see `postgres-folder.ts`). */
const signsOfDatabase = ['postgres', 'postgres-location'];
const note =
  'Back this file up together with the database, and keep it private: without it the accounts stored there can never be read again.';

function isErrorWithCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

async function read(path: string): Promise<GeneratedSecrets | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (isErrorWithCode(cause, 'ENOENT')) return undefined;
    throw new AppError('secrets.file_unreadable', {
      detail: `The secrets file ${path} cannot be read (${errorMessage(cause)}).`,
      cause,
    });
  }
  try {
    const found = JSON.parse(text) as Partial<Record<keyof GeneratedSecrets, unknown>>;
    const { sessionSecret, encryptionKey } = found;
    if (typeof sessionSecret === 'string' && typeof encryptionKey === 'string') return { sessionSecret, encryptionKey };
  } catch {
    // The parser's message would quote the file.
  }
  throw new AppError('secrets.file_unreadable', {
    detail: `The secrets file ${path} is damaged; restore it from its backup.`,
  });
}

async function writeNew(path: string, secrets: object): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(secrets, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Never replaces a file that is there: of two that publish at the same moment, the second finds the first's. */
async function publish(unfinished: string, path: string): Promise<void> {
  try {
    await link(unfinished, path);
  } catch (error) {
    if (isErrorWithCode(error, 'EEXIST')) return;
    // A file system without hard links.
    if (!isErrorWithCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function generate(dataDirectory: string, path: string, clock: Clock): Promise<void> {
  await mkdir(dataDirectory, { recursive: true });
  const unfinished = join(dataDirectory, `.${fileName}.${randomBytes(6).toString('hex')}`);
  const generated = (): string => randomBytes(32).toString('base64url');
  await writeNew(unfinished, {
    note,
    createdAt: clock.now().toISOString(),
    sessionSecret: generated(),
    encryptionKey: generated(),
  });
  await publish(unfinished, path);
  const folder = await open(dataDirectory, 'r');
  await folder.sync();
  await folder.close();
}

/**
 * The secrets of an embedded database: two independent ones in a private file of DATA_DIR, generated at the first start.
 * Beside a database they are never generated anew: the file is lost, or the database was written with a key from outside.
 */
export async function loadGeneratedSecrets(options: GeneratedSecretsOptions): Promise<GeneratedSecrets> {
  const { dataDirectory, clock, log } = options;
  const path = join(dataDirectory, fileName);
  const found = await read(path);
  if (found) return found;
  if (signsOfDatabase.some((name) => existsSync(join(dataDirectory, name)))) {
    throw new AppError('secrets.file_lost', {
      detail: `The folder ${dataDirectory} holds a database but its ${fileName} is missing: restore that file from its backup, or set ENCRYPTION_KEY to the key with which the database was written.`,
    });
  }
  try {
    await generate(dataDirectory, path, clock);
  } catch (cause) {
    throw new AppError('secrets.not_written', {
      detail: `The secrets of this installation cannot be written to the folder ${dataDirectory} (${errorMessage(cause)}); let this user write there, or set DATA_DIR to another folder.`,
      cause,
    });
  }
  const published = await read(path);
  if (!published) throw new AppError('secrets.file_unreadable', { detail: `The secrets file ${path} has vanished.` });
  log.info('Generated the secrets of this installation; back their file up together with the database', { path });
  return published;
}

/**
 * Both secrets: those given from outside, completed by the generated ones. Where an encryption key is given without a
 * session secret, that one is derived from it, so that all instances sign alike.
 */
export async function completeSecrets(
  given: { [Name in keyof GeneratedSecrets]: string | undefined },
  options: GeneratedSecretsOptions,
): Promise<GeneratedSecrets> {
  const { sessionSecret, encryptionKey } = given;
  if (encryptionKey === undefined) {
    const generated = await loadGeneratedSecrets(options);
    return { ...generated, ...(sessionSecret === undefined ? {} : { sessionSecret }) };
  }
  const derived = (): string =>
    Buffer.from(hkdfSync('sha256', encryptionKey, '', 'session secret', 32)).toString('hex');
  return { encryptionKey, sessionSecret: sessionSecret ?? derived() };
}
