import { type ChannelTimings, whatsappTimings } from './channels/baileys/timings.ts';
import type { DashboardTimings } from './dashboard/dashboard.ts';
import type { FetchTimings } from './features/media/media.ts';
import type { FileKeeperTimings } from './features/messages/messages.ts';
import type { WebhookTimings } from './app-webhooks.ts';
import type { LeaseTimings } from './platform/leases.ts';

/** Every wait of the product, so that a test can run it faster. All in ms. */
export interface AppTimings {
  channel: ChannelTimings;
  lease: LeaseTimings;
  /** How often the queues are looked at for what another process accepted. */
  queuePollMs: number;
  /** How long a send loop with nothing to do waits to be woken. */
  queueIdleMs: number;
  expiryIntervalMs: number;
  /** How often messages that could not be translated are tried with the present translator. */
  retranslationMs: number;
  /** How long a stop waits for the confirmations of what is under way. */
  confirmationDrainMs: number;
  accountPollMs: number;
  /** How long a request waits for a first code. */
  firstCodeMs: number;
  /** How often a code to type on the phone may be asked for. */
  codeIntervalMs: number;
  /** A code to type that would be good for less time begins a new pairing. */
  leastCodeLifeMs: number;
  /** After how long without a first code people are told. */
  lateCodeMs: number;
  /** How long `?wait=true` waits. */
  sendWaitMs: number;
  /** Of files that are sent by their address, and how often files that are done with are removed. */
  media: FetchTimings & { sweepMs: number };
  /** Of files that are stored as soon as they come in. */
  storedFiles: FileKeeperTimings;
  /** How long scanning a sandbox account may take. */
  sandboxReadyMs: number;
  /** How long a customer's message to a sandbox account may take to be stored. */
  sandboxArrivalMs: number;
  /** How long changes on a virtual phone are gathered before they are announced. */
  sandboxGatherMs: number;
  unlinkMs: number;
  idempotencySweepMs: number;
  auditSweepMs: number;
  journalSweepMs: number;
  eventSweepMs: number;
  notificationSweepMs: number;
  /** Of deliveries to webhooks. */
  webhooks: WebhookTimings;
  dashboard: DashboardTimings;
  sessionSweepMs: number;
}

export const appTimings: AppTimings = {
  channel: whatsappTimings,
  lease: { lifeMs: 30_000, renewMs: 10_000, marginMs: 10_000, lookMs: 250 },
  queuePollMs: 1_000,
  queueIdleMs: 60_000,
  expiryIntervalMs: 5_000,
  retranslationMs: 60_000,
  confirmationDrainMs: 10_000,
  accountPollMs: 1_000,
  firstCodeMs: 10_000,
  codeIntervalMs: 60_000,
  leastCodeLifeMs: 60_000,
  lateCodeMs: 20_000,
  sendWaitMs: 20_000,
  media: { totalMs: 180_000, retry: { baseMs: 1_000, capMs: 10_000 }, sweepMs: 10_000 },
  storedFiles: { pollMs: 1_000, retry: { baseMs: 5_000, capMs: 3_600_000 } },
  sandboxReadyMs: 20_000,
  sandboxArrivalMs: 5_000,
  sandboxGatherMs: 100,
  unlinkMs: 5_000,
  idempotencySweepMs: 3_600_000,
  auditSweepMs: 3_600_000,
  journalSweepMs: 600_000,
  eventSweepMs: 3_600_000,
  notificationSweepMs: 3_600_000,
  webhooks: { keepConnectionsMs: 5_000, pollMs: 1_000, drainMs: 5_000, backlogMs: 5_000, sweepMs: 3_600_000 },
  dashboard: { formMs: 30_000, lookMs: 1_000, factPauseMs: 100 },
  sessionSweepMs: 600_000,
};
