import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifyCanary } from '../../src/platform/encryption-canary.store.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import { type BuiltServer, type Ending, runBuiltServer } from '../doubles/built-server.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { databaseUrl } from '../doubles/database-url.ts';
import { postgresProcessesIn } from '../doubles/postgres-processes.ts';
import { openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { waitFor } from '../doubles/wait-for.ts';

const key = 'one-key-of-this-test-0123456789abcdef';
const otherKey = 'other-key-of-this-test-0123456789abcdef';
let folder: string;
/** The data of a server that was started and stopped: copied, they are there sooner than new ones. */
let used: string;
let running: BuiltServer[] = [];

beforeAll(async () => {
  used = await newDataFolder();
  const server = runBuiltServer(used, {});
  await server.listening();
  await server.end('SIGTERM');
});
afterAll(() => removeDataFolder(used));

beforeEach(async () => {
  folder = await newDataFolder();
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.end('SIGKILL')));
  running = [];
  await removeDataFolder(folder);
});

function useDataIn(home: string): void {
  execFileSync('cp', ['-a', used, home]);
}

function start(environment: Record<string, string> = {}, inFolder = folder): BuiltServer {
  const server = runBuiltServer(inFolder, environment);
  running.push(server);
  return server;
}

async function startAndStop(environment: Record<string, string> = {}): Promise<void> {
  const server = start(environment);
  await server.listening();
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0, errors: [] });
}

/** Exit code 1 and just these sentences; no trace of the stack, and nothing of the secrets. */
function expectRefusal(ending: Ending, sentences: readonly (string | RegExp)[], secrets: readonly string[] = []): void {
  expect(ending.errors).toEqual(
    sentences.map((each) => (typeof each === 'string' ? each : (expect.stringMatching(each) as string))),
  );
  expect(ending).toMatchObject({ code: 1, signal: null });
  const said = `${ending.errors.join('\n')}\n${ending.output}`;
  expect(said).not.toMatch(/^\s+at /m);
  expect(said).not.toContain('Listening on');
  for (const secret of secrets) expect(said).not.toContain(secret);
}

async function expectNothingLeftIn(home: string): Promise<void> {
  expect(await postgresProcessesIn(home)).toEqual([]);
}

async function answers(address: string): Promise<boolean> {
  return (await fetch(`${address}/readyz`)).status === 200;
}

describe('what others hold', () => {
  test('a data folder and a port in use are refused, and their user goes on undisturbed until SIGTERM ends it', async () => {
    const home = join(folder, 'home');
    useDataIn(home);
    const first = start({}, home);
    const address = await first.listening();
    const processes = await postgresProcessesIn(home);
    expectRefusal(await start({}, home).ended, [
      `The folder ${join(home, 'data')} is in use by another running Switchboard; stop that one, or give this one a DATA_DIR of its own.`,
    ]);
    const { port } = new URL(address);
    const neighbour = join(folder, 'neighbour');
    useDataIn(neighbour);
    expectRefusal(await start({ PORT: port }, neighbour).ended, [
      `Port ${port} is already in use: set PORT to a free one, or end the program that uses it.`,
    ]);
    await expectNothingLeftIn(neighbour);
    expect(await answers(address)).toBe(true);
    expect(await postgresProcessesIn(home)).toEqual(processes);
    expect(await first.end('SIGTERM')).toMatchObject({ code: 0, signal: null, errors: [] });
    await expectNothingLeftIn(home);
  });
});

describe('the folder of the data', () => {
  test('a lost file of generated secrets is refused at every start', async () => {
    const home = join(folder, 'home');
    useDataIn(home);
    await rm(join(home, 'data/secrets.json'));
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      expectRefusal(await start({}, home).ended, [
        /holds a database but its secrets\.json is missing: restore that file from its backup/,
      ]);
      await expectNothingLeftIn(home);
    }
  });
});

describe('the environment', () => {
  test('SUPABASE_URL alone is refused with what to set instead', async () => {
    expectRefusal(await start({ SUPABASE_URL: 'https://abc.supabase.co' }).ended, [
      /^SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY are not enough: put the \*session pooler\* connection string .* into DATABASE_URL\.$/,
    ]);
    await expectNothingLeftIn(folder);
  });

  test('a host without a lasting disk is refused without DATABASE_URL', async () => {
    expectRefusal(await start({ RENDER: 'true' }).ended, [/^DATABASE_URL is required on Render/]);
    await expectNothingLeftIn(folder);
  });

  test('a DATA_DIR that is no folder is refused', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expectRefusal(await start({ DATA_DIR: file }).ended, [
      /^The secrets file .*\/secrets\.json cannot be read \(ENOTDIR/,
    ]);
    expectRefusal(await start({ DATA_DIR: file, ENCRYPTION_KEY: key }).ended, [
      /^The folder .*\/file cannot be made .*; set DATA_DIR to one that can, or DATABASE_URL\.$/,
    ]);
  });

  test('several mistakes are listed at once, and nothing is made', async () => {
    const secret = 'short-secret';
    const mistakes = {
      PORT: '99999',
      LOG_LEVEL: 'loud',
      SUPABASE_SERVICE_ROLE_KEY: 'eyJhbGciOiJIUzI1NiJ9.service.role',
      ADMIN_API_KEY: secret,
      TRUST_PROXY: 'yes',
      CORS_ORIGINS: 'https://shop.example/path',
    };
    const ending = await start(mistakes).ended;
    expectRefusal(
      ending,
      [
        'PORT takes a whole number from 0 to 65535, not "99999".',
        /^SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY are not enough/,
        'ADMIN_API_KEY takes 32 or more letters, digits and signs, without spaces.',
        'TRUST_PROXY takes a whole number from 0 to 10, not "yes".',
        /^CORS_ORIGINS takes origins such as/,
        'LOG_LEVEL takes error, warn, info or debug, not "loud".',
      ],
      [secret, mistakes.SUPABASE_SERVICE_ROLE_KEY],
    );
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });
});

