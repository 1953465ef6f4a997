import type { Actor } from '../../platform/actor.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { createSweep } from '../../platform/sweep.ts';
import type { AuditAction } from './audit-actions.ts';
import type { AuditDetails } from './audit-changes.ts';
import { type AuditFilter, type AuditRow, deleteOldActs, insertAct, listActs } from './audit.store.ts';

export { type AuditAction, auditActions } from './audit-actions.ts';
export { type AuditDetails, changesBetween } from './audit-changes.ts';
export type { AuditRow } from './audit.store.ts';

export interface Act {
  actor: Actor;
  action: AuditAction;
  /** What it was done to, with its name then. */
  account?: { id: string; name: string };
  /** No secret and no text of a message. */
  details?: AuditDetails;
}

/** Who did what. Entries of more than a year ago are removed. */
export interface Audit extends Service {
  /** Belongs into the transaction of the act, or before an act that has none. Announces `audit` after the commit. */
  record(tx: Transaction, act: Act): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<AuditRow[]>;
}

export interface AuditOptions {
  database: Database;
  events: EventBus;
  sweepIntervalMs: number;
  clock: Clock;
  log: Log;
}

const retentionDays = 365;
const batchSize = 1_000;

export function createAudit(options: AuditOptions): Audit {
  const { database, events } = options;
  const sweep = createSweep({
    ...options,
    name: 'audit-log',
    intervalMs: options.sweepIntervalMs,
    batchSize,
    sweep: () => deleteOldActs(database, retentionDays, batchSize),
  });
  return {
    ...sweep,
    async record(tx, { actor, action, account, details = {} }) {
      await insertAct(tx, { actor, action, account: account ?? null, details });
      tx.afterCommit(() => events.announce('audit'));
    },
    list: (filter) => listActs(database, filter),
  };
}
