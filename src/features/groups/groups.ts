import { parseAddress } from '../../channels/address.ts';
import type { Channel } from '../../channels/channel.ts';
import type { Group } from '../../channels/content.ts';
import { createCache } from '../../platform/cache.ts';
import { AppError, errorMessage, invalidField, isAppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Queryable } from '../../platform/database.ts';
import type { Log } from '../../platform/log.ts';
import { type Accounts, unsupportedByChannel } from '../accounts/accounts.ts';
import { findSubjects } from './group-subjects.store.ts';

export { createGroupInbox } from './group-inbox.ts';

/** Groups of an account. What is not known is asked over its line, and throws as `Accounts.onLine`. */
export interface Groups {
  list(accountId: string): Promise<Group[]>;
  /** Throws `group.not_found` where the account is not in it, and a 422 that names `jid`. */
  get(accountId: string, jid: string): Promise<Group>;
  /**
   * What these groups are called, by jid, as far as it was told. For the others WhatsApp is asked once, and what it says is
   * announced as `names:<account>`.
   */
  subjects(accountId: string, jids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface GroupsOptions {
  accounts: Pick<Accounts, 'onLine'>;
  database: Queryable;
  events: EventBus;
  log: Log;
  cacheSize: number;
  cacheMs: number;
}

export function createGroups({ accounts, database, events, log, cacheSize, cacheMs }: GroupsOptions): Groups {
  const cache = createCache<readonly Group[]>({ size: cacheSize, ttlMs: cacheMs });
  /** Accounts whose groups were asked for because of a name that was missing. */
  const asked = createCache<true>({ size: cacheSize, ttlMs: cacheMs });
  /** How often the groups of each account that is followed have changed; what was asked for before is not kept. */
  const versions = new Map<string, number>();

  function follow(accountId: string): number {
    const known = versions.get(accountId);
    if (known !== undefined) return known;
    versions.set(accountId, 0);
    events.listen(`groups:${accountId}`, () => versions.set(accountId, (versions.get(accountId) ?? 0) + 1));
    return 0;
  }

  async function known(
    accountId: string,
    jid: string,
    ask: (groups: NonNullable<Channel['groups']>) => Promise<Group[]>,
  ): Promise<Group[]> {
    const version = follow(accountId);
    const name = `${accountId} ${version} ${jid}`;
    const before = cache.get(name);
    if (before) return [...before];
    const found = await accounts.onLine(accountId, async ({ groups }) => {
      if (!groups) throw unsupportedByChannel('have groups');
      return ask(groups);
    });
    cache.set(name, found);
    return found;
  }

  const list = (accountId: string): Promise<Group[]> => known(accountId, '', (groups) => groups.list());

  async function askForSubjects(accountId: string): Promise<void> {
    if (asked.get(accountId)) return;
    asked.set(accountId, true);
    try {
      // The line tells what they are called to who keeps it.
      await list(accountId);
    } catch (error) {
      asked.delete(accountId);
      log.debug('What groups are called could not be asked', { accountId, reason: errorMessage(error) });
    }
  }

  return {
    list,
    async subjects(accountId, jids) {
      if (jids.length === 0) return new Map();
      const found = await findSubjects(database, accountId, jids);
      if (found.length < new Set(jids).size) void askForSubjects(accountId);
      return new Map(found.map(({ jid, subject }) => [jid, subject]));
    },
    async get(accountId, given) {
      const parsed = parseAddress(given);
      if (!parsed.ok) throw invalidField('jid', parsed.problem);
      const { jid, type } = parsed.address;
      if (type !== 'group') throw invalidField('jid', 'is no group');
      try {
        const [group] = await known(accountId, jid, async (groups) => [await groups.get(jid)]);
        if (group) return group;
      } catch (error) {
        if (!isAppError(error, 'recipient.not_in_group')) throw error;
      }
      throw new AppError('group.not_found', { status: 404, detail: 'The account is in no such group.' });
    },
  };
}
