import { randomBytes } from 'node:crypto';
import type { WAPatchName } from '@whiskeysockets/baileys';
import type { AppStateChange } from './app-state.ts';
import { refuseAway, type Network, type Phone } from './network.ts';
import { stanza, unixSeconds } from './stanza.ts';

/** Changes a setting of this phone and tells its linked devices; resolves once that is durable. Rejects while it is away. */
export async function shareSetting(
  { addresses, deliveries, directory, state }: Network,
  phone: Phone,
  collection: WAPatchName,
  change: AppStateChange,
): Promise<void> {
  refuseAway(phone);
  const version = await phone.appState.change(collection, change);
  const { number } = phone.record;
  for (const device of directory.known(number)?.devices.values() ?? []) {
    const attrs = { id: `sync-${randomBytes(6).toString('hex')}`, type: 'server_sync', t: unixSeconds() };
    const changed = stanza('collection', { name: collection, version: version.toString() });
    deliveries.enqueue(device, stanza('notification', { ...attrs, from: addresses.jid(number, 'phone') }, [changed]));
  }
  await state.durable();
}
