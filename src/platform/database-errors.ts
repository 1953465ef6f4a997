import { AppError, errorMessage, isAppError } from './errors.ts';

/**
 * SQLSTATE (Postgres manual, appendix A): 08 connection, 53 out of resources (53300 too many connections),
 * 57P01-57P05 the server ends or refuses the session, 25P03 it ends one that is silent in a transaction, 25006 read-only,
 * 58030 I/O error, 26000 and 42P05 a pooler has given us the connection of somebody else in the midst of our statements.
 */
const unavailableStates = /^(08...|53...|57P0[1235]|25006|25P03|26000|42P05|58030)$/;

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

const unavailableMessages = [
  /^Connection terminated/,
  /^timeout expired$/, // connecting took too long
  /^Query read timeout$/,
  /not queryable$/,
  /max clients reached/i, // Supabase's pooler
  /^cached plan must not change result type$/, // a column has another type since the statement was prepared
];

export function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = errorCode(error) ?? '';
  if (unavailableStates.test(code) || networkCodes.has(code)) return true;
  // No socket file yet: the server on this machine is still starting.
  if (code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') return true;
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isConnectionError);
  return unavailableMessages.some((pattern) => pattern.test(error.message));
}

/** The server has no connection left for us; waiting may help. */
export function isServerFull(error: unknown): boolean {
  return errorCode(error) === '53300' || (error instanceof Error && /max clients reached/i.test(error.message));
}

/** Nothing is wrong with the statement: the database could not be reached, or could not write. Later it may work. */
export function isUnavailable(error: unknown): boolean {
  return isAppError(error, 'database.unavailable') || isConnectionError(error);
}

export function unavailable(detail: string, cause?: unknown): AppError {
  return new AppError('database.unavailable', { status: 503, retryable: true, retryAfterSeconds: 2, detail, cause });
}

/** Errors of the connection become `database.unavailable`; every other error stays what it is. */
export function asDatabaseError(error: unknown): unknown {
  if (isAppError(error) || !isConnectionError(error)) return error;
  return unavailable('The database cannot be reached at the moment; please try again.', error);
}

function isTlsVerificationError(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|ERR_TLS_CERT|HOSTNAME_MISMATCH)/.test(code);
}

export interface ConnectionNames {
  host: string;
  port: number;
  user: string;
  database: string;
}

/** One sentence with the way out, for mistakes that waiting cannot repair; undefined for everything else. */
export function explainRefusal(error: unknown, to: ConnectionNames): AppError | undefined {
  const place = `${to.host}:${String(to.port)}`;
  const refusal = (code: string, detail: string): AppError => new AppError(code, { detail, cause: error });
  if (isTlsVerificationError(error)) {
    return refusal(
      'database.tls_not_verified',
      errorCode(error) === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? `The TLS certificate of the database at ${place} is for another host name; use the name it was made for in DATABASE_URL, or sslmode=verify-ca with DATABASE_CA.`
        : `The TLS certificate of the database at ${place} could not be verified (${errorMessage(error)}); if your provider has its own certificate authority, set DATABASE_CA to its certificate (PEM text or file).`,
    );
  }
  switch (errorCode(error)) {
    case '28P01':
      return refusal(
        'database.login_refused',
        `The database at ${place} refused the password of user "${to.user}"; correct it in DATABASE_URL (special characters are written %XX there).`,
      );
    case '28000':
      return refusal(
        'database.login_refused',
        `The database at ${place} refused user "${to.user}" (${errorMessage(error)}); correct DATABASE_URL, or add ?sslmode=require to it when the server wants TLS.`,
      );
    case '3D000':
      return refusal(
        'database.unknown',
        `There is no database "${to.database}" at ${place}; create it, or correct the name in DATABASE_URL.`,
      );
    case undefined:
    default:
      return error instanceof Error && error.message === 'The server does not support SSL connections'
        ? refusal(
            'database.tls_not_offered',
            `The database at ${place} offers no TLS, but DATABASE_URL asks for it; remove sslmode from DATABASE_URL if the network between is private.`,
          )
        : undefined;
  }
}
