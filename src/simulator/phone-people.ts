import type { VirtualPhone } from './control.ts';
import type { Network, Phone } from './network.ts';
import { shareSetting } from './shared-settings.ts';

type PhonePeople = Pick<VirtualPhone, 'introduce' | 'saveContact'>;

/** Of `contactAction`. */
const contactVersion = 2;

/** Whom a phone knows by name, and what it calls itself. */
export function createPhonePeople(network: Network, phone: () => Phone): PhonePeople {
  const { addresses, state } = network;

  return {
    async introduce(profile) {
      const { record } = phone();
      record.identity.profile = { ...record.identity.profile, ...profile };
      record.save();
      await state.durable();
    },
    saveContact(person, name) {
      const number = addresses.numberOf(person);
      return shareSetting(network, phone(), 'critical_unblock_low', {
        index: ['contact', addresses.jid(number, 'phone')],
        action: {
          timestamp: Date.now(),
          contactAction: { fullName: name, firstName: name, lidJid: addresses.jid(number, 'lid') },
        },
        version: contactVersion,
      });
    },
  };
}
