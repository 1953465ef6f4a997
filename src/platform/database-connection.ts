import { readFileSync } from 'node:fs';
import { AppError, errorMessage } from './errors.ts';

export interface TlsSettings {
  /** Certificates of the authorities to trust, as PEM; without it those that come with Node. */
  certificateAuthority?: string;
  /** `none` encrypts without knowing to whom. */
  verify: 'certificate-and-host' | 'certificate' | 'none';
}

export interface ConnectionSettings {
  /** A host name, or the directory of a Unix socket. */
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  tls?: TlsSettings;
  /** Start-up options of the server, as some providers ask for (`endpoint=…`). */
  options?: string;
}

const hostInQuery = 'host-in-query.invalid';

function invalid(detail: string): AppError {
  return new AppError('database.url_invalid', { detail });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('DATABASE_URL holds a % that begins no %XX; write a % in the password as %25.');
  }
}

/** PEM text (its line breaks may be written `\n`, as hosts' forms force it), or the path of a file that holds it. */
function readCertificateAuthority(textOrPath: string): string {
  if (textOrPath.includes('-----BEGIN')) return textOrPath.replaceAll('\\n', '\n');
  try {
    const text = readFileSync(textOrPath, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (error) {
    throw invalid(`DATABASE_CA is neither PEM text nor a file that can be read (${errorMessage(error)}).`);
  }
  throw invalid(`DATABASE_CA names ${textOrPath}, which holds no PEM certificate.`);
}

/**
 * `require` verifies certificate and host name, as `pg` does (libpq would not); `no-verify` is pg's word for
 * encryption alone. Without sslmode there is no TLS, as with pg, unless an authority is given.
 */
function tlsSettings(sslmode: string | null, ca: string | undefined): TlsSettings | undefined {
  const trust = ca === undefined ? {} : { certificateAuthority: readCertificateAuthority(ca) };
  switch (sslmode) {
    case 'disable':
    case 'allow':
      return undefined;
    case null:
      return ca === undefined ? undefined : { ...trust, verify: 'certificate-and-host' };
    case 'prefer':
    case 'require':
    case 'verify-full':
      return { ...trust, verify: 'certificate-and-host' };
    case 'verify-ca':
      return { ...trust, verify: 'certificate' };
    case 'no-verify':
      return { verify: 'none' };
    default:
      throw invalid(
        `DATABASE_URL asks for sslmode=${sslmode}; known are disable, require, verify-ca, verify-full and no-verify.`,
      );
  }
}

/**
 * Settings from `DATABASE_URL` and `DATABASE_CA`. Errors (`database.url_invalid`) are one sentence and never contain
 * the URL, which holds a password.
 */
export function connectionFromUrl(databaseUrl: string, databaseCa?: string): ConnectionSettings {
  // A URL may leave the host to its query (`postgres://user@/database?host=/run/postgresql`), which `URL` refuses.
  const text = databaseUrl.replace(/^(\w+:\/\/[^@/?#]*@)(?=[/?]|$)/, `$1${hostInQuery}`);
  if (!URL.canParse(text)) {
    throw invalid(
      'DATABASE_URL is no URL such as postgres://user:password@host:5432/database; special characters in the password are written %XX.',
    );
  }
  const url = new URL(text);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw invalid(`DATABASE_URL begins with ${url.protocol}// but must begin with postgres:// or postgresql://.`);
  }
  const written = url.hostname === hostInQuery ? '' : decode(url.hostname).replace(/^\[(.*)\]$/, '$1');
  const host = url.searchParams.get('host') ?? written;
  const user = decode(url.username);
  if (host === '' || user === '') throw invalid('DATABASE_URL must name a user and a host.');
  const ca = databaseCa ?? url.searchParams.get('sslrootcert') ?? undefined;
  const tls = host.startsWith('/') ? undefined : tlsSettings(url.searchParams.get('sslmode'), ca);
  const options = url.searchParams.get('options');
  return {
    host,
    port: Number(url.port || (url.searchParams.get('port') ?? 5432)),
    user,
    password: decode(url.password),
    database: decode(url.pathname.slice(1)) || user,
    ...(tls && { tls }),
    ...(options !== null && { options }),
  };
}
