import type { Actor } from '../../platform/actor.ts';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { errorMessage } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Leases } from '../../platform/leases.ts';
import type { Log } from '../../platform/log.ts';
import type { Access } from '../access/access.ts';
import type { Audit } from '../audit/audit.ts';
import type { Account } from './account.ts';
import { deleteAccount } from './accounts.store.ts';
import type { RunningAccounts } from './running-accounts.ts';
import type { StatusWriter } from './status-writer.ts';

export interface RemovalOptions {
  database: Database;
  events: EventBus;
  access: Access;
  audit: Audit;
  running: Pick<RunningAccounts, 'present' | 'stop'>;
  statuses: Pick<StatusWriter, 'written'>;
  leases: Pick<Leases, 'forget'>;
  /** Lets go of what is kept of an account outside the database, as far as this process has it. */
  forget(account: Pick<Account, 'id' | 'kind' | 'phone'>): Promise<void>;
  /** How long a delete waits for the phone to be told. */
  unlinkMs: number;
  clock: Clock;
  log: Log;
}

export interface Removal {
  /** Unlinks the phone when it can, then removes everything of the account. */
  remove(account: Account, actor: Actor): Promise<void>;
  /** Another process has removed the rows of an account that runs here. */
  removedElsewhere(account: Pick<Account, 'id' | 'kind' | 'phone'>): Promise<void>;
}

export function createRemoval(options: RemovalOptions): Removal {
  const { database, events, access, audit, running, statuses, clock, log } = options;

  async function tellPhone(id: string): Promise<void> {
    const channel = running.present(id)?.channel;
    if (channel?.state.kind !== 'online') return;
    const told = channel.pairing?.unlink('unlinked_by_you').catch((error: unknown) => {
      log.warn('The phone could not be told of the delete', { accountId: id, reason: errorMessage(error) });
    });
    await endsWithin(clock, options.unlinkMs, told ?? Promise.resolve());
  }

  async function end(account: Pick<Account, 'id' | 'kind' | 'phone'>): Promise<void> {
    await tellPhone(account.id);
    await running.stop(account.id);
    await statuses.written(account.id);
    await options.forget(account);
  }

  return {
    async remove(account, actor) {
      const { id } = account;
      await end(account);
      await database.transaction(async (tx) => {
        if (await deleteAccount(tx, id)) await audit.record(tx, { actor, action: 'account.deleted', account });
        await options.leases.forget(tx, id);
      });
      access.keysRemoved();
      events.announce('roster');
      events.announce(`account:${id}`);
    },
    removedElsewhere: end,
  };
}
