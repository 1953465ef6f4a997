import type { Delivery } from '../../src/features/webhooks/webhooks.ts';
import { Time } from '../partials/time.tsx';

const looks = {
  waiting: { word: 'Waiting', tone: 'info' },
  retrying: { word: 'Retrying', tone: 'warn' },
  delivered: { word: 'Delivered', tone: 'ok' },
  dead: { word: 'Dead', tone: 'bad' },
} as const;

export function DeliveryChip({ status }: Pick<Delivery, 'status'>) {
  const { word, tone } = looks[status];
  return <span class={`chip chip-dot tone-${tone}`}>{word}</span>;
}

/** What became of it, and what follows. */
export function Outcome({ delivery, paused }: { delivery: Delivery; paused: boolean }) {
  const { status, lastStatus, lastError, nextAttemptAt } = delivery;
  const next =
    nextAttemptAt !== null && !paused ? (
      <>
        {' '}
        Next attempt not before <Time at={nextAttemptAt} />.
      </>
    ) : null;
  switch (status) {
    case 'waiting':
      return paused ? <>Held until the webhook is switched on.</> : <>Not tried yet.{next}</>;
    case 'retrying':
      return (
        <>
          {lastError}
          {paused ? ' Held until the webhook is switched on.' : next}
        </>
      );
    case 'delivered':
      return <>The endpoint answered {lastStatus}.</>;
    case 'dead':
      return <>{lastError} Given up.</>;
  }
}
