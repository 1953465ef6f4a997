import type { DeliveryDetails } from '../../src/features/webhooks/webhooks.ts';
import { Code } from '../partials/code.tsx';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { Time } from '../partials/time.tsx';
import { attemptsInWords } from './deliveries.tsx';
import { DeliveryChip, Outcome } from './delivery-status.tsx';
import { hostOf } from '../partials/webhook-state.tsx';
import type { WebhookModel } from './header.tsx';

export interface DeliveryModel extends WebhookModel {
  delivery: DeliveryDetails;
}

export const deliveryId = 'delivery';
/** Of a body and of each answer; the API has all of it. */
const mostShown = 12_000;
const mostOfAnswer = 2_000;

/** One delivery: what was sent, and every attempt with its answer. */
export function DeliveryView({ model }: { model: DeliveryModel }) {
  const { webhook, delivery, owner } = model;
  const { id, event } = delivery;
  const here = `/webhooks/${webhook.id}/deliveries/${id}`;
  return (
    <>
      <p>
        <a class="with-icon" href={`/webhooks/${webhook.id}`}>
          <Icon name="arrow-left" />
          Deliveries to {hostOf(webhook.url)}
        </a>
      </p>
      <div class="page-head">
        <div>
          <h1>
            <code>{event}</code>
          </h1>
          <p>
            A delivery of <bdi>{owner.name}</bdi> to <bdi>{hostOf(webhook.url)}</bdi>
          </p>
        </div>
        <ActButton id="resend" action={`${here}/resend`} fields={{ back: here }} class="button button-primary">
          <Icon name="refresh-cw" />
          Resend
        </ActButton>
      </div>
      <DeliveryState model={model} />
      <Body delivery={delivery} />
    </>
  );
}

/** What changes while somebody looks. */
export function DeliveryState({ model: { webhook, delivery } }: { model: DeliveryModel }) {
  const { id, eventId, status, attempts, replay, createdAt, endedAt, log } = delivery;
  const url = `/ui/webhooks/${webhook.id}/deliveries/${id}`;
  const topics = [`webhook:${webhook.id}`, `webhooks:${webhook.accountId}`];
  return (
    <div class="stack" {...live({ id: deliveryId, url, topics })}>
      <section class="card stack-s" aria-label="State">
        <div class="row">
          <DeliveryChip status={status} />
          <p>
            <Outcome delivery={delivery} paused={!webhook.active} />
          </p>
        </div>
        <dl class="facts">
          <dt>Event id</dt>
          <dd>
            <code>{eventId}</code> <span class="muted">(header webhook-id)</span>
          </dd>
          <dt>Happened</dt>
          <dd>
            <Time at={createdAt} />
          </dd>
          {endedAt !== null && (
            <>
              <dt>Ended</dt>
              <dd>
                <Time at={endedAt} />
              </dd>
            </>
          )}
          <dt>Attempts</dt>
          <dd>
            {attemptsInWords(attempts)}
            {replay && ', sent again by somebody'}
          </dd>
        </dl>
      </section>
      <section class="card card-flush" aria-labelledby="attempts-title">
        <h2 class="section-title" id="attempts-title">
          Attempts
        </h2>
        {log.length === 0 ? (
          <p class="section-empty">There was none yet.</p>
        ) : (
          <ol class="list">
            {log.toReversed().map((attempt) => (
              <AttemptEntry key={attempt.number} attempt={attempt} />
            ))}
          </ol>
        )}
      </section>
    </div>
  );
}

function AttemptEntry({ attempt }: { attempt: DeliveryDetails['log'][number] }) {
  const { number, at, durationMs, status, error, answer } = attempt;
  const isGood = error === null;
  return (
    <li id={`attempt-${number}`} class="attempt">
      <span class={`chip chip-dot tone-${isGood ? 'ok' : 'bad'}`}>{status ?? 'No answer'}</span>
      <div class="grow stack-s">
        <p>
          Attempt {number} at <Time at={at} />, <span class="figures">{durationMs.toLocaleString('en-GB')} ms</span>
          {error !== null && <span class="attempt-error">{error}</span>}
        </p>
        {answer !== null && answer !== '' && (
          <details class="disclosure">
            <summary>
              <Icon name="chevron-right" />
              Answer<span class="visually-hidden"> of attempt {number}</span>
            </summary>
            <Cut id={`answer-${number}`} text={answer} most={mostOfAnswer} label={`the answer of attempt ${number}`} />
          </details>
        )}
      </div>
    </li>
  );
}

function Body({ delivery: { id, body } }: { delivery: DeliveryDetails }) {
  return (
    <section class="card stack-s" aria-labelledby="body-title">
      <h2 id="body-title">Request body</h2>
      {body === null ? (
        <p class="muted">A file that goes with it was not read yet: it is made before the first attempt.</p>
      ) : (
        <>
          <Cut id="body" text={indented(body)} copyText={body} most={mostShown} label="the body" />
          <p class="muted small breaks">
            Indented here; every attempt sends the same bytes, as <code>GET /api/deliveries/{id}</code> has them.
          </p>
        </>
      )}
    </section>
  );
}

interface CutProps {
  id: string;
  text: string;
  copyText?: string;
  most: number;
  label: string;
}

/** The beginning of what may be long. */
export function Cut({ id, text, copyText, most, label }: CutProps) {
  const isWhole = text.length <= most;
  return (
    <>
      <Code
        id={id}
        label={label}
        text={isWhole ? text : `${text.slice(0, most)}…`}
        {...(isWhole && copyText !== undefined ? { copyText } : {})}
        wrap
      />
      {!isWhole && (
        <p class="muted small">
          The first {most.toLocaleString('en-GB')} of {text.length.toLocaleString('en-GB')} characters.
        </p>
      )}
    </>
  );
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
