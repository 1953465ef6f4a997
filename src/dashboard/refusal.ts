import { AppError } from '../platform/errors.ts';
import type { Refusal } from '../platform/page.ts';

/** Whether the person can do something about it on the same form: what was typed, a conflict, a limit. */
export function isRefusable(error: unknown): error is AppError {
  return error instanceof AppError && [400, 403, 409, 412, 413, 422, 429].includes(error.status);
}

export function refusalOf(error: AppError, values: Readonly<Record<string, string>>): Refusal {
  return {
    message: error.detail ?? error.message,
    fields: error.errors ?? [],
    values,
    status: error.status,
    retryAfterSeconds: error.retryAfterSeconds,
  };
}
