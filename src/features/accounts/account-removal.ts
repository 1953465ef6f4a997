import type { Actor } from '../../platform/actor.ts';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { errorMessage } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
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
  running: Pick<RunningAccounts, 'channel' | 'stop'>;
  statuses: Pick<StatusWriter, 'written'>;
  /** Lets go of what is kept of an account outside the database, before its rows go. */
  forget(account: Account): Promise<void>;
  /** How long a delete waits for the phone to be told. */
  unlinkMs: number;
  clock: Clock;
  log: Log;
}

/** Unlinks the phone when it can, then removes everything of the account. */
export function createRemoval(options: RemovalOptions): (account: Account, actor: Actor) => Promise<void> {
  const { database, events, access, audit, running, statuses, clock, log } = options;

  async function tellPhone(id: string): Promise<void> {
    const channel = running.channel(id);
    if (channel?.state.kind !== 'online') return;
    const told = channel.pairing?.unlink('unlinked_by_you').catch((error: unknown) => {
      log.warn('The phone could not be told of the delete', { accountId: id, reason: errorMessage(error) });
    });
    await endsWithin(clock, options.unlinkMs, told ?? Promise.resolve());
  }

  return async (account, actor) => {
    const { id } = account;
    await tellPhone(id);
    await running.stop(id);
    await statuses.written(id);
    await options.forget(account);
    await database.transaction(async (tx) => {
      if (await deleteAccount(tx, id)) await audit.record(tx, { actor, action: 'account.deleted', account });
    });
    access.keysRemoved();
    events.announce('roster');
    events.announce(`account:${id}`);
  };
}
