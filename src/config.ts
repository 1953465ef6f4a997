import { hkdfSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  readAllowedHosts,
  readCertificate,
  readOrigins,
  readWhatsApp,
  type AllowedHost,
  type WhatsAppConfig,
} from './config-network.ts';
import { createReader, type Environment, parseUrl, type Reader, shown } from './environment-reader.ts';

const nodeEnvironments = ['development', 'production', 'test'] as const;
/** bcrypt looks no further. */
const longestPasswordBytes = 72;
const logLevels = ['error', 'warn', 'info', 'debug'] as const;

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly production: boolean;
  /** An origin without a trailing slash. */
  readonly publicUrl: string;
  readonly database:
    | { readonly kind: 'embedded' }
    | { readonly kind: 'external'; readonly url: string; readonly ca: string | undefined };
  /** Absolute. */
  readonly dataDir: string;
  readonly adminApiKey: string | undefined;
  /** The person who may sign in, when given from outside. */
  readonly admin: { readonly username: string; readonly password: string } | undefined;
  readonly session: { readonly cookieSecure: boolean; readonly idleMinutes: number; readonly maxHours: number };
  /** Absent with the embedded database, where a generated one is kept in `dataDir`, and where development needs none. */
  readonly sessionSecret: string | undefined;
  /** Absent only with the embedded database, where a generated one is kept in `dataDir`. */
  readonly encryptionKey: string | undefined;
  readonly trustProxy: number;
  readonly corsOrigins: readonly string[];
  /** Hosts as `URL.hostname` writes them, which may be reached although they are private; on all ports where none is given. */
  readonly outboundAllowHosts: readonly AllowedHost[];
  /** IANA name of the zone in which the dashboard shows times. */
  readonly timeZone: string;
  /** Of files that wait to be sent, all together. */
  readonly mediaQueueBytes: number;
  /** Of files of messages that came in and are stored, all together. */
  readonly mediaStoreBytes: number;
  /** 0 = nobody is shown typing. */
  readonly typingDelayMs: number;
  readonly logLevel: (typeof logLevels)[number];
  readonly rateLimitPerMinute: {
    readonly perKey: number;
    readonly perSession: number;
    readonly perAddress: number;
  };
  readonly cache: { readonly size: number; readonly ttlMs: number };
  readonly sandbox: boolean;
  readonly whatsapp: WhatsAppConfig;
  /** Sentences to log at start. */
  readonly warnings: readonly string[];
}

/** Everything wrong with the environment, one sentence for each mistake. No sentence holds a secret. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

/** The process's environment, completed from `.env` in that folder where there is one; what is already set wins. */
export function loadEnvironment(folder: string): NodeJS.ProcessEnv {
  const file = join(folder, '.env');
  if (existsSync(file)) {
    if (typeof process.loadEnvFile !== 'function') throw new ConfigError(['Reading .env takes Node 20.12 or newer.']);
    process.loadEnvFile(file);
  }
  return process.env;
}

/** Throws a `ConfigError` that lists every mistake. */
export function readConfig(env: Environment): Config {
  const reader = createReader(env);
  const port = reader.whole('PORT', 0, 65_535);
  const production = reader.oneOf('NODE_ENV', nodeEnvironments) === 'production';
  const database = readDatabase(reader);
  const config: Config = {
    port,
    host: reader.matching('HOST', /^[\w.:-]+$/, 'an address or a host name') ?? '',
    production,
    publicUrl: readPublicUrl(reader, port),
    database,
    dataDir: resolve(reader.text('DATA_DIR') ?? ''),
    adminApiKey: reader.secret(
      'ADMIN_API_KEY',
      /^[\x21-\x7e]{32,}$/,
      '32 or more letters, digits and signs, without spaces',
    ),
    admin: readAdmin(reader),
    session: {
      cookieSecure: reader.flagOr('SESSION_COOKIE_SECURE', production),
      idleMinutes: reader.whole('SESSION_IDLE_MINUTES', 1, 10_080),
      maxHours: reader.whole('SESSION_MAX_HOURS', 1, 720),
    },
    ...readSecrets(reader, production, database.kind === 'external'),
    trustProxy: reader.whole('TRUST_PROXY', 0, 10),
    corsOrigins: readOrigins(reader),
    outboundAllowHosts: readAllowedHosts(reader),
    timeZone: readTimeZone(reader),
    mediaQueueBytes: reader.whole('MEDIA_QUEUE_MB', 10, 100_000) * 1024 * 1024,
    mediaStoreBytes: reader.whole('MEDIA_STORE_MB', 1, 1_000_000) * 1024 * 1024,
    typingDelayMs: reader.whole('TYPING_DELAY_MS', 0, 8_000),
    logLevel: reader.oneOf('LOG_LEVEL', logLevels),
    rateLimitPerMinute: {
      perKey: reader.whole('RATE_LIMIT_PER_KEY', 1, 1_000_000),
      perSession: reader.whole('RATE_LIMIT_PER_SESSION', 1, 1_000_000),
      perAddress: reader.whole('RATE_LIMIT_PER_ADDRESS', 1, 1_000_000),
    },
    cache: {
      size: reader.whole('QUERY_CACHE_SIZE', 1, 1_000_000),
      ttlMs: reader.whole('CACHE_TTL', 1_000, 86_400_000),
    },
    sandbox: reader.flag('SANDBOX'),
    whatsapp: readWhatsApp(reader, production),
    warnings: reader.warnings,
  };
  if (reader.mistakes.length > 0) throw new ConfigError(reader.mistakes);
  return freeze(config);
}

