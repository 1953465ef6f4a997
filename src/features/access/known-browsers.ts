import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { cookieAttributes, cookieName, cookieOf } from '../../platform/cookies.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { signed, unsigned } from '../../platform/signed-value.ts';

/** Browsers in which somebody signed in before. */
export interface KnownBrowsers {
  of(request: Request): string | undefined;
  remember(request: Request, response: Response): void;
}

const yearMs = 365 * 24 * 60 * 60_000;

export function createKnownBrowsers({
  secrets,
  cookieSecure,
}: {
  secrets: Secrets;
  cookieSecure: boolean;
}): KnownBrowsers {
  const name = cookieName('sb_browser', cookieSecure);
  const key = secrets.derive('cookie of known browsers', 32);
  const of = (request: Request): string | undefined => unsigned(cookieOf(request.headers.cookie, name) ?? '', key);
  return {
    of,
    remember(request, response) {
      const id = of(request) ?? randomBytes(16).toString('base64url');
      response.cookie(name, signed(id, key), { ...cookieAttributes(cookieSecure), maxAge: yearMs });
    },
  };
}
