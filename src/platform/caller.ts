import { AppError, invalidField } from './errors.ts';

/** `keyName` is what people know a key by: its name, or its prefix and last four characters. */
export type Caller =
  | { kind: 'anonymous' }
  | { kind: 'account'; accountId: string; keyId: string; keyName: string }
  | { kind: 'admin'; keyId: string; keyName: string }
  /** A person in a browser, who may do all that an admin key may. `sessionId` is no secret: it opens nothing. */
  | { kind: 'session'; sessionId: string; username: string };

/** session: a signed-in person only, for what a key does not have. */
export type Access = 'anonymous' | 'account' | 'admin' | 'session';

export function isOperator(caller: Caller): boolean {
  return caller.kind === 'admin' || caller.kind === 'session';
}

/** Throws 401 or 403 when the caller may not use a route with this access. Data of other accounts is the route's matter. */
export function requireAccess(caller: Caller, access: Access): void {
  if (access === 'anonymous') return;
  if (caller.kind === 'anonymous') {
    throw new AppError('auth.required', {
      status: 401,
      detail: 'Send a valid API key in the header Authorization: Bearer, X-API-Key or apikey, or sign in.',
    });
  }
  if (access === 'session' && caller.kind !== 'session') {
    throw new AppError('auth.session_required', {
      status: 403,
      detail: 'This is about the session of a signed-in person; a key has none.',
    });
  }
  if (access === 'admin' && !isOperator(caller)) {
    throw new AppError('auth.forbidden', {
      status: 403,
      detail: 'This needs an admin key; an account key is not enough.',
    });
  }
}

/**
 * The account that a call is about: an account key's own, which may be left out; an operator names one, else 422. Another
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
