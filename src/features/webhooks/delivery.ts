import { AppError } from '../../platform/errors.ts';

/** waiting: not tried yet, or held; retrying: tried in vain, to be tried again; dead: given up. */
export const deliveryStatuses = ['waiting', 'retrying', 'delivered', 'dead'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** Names a delivery: each webhook gets an event once. */
export interface DeliveryKey {
  webhookId: string;
  /** Of the event. */
  sequence: number;
}

export interface DeliveryRow extends DeliveryKey {
  accountId: string;
  eventId: string;
  event: string;
  status: 'waiting' | 'delivered' | 'dead';
  attempts: number;
  dueAt: Date;
  lastStatus: number | null;
  lastError: string | null;
  replay: boolean;
  createdAt: Date;
  endedAt: Date | null;
}

/** What one webhook gets of one event. */
export interface Delivery extends DeliveryKey {
  id: string;
  accountId: string;
  eventId: string;
  /** The most specific of its names that the webhook wants. */
  event: string;
  status: DeliveryStatus;
  attempts: number;
  /** Null once it has ended. */
  nextAttemptAt: Date | null;
  /** Of HTTP, of the last attempt; null without an answer. */
  lastStatus: number | null;
  lastError: string | null;
  /** Somebody asked for it again. */
  replay: boolean;
  createdAt: Date;
  endedAt: Date | null;
}

/** One try, in the order of `number`. */
export interface Attempt {
  number: number;
  at: Date;
  durationMs: number;
  status: number | null;
  error: string | null;
  /** As much of the answer as is kept. */
  answer: string | null;
}

/** Of the webhook's id what follows its prefix, and the event's sequence. */
export function deliveryId({ webhookId, sequence }: DeliveryKey): string {
  return `dlv_${webhookId.slice('wh_'.length)}_${sequence}`;
}

/** Throws `delivery.not_found` for what is no such id. */
export function deliveryKey(id: string): DeliveryKey {
  const [, webhook, sequence] = /^dlv_([0-9a-z]{26})_(\d{1,15})$/.exec(id) ?? [];
  if (webhook === undefined || sequence === undefined) throw deliveryNotFound();
  return { webhookId: `wh_${webhook}`, sequence: Number(sequence) };
}

export function deliveryNotFound(): AppError {
  return new AppError('delivery.not_found', {
    status: 404,
    detail: 'There is no such delivery. What has ended is kept for 7 days.',
  });
}

export function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: deliveryId(row),
    webhookId: row.webhookId,
    sequence: row.sequence,
    accountId: row.accountId,
    eventId: row.eventId,
    event: row.event,
    status: row.status === 'waiting' && row.attempts > 0 ? 'retrying' : row.status,
    attempts: row.attempts,
    nextAttemptAt: row.status === 'waiting' ? row.dueAt : null,
    lastStatus: row.lastStatus,
    lastError: row.lastError,
    replay: row.replay,
    createdAt: row.createdAt,
    endedAt: row.endedAt,
  };
}
