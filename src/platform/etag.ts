import { createHash } from 'node:crypto';
import { AppError } from './errors.ts';

/** A strong tag of the content: equal values give equal tags. */
export function etagOf(value: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)}"`;
}

function listed(header: string, etag: string): boolean {
  return header.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag);
}

/** Throws 412 when the caller's `If-Match` names another state than the present one. Without the header all is well. */
export function requireMatch(ifMatch: string | undefined, etag: string): void {
  if (ifMatch === undefined || listed(ifMatch, etag)) return;
  throw new AppError('request.stale', {
    status: 412,
    detail: 'This was changed since you read it. Read it again and repeat the change with its new ETag.',
  });
}

export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && listed(ifNoneMatch, etag);
}