describe('another database', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await openTestDatabase();
  });
  afterEach(() => database.close());

  test('a wrong ENCRYPTION_KEY is refused, and the right one still works', async () => {
    const DATABASE_URL = databaseUrl(database.connection);
    // As the first start does with its key.
    await verifyCanary(database, createSecrets({ key }));
    const sentence = /^ENCRYPTION_KEY does not match this database; set the key it was written with/;
    expectRefusal(await start({ DATABASE_URL, ENCRYPTION_KEY: otherKey }).ended, [sentence], [key, otherKey]);
    await startAndStop({ DATABASE_URL, ENCRYPTION_KEY: key });
  });

  test('an address of another machine and an unknown name are refused as HOST', async () => {
    const environment = { DATABASE_URL: databaseUrl(database.connection), ENCRYPTION_KEY: key };
    expectRefusal(await start({ ...environment, HOST: '203.0.113.1' }).ended, [
      'The address 203.0.113.1 does not belong to this machine: set HOST to 0.0.0.0 or one that does.',
    ]);
    expectRefusal(await start({ ...environment, HOST: 'nowhere.invalid' }).ended, [
      'The name nowhere.invalid is not known: set HOST to 0.0.0.0 or to an address of this machine.',
    ]);
  });

  test('a wrong password is refused without showing it', async () => {
    const password = 'wrong#pass/word@of:mine';
    const DATABASE_URL = databaseUrl({ ...database.connection, password });
    const ending = await start({ DATABASE_URL, ENCRYPTION_KEY: key }).ended;
    const secrets = [password, encodeURIComponent(password), key];
    expectRefusal(
      ending,
      [/^The database at \S+ refused the password of user "switchboard"; correct it in DATABASE_URL/],
      secrets,
    );
  });

  test('a database that a newer version has written is refused and stays as it is', async () => {
    await database.execute('UPDATE schema_version SET version = version + 1');
    const before = await database.rows('SELECT * FROM schema_version');
    const ending = await start({ DATABASE_URL: databaseUrl(database.connection), ENCRYPTION_KEY: key }).ended;
    expectRefusal(
      ending,
      [/^This database was written by a newer Switchboard \(schema \d+, this one knows \d+\); start the newer one/],
      [database.connection.password],
    );
    expect(await database.rows('SELECT * FROM schema_version')).toEqual(before);
    expect(await database.rows('SELECT * FROM encryption_canary')).toEqual([]);
  });
});

describe('signals', () => {
  const postgres = (): string => join(folder, 'data/postgres');
  const moments: readonly (readonly [string, () => boolean | Promise<boolean>])[] = [
    ['the folder of the database is made', () => existsSync(postgres())],
    ['the database runs', () => existsSync(join(postgres(), 'data/postmaster.pid'))],
  ];

  test.each(moments)('SIGTERM while %s ends the first start cleanly', async (_, fact) => {
    const server = start();
    await waitFor(fact);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null, errors: [] });
    await expectNothingLeftIn(folder);
  });

  test('after a SIGTERM while the database is created the next start works', async () => {
    const server = start();
    await waitFor(async () => (await postgresProcessesIn(postgres())).length > 0);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null, errors: [] });
    await expectNothingLeftIn(folder);
    await startAndStop();
  });

  test('SIGTERM at once leaves nothing running', async () => {
    const server = start();
    const { code, signal, errors } = await server.end('SIGTERM');
    // Before Node has come to our program nobody but the system can answer.
    expect([0, null]).toContain(code);
    expect({ signal, errors }).toEqual({ signal: code === 0 ? null : 'SIGTERM', errors: [] });
    await expectNothingLeftIn(folder);
  });

  // SIGTERM ends the one whose folder and port others wanted.
  test('SIGINT ends a listening server with code 0, and after kill -9 the next start works', async () => {
    const home = join(folder, 'home');
    useDataIn(home);
    const interrupted = start({}, home);
    await interrupted.listening();
    expect(await interrupted.end('SIGINT')).toMatchObject({ code: 0, signal: null, errors: [] });
    await expectNothingLeftIn(home);
    const server = start({}, home);
    await server.listening();
    expect(await postgresProcessesIn(home)).not.toEqual([]);
    await server.end('SIGKILL');
    const again = start({}, home);
    expect(await answers(await again.listening())).toBe(true);
    await again.end('SIGKILL');
    await waitFor(async () => (await postgresProcessesIn(home)).length === 0);
  });
});
