export interface FieldError {
  /** Path of the field as the caller wrote it, such as `settings.pacing.preset`. */
  field: string;
  message: string;
}

export interface AppErrorOptions {
  /** HTTP status with which this error is answered; 500 when it never reaches a caller. */
  status?: number;
  /** What happened and what to do, for a person. Never contains a secret or a message's text. */
  detail?: string;
  /** Whether the same call may succeed later without a change. */
  retryable?: boolean;
  /** Seconds after which the caller may try again; sent as `Retry-After`. */
  retryAfterSeconds?: number;
  errors?: readonly FieldError[];
  cause?: unknown;
}

/** An error with a stable code (`account.not_found`). One place, `http.ts`, turns it into an HTTP answer. */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly errors: readonly FieldError[] | undefined;

  constructor(code: string, options: AppErrorOptions = {}) {
    super(options.detail ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = options.status ?? 500;
    this.detail = options.detail;
    this.retryable = options.retryable ?? false;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.errors = options.errors;
  }
}

export function isAppError(error: unknown, code?: string): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}

/** The request does not fit; answered with 422 and the field's name. */
export function invalidField(field: string, message: string): AppError {
  return new AppError('request.invalid', {
    status: 422,
    detail: `${field} ${message}`,
    errors: [{ field, message }],
  });
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
