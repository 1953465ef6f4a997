import type { Webhook } from '../../src/features/webhooks/webhooks.ts';
import { inPercent } from './percent.ts';

const looks = {
  healthy: { word: 'Healthy', tone: 'ok' },
  failing: { word: 'Failing', tone: 'bad' },
  paused: { word: 'Paused', tone: 'idle' },
} as const;

export function HealthChip({ webhook }: { webhook: Webhook }) {
  const { health, pausedReason } = webhook;
  const { word, tone } = looks[health];
  // What paused itself waits for a person.
  const seen = health === 'paused' && pausedReason !== 'by_hand' ? 'bad' : tone;
  return <span class={`chip chip-dot tone-${seen}`}>{word}</span>;
}

/** How much of the attempts of 24 hours went well. */
export function SuccessBar({ rate }: { rate: number | null }) {
  if (rate === null) return <span class="muted">No attempt in 24 h</span>;
  const tone = rate >= 0.99 ? 'ok' : rate >= 0.9 ? 'warn' : 'bad';
  return (
    <span class="webhook-success">
      <progress
        class={`webhook-bar webhook-bar-${tone}`}
        max={1}
        value={rate}
        aria-label="Successful attempts in 24 hours"
      />
      <span class="figures">{inPercent(rate)}</span>
    </span>
  );
}

/** Without its path and query, in which a secret may stand. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
