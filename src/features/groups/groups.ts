import { parseAddress } from '../../channels/address.ts';
import type { Channel } from '../../channels/channel.ts';
import type { Group } from '../../channels/content.ts';
import { createCache } from '../../platform/cache.ts';
import { AppError, invalidField, isAppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { type Accounts, unsupportedByChannel } from '../accounts/accounts.ts';

/** Groups of an account. What is not known is asked over its line, and throws as `Accounts.onLine`. */
export interface Groups {
  list(accountId: string): Promise<Group[]>;
  /** Throws `group.not_found` where the account is not in it, and a 422 that names `jid`. */
  get(accountId: string, jid: string): Promise<Group>;
}

export interface GroupsOptions {
  accounts: Pick<Accounts, 'onLine'>;
  events: EventBus;
  cacheSize: number;
  cacheMs: number;
}

export function createGroups({ accounts, events, cacheSize, cacheMs }: GroupsOptions): Groups {
  const cache = createCache<readonly Group[]>({ size: cacheSize, ttlMs: cacheMs });
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

  return {
    list: (accountId) => known(accountId, '', (groups) => groups.list()),
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
