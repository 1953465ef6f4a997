import { SessionsCard, type SessionsModel, SignOutEverywhereView } from '../../../views/settings/sessions.tsx';
import type { SignIn } from '../../features/access/access.ts';
import { definePage, type Page, type Viewer } from '../../platform/page.ts';
import { object, required, text } from '../../platform/schema.ts';

export interface SessionPageParts {
  signIn: SignIn;
}

const sessionParams = object({ id: required(text({ max: 64, pattern: /^[0-9a-f]{64}$/, patternName: 'a session' })) });

export async function sessionsModel({ signIn }: SessionPageParts, viewer: Viewer | undefined): Promise<SessionsModel> {
  return { sessions: await signIn.sessions.list(), ownId: viewer?.sessionId ?? '' };
}

/** The part of the settings about where somebody is signed in. */
export function sessionPages(parts: SessionPageParts): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/ui/settings/sessions',
      access: 'person',
      async handle({ viewer }) {
        return { kind: 'fragment', body: <SessionsCard model={await sessionsModel(parts, viewer)} /> };
      },
    }),
    definePage({
      method: 'POST',
      path: '/settings/sessions/:id/end',
      access: 'person',
      params: sessionParams,
      form: object({}),
      async handle({ params, actor }) {
        const notice = (await parts.signIn.endSession(params.id, actor))
          ? 'The session has ended.'
          : 'That session had ended already.';
        return { kind: 'redirect', to: '/settings', notice };
      },
    }),
    definePage({
      method: 'GET',
      path: '/settings/sign-out-everywhere',
      access: 'person',
      handle: () =>
        Promise.resolve({
          kind: 'page',
          title: 'Sign out everywhere',
          section: 'settings',
          body: <SignOutEverywhereView />,
        }),
    }),
    definePage({
      method: 'POST',
      path: '/settings/sign-out-everywhere',
      access: 'person',
      form: object({}),
      async handle({ actor }) {
        await parts.signIn.signOutEverywhere(actor);
        return { kind: 'redirect', to: '/login' };
      },
    }),
  ];
}
