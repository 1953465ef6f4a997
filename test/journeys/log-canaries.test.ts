import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSecrets } from '../../src/platform/secrets.ts';
import { openBrowser } from '../doubles/browser.ts';
import { type BuiltServer, runBuiltServer } from '../doubles/built-server.ts';
import { databaseUrl } from '../doubles/database-url.ts';
import { openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { waitFor } from '../doubles/wait-for.ts';

const adminKey = 'canary-admin-key-0123456789abcdefghij';
const encryptionKey = 'canary-encryption-key-0123456789abcdef';
const sessionSecret = 'canary-session-secret-0123456789abcdef';
const adminPassword = 'canary-admin-password-0123';
const customer = '+9995550101';

interface Canary {
  what: string;
  text: string;
}

let folder: string;
let database: TestDatabase;
let server: BuiltServer;
let canaries: Canary[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canaries-'));
  database = await openTestDatabase();
  canaries = [];
});
afterEach(async () => {
  await server.end('SIGKILL');
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Remembers a text that must never stand in a log, and returns it. */
function canary(what: string, text: string): string {
  canaries.push({ what, text });
  return text;
}

interface Call {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

type Json = Record<string, unknown>;

function client(address: string) {
  async function call(method: string, path: string, { key = adminKey, body, headers }: Call = {}): Promise<Json> {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, ...((await response.json()) as Json) };
  }

  async function data(method: string, path: string, options?: Call): Promise<Json> {
    const answer = await call(method, path, options);
    if (answer['success'] !== true) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer['data'] as Json;
  }

  return { call, data };
}

/** Base64 texts of 30 bytes or more in a stored value, and in what they themselves hold. */
function keyTextsIn(stored: string): string[] {
  const found = stored.match(/[A-Za-z0-9+/]{40,}={0,2}/g) ?? [];
  return found.flatMap((text) => {
    const inside = Buffer.from(text, 'base64').toString('utf8');
    return [text, ...(/^[[{]/.test(inside) ? keyTextsIn(inside) : [])];
  });
}

/** Everything that is stored sealed: credentials, sessions, pre-keys, and the phones of the sandbox. */
async function sealedTexts(): Promise<string[]> {
  const rows = await database.rows<{ table: string; row: string; value: Buffer }>(`
    SELECT 'channel_keys' AS table, account_id || '|' || type || '|' || id AS row, value FROM channel_keys
    UNION ALL SELECT 'sandbox_state', key, value FROM sandbox_state`);
  const secrets = createSecrets({ key: encryptionKey });
  return rows.flatMap(({ value, ...place }) => keyTextsIn(secrets.openText(value, { ...place, column: 'value' })));
}

/** The ways in which bytes come into a log. */
function writtenForms(base64: string): string[] {
  const bytes = Buffer.from(base64, 'base64');
  const some = [...bytes.subarray(0, 16)];
  return [
    base64,
    bytes.toString('base64url'),
    bytes.toString('hex'),
    some.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    some.join(','),
    some.join(', '),
  ];
}

/** What of the canaries stands in a text, by name. */
function leaksIn(output: string): string[] {
  return canaries.filter(({ text }) => output.includes(text)).map(({ what }) => what);
}

/** Links the account anew by a code, after a wrong one. */
async function linkByCode(address: string, path: string): Promise<void> {
  const { call, data } = client(address);
  await data('POST', `${path}/reconnect`);
  const { code } = await data('POST', `${path}/pairing-code`, { body: { phone: '+9990000000077' } });
  for (const text of [String(code), String(code).replace('-', '')]) canary('the code to type', text);
  const wrong = { code: canary('a wrong code', 'CNRY-C0DE') };
  expect(await call('POST', `${path}/sandbox/enter-code`, { body: wrong })).toMatchObject({ status: 409 });
  await data('POST', `${path}/sandbox/enter-code`, { body: {} });
}

/** Signs in rightly and wrongly, and out again. */
async function signInAndOut(address: string): Promise<void> {
  const browser = openBrowser(address);
  const wrong = canary('a wrong password', 'canary-wrong-password-0123');
  expect((await browser.signIn('ada', wrong)).status).toBe(401);
  expect((await browser.signIn('ada', canary('the password of the admin', adminPassword))).status).toBe(200);
  for (const [name, value] of browser.cookies) {
    const [id = '', signature = ''] = decodeURIComponent(value).replace(/^s:/, '').split('.');
    canary(`the cookie ${name}`, id);
    canary(`the signature of ${name}`, signature);
  }
  canary('the CSRF token', browser.csrfToken ?? '');
  expect((await browser.open('/login?next=/')).status).toBe(303);
  expect((await browser.call('POST', '/api/auth/logout')).status).toBe(200);
  expect((await browser.open(`/setup?token=${canary('a set-up link', 'canary-set-up-token')}`)).status).toBe(303);
}

/** The whole life of a sandbox account, with mistakes on the way, each with words that must not be logged. */
async function liveOneLife(address: string): Promise<void> {
  const { call, data } = client(address);
  const account = await data('POST', '/api/accounts', {
    body: { name: 'Demo', kind: 'sandbox' },
    headers: { 'idempotency-key': 'create-1' },
  });
  const path = `/api/accounts/${String(account['id'])}`;
  const key = canary('the account key', String(account['apiKey']));
  const { qr } = await data('GET', `${path}/qr`, { key });
  canary('the code', String(qr));
  const parts = String(qr).split(/[#,]/).slice(1);
  expect(parts.filter((part) => part.length > 1).map((part) => canary('a part of the code', part))).toHaveLength(4);
  await data('POST', `${path}/sandbox/scan`, { key });

  const send = (text: string, to = customer) => call('POST', '/api/send?wait=true', { key, body: { to, text } });
  expect(await send(canary('a sent text', 'canary-sent-words'))).toMatchObject({ status: 200 });
  expect(await send(canary('a text to a wrong number', 'canary-refused-words'), 'nobody')).toMatchObject({
    status: 422,
  });
  const written = await data('POST', `${path}/sandbox/messages`, {
    key,
    body: { from: customer, text: canary('a received text', 'canary-received-words') },
  });
  expect(written['messageId']).not.toBeNull();
  await data('GET', `/api/messages/${String(written['messageId'])}`, { key });

  await call('POST', '/api/send', { key, body: `{"text": "${canary('broken JSON', 'canary-broken-words')}` });
  await call('POST', '/api/send', { key, body: { [canary('an unknown field', 'canaryUnknownField')]: 1 } });
  await call('GET', '/api/messages', {
    key: canary('a wrong key', 'sk_live_canaryWrongKeyCanaryWrongKeyCanaryWrong1'),
  });
  await call('GET', '/api/messages', { key: canary('a key of another form', 'canary+wrong.key~of/another-form=') });
  await call('GET', `/api/messages?apikey=${canary('a key in the query', 'canary-key-in-the-query')}`, { key });
  await call('GET', '/api/messages', {
    headers: {
      authorization: `Basic ${canary('a password', 'Y2FuYXJ5OnBhc3N3b3Jk')}`,
      cookie: canary('a cookie', 'canary=cookie'),
    },
  });

  for (const kind of ['drop-line', 'unavailable']) {
    await data('POST', `${path}/sandbox/faults`, { key, body: { kind } });
    await waitFor(async () => (await data('GET', path))['status'] === 'ready');
  }
  expect(await send(canary('a text after the fault', 'canary-later-words'))).toMatchObject({ status: 200 });
  const sealed = [...new Set(await sealedTexts())];
  expect(sealed.length).toBeGreaterThan(20);
  for (const text of sealed) for (const form of writtenForms(text)) canary('a key of the phone', form);

  const renewed = await data('POST', `${path}/regenerate-api-key`, { body: {} });
  canary('the second account key', String(renewed['apiKey']));
  await data('POST', `${path}/sandbox/faults`, { key: String(renewed['apiKey']), body: { kind: 'device-removed' } });
  await waitFor(async () => (await data('GET', path))['status'] === 'auth_failed');
  await linkByCode(address, path);
  await data('DELETE', path);

  const made = await data('POST', '/api/keys', { body: { name: 'Script' } });
  const scripts = canary('an admin key made here', String(made['key']));
  await data('GET', '/api/audit-log', { key: scripts });
  await data('DELETE', `/api/keys/${String(made['id'])}`, { key: scripts });
  expect(await call('GET', '/api/keys', { key: scripts })).toMatchObject({ status: 401 });
}

describe.each([
  ['lines for people', 'development'],
  ['lines of JSON', 'production'],
])('a log of %s', (_, environment) => {
  test('holds no key, no text, no code and nothing of a phone', async () => {
    canary('the admin key', adminKey);
    canary('the encryption key', encryptionKey);
    canary('the session secret', sessionSecret);
    canary('the password of the database', database.connection.password);
    server = runBuiltServer(folder, {
      NODE_ENV: environment,
      LOG_LEVEL: 'debug',
      DATABASE_URL: databaseUrl(database.connection),
      ADMIN_API_KEY: adminKey,
      ENCRYPTION_KEY: encryptionKey,
      SESSION_SECRET: sessionSecret,
      SESSION_COOKIE_SECURE: 'false',
      ADMIN_USERNAME: 'ada',
      ADMIN_PASSWORD: adminPassword,
    });
    const address = await server.listening();
    await liveOneLife(address);
    await signInAndOut(address);
    const { code, output, errors } = await server.end('SIGTERM');
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(output).toContain('Request ended');
    expect(output).toContain(environment === 'production' ? '"level":"debug"' : ' DEBUG ');
    expect(leaksIn(output)).toEqual([]);
    // The search itself finds what it looks for.
    expect(leaksIn(canaries.map(({ text }) => text).join('\n'))).toHaveLength(canaries.length);
    console.log(`${canaries.length} canaries, ${output.split('\n').length} lines`);
  });
});
