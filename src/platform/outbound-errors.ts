import { AppError } from './errors.ts';

/** Bodies and header values never get into a sentence, nor does more of a URL than its host. */
export function invalidUrl(detail: string): AppError {
  return new AppError('outbound.invalid_url', { status: 422, detail });
}

export function invalidHeader(name: string): AppError {
  return new AppError('outbound.invalid_header', {
    status: 422,
    detail: `The header ${/^[\w-]{1,64}$/.test(name) ? name : '(its name is not valid)'} cannot be sent.`,
  });
}

export function privateAddress(host: string): AppError {
  return new AppError('outbound.private_address', {
    status: 422,
    detail:
      `${host} is on a private, local or reserved address, which is not reached from here. ` +
      `If it is meant to be, add it to OUTBOUND_ALLOW_HOSTS.`,
  });
}

export function timedOut(host: string, what: string, ms: number): AppError {
  return new AppError('outbound.timeout', {
    status: 504,
    detail: `${host} ${what} within ${ms / 1_000} s.`,
    retryable: true,
  });
}

export function tooLarge(host: string, limitBytes: number): AppError {
  const limit = limitBytes >= 1_000_000 ? `${limitBytes / 1_000_000} MB` : `${limitBytes / 1_000} kB`;
  return new AppError('outbound.too_large', { status: 502, detail: `The answer of ${host} is larger than ${limit}.` });
}

export function redirected(host: string, why: string): AppError {
  return new AppError('outbound.redirected', { status: 502, detail: `${host} redirects ${why}.` });
}

export function invalidAnswer(host: string, why: string): AppError {
  return new AppError('outbound.invalid_answer', { status: 502, detail: `The answer of ${host} ${why}.` });
}

function unreachable(host: string, why: string, error: unknown, retryable: boolean): AppError {
  return new AppError('outbound.unreachable', { status: 502, detail: `${host} ${why}.`, retryable, cause: error });
}

const whyUnreachable: Readonly<Record<string, string>> = {
  ENOTFOUND: 'was not found: there is no such name',
  EAI_AGAIN: 'was not found: the name server does not answer',
  ECONNREFUSED: 'refuses the connection',
  EHOSTUNREACH: 'cannot be reached: no way leads there',
  ENETUNREACH: 'cannot be reached: no way leads there',
  EADDRNOTAVAIL: 'cannot be reached: no way leads there',
};

/** The first code that an error, what caused it or what it gathers carries. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const inner = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error.cause];
  return inner.map(codeOf).find((code) => code !== '') ?? '';
}

/** Whether Node's parser (llhttp) could not read the answer. */
export function isNoHttp(error: unknown): boolean {
  return codeOf(error).startsWith('HPE_');
}

/** What a look-up, a connection or an exchange ended with, as an error of ours. `host` as in the URL, with its port. */
export function outboundError(host: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (code === 'ETIMEDOUT') {
    return new AppError('outbound.timeout', { status: 504, detail: `${host} does not answer.`, retryable: true });
  }
  if (/^(CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/.test(code)) {
    return unreachable(host, `shows a certificate that is not valid for it (${code})`, error, false);
  }
  if (/^(ERR_SSL_|EPROTO$)/.test(code)) return unreachable(host, `does not speak TLS as https needs`, error, false);
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new AppError('outbound.too_large', { status: 502, detail: `The answer of ${host} has too many headers.` });
  }
  // Without the cause: it holds bytes of the answer.
  if (isNoHttp(error)) return invalidAnswer(host, 'is not HTTP');
  const why = whyUnreachable[code] ?? 'closed the connection before its answer was complete';
  return unreachable(host, why, error, true);
}
