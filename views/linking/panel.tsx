import type { ComponentChildren } from 'preact';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { Notice } from '../partials/notice.tsx';
import { LateAt } from './late-at.tsx';
import { BeginButton } from './buttons.tsx';
import { CodeShown } from './code-shown.tsx';
import { type LinkingModel, type LinkingState, spelled } from './linking-model.ts';
import { Linked } from './linked.tsx';
import { QrShown } from './qr-shown.tsx';
import { Stopped } from './stopped.tsx';

export const panelId = 'linking';

/** Where linking stands; moves on by itself when the phone scans, when a code ends, and when none comes. */
export function LinkingPanel({ model }: { model: LinkingModel }) {
  const { account, by, state } = model;
  const url = `/ui/accounts/${account.id}/linking?by=${by}`;
  return (
    <section
      class="linking"
      aria-label="Linking"
      data-state={state.kind}
      {...live({ id: panelId, url, topics: [`account:${account.id}`] })}
    >
      <p class="visually-hidden" role="status">
        {spoken(model)}
      </p>
      <State model={model} state={state} />
    </section>
  );
}

/** In place of the panel once somebody has deleted the account. */
export function LinkingGone() {
  return (
    <section class="linking" id={panelId} aria-label="Linking" data-state="linked">
      <Notice tone="warn">
        Somebody has deleted this account. <a href="/accounts">Back to the accounts</a>
      </Notice>
    </section>
  );
}

function State({ model, state }: { model: LinkingModel; state: LinkingState }) {
  switch (state.kind) {
    case 'linked':
      return <Linked account={model.account} />;
    case 'starting':
      if (model.by === 'code') return <CodeShown model={model} code={undefined} lateAt={state.lateAt} />;
      return (
        <Waiting title="Getting a code">
          <p>This takes a few seconds.</p>
          <LateAt at={state.lateAt} />
        </Waiting>
      );
    case 'late':
      return (
        <Waiting title="No code yet">
          <p>{state.message}.</p>
          <p>Check that this server reaches the internet.</p>
          <BeginButton model={model} icon="refresh-cw" word="Try again" />
        </Waiting>
      );
    case 'showing':
      return model.by === 'qr' ? (
        <QrShown model={model} qr={state.qr} />
      ) : (
        <CodeShown model={model} code={state.code} />
      );
    case 'stopped':
      return <Stopped model={model} message={state.message} />;
  }
}

function Waiting({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="linking-columns">
      <div class="qr qr-empty" aria-hidden="true">
        <Icon name="qr-code" />
      </div>
      <div class="stack-s">
        <h2>{title}</h2>
        {children}
      </div>
    </div>
  );
}

/** Changes with the state, not with every code. */
function spoken({ account, state, by }: LinkingModel): string {
  switch (state.kind) {
    case 'linked':
      return account.status.status === 'ready' ? `${account.name} is linked and connected.` : 'The phone is linked.';
    case 'starting':
      return 'Getting a code.';
    case 'late':
      return 'There is no code yet.';
    case 'showing':
      if (by === 'qr') return 'A QR code is shown.';
      return state.code ? `The code is ${spelled(state.code.code)}` : 'Enter the number of the phone.';
    case 'stopped':
      return state.message;
  }
}
