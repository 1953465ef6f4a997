import { type LoginModel, LoginView } from '../../../views/access/login.tsx';
import { SetupView } from '../../../views/access/setup.tsx';
import type { SignIn } from '../../features/access/access.ts';
import { AppError, isAppError } from '../../platform/errors.ts';
import { definePage, type Page, type PageAnswer, type PageInput, type Refusal } from '../../platform/page.ts';
import { name, object, required, text } from '../../platform/schema.ts';
import { ownPath } from '../own-path.ts';

export interface AccessPageParts {
  signIn: SignIn;
}

type Http = Pick<PageInput<unknown, unknown, unknown>, 'http'>;

const path = text({ max: 2_000, min: 0 });
const token = text({ max: 100 });
const username = required(name({ max: 100 }));

/** Where to go after the sign-in; not in a circle, and not to a part of a page. */
function wayOn(next: string | undefined): string {
  const path = ownPath(next, '/');
  return /^\/(login|setup|logout|ui)\b/.test(path) ? '/' : path;
}

/** Signing in and out, and the page of the one-time link. */
export function accessPages({ signIn }: AccessPageParts): Page[] {
  return [...loginPages(signIn), ...setupPages(signIn), logoutPage(signIn)];
}

function loginPages(signIn: SignIn): Page[] {
  async function login({ http }: Http, model: Partial<LoginModel>, status = 200): Promise<PageAnswer> {
    const whole: LoginModel = {
      next: '/',
      ended: false,
      needsSetup: await signIn.setup.open(),
      advice: signIn.adviceFor(http.request),
      problem: undefined,
      waitSeconds: undefined,
      ...model,
    };
    return { kind: 'page', title: 'Sign in', section: 'none', status, body: <LoginView model={whole} /> };
  }

  return [
    definePage({
      method: 'GET',
      path: '/login',
      access: 'visitor',
      query: object({ next: path, ended: path }),
      async handle({ query, viewer, http }) {
        const next = wayOn(query.next);
        if (viewer) return { kind: 'redirect', to: next };
        return login({ http }, { next, ended: query.ended === '1' });
      },
    }),
    definePage({
      method: 'POST',
      path: '/login',
      access: 'visitor',
      form: object({ username, password: required(text({ max: 1_000 })), next: path }),
      async handle({ form, http: { request, response } }) {
        try {
          await signIn.signIn(request, response, form);
        } catch (error) {
          // 401 would tell the page's script that a session has ended.
          if (!isAppError(error, 'auth.wrong_credentials')) throw error;
          throw new AppError(error.code, { status: 422, detail: error.message });
        }
        return { kind: 'redirect', to: wayOn(form.next) };
      },
      refused: (input, refusal) =>
        login(
          input,
          { next: wayOn(refusal.values['next']), problem: refusal, waitSeconds: refusal.retryAfterSeconds },
          refusal.status,
        ),
    }),
  ];
}

function setupPages(signIn: SignIn): Page[] {
  function setup({ http }: Http, given: string, problem?: Refusal): PageAnswer {
    const model = { token: given, advice: signIn.adviceFor(http.request), problem };
    const body = <SetupView model={model} />;
    return { kind: 'page', title: 'Choose the admin', section: 'none', status: problem?.status ?? 200, body };
  }

  return [
    definePage({
      method: 'GET',
      path: '/setup',
      access: 'visitor',
      query: object({ token }),
      async handle({ query, http }) {
        if (!(await signIn.setup.open())) return { kind: 'redirect', to: '/login' };
        await signIn.setup.check(query.token ?? '');
        return setup({ http }, query.token ?? '');
      },
    }),
    definePage({
      method: 'POST',
      path: '/setup',
      access: 'visitor',
      form: object({ token: required(token), username, password: required(text({ min: 8, max: 1_000 })) }),
      async handle({ form, http: { request, response } }) {
        await signIn.setUp(request, response, form);
        return { kind: 'redirect', to: '/' };
      },
      refused: async (input, refusal) => setup(input, refusal.values['token'] ?? '', refusal),
    }),
  ];
}

function logoutPage(signIn: SignIn): Page {
  return definePage({
    method: 'POST',
    path: '/logout',
    access: 'person',
    form: object({}),
    async handle({ actor, http: { request, response } }) {
      await signIn.signOut(request, response, actor);
      return { kind: 'redirect', to: '/login' };
    },
  });
}
