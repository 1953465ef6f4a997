import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { mistakesOf as mistakes } from '../test/doubles/config-mistakes.ts';
import { type Config, readConfig } from './config.ts';
import { environmentVariables, type VariableName } from './environment-variables.ts';

type Environment = Record<string, string | undefined>;

const secret = 'a secret of more than thirty-two characters';
const otherSecret = 'another secret of more than thirty-two characters';
const databaseUrl = 'postgresql://switchboard:hunter2@db.example:5432/postgres';
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const noiseRoot = 'AB'.repeat(32);
const folder = mkdtempSync(join(tmpdir(), 'config-'));

afterAll(() => rmSync(folder, { recursive: true }));

interface Effect {
  set: Environment;
  sees: (config: Config) => unknown;
  to: unknown;
}

/** The type asks for every variable; those that only lead to a refusal are seen in their mistake. */
const effects: Record<Exclude<VariableName, `SUPABASE_${string}`>, Effect> = {
  PORT: {
    set: { PORT: '8080' },
    sees: (config) => [config.port, config.publicUrl],
    to: [8080, 'http://localhost:8080'],
  },
  HOST: { set: { HOST: '127.0.0.1' }, sees: (config) => config.host, to: '127.0.0.1' },
  NODE_ENV: { set: { NODE_ENV: 'production' }, sees: (config) => config.production, to: true },
  PUBLIC_URL: {
    set: { PUBLIC_URL: 'https://wa.example/' },
    sees: (config) => config.publicUrl,
    to: 'https://wa.example',
  },
  DATABASE_URL: {
    set: { DATABASE_URL: databaseUrl, SESSION_SECRET: secret },
    sees: (config) => config.database,
    to: { kind: 'external', url: databaseUrl, ca: undefined },
  },
  DATABASE_CA: {
    set: { DATABASE_URL: databaseUrl, SESSION_SECRET: secret, DATABASE_CA: pem.replaceAll('\n', '\\n') },
    sees: (config) => config.database,
    to: { kind: 'external', url: databaseUrl, ca: pem },
  },
  EMBEDDED_DATABASE: {
    set: { EMBEDDED_DATABASE: 'true', RENDER: 'true' },
    sees: (config) => config.database,
    to: { kind: 'embedded' },
  },
  DATA_DIR: { set: { DATA_DIR: 'elsewhere' }, sees: (config) => config.dataDir, to: resolve('elsewhere') },
  ADMIN_API_KEY: { set: { ADMIN_API_KEY: 'k'.repeat(32) }, sees: (config) => config.adminApiKey, to: 'k'.repeat(32) },
  ADMIN_USERNAME: {
    set: { ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: 'correct horse' },
    sees: (config) => config.admin?.username,
    to: 'ada',
  },
  ADMIN_PASSWORD: {
    set: { ADMIN_PASSWORD: 'correct horse', ADMIN_USERNAME: 'ada' },
    sees: (config) => config.admin?.password,
    to: 'correct horse',
  },
  SESSION_COOKIE_SECURE: {
    set: { SESSION_COOKIE_SECURE: 'true' },
    sees: (config) => config.session.cookieSecure,
    to: true,
  },
  SESSION_IDLE_MINUTES: {
    set: { SESSION_IDLE_MINUTES: '5' },
    sees: (config) => config.session.idleMinutes,
    to: 5,
  },
  SESSION_MAX_HOURS: { set: { SESSION_MAX_HOURS: '1' }, sees: (config) => config.session.maxHours, to: 1 },
  RATE_LIMIT_PER_SESSION: {
    set: { RATE_LIMIT_PER_SESSION: '9' },
    sees: (config) => config.rateLimitPerMinute.perSession,
    to: 9,
  },
  SESSION_SECRET: { set: { SESSION_SECRET: secret }, sees: (config) => config.sessionSecret, to: secret },
  ENCRYPTION_KEY: { set: { ENCRYPTION_KEY: secret }, sees: (config) => config.encryptionKey, to: secret },
  TRUST_PROXY: { set: { TRUST_PROXY: '2' }, sees: (config) => config.trustProxy, to: 2 },
  CORS_ORIGINS: {
    set: { CORS_ORIGINS: 'https://a.example, http://localhost:5173' },
    sees: (config) => config.corsOrigins,
    to: ['https://a.example', 'http://localhost:5173'],
  },
  OUTBOUND_ALLOW_HOSTS: {
    set: { OUTBOUND_ALLOW_HOSTS: 'N8N:5678, localhost,[0::1]:8080 0x7f.1 bücher.example' },
    sees: (config) => config.outboundAllowHosts.map(({ host, port }) => `${host} ${port}`),
    to: ['n8n 5678', 'localhost undefined', '[::1] 8080', '127.0.0.1 undefined', 'xn--bcher-kva.example undefined'],
  },
  MEDIA_QUEUE_MB: { set: { MEDIA_QUEUE_MB: '50' }, sees: (config) => config.mediaQueueBytes, to: 50 * 1024 * 1024 },
  MEDIA_STORE_MB: { set: { MEDIA_STORE_MB: '50' }, sees: (config) => config.mediaStoreBytes, to: 50 * 1024 * 1024 },
  DEFAULT_TIMEZONE: {
    set: { DEFAULT_TIMEZONE: 'Asia/Jakarta' },
    sees: (config) => config.timeZone,
    to: 'Asia/Jakarta',
  },
  TYPING_DELAY_MS: { set: { TYPING_DELAY_MS: '0' }, sees: (config) => config.typingDelayMs, to: 0 },
  LOG_LEVEL: { set: { LOG_LEVEL: 'debug' }, sees: (config) => config.logLevel, to: 'debug' },
  RATE_LIMIT_PER_KEY: { set: { RATE_LIMIT_PER_KEY: '7' }, sees: (config) => config.rateLimitPerMinute.perKey, to: 7 },
  RATE_LIMIT_PER_ADDRESS: {
    set: { RATE_LIMIT_PER_ADDRESS: '8' },
    sees: (config) => config.rateLimitPerMinute.perAddress,
    to: 8,
  },
  QUERY_CACHE_SIZE: { set: { QUERY_CACHE_SIZE: '50' }, sees: (config) => config.cache.size, to: 50 },
  CACHE_TTL: { set: { CACHE_TTL: '5000' }, sees: (config) => config.cache.ttlMs, to: 5000 },
  SANDBOX: { set: { SANDBOX: 'false' }, sees: (config) => config.sandbox, to: false },
  WHATSAPP_STRICT_NOISE: {
    set: { WHATSAPP_STRICT_NOISE: 'false' },
    sees: (config) => config.whatsapp.strictNoise,
    to: false,
  },
  WHATSAPP_WEB_SOCKET_URL: {
    set: { WHATSAPP_WEB_SOCKET_URL: 'ws://127.0.0.1:9/ws/chat' },
    sees: (config) => config.whatsapp.webSocketUrl,
    to: 'ws://127.0.0.1:9/ws/chat',
  },
  WHATSAPP_NOISE_ROOT: {
    set: { WHATSAPP_NOISE_ROOT: noiseRoot },
    sees: (config) => config.whatsapp.noiseRootHex,
    to: noiseRoot.toLowerCase(),
  },
  WHATSAPP_MEDIA_CA: {
    set: { WHATSAPP_MEDIA_CA: pem.replaceAll('\n', '\\n') },
    sees: (config) => config.whatsapp.mediaCa,
    to: pem,
  },
  ALLOW_CUSTOM_WHATSAPP: {
    set: { ALLOW_CUSTOM_WHATSAPP: 'true', NODE_ENV: 'production', WHATSAPP_NOISE_ROOT: noiseRoot },
    sees: (config) => config.whatsapp.noiseRootHex,
    to: noiseRoot.toLowerCase(),
  },
};

