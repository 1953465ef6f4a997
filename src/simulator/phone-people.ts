import { randomBytes } from 'node:crypto';
import type { VirtualPhone } from './control.ts';
import { refuseAway, type Network, type Phone } from './network.ts';
import { stanza, unixSeconds } from './stanza.ts';

type PhonePeople = Pick<VirtualPhone, 'introduce' | 'saveContact'>;

const addressBook = 'critical_unblock_low';
/** Of `contactAction`. */
const contactVersion = 2;

/** Whom a phone knows by name, and what it calls itself. */
export function createPhonePeople(network: Network, phone: () => Phone): PhonePeople {
  const { addresses, deliveries, directory, state } = network;

  function tellDevices(collection: string, version: number): void {
    const { number } = phone().record;
    for (const device of directory.known(number)?.devices.values() ?? []) {
      const attrs = { id: `sync-${randomBytes(6).toString('hex')}`, type: 'server_sync', t: unixSeconds() };
      const changed = stanza('collection', { name: collection, version: version.toString() });
      deliveries.enqueue(device, stanza('notification', { ...attrs, from: addresses.jid(number, 'phone') }, [changed]));
    }
  }

  return {
    async introduce(profile) {
      const { record } = phone();
      record.identity.profile = { ...record.identity.profile, ...profile };
      record.save();
      await state.durable();
    },
    async saveContact(person, name) {
      refuseAway(phone());
      const number = addresses.numberOf(person);
      const version = await phone().appState.change(addressBook, {
        index: ['contact', addresses.jid(number, 'phone')],
        action: {
          timestamp: Date.now(),
          contactAction: { fullName: name, firstName: name, lidJid: addresses.jid(number, 'lid') },
        },
        version: contactVersion,
      });
      tellDevices(addressBook, version);
      await state.durable();
    },
  };
}
