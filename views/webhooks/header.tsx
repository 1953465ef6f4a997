import type { ComponentChildren } from 'preact';
import type { Webhook } from '../../src/features/webhooks/webhooks.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { Gone } from '../partials/gone.tsx';
import { Notice } from '../partials/notice.tsx';
import { KindChip } from '../partials/status.tsx';
import { Ago } from '../partials/time.tsx';
import type { OwnerModel } from '../partials/webhook-rows.tsx';
import { HealthChip, hostOf, SuccessBar } from '../partials/webhook-state.tsx';

/** What every page of one webhook shows of it. */
export interface WebhookModel {
  webhook: Webhook;
  owner: OwnerModel;
}

export const webhookHeaderId = 'webhook-header';

const tabs = [
  { tab: 'deliveries', path: '', word: 'Deliveries' },
  { tab: 'events', path: '/events', word: 'Events' },
  { tab: 'test', path: '/test', word: 'Test' },
  { tab: 'settings', path: '/settings', word: 'Settings' },
] as const;

interface WebhookPageProps {
  model: WebhookModel;
  tab: (typeof tabs)[number]['tab'];
  children: ComponentChildren;
}

export function WebhookPage({ model, tab, children }: WebhookPageProps) {
  const { id } = model.webhook;
  return (
    <>
      <WebhookHeader model={model} />
      <nav class="tabs" aria-label="Webhook">
        {tabs.map((each) => (
          <a key={each.tab} href={`/webhooks/${id}${each.path}`} aria-current={each.tab === tab ? 'page' : undefined}>
            {each.word}
          </a>
        ))}
      </nav>
      {children}
    </>
  );
}

/** Where it leads, how it is, and what to do about it. */
export function WebhookHeader({ model: { webhook, owner } }: { model: WebhookModel }) {
  const { id, url, accountId, health, healthMessage, lastSuccessAt, lastFailureAt, waiting, dead } = webhook;
  const topics = [`webhook:${id}`, `webhooks:${accountId}`];
  return (
    <header class="stack-s" {...live({ id: webhookHeaderId, url: `/ui/webhooks/${id}/header`, topics })}>
      <div class="webhook-top">
        <div class="grow">
          <h1>
            <bdi>{hostOf(url)}</bdi>
          </h1>
          <p class="row muted">
            Webhook of{' '}
            <a href={`/accounts/${owner.id}`}>
              <bdi>{owner.name}</bdi>
            </a>
            <KindChip kind={owner.kind} />
          </p>
        </div>
        {health === 'paused' ? (
          <ActButton id="switch-on" action={`/webhooks/${id}/resume`} class="button button-primary">
            <Icon name="play" />
            Switch on
          </ActButton>
        ) : (
          <ActButton id="pause" action={`/webhooks/${id}/pause`}>
            <Icon name="pause" />
            Pause
          </ActButton>
        )}
      </div>
      <div class="row">
        <HealthChip webhook={webhook} />
        {healthMessage !== null && <p>{healthMessage}</p>}
      </div>
      {webhook.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      <dl class="webhook-facts">
        <div>
          <dt>Success in 24 h</dt>
          <dd>
            <SuccessBar rate={webhook.successRate24h} />
          </dd>
        </div>
        <Fact word="Waiting">{waiting.toLocaleString('en-GB')}</Fact>
        <Fact word="Dead">{dead.toLocaleString('en-GB')}</Fact>
        <Fact word="Last success">{lastSuccessAt === null ? 'Never' : <Ago at={lastSuccessAt} />}</Fact>
        {lastFailureAt !== null && (
          <Fact word="Last failure">
            <Ago at={lastFailureAt} />
          </Fact>
        )}
      </dl>
    </header>
  );
}

function Fact({ word, children }: { word: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** In place of a part of its page once somebody has deleted the webhook. */
export function WebhookGone({ id }: { id: string }) {
  return <Gone id={id} saidBy={webhookHeaderId} what="webhook" listPath="/webhooks" />;
}