describe('each variable has an effect', () => {
  test.each(Object.entries(effects))('%s', (name, { set, sees, to }) => {
    expect(sees(readConfig(set))).toEqual(to);
    const { [name]: _removed, ...rest } = set;
    const without = mistakes(rest);
    if (without.length === 0) expect(sees(readConfig(rest))).not.toEqual(to);
    else expect(without.join()).toContain(name);
  });
});

test('every mistake is reported at once', () => {
  const found = mistakes({ PORT: 'x', LOG_LEVEL: 'x', SANDBOX: 'x', ADMIN_API_KEY: 'x', RENDER: 'true' });
  expect(found.map((sentence) => sentence.split(' ')[0])).toEqual([
    'PORT',
    'DATABASE_URL',
    'ADMIN_API_KEY',
    'LOG_LEVEL',
    'SANDBOX',
  ]);
});

test('a value that looks like a secret is not shown in a mistake of any variable', () => {
  const set = Object.fromEntries(Object.keys(environmentVariables).map((name) => [name, 'sk_live_4f9a0bC2']));
  expect(mistakes(set).length).toBeGreaterThan(15);
  expect(mistakes(set).join('\n')).not.toContain('sk_live');
});

test('without ENCRYPTION_KEY an external database takes one derived from SESSION_SECRET, with a warning', () => {
  const derived = readConfig({ DATABASE_URL: databaseUrl, SESSION_SECRET: secret });
  const again = readConfig({ DATABASE_URL: databaseUrl, SESSION_SECRET: secret });
  const other = readConfig({ DATABASE_URL: databaseUrl, SESSION_SECRET: otherSecret });
  expect(derived.warnings).toEqual([expect.stringContaining('derived from SESSION_SECRET')]);
  expect(derived.encryptionKey).toMatch(/^.{32,}$/);
  expect(derived.encryptionKey).not.toBe(secret);
  expect(again.encryptionKey).toBe(derived.encryptionKey);
  expect(other.encryptionKey).not.toBe(derived.encryptionKey);
  expect(readConfig({ DATABASE_URL: databaseUrl, SESSION_SECRET: secret, ENCRYPTION_KEY: otherSecret })).toMatchObject({
    encryptionKey: otherSecret,
    warnings: [],
  });
});

