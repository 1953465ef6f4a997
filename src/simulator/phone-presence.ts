import type { VirtualPhone } from './control.ts';
import { refuseAway, type Network, type Phone } from './network.ts';

type PhonePresence = Pick<VirtualPhone, 'present' | 'compose' | 'presenceOf' | 'sees'>;

/** What a phone shows of its owner, and sees of others. */
export function createPhonePresence({ addresses, presences, groups }: Network, phone: () => Phone): PhonePresence {
  return {
    async present(available) {
      refuseAway(phone());
      presences.setAvailable({ number: phone().record.number, device: 0 }, available);
    },
    async compose(chat, state) {
      refuseAway(phone());
      presences.setChatState(phone().record.number, groups.get(chat) ? chat : addresses.numberOf(chat), state);
    },
    presenceOf: (person, group) => presences.of(phone().record.number, addresses.numberOf(person), group),
    sees(person, what, { group, signal } = {}) {
      const number = addresses.numberOf(person);
      const fits = (): boolean => {
        const { available, chatState } = presences.of(phone().record.number, number, group);
        if (what === 'available' || what === 'unavailable') return available === (what === 'available');
        return chatState === what;
      };
      return presences.wait(fits, signal);
    },
  };
}
