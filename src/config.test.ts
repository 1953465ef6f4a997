import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Config, ConfigError, readConfig } from './config.ts';
import { environmentVariables, type VariableName } from './environment-variables.ts';

type Environment = Record<string, string | undefined>;

const secret = 'a secret of more than thirty-two characters';
const otherSecret = 'another secret of more than thirty-two characters';
const databaseUrl = 'postgresql://switchboard:hunter2@db.example:5432/postgres';
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const noiseRoot = 'AB'.repeat(32);
const folder = mkdtempSync(join(tmpdir(), 'config-'));

afterAll(() => rmSync(folder, { recursive: true }));

function mistakes(env: Environment): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

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

describe('each variable refuses what it does not take, by name', () => {
  const pooler = /session pooler/;
  const refusedHost = (host: string): [VariableName, Environment, RegExp] => [
    'OUTBOUND_ALLOW_HOSTS',
    { OUTBOUND_ALLOW_HOSTS: `localhost,${host}` },
    /^OUTBOUND_ALLOW_HOSTS takes hosts such as n8n:5678, localhost or \[::1\]:8080, by commas(, not "\S+")?\.$/,
  ];
  const refusals: readonly [VariableName, Environment, RegExp][] = [
    ['PORT', { PORT: '65536' }, /^PORT takes a whole number from 0 to 65535, not "65536"\.$/],
    ['PORT', { PORT: '80.5' }, /whole number/],
    ['HOST', { HOST: 'http://x' }, /^HOST takes/],
    ['NODE_ENV', { NODE_ENV: 'staging' }, /^NODE_ENV takes development, production or test, not "staging"/],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://x.example/path' }, /^PUBLIC_URL takes/],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://x', SESSION_SECRET: secret }, /^DATABASE_URL takes postgres:/],
    ['DATABASE_URL', { DATABASE_URL: 'https://abc.supabase.co', SESSION_SECRET: secret }, pooler],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://u:p#1@host/db', SESSION_SECRET: secret }, /percent form/],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://u:[YOUR-PASSWORD]@h/d', SESSION_SECRET: secret }, /YOUR-PASSWORD/],
    ['DATABASE_URL', { RENDER: 'true' }, /^DATABASE_URL is required on Render/],
    ['DATABASE_CA', { DATABASE_CA: '/no/such/file' }, /^DATABASE_CA takes/],
    ['EMBEDDED_DATABASE', { EMBEDDED_DATABASE: 'yes' }, /^EMBEDDED_DATABASE takes true or false, not "yes"/],
    ['EMBEDDED_DATABASE', { EMBEDDED_DATABASE: 'true', DATABASE_URL: databaseUrl, SESSION_SECRET: secret }, /exclude/],
    ['SUPABASE_URL', { SUPABASE_URL: 'https://abc.supabase.co' }, pooler],
    ['SUPABASE_SERVICE_ROLE_KEY', { SUPABASE_SERVICE_ROLE_KEY: secret, RENDER: 'true' }, pooler],
    ['ADMIN_API_KEY', { ADMIN_API_KEY: 'hunter2-hunter2' }, /^ADMIN_API_KEY takes 32 or more/],
    ['ADMIN_USERNAME', { ADMIN_USERNAME: 'a\tb', ADMIN_PASSWORD: 'hunter2-hunter2' }, /^ADMIN_USERNAME takes 1 to 100/],
    ['ADMIN_USERNAME', { ADMIN_PASSWORD: 'hunter2-hunter2' }, /^ADMIN_USERNAME is missing/],
    ['ADMIN_PASSWORD', { ADMIN_USERNAME: 'ada' }, /^ADMIN_PASSWORD is missing/],
    ['ADMIN_PASSWORD', { ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: 'hunter2' }, /^ADMIN_PASSWORD takes 8 or more/],
    ['ADMIN_PASSWORD', { ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: 'hunter2é'.repeat(9) }, /at most 72 bytes/],
    ['SESSION_COOKIE_SECURE', { SESSION_COOKIE_SECURE: 'yes' }, /^SESSION_COOKIE_SECURE takes true or false/],
    ['SESSION_IDLE_MINUTES', { SESSION_IDLE_MINUTES: '0' }, /^SESSION_IDLE_MINUTES takes/],
    ['SESSION_MAX_HOURS', { SESSION_MAX_HOURS: '0.5' }, /^SESSION_MAX_HOURS takes/],
    ['RATE_LIMIT_PER_SESSION', { RATE_LIMIT_PER_SESSION: '0' }, /^RATE_LIMIT_PER_SESSION takes/],
    ['SESSION_SECRET', { SESSION_SECRET: 'hunter2' }, /^SESSION_SECRET takes 32 or more/],
    ['SESSION_SECRET', { DATABASE_URL: databaseUrl, NODE_ENV: 'production' }, /^SESSION_SECRET is required/],
    ['ENCRYPTION_KEY', { ENCRYPTION_KEY: 'hunter2' }, /^ENCRYPTION_KEY takes 32 or more/],
    ['ENCRYPTION_KEY', { DATABASE_URL: databaseUrl }, /^ENCRYPTION_KEY is required/],
    ['TRUST_PROXY', { TRUST_PROXY: 'true' }, /^TRUST_PROXY takes a whole number from 0 to 10/],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://a.example,*' }, /^CORS_ORIGINS takes origins/],
    ...['http://n8n:5678', '10.0.0.0/8', '*.example', '::1', 'n8n:0', 'n8n:65536', '256.1.1.1'].map(refusedHost),
    ['DEFAULT_TIMEZONE', { DEFAULT_TIMEZONE: 'Mars/Base' }, /^DEFAULT_TIMEZONE takes the name of a time zone/],
    ['DEFAULT_TIMEZONE', { DEFAULT_TIMEZONE: '+07:00' }, /^DEFAULT_TIMEZONE takes the name of a time zone/],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL takes error, warn, info or debug/],
    ['TYPING_DELAY_MS', { TYPING_DELAY_MS: '9000' }, /^TYPING_DELAY_MS takes a whole number from 0 to 8000/],
    ['RATE_LIMIT_PER_KEY', { RATE_LIMIT_PER_KEY: '0' }, /^RATE_LIMIT_PER_KEY takes/],
    ['RATE_LIMIT_PER_ADDRESS', { RATE_LIMIT_PER_ADDRESS: '-1' }, /^RATE_LIMIT_PER_ADDRESS takes/],
    ['QUERY_CACHE_SIZE', { QUERY_CACHE_SIZE: 'many' }, /^QUERY_CACHE_SIZE takes/],
    ['CACHE_TTL', { CACHE_TTL: '1' }, /^CACHE_TTL takes/],
    ['SANDBOX', { SANDBOX: '1' }, /^SANDBOX takes true or false/],
    ['WHATSAPP_STRICT_NOISE', { WHATSAPP_STRICT_NOISE: 'TRUE' }, /^WHATSAPP_STRICT_NOISE takes true or false/],
    ['WHATSAPP_WEB_SOCKET_URL', { WHATSAPP_WEB_SOCKET_URL: 'https://x' }, /^WHATSAPP_WEB_SOCKET_URL takes/],
    ['WHATSAPP_WEB_SOCKET_URL', { WHATSAPP_WEB_SOCKET_URL: 'ws://x', NODE_ENV: 'production' }, /refused in production/],
    ['WHATSAPP_NOISE_ROOT', { WHATSAPP_NOISE_ROOT: 'abc' }, /^WHATSAPP_NOISE_ROOT takes 64 hexadecimal digits/],
    ['WHATSAPP_NOISE_ROOT', { WHATSAPP_NOISE_ROOT: noiseRoot, NODE_ENV: 'production' }, /refused in production/],
    ['ALLOW_CUSTOM_WHATSAPP', { ALLOW_CUSTOM_WHATSAPP: 'no' }, /^ALLOW_CUSTOM_WHATSAPP takes true or false/],
  ];
  test.each(refusals)('%s in %j', (name, env, sentence) => {
    const found = mistakes(env);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(sentence);
    expect(found[0]).toContain(name);
    expect(found[0]).not.toContain('hunter2');
  });

  test('of those that take anything, only DATA_DIR', () => {
    const refusing = new Set(refusals.map(([name]) => name));
    expect(Object.keys(environmentVariables).filter((name) => !refusing.has(name as VariableName))).toEqual([
      'DATA_DIR',
    ]);
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
