import type { Request, Response } from 'express';
import type { Actor } from '../../platform/actor.ts';
import { AppError } from '../../platform/errors.ts';
import type { SessionGate } from '../../platform/identify.ts';
import { group, type Service } from '../../platform/lifecycle.ts';
import { createSweep } from '../../platform/sweep.ts';
import { type Admin, type AdminOptions, createAdmin, type Credentials } from './admin.ts';
import { createCsrf, type Csrf, type CsrfOptions } from './csrf.ts';
import { createKnownBrowsers } from './known-browsers.ts';
import { createLoginLimiter } from './login-limiter.ts';
import { createPasswords } from './passwords.ts';
import { proxyAdvice } from './proxy-advice.ts';
import { deleteExpiredSessions } from './session.store.ts';
import { createSessions, type Sessions, type SessionsOptions, type SignedIn } from './sessions.ts';
import { createSetup, type Setup } from './setup.ts';
import { createSignInLog } from './sign-in-log.ts';

/** How a person comes in and goes out. */
export interface SignIn extends Service {
  readonly sessions: Sessions;
  readonly csrf: Csrf;
  readonly setup: Pick<Setup, 'open' | 'path' | 'check'>;
  /** For the routes of the API. */
  readonly gate: SessionGate;
  /** What is wrong with the settings about proxies and https, as far as this request shows it. */
  adviceFor(request: Request): string | undefined;
  /**
   * Errors: `auth.wrong_credentials` (401), `auth.too_many_tries` (429), `auth.not_set_up` (409),
   * `auth.cookie_needs_https` (400).
   */
  signIn(request: Request, response: Response, credentials: Credentials): Promise<SignedIn>;
  signOut(request: Request, response: Response, actor: Actor): Promise<void>;
  /** Ends one session; false when there is none of this id. */
  endSession(sessionId: string, actor: Actor): Promise<boolean>;
  /** Ends every session on every instance; returns how many. */
  signOutEverywhere(actor: Actor): Promise<number>;
  /** Makes the first admin and signs in. Errors: as `Setup.complete`, and `auth.too_many_tries`. */
  setUp(request: Request, response: Response, given: Credentials & { token: string }): Promise<SignedIn>;
}

export interface SignInOptions extends SessionsOptions, Omit<CsrfOptions, 'sessions'>, Omit<AdminOptions, 'passwords'> {
  /** `TRUST_PROXY` */
  trustProxyHops: number;
  /** How often ended sessions are cleared away. */
  sweepMs: number;
}

function wrongCredentials(): AppError {
  return new AppError('auth.wrong_credentials', {
    status: 401,
    detail: 'User name and password do not fit together. Check both and try again.',
  });
}

function notSetUp(): AppError {
  return new AppError('auth.not_set_up', {
    status: 409,
    detail: 'There is no admin yet: open the set-up link that the server printed when it started.',
  });
}

function sessionGate(sessions: Sessions, csrf: Csrf): SessionGate {
  return {
    async callerOf(request, response) {
      await new Promise<void>((resolve, reject) => {
        const next = (error?: unknown): void => {
          if (error instanceof Error) reject(error);
          else resolve();
        };
        void sessions.load(request, response, next);
      });
      const signedIn = sessions.of(request);
      return signedIn && { kind: 'session', sessionId: signedIn.sessionId, username: signedIn.username };
    },
    requireCsrf: (request) => csrf.require(request),
  };
}

export function createSignIn(options: SignInOptions): SignIn {
  const passwords = createPasswords();
  const admin: Admin = createAdmin({ ...options, passwords });
  const sessions = createSessions(options);
  const csrf = createCsrf({ ...options, sessions });
  const setup = createSetup({ ...options, admin, passwords });
  const browsers = createKnownBrowsers(options);
  const told = createSignInLog(options);
  const limiter = createLoginLimiter({ ...options, browsers });
  const sweep = createSweep({
    ...options,
    name: 'sessions',
    intervalMs: options.sweepMs,
    sweep: () => deleteExpiredSessions(options.database),
  });

  function adviceFor(request: Request): string | undefined {
    return proxyAdvice({
      ...options,
      forwardedFor: request.get('x-forwarded-for'),
      forwardedProto: request.get('x-forwarded-proto'),
      isSecure: request.secure,
    });
  }

  /** Before anything is counted or made: the browser would not keep the cookie. */
  function requireCookies(request: Request): void {
    if (!options.cookieSecure || request.secure) return;
    throw new AppError('auth.cookie_needs_https', {
      status: 400,
      detail: adviceFor(request) ?? 'Open the https address.',
    });
  }

  async function welcome(request: Request, response: Response, username: string): Promise<SignedIn> {
    const signedIn = await sessions.signIn(request, response, username);
    browsers.remember(request, response);
    return signedIn;
  }

  return {
    ...group('sign-in', [passwords, admin, sweep]),
    sessions,
    csrf,
    setup,
    adviceFor,
    gate: sessionGate(sessions, csrf),
    async signIn(request, response, credentials) {
      requireCookies(request);
      const isRight = await limiter.run(request, () => admin.matches(credentials));
      if (!isRight) {
        await told.refused(request.ip ?? '');
        throw (await setup.open()) ? notSetUp() : wrongCredentials();
      }
      await told.signedIn(credentials.username, request.ip ?? '');
      return welcome(request, response, credentials.username);
    },
    async signOut(request, response, actor) {
      await told.signedOut(actor);
      await sessions.signOut(request, response);
    },
    async endSession(sessionId, actor) {
      const hasEnded = await sessions.end(sessionId);
      if (hasEnded) await told.signedOut(actor);
      return hasEnded;
    },
    async signOutEverywhere(actor) {
      const ended = await sessions.endAll();
      await told.signedOutEverywhere(actor, ended);
      return ended;
    },
    async setUp(request, response, { token, username, password }) {
      requireCookies(request);
      await limiter.run(request, () => setup.complete(token, { username, password }));
      await told.setUp(username, request.ip ?? '');
      return welcome(request, response, username);
    },
  };
}