function readPublicUrl(reader: Reader, port: number): string {
  const value = reader.text('PUBLIC_URL') ?? reader.fromHost('RENDER_EXTERNAL_URL');
  if (value === undefined) return `http://localhost:${port}`;
  const url = parseUrl(value);
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash || url.username) {
    reader.mistakes.push('PUBLIC_URL takes an address such as https://example.org, without a path.');
  }
  return url?.origin ?? '';
}

function readDatabase(reader: Reader): Config['database'] {
  const insists = reader.flag('EMBEDDED_DATABASE');
  const url = reader.text('DATABASE_URL');
  const supabase = [reader.text('SUPABASE_URL'), reader.text('SUPABASE_SERVICE_ROLE_KEY')];
  const ca = readCertificate(reader, 'DATABASE_CA');
  if (url !== undefined) {
    const mistake = insists ? 'EMBEDDED_DATABASE=true and DATABASE_URL exclude each other.' : databaseUrlMistake(url);
    if (mistake !== undefined) reader.mistakes.push(mistake);
    return { kind: 'external', url, ca };
  }
  if (!insists && supabase.some((value) => value !== undefined)) {
    reader.mistakes.push(
      'SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY are not enough: put the *session pooler* connection string of your ' +
        'project (Connect, Session pooler; it begins with postgresql://) into DATABASE_URL.',
    );
  } else if (!insists && reader.fromHost('RENDER') !== undefined) {
    reader.mistakes.push(
      "DATABASE_URL is required on Render, whose disk does not last: take Supabase's session pooler string or another " +
        'Postgres (EMBEDDED_DATABASE=true insists on the embedded one).',
    );
  }
  return { kind: 'embedded' };
}

function databaseUrlMistake(value: string): string | undefined {
  if (/^https?:/i.test(value)) {
    return (
      'DATABASE_URL takes a connection string that begins with postgresql://, not a web address; with Supabase it is ' +
      'the *session pooler* connection string (Connect, Session pooler).'
    );
  }
  if (!/^postgres(ql)?:\/\//.test(value)) return 'DATABASE_URL takes postgres://… or postgresql://….';
  if (/\[YOUR-PASSWORD\]/i.test(value)) return 'DATABASE_URL still holds [YOUR-PASSWORD]: put the password there.';
  // A socket's folder stands in the query (`postgres://user@/database?host=/run/postgresql`), where `URL` wants a host.
  if (parseUrl(value.replace(/^(\w+:\/\/[^@/?#]*@)(?=[/?])/, '$1host'))) return undefined;
  return 'DATABASE_URL cannot be read: write special characters of the password in percent form, such as %23 for #.';
}

function readAdmin(reader: Reader): Config['admin'] {
  const username = reader.matching('ADMIN_USERNAME', /^[^\p{C}]{1,100}$/u, '1 to 100 characters');
  const password = reader.secret('ADMIN_PASSWORD', /^[^]{8,}$/, '8 or more characters');
  if (password !== undefined && Buffer.byteLength(password) > longestPasswordBytes) {
    reader.mistakes.push(
      `ADMIN_PASSWORD takes at most ${longestPasswordBytes} bytes, of which some characters need two or more.`,
    );
  }
  const isGiven = [reader.text('ADMIN_USERNAME'), reader.text('ADMIN_PASSWORD')].map((value) => value !== undefined);
  if (isGiven[0] !== isGiven[1]) {
    reader.mistakes.push(
      isGiven[0]
        ? 'ADMIN_PASSWORD is missing: ADMIN_USERNAME and ADMIN_PASSWORD are set both, or none of them.'
        : 'ADMIN_USERNAME is missing: ADMIN_USERNAME and ADMIN_PASSWORD are set both, or none of them.',
    );
  }
  return username === undefined || password === undefined ? undefined : { username, password };
}

function readSecrets(
  reader: Reader,
  production: boolean,
  external: boolean,
): Pick<Config, 'sessionSecret' | 'encryptionKey'> {
  const given = reader.text('ENCRYPTION_KEY') !== undefined;
  const sessionSecretGiven = reader.text('SESSION_SECRET') !== undefined;
  const sessionSecret = reader.secret('SESSION_SECRET');
  const encryptionKey = reader.secret('ENCRYPTION_KEY');
  if (external && production && !sessionSecretGiven) {
    reader.mistakes.push('SESSION_SECRET is required with DATABASE_URL in production: 32 or more characters.');
  } else if (external && !given && !sessionSecretGiven) {
    reader.mistakes.push(
      'ENCRYPTION_KEY is required with DATABASE_URL (32 or more characters): without it nothing that is stored ' +
        'encrypted could be read after a restart.',
    );
  }
  if (!external || given || sessionSecret === undefined) return { sessionSecret, encryptionKey };
  reader.warnings.push('ENCRYPTION_KEY is not set: it is derived from SESSION_SECRET, which must then never change.');
  const derived = hkdfSync('sha256', sessionSecret, '', 'switchboard encryption key', 32);
  return { sessionSecret, encryptionKey: Buffer.from(derived).toString('base64url') };
}

function readTimeZone(reader: Reader): string {
  const name = reader.matching(
    'DEFAULT_TIMEZONE',
    /^[A-Za-z][\w/+-]*$/,
    'the name of a time zone such as Asia/Jakarta',
  );
  if (name === undefined) return '';
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    reader.mistakes.push(`DEFAULT_TIMEZONE takes the name of a time zone such as Asia/Jakarta${shown(name)}.`);
    return name;
  }
}

function freeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}
