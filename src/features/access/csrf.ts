import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { cookieAttributes, cookieName, cookieOf } from '../../platform/cookies.ts';
import { AppError } from '../../platform/errors.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { equalInConstantTime, macOf, signed, unsigned } from '../../platform/signed-value.ts';
import type { Sessions } from './sessions.ts';

export interface Csrf {
  /** What the forms of this page must send back: the session's token, or that of a visitor, who gets a cookie for it. */
  tokenFor(request: Request, response: Response): string;
  /** Throws 403 unless the token (`X-CSRF-Token`, or the form's field `_csrf`) and the origin are ours. */
  require(request: Request, field?: string): void;
  /** Throws 403 when the browser says that another site sent this. */
  requireOurOrigin(request: Request): void;
}

export interface CsrfOptions {
  sessions: Pick<Sessions, 'of'>;
  secrets: Secrets;
  cookieSecure: boolean;
  publicUrl: string;
}

function refusal(sentence: string): AppError {
  return new AppError('auth.csrf', { status: 403, detail: sentence });
}

/** A form's page keeps its address and what was typed; only its token is old. */
const wrongToken =
  'This form no longer belongs to your session, or it came without the token that proves where it was made. Open the ' +
  'page again and send it once more; a script sends the token of its sign-in as X-CSRF-Token.';
const foreignOrigin = 'This request was made by a page of another site. Open Switchboard itself and try there.';

/** Two proofs that a request was made by a page of ours: a token that others cannot know, and what the browser says. */
export function createCsrf({ sessions, secrets, cookieSecure: secure, publicUrl }: CsrfOptions): Csrf {
  const name = cookieName('sb_visitor', secure);
  const cookieKey = secrets.derive('cookie of visitors', 32);
  const tokenKey = secrets.derive('csrf of visitors', 32);

  function visitorOf(request: Request): string | undefined {
    return unsigned(cookieOf(request.headers.cookie, name) ?? '', cookieKey);
  }

  function expectedToken(request: Request): string | undefined {
    const signedIn = sessions.of(request);
    if (signedIn) return signedIn.csrfToken;
    const visitor = visitorOf(request);
    return visitor === undefined ? undefined : macOf(visitor, tokenKey);
  }

  function isOurs(origin: string, request: Request): boolean {
    if (!URL.canParse(origin)) return false;
    const { host, protocol, origin: given } = new URL(origin);
    const here = `${protocol}//${request.host}`;
    return given === publicUrl || (URL.canParse(here) && new URL(here).host === host);
  }

  function requireOurOrigin(request: Request): void {
    const site = request.get('sec-fetch-site');
    const origin = request.get('origin');
    if (site !== undefined && site !== 'same-origin' && site !== 'none') throw refusal(foreignOrigin);
    if (origin !== undefined && !isOurs(origin, request)) throw refusal(foreignOrigin);
  }

  return {
    requireOurOrigin,
    tokenFor(request, response) {
      const expected = expectedToken(request);
      if (expected !== undefined) return expected;
      const visitor = randomBytes(16).toString('base64url');
      response.cookie(name, signed(visitor, cookieKey), cookieAttributes(secure));
      return macOf(visitor, tokenKey);
    },
    require(request, field) {
      requireOurOrigin(request);
      const given = request.get('x-csrf-token') ?? field ?? '';
      const expected = expectedToken(request);
      if (expected === undefined || !equalInConstantTime(given, expected)) throw refusal(wrongToken);
    },
  };
}
