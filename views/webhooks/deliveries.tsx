import type { Delivery, DeliveryStatus } from '../../src/features/webhooks/webhooks.ts';
import { Empty } from '../partials/empty.tsx';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { Ago } from '../partials/time.tsx';
import { DeliveryChip, Outcome } from './delivery-status.tsx';
import { type WebhookModel, WebhookPage } from './header.tsx';
import { SecretCard } from './secret.tsx';

export interface DeliveriesModel extends WebhookModel {
  status: DeliveryStatus | undefined;
  /** The place after which this page begins, and that of the next one. */
  before: number | undefined;
  older: number | null;
  deliveries: readonly Delivery[];
  /** Why deliveries were given up; only where those are shown. */
  errors: readonly { error: string; count: number }[];
}

export const deliveriesId = 'deliveries';

export function DeliveriesView({ model }: { model: DeliveriesModel }) {
  const { webhook } = model;
  return (
    <WebhookPage model={model} tab="deliveries">
      <SecretCard webhookId={webhook.id} />
      <div class="row deliveries-head">
        <nav class="segments" aria-label="Status">
          {filters.map(({ status, word }) => (
            <a
              key={word}
              href={addressOf(`/webhooks/${webhook.id}`, { status })}
              aria-current={status === model.status ? 'true' : undefined}
            >
              {word}
            </a>
          ))}
        </nav>
        <span class="row">
          <a class="button" href={`/webhooks/${webhook.id}/recover`} data-dialog="">
            <Icon name="undo-2" />
            Recover failed…
          </a>
          <a class="button" href={`/webhooks/${webhook.id}/replay`} data-dialog="">
            <Icon name="history" />
            Replay…
          </a>
        </span>
      </div>
      <DeliveryList model={model} />
    </WebhookPage>
  );
}

const filters: readonly { status: DeliveryStatus | undefined; word: string }[] = [
  { status: undefined, word: 'All' },
  { status: 'waiting', word: 'Waiting' },
  { status: 'retrying', word: 'Retrying' },
  { status: 'delivered', word: 'Delivered' },
  { status: 'dead', word: 'Dead' },
];

function addressOf(
  path: string,
  { status, before }: { status: DeliveryStatus | undefined; before?: number | undefined },
) {
  const query = new URLSearchParams();
  if (status !== undefined) query.set('status', status);
  if (before !== undefined) query.set('before', String(before));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** The newest events first; keeps still while somebody is at it. */
export function DeliveryList({ model }: { model: DeliveriesModel }) {
  const { webhook, status, before, older, deliveries, errors } = model;
  const path = `/webhooks/${webhook.id}`;
  const url = addressOf(`/ui${path}/deliveries`, { status, before });
  const topics = [`webhook:${webhook.id}`, `webhooks:${webhook.accountId}`];
  const back = addressOf(path, { status, before });
  return (
    <section aria-label="Deliveries" class="stack-s" data-steady="" {...live({ id: deliveriesId, url, topics })}>
      {errors.length > 0 && <Errors errors={errors} />}
      <div class="card card-flush">
        {deliveries.length === 0 ? (
          <Nothing status={status} isContinued={before !== undefined} />
        ) : (
          <ol class="list delivery-list">
            {deliveries.map((delivery) => (
              <Entry key={delivery.id} delivery={delivery} paused={!webhook.active} back={back} />
            ))}
          </ol>
        )}
      </div>
      {(older !== null || before !== undefined) && (
        <nav class="pager" aria-label="Pages">
          {before === undefined ? <span /> : <a href={addressOf(path, { status })}>Newest</a>}
          {older !== null && <a href={addressOf(path, { status, before: older })}>Older</a>}
        </nav>
      )}
    </section>
  );
}

function Entry({ delivery, paused, back }: { delivery: Delivery; paused: boolean; back: string }) {
  const { id, webhookId, eventId, event, status, attempts, replay, createdAt } = delivery;
  const address = `/webhooks/${webhookId}/deliveries/${id}`;
  return (
    <li id={id}>
      <DeliveryChip status={status} />
      <div class="grow">
        <p class="row">
          <a class="delivery-event" href={address}>
            <code>{event}</code>
            <span class="visually-hidden"> {eventId}</span>
          </a>
          {replay && <span class="chip">Sent again</span>}
        </p>
        <p class="muted small">
          <Outcome delivery={delivery} paused={paused} />
        </p>
      </div>
      <p class="muted small delivery-when">
        <Ago at={createdAt} />
        <span class="delivery-attempts">{attemptsInWords(attempts)}</span>
      </p>
      <ActButton id={`resend-${id}`} action={`${address}/resend`} fields={{ back }}>
        <Icon name="refresh-cw" />
        Resend
        <span class="visually-hidden"> {eventId}</span>
      </ActButton>
    </li>
  );
}

export function attemptsInWords(attempts: number): string {
  if (attempts === 0) return 'no attempt';
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}

function Errors({ errors }: Pick<DeliveriesModel, 'errors'>) {
  return (
    <section class="card card-flush" aria-labelledby="errors-title">
      <h2 class="section-title" id="errors-title">
        Why they were given up
      </h2>
      <ul class="list">
        {errors.map(({ error, count }) => (
          <li key={error}>
            <span class="grow">{error}</span>
            <span class="figures">{count.toLocaleString('en-GB')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const nothing: Record<DeliveryStatus, string> = {
  waiting: 'Nothing waits for its first attempt.',
  retrying: 'Nothing has failed that is tried again.',
  delivered: 'Nothing was delivered within the last 7 days.',
  dead: 'Nothing was given up within the last 7 days.',
};

function Nothing({ status, isContinued }: { status: DeliveryStatus | undefined; isContinued: boolean }) {
  if (isContinued)
    return (
      <Empty icon="inbox" title="No more deliveries">
        This was the last page.
      </Empty>
    );
  if (status === undefined) {
    return (
      <Empty icon="inbox" title="No deliveries yet">
        As soon as something happens that this webhook wants, it stands here and is sent.
      </Empty>
    );
  }
  return (
    <Empty icon="check" title="None">
      {nothing[status]}
    </Empty>
  );
}
