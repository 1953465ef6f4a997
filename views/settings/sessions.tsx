import type { SessionEntry } from '../../src/features/access/access.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { Ago, Time } from '../partials/time.tsx';

export interface SessionsModel {
  /** The last seen first. */
  sessions: readonly SessionEntry[];
  /** That of whoever looks. */
  ownId: string;
}

/** Where somebody is signed in; keeps itself up to date. */
export function SessionsCard({ model }: { model: SessionsModel }) {
  const attributes = live({ id: 'sessions', url: '/ui/settings/sessions', topics: ['sessions'] });
  return (
    <section {...attributes} class="card stack-s" aria-labelledby="sessions-title">
      <div class="card-head">
        <h2 id="sessions-title">Sessions</h2>
        <a class="button" href="/settings/sign-out-everywhere" data-dialog="">
          <Icon name="log-out" />
          Sign out everywhere…
        </a>
      </div>
      <p class="muted">Browsers in which you are signed in. A session ends by itself when nobody uses it.</p>
      <ul class="list sessions">
        {model.sessions.map((session) => (
          <SessionItem key={session.sessionId} session={session} isOwn={session.sessionId === model.ownId} />
        ))}
      </ul>
    </section>
  );
}

function SessionItem({ session, isOwn }: { session: SessionEntry; isOwn: boolean }) {
  const { sessionId, browser, address } = session;
  return (
    <li>
      <Icon name="monitor" />
      <div class="grow">
        <p>
          <bdi>{browser}</bdi> {isOwn && <span class="chip tone-info">This browser</span>}
        </p>
        <p class="muted small">
          <bdi>{address}</bdi> · seen <Ago at={session.lastSeenAt} /> · signed in <Time at={session.createdAt} />
        </p>
      </div>
      {!isOwn && (
        <ActButton id={`end-${sessionId}`} action={`/settings/sessions/${sessionId}/end`}>
          End<span class="visually-hidden"> the session of {browser}</span>
        </ActButton>
      )}
    </li>
  );
}

export function SignOutEverywhereView() {
  return (
    <div class="card form-narrow">
      <div class="stack" data-dialog-content="">
        <h1>Sign out everywhere?</h1>
        <p>Every session ends at once, this one too. Open pages lead to the sign-in; API keys go on working.</p>
        <div class="dialog-buttons">
          <a class="button" href="/settings" data-close="">
            Stay signed in
          </a>
          <ActButton id="sign-out-everywhere" action="/settings/sign-out-everywhere" class="button button-danger">
            Sign out everywhere
          </ActButton>
        </div>
      </div>
    </div>
  );
}
