import { expect, test } from 'vitest';
import { mistakesOf } from '../test/doubles/config-mistakes.ts';
import { environmentVariables, type VariableName } from './environment-variables.ts';

type Environment = Record<string, string | undefined>;

const secret = 'a secret of more than thirty-two characters';
const databaseUrl = 'postgresql://switchboard:hunter2@db.example:5432/postgres';
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const noiseRoot = 'AB'.repeat(32);

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
  ['MEDIA_QUEUE_MB', { MEDIA_QUEUE_MB: '9' }, /^MEDIA_QUEUE_MB takes/],
  ['MEDIA_STORE_MB', { MEDIA_STORE_MB: '0' }, /^MEDIA_STORE_MB takes/],
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
  ['WHATSAPP_MEDIA_CA', { WHATSAPP_MEDIA_CA: '/no/such/file' }, /^WHATSAPP_MEDIA_CA takes/],
  ['WHATSAPP_MEDIA_CA', { WHATSAPP_MEDIA_CA: pem, NODE_ENV: 'production' }, /refused in production/],
  ['ALLOW_CUSTOM_WHATSAPP', { ALLOW_CUSTOM_WHATSAPP: 'no' }, /^ALLOW_CUSTOM_WHATSAPP takes true or false/],
];
test.each(refusals)('%s in %j', (name, env, sentence) => {
  const found = mistakesOf(env);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(sentence);
  expect(found[0]).toContain(name);
  expect(found[0]).not.toContain('hunter2');
});

test('of those that take anything, only DATA_DIR', () => {
  const refusing = new Set(refusals.map(([name]) => name));
  expect(Object.keys(environmentVariables).filter((name) => !refusing.has(name as VariableName))).toEqual(['DATA_DIR']);
});
