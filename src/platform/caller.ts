import { AppError, invalidField } from './errors.ts';

/** `keyName` is what people know a key by: its name, or its prefix and last four characters. */
export type Caller =
  | { kind: 'anonymous' }
  | { kind: 'account'; accountId: string; keyId: string; keyName: string }
  | { kind: 'admin'; keyId: string; keyName: string };

export type Access = 'anonymous' | 'account' | 'admin';

/** Throws 401 or 403 when the caller may not use a route with this access. Data of other accounts is the route's matter. */
export function requireAccess(caller: Caller, access: Access): void {
  if (access === 'anonymous') return;
  if (caller.kind === 'anonymous') {
    throw new AppError('auth.required', {
      status: 401,
      detail: 'Send a valid API key in the header Authorization: Bearer, X-API-Key or apikey.',
    });
  }
  if (access === 'admin' && caller.kind !== 'admin') {
    throw new AppError('auth.forbidden', {
      status: 403,
      detail: 'This needs an admin key; an account key is not enough.',
    });
  }
}

/**
 * The account that a call is about: an account key's own, which may be left out; an admin key names one, else 422. Another
 * account than the key's is answered as if it did not exist.
 */
export function accountOf(caller: Caller, named: string | undefined): string {
  requireAccess(caller, 'account');
  if (caller.kind !== 'account') {
    if (named === undefined) throw invalidField('accountId', 'is required with an admin key');
    return named;
  }
  if (named !== undefined && named !== caller.accountId) {
    throw new AppError('account.not_found', { status: 404, detail: 'There is no such account.' });
  }
  return caller.accountId;
}
