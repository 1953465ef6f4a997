import type { Database, Transaction } from '../../platform/database.ts';
import { isAppError } from '../../platform/errors.ts';
import type { Lease } from '../../platform/leases.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { AccountStatus } from './account-status.ts';
import { neverLinkedStatus } from './account-status.ts';
import { type AccountOutline, forgetOldCodes } from './accounts.store.ts';
import type { Removal } from './account-removal.ts';
import { createOwnership, type OwnershipOptions } from './ownership.ts';
import type { RunningAccounts } from './running-accounts.ts';
import type { StatusWriter } from './status-writer.ts';

export interface SupervisorOptions extends Omit<OwnershipOptions, 'taken' | 'lost' | 'seen' | 'deleted'> {
  database: Database;
  running: RunningAccounts;
  statuses: Pick<StatusWriter, 'written'>;
  removal: Removal;
  log: Log;
}

/** Keeps the lines of the accounts that this process owns as their rows want them. */
export interface Supervisor extends Service {
  /** Throws `account.moving`. */
  require(accountId: string): Lease;
  owns(accountId: string): boolean;
  /** Whether this process owns the new account once the transaction is committed; then it begins with it. */
  begin(tx: Transaction, account: AccountOutline): Promise<void>;
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { database, running, statuses, removal, log } = options;

  function later(accountId: string, work: Promise<void>): void {
    work.catch((error: unknown) => {
      // Its lease is gone again: whoever has it now starts it.
      if (isAppError(error) && error.code === 'account.moving')
        log.info('The account is changing hands', { accountId });
      else log.error('The account could not be started or stopped', { accountId, error });
    });
  }

  const ownership = createOwnership({
    ...options,
    async taken(account) {
      if (!account.linked) await forgetOldCodes(database, account.id, neverLinkedStatus);
      else if (wantsLine(account)) later(account.id, running.restart(account, { urgent: false }));
    },
    lost: (id) => later(id, running.stop(id)),
    seen(account, asOfMs) {
      const { id } = account;
      running.follow(account, asOfMs);
      if (account.paused && running.has(id)) later(id, running.stop(id));
      else if (wantsLine(account) && !running.has(id)) later(id, running.restart(account, { urgent: false }));
    },
    deleted: (account) => later(account.id, removal.removedElsewhere(account)),
  });

  return {
    name: 'account-supervisor',
    start: () => ownership.start(),
    async stop() {
      await ownership.stop();
      await Promise.all(
        running.all().map(async (id) => {
          await running.stop(id);
          await statuses.written(id);
          await ownership.release(id);
        }),
      );
    },
    require: (id) => ownership.require(id),
    owns: (id) => ownership.held(id) !== undefined,
    async begin(tx, account) {
      if (!options.mayTake(account.kind)) return;
      await ownership.takeNew(tx, account);
      tx.afterCommit(() => later(account.id, running.restart(account, { urgent: true })));
    },
  };
}

/** A number that is banned for a while connects when a person says so, and no sooner. */
function wantsLine({ linked, paused, statusReason }: AccountOutline): boolean {
  return linked && !paused && !isBanned(statusReason);
}

export function isBanned(reason: AccountStatus['reason']): boolean {
  return reason === 'temporarily_banned';
}
