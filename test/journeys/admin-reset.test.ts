import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBrowser } from '../doubles/browser.ts';
import { type BuiltServer, runBuiltServer } from '../doubles/built-server.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { databaseUrl } from '../doubles/database-url.ts';
import { openTestDatabase } from '../doubles/test-database.ts';

const root = join(import.meta.dirname, '../..');
const credentials = { ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: 'correct horse battery' };
const secret = 'the secret of this test, 32 and more characters';
let folder: string;
let server: BuiltServer | undefined;

beforeEach(async () => {
  folder = await newDataFolder();
});
afterEach(async () => {
  await server?.end('SIGTERM');
  server = undefined;
  await removeDataFolder(folder);
});

/** `npm run admin:reset` with this environment. */
async function reset(environment: Record<string, string>): Promise<{ code: unknown; output: string; errors: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [join(root, 'scripts/admin-reset.mjs')], {
    cwd: folder,
    env: { PATH, HOME, DATA_DIR: join(folder, 'data'), PUBLIC_URL: 'https://sb.example', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (output += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (errors += part));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, output, errors };
}

async function startServer(environment: Record<string, string>): Promise<string> {
  server = runBuiltServer(folder, { PUBLIC_URL: 'https://sb.example', ...environment });
  return server.listening();
}

/** The link that a program printed. */
function linkIn(output: string): string {
  return /https:\/\/sb\.example\/setup\?token=[\w-]{43}/.exec(output)?.[0] ?? '';
}

/** Signs in at a server of the environment's admin, resets, and looks what is left. */
async function resetWhileRunning(environment: Record<string, string>): Promise<void> {
  const browser = openBrowser(await startServer({ ...environment, ...credentials }));
  expect((await browser.signIn('ada', credentials.ADMIN_PASSWORD)).status).toBe(200);
  const { code, output, errors } = await reset(environment);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(linkIn(output)).not.toBe('');
  expect(output).toContain('ADMIN_PASSWORD: while the server has these');
  expect((await browser.call('GET', '/api/auth/user')).status).toBe(401);
  expect((await browser.signIn('ada', credentials.ADMIN_PASSWORD)).json['code']).toBe('auth.not_set_up');
}

describe('admin:reset', () => {
  test('works beside a running server on the embedded database', () => resetWhileRunning({}), 180_000);

  test('works on DATABASE_URL', async () => {
    const database = await openTestDatabase();
    try {
      await resetWhileRunning({ DATABASE_URL: databaseUrl(database.connection), ENCRYPTION_KEY: secret });
      await server?.end('SIGTERM');
    } finally {
      await database.close();
    }
  }, 180_000);

  test('starts and stops the embedded database itself while no server runs; the next start prints its link', async () => {
    await startServer({});
    const before = linkIn((await server?.end('SIGTERM'))?.output ?? '');
    const { code, output, errors } = await reset({});
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const link = linkIn(output);
    expect([before === '', link === '', link === before]).toEqual([false, false, false]);
    await startServer({});
    expect(linkIn((await server?.end('SIGTERM'))?.output ?? '')).toBe(link);
  }, 180_000);

  test('changes nothing while ADMIN_PASSWORD is set, and says what to change', async () => {
    const { code, output, errors } = await reset(credentials);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(/^The admin is given by ADMIN_USERNAME and ADMIN_PASSWORD.*Change ADMIN_PASSWORD/);
    expect(errors).not.toContain(credentials.ADMIN_PASSWORD);
  });
});
