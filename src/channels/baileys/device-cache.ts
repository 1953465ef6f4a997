import type { SignalDataSet, SignalKeyStore, UserFacingSocketConfig } from '@whiskeysockets/baileys';

type DeviceCache = NonNullable<UserFacingSocketConfig['userDevicesCache']>;

/** A type of key of our own, which Baileys does not know. */
const type = 'user-devices';

/**
 * Which devices each contact has, kept with the account's keys. Baileys' own cache lasts five minutes and no restart, and
 * whenever it asks again it replaces good sessions by new ones. WhatsApp tells of changes by itself.
 */
export function createDeviceCache(keys: SignalKeyStore): DeviceCache {
  async function read(users: string[]): Promise<Record<string, unknown>> {
    return keys.get(type as 'session', users);
  }
  async function write(values: Record<string, unknown>): Promise<void> {
    await keys.set({ [type]: values } as SignalDataSet);
  }
  return {
    // The type parameters are the library's: it trusts itself to ask for what it has set.
    get: (async (user: string) => (await read([user]))[user]) as DeviceCache['get'],
    set: (user, devices) => write({ [user]: devices }),
    del: (user) => write({ [user]: null }),
    flushAll: () => undefined,
    mget: read as NonNullable<DeviceCache['mget']>,
    mset: (entries) => write(Object.fromEntries(entries.map(({ key, value }) => [key, value]))),
    mdel: (users) => write(Object.fromEntries(users.map((user) => [user, null]))),
  };
}
