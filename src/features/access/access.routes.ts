import { actorOf } from '../../platform/actor.ts';
import { sendAnswer } from '../../platform/answer.ts';
import { AppError } from '../../platform/errors.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { integer, isoTime, object, required, text } from '../../platform/schema.ts';
import type { SignIn } from './sign-in.ts';
import type { SignedIn } from './sessions.ts';

const tag = 'Sign-in';

const signedInAnswer = object({
  username: required(text({ max: 100 })),
  csrfToken: required(text({ max: 100 }).description('Send it as X-CSRF-Token with everything but GET.')),
  endsAt: required(isoTime().description('When the session ends if nothing is done.')),
});
const endedAnswer = object({ ended: required(integer({ min: 0 }).description('How many sessions have ended.')) });

function signedInJson({ username, csrfToken, endsAt }: SignedIn) {
  return { username, csrfToken, endsAt: endsAt.toISOString() };
}

/** Signing in and out by script; the pages use the same service. */
export function accessRoutes(signIn: SignIn): Route[] {
  const { sessions, csrf } = signIn;
  return [
    defineRoute({
      method: 'POST',
      path: '/auth/login',
      summary: 'Sign in and get the session cookie',
      tag,
      access: 'anonymous',
      body: object({
        username: required(text({ max: 100 })),
        password: required(text({ max: 1_000 })),
      }),
      answer: signedInAnswer,
      produces: ['application/json'],
      errors: ['auth.wrong_credentials', 'auth.too_many_tries', 'auth.not_set_up', 'auth.cookie_needs_https'],
      async stream({ body }, response) {
        // No token, so that a script can sign in with one call. Another site's page cannot: a form sends no JSON, and a
        // script's JSON needs a preflight, which is answered for CORS_ORIGINS only and whose Origin is refused here.
        csrf.requireOurOrigin(response.req);
        sendAnswer(response, { data: signedInJson(await signIn.signIn(response.req, response, body)) });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/auth/logout',
      summary: 'Sign out',
      tag,
      access: 'session',
      answer: endedAnswer,
      produces: ['application/json'],
      async stream(input, response) {
        await signIn.signOut(response.req, response, actorOf(input));
        sendAnswer(response, { data: { ended: 1 } });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/auth/user',
      summary: 'Who is signed in, and until when',
      tag,
      access: 'session',
      answer: signedInAnswer,
      produces: ['application/json'],
      async stream(_input, response) {
        const signedIn = sessions.of(response.req);
        if (!signedIn) throw new AppError('auth.required', { status: 401, detail: 'Sign in first.' });
        sendAnswer(response, { data: signedInJson(signedIn) });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/auth/sign-out-everywhere',
      summary: 'End every session, on every browser',
      tag,
      access: 'admin',
      answer: endedAnswer,
      handle: async (input) => ({ data: { ended: await signIn.signOutEverywhere(actorOf(input)) } }),
    }),
  ];
}
