import { etagOf } from '../../platform/etag.ts';
import type { Secrets } from '../../platform/secrets.ts';

/** How files of messages go with an event: as a signed link, in the body where they are small, or not at all. */
export const mediaModes = ['link', 'base64', 'none'] as const;
export type MediaMode = (typeof mediaModes)[number];

export const pausedReasons = ['by_hand', 'gone', 'failing'] as const;
export type PausedReason = (typeof pausedReasons)[number];

export const healths = ['healthy', 'failing', 'paused'] as const;
export type Health = (typeof healths)[number];

/** What people decide about a webhook. */
export interface WebhookSettings {
  url: string;
  /** At least one. */
  events: readonly string[];
  active: boolean;
  media: MediaMode;
  /** Sent with every delivery, by their names as they were given. */
  headers: Readonly<Record<string, string>>;
  /** Of a whole attempt. */
  timeoutSeconds: number;
  /** Attempts at a time. */
  maxInFlight: number;
}

export interface Webhook extends WebhookSettings {
  id: string;
  accountId: string;
  health: Health;
  /** What is the matter, for a person; null while all is well. */
  healthMessage: string | null;
  pausedReason: PausedReason | null;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
  /** Of the attempts within the last 24 hours, 0 to 1; null without any. */
  successRate24h: number | null;
  /** Deliveries that wait, and those that were given up. */
  waiting: number;
  dead: number;
  warnings: string[];
  createdAt: Date;
  updatedAt: Date;
}

/** Sealed values as they are stored. */
export interface WebhookRow {
  id: string;
  accountId: string;
  url: Buffer;
  headers: Buffer | null;
  events: string[];
  media: MediaMode;
  timeoutSeconds: number;
  maxInFlight: number;
  active: boolean;
  pausedReason: PausedReason | null;
  /** In a row, up to now. */
  failures: number;
  firstFailureAt: Date | null;
  lastFailureAt: Date | null;
  lastSuccessAt: Date | null;
  notBefore: Date | null;
  heldBackSince: Date | null;
  /** Deliveries. */
  waiting: number;
  dead: number;
  /** Attempts within the last 24 hours, to the hour. */
  succeeded: number;
  failed: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Failures in a row after which it is said to be failing, and after which it is only probed. */
export const failingAfter = 3;
export const brokenAfter = 10;
/** Deliveries that may wait for one webhook; what is more follows from the events when there is room again. */
export const mostWaiting = 10_000;

export function urlPlace(id: string) {
  return { table: 'webhooks', row: id, column: 'url' };
}

export function headersPlace(id: string) {
  return { table: 'webhooks', row: id, column: 'headers' };
}

export function secretPlace(id: string, column: 'secret' | 'former_secret' = 'secret') {
  return { table: 'webhooks', row: id, column };
}

export function openHeaders(secrets: Secrets, id: string, sealed: Buffer | null): Record<string, string> {
  return sealed ? (JSON.parse(secrets.openText(sealed, headersPlace(id))) as Record<string, string>) : {};
}

export function webhookOf(row: WebhookRow, secrets: Secrets): Webhook {
  const tried = row.succeeded + row.failed;
  const health = healthOf(row);
  return {
    id: row.id,
    accountId: row.accountId,
    url: secrets.openText(row.url, urlPlace(row.id)),
    events: row.events,
    active: row.active,
    media: row.media,
    headers: openHeaders(secrets, row.id, row.headers),
    timeoutSeconds: row.timeoutSeconds,
    maxInFlight: row.maxInFlight,
    health,
    healthMessage: healthMessageOf(row, health),
    pausedReason: row.pausedReason,
    lastSuccessAt: row.lastSuccessAt,
    lastFailureAt: row.lastFailureAt,
    successRate24h: tried === 0 ? null : row.succeeded / tried,
    waiting: row.waiting,
    dead: row.dead,
    warnings: row.heldBackSince ? [heldBackWarning(row.heldBackSince)] : [],
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function healthOf({ active, failures }: Pick<WebhookRow, 'active' | 'failures'>): Health {
  if (!active) return 'paused';
  return failures >= failingAfter ? 'failing' : 'healthy';
}

const pausedSentences: Record<PausedReason, string> = {
  by_hand: 'Paused by you. Nothing is sent until it is switched on.',
  gone: 'Paused, because the endpoint answered 410 Gone. Check its address and switch it on again.',
  failing: 'Paused after five days without a success. Repair the endpoint and switch the webhook on again.',
};

function healthMessageOf(row: WebhookRow, health: Health): string | null {
  if (health === 'paused') return pausedSentences[row.pausedReason ?? 'by_hand'];
  if (health === 'healthy') return null;
  const sentence = `The last ${row.failures} attempts failed.`;
  return row.failures >= brokenAfter ? `${sentence} One a minute is made until one succeeds.` : sentence;
}

function heldBackWarning(since: Date): string {
  return (
    `More than ${mostWaiting.toLocaleString('en')} deliveries wait. What has happened since ${since.toISOString()} follows ` +
    'as soon as fewer wait, unless that takes longer than the 7 days for which events are kept.'
  );
}

/** Names the state of what can be changed of a webhook. */
export function settingsTag(webhook: WebhookSettings): string {
  const { url, events, active, media, headers, timeoutSeconds, maxInFlight } = webhook;
  return etagOf({ url, events, active, media, headers, timeoutSeconds, maxInFlight });
}