test('the embedded database takes no secret from SESSION_SECRET: its own are generated', () => {
  const config = readConfig({ NODE_ENV: 'production' });
  expect(config).toMatchObject({ database: { kind: 'embedded' }, warnings: [] });
  expect(config.encryptionKey ?? config.sessionSecret).toBeUndefined();
  expect(readConfig({ SESSION_SECRET: secret }).encryptionKey).toBeUndefined();
});

test('cookies are for https only in production, unless SESSION_COOKIE_SECURE says otherwise', () => {
  const secureIn = (env: Environment): boolean => readConfig(env).session.cookieSecure;
  expect(secureIn({})).toBe(false);
  expect(secureIn({ NODE_ENV: 'production' })).toBe(true);
  expect(secureIn({ NODE_ENV: 'production', SESSION_COOKIE_SECURE: 'false' })).toBe(false);
});

test('PUBLIC_URL falls back to the address that Render gives', () => {
  expect(readConfig({ RENDER_EXTERNAL_URL: 'https://sb.onrender.example' }).publicUrl).toBe(
    'https://sb.onrender.example',
  );
});

test('DATABASE_CA may be the path of a file', () => {
  const file = join(folder, 'ca.pem');
  writeFileSync(file, `${pem}\n`);
  const config = readConfig({ DATABASE_URL: databaseUrl, SESSION_SECRET: secret, DATABASE_CA: file });
  expect(config.database).toMatchObject({ ca: `${pem}\n` });
});

test("DATABASE_URL may name a socket's folder in its query and leave out the host", () => {
  const url = 'postgres://user:p%23ss@/database?host=/run/postgresql';
  expect(readConfig({ DATABASE_URL: url, SESSION_SECRET: secret }).database).toMatchObject({ url });
  expect(() => readConfig({ DATABASE_URL: 'postgres://user:p#ss@/database', SESSION_SECRET: secret })).toThrow(
    /percent form/,
  );
});

test('an empty variable is one that is not set', () => {
  const empty = Object.fromEntries(Object.keys(environmentVariables).map((name) => [name, ' ']));
  expect(readConfig(empty)).toEqual(readConfig({}));
});

test('the config is frozen, its parts too', () => {
  const config = readConfig({});
  expect([config, config.cache, config.database, config.corsOrigins, config.warnings].every(Object.isFrozen)).toBe(
    true,
  );
});
