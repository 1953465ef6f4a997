import { STATUS_CODES } from 'node:http';
import { AppError, type FieldError } from './errors.ts';

/** An RFC 9457 problem with our members, as every failed call is answered. */
export interface Problem {
  success: false;
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors?: readonly FieldError[];
}

export const internalCode = 'internal';

/** `account.not_connected` -> `Account not connected`. */
export function titleOf(code: string): string {
  if (code === internalCode) return 'Internal error';
  const words = code.replaceAll(/[._]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function problemOf(error: AppError, requestId: string, publicUrl: string): Problem {
  return {
    success: false,
    type: `${publicUrl}/errors#${error.code}`,
    title: titleOf(error.code),
    status: error.status,
    detail: error.detail ?? `${titleOf(error.code)}.`,
    code: error.code,
    requestId,
    ...(error.errors ? { errors: error.errors } : {}),
  };
}

/** Whatever was thrown, as an error that may be shown; unexpected ones become `internal` and keep their cause for the log. */
export function asAnswerable(error: unknown): AppError {
  if (error instanceof AppError && error.status >= 400 && error.status !== 500) return error;
  if (error instanceof URIError) return malformedUrl();
  const status: unknown = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (!(error instanceof AppError) && typeof status === 'number' && status >= 400 && status < 500) {
    return new AppError('request.malformed', {
      status,
      detail: `${STATUS_CODES[status] ?? 'Bad request'}.`,
      cause: error,
    });
  }
  return new AppError(internalCode, {
    status: 500,
    detail: 'Something went wrong on our side. The log has the details under this request id.',
    cause: error,
  });
}

export function malformedUrl(): AppError {
  return new AppError('request.malformed_url', {
    status: 400,
    detail: 'The URL is not well encoded: a % must be followed by two hexadecimal digits that make valid UTF-8.',
  });
}
