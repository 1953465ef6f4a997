import { carefulPace } from './scenarios/careful-pace.ts';
import { missingAck, newChatsRefused } from './scenarios/acks.ts';
import { fewConnections } from './scenarios/few-connections.ts';
import { handOver } from './scenarios/hand-over.ts';
import { keysRefused } from './scenarios/keys-refused.ts';
import { killAfterRatchet, killsAtPoints } from './scenarios/kills-at-points.ts';
import { killsAtRandom } from './scenarios/kills-at-random.ts';
import { lostConnections } from './scenarios/lost-connections.ts';
import { pooled } from './scenarios/pooled.ts';
import { postgresStopped } from './scenarios/postgres-stopped.ts';
import { readOnly } from './scenarios/read-only.ts';
import { sameStanza } from './scenarios/same-stanza.ts';
import { staleWrites } from './scenarios/stale-writes.ts';
import { stopping } from './scenarios/stopping.ts';
import { wrongClock } from './scenarios/wrong-clock.ts';
import { zombie } from './scenarios/zombie.ts';
import { closeCodes, refusedForEver } from './scenarios/close-codes.ts';
import { offlineThenError } from './scenarios/offline-then-error.ts';
import { history } from './scenarios/history.ts';
import { eachOther } from './scenarios/each-other.ts';
import { strayError } from './scenarios/stray-error.ts';
import { manyReconnects } from './scenarios/reconnects.ts';
import { manyClicks } from './scenarios/clicks.ts';
import { wrongKey } from './scenarios/wrong-key.ts';
import { privateAddresses } from './scenarios/private-addresses.ts';
import { webhookAnswers } from './scenarios/webhook-answers.ts';
import { webhookHang } from './scenarios/webhook-hang.ts';
import { webhookInstances } from './scenarios/webhook-instances.ts';
import { webhookKills } from './scenarios/webhook-kills.ts';
import { webhookOutage } from './scenarios/webhook-outage.ts';
import { webhookSchedule } from './scenarios/webhook-schedule.ts';
import { webhookSignatures } from './scenarios/webhook-signatures.ts';
import { webhookStatuses } from './scenarios/webhook-statuses.ts';
import type { Scenario } from './stage.ts';

/**
 * The promises about ownership, crashes and the database, and from 101 on those about webhooks and abuse. The longest
 * first, so that none goes on alone at the end; the report puts them in their order.
 */
export const rows: readonly Scenario[] = [
  killsAtRandom,
  killsAtPoints,
  webhookKills,
  zombie,
  carefulPace,
  offlineThenError,
  closeCodes,
  webhookSchedule,
  webhookHang,
  wrongClock,
  postgresStopped,
  webhookOutage,
  handOver,
  webhookInstances,
  privateAddresses,
  webhookStatuses,
  eachOther,
  manyClicks,
  pooled,
  keysRefused,
  webhookAnswers,
  webhookSignatures,
  fewConnections,
  lostConnections,
  history,
  manyReconnects,
  killAfterRatchet,
  strayError,
  refusedForEver,
  staleWrites,
  newChatsRefused,
  stopping,
  wrongKey,
  sameStanza,
  missingAck,
  readOnly,
];
