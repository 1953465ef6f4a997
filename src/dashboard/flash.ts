import type { Request } from 'express';
import type { SessionData } from 'express-session';
import type { OneTimeSecret, PageNotice } from '../platform/page.ts';
import type { Secrets } from '../platform/secrets.ts';

declare module 'express-session' {
  interface SessionData {
    left?: { notice: PageNotice | undefined; secret: { name: string; sealed: string } | undefined };
  }
}

type Stored = NonNullable<SessionData['left']>;

/** What one answer leaves for the next page of the same browser. */
export interface Left {
  notice?: PageNotice | undefined;
  once?: OneTimeSecret | undefined;
}

export interface Flash {
  leave(request: Request, left: Left): Promise<void>;
  /** Gives it once. */
  take(request: Request): Promise<Left>;
}

/** Kept in the session, a secret sealed for that session only, so that it also arrives when another instance answers. */
export function createFlash(secrets: Secrets): Flash {
  const placeOf = ({ sessionID }: Request) => ({ table: 'session', row: sessionID, column: 'sess' });
  return {
    async leave(request, { notice, once }) {
      const sealed: Stored['secret'] = once && {
        name: once.name,
        sealed: secrets.seal(once.value, placeOf(request)).toString('base64'),
      };
      request.session.left = { notice, secret: sealed };
      await saved(request);
    },
    async take(request) {
      const { left } = request.session;
      if (!left) return {};
      delete request.session.left;
      // Before it is shown: a second page at the same moment must not show it again.
      await saved(request);
      const { notice, secret } = left;
      if (!secret) return { notice };
      const value = secrets.openText(Buffer.from(secret.sealed, 'base64'), placeOf(request));
      return { notice, once: { name: secret.name, value } };
    },
  };
}

function saved({ session }: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    session.save((error: unknown) => {
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error('The session was not stored', { cause: error }));
    });
  });
}
