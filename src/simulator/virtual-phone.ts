import type { VirtualPhone } from './control.ts';
import { devicesOf } from './network.ts';
import { createPhoneActs } from './phone-acts.ts';
import { createPhoneCalls } from './phone-calls.ts';
import type { PhoneMessage } from './phone-message.ts';
import type { PhoneParts } from './phone-parts.ts';
import { createPhoneChats } from './phone-chats.ts';
import { createPhonePeople } from './phone-people.ts';
import { createPhonePresence } from './phone-presence.ts';
import { createPhoneReading } from './phone-reading.ts';
import { createPhoneRooms } from './phone-rooms.ts';
import { inventedPast } from './invented-past.ts';

/** The hands on a phone. */
export function createVirtualPhone(parts: PhoneParts, number: string): VirtualPhone {
  const { network, post, linking, logins, outbox, receipts } = parts;
  const { addresses, deliveries, directory, state } = network;
  const phone = () => network.phone(number);

  function setAway(away: boolean): void {
    const { record } = phone();
    record.identity.away = away;
    record.save();
    network.changes.tell({ number });
  }
  async function regainNetwork(): Promise<void> {
    setAway(false);
    for (const node of deliveries.drain({ number, device: 0 })) await post.deliver({ number, device: 0 }, node);
    await outbox.sendPending(phone());
    await receipts.release(number);
    for (const line of logins.lines(number)) {
      const device = logins.deviceOf(line);
      if (device) await logins.syncFirst(device);
    }
    await state.durable();
  }
  const linked = () => [...(directory.known(number)?.devices.values() ?? [])];
  async function logOut(deviceJid?: string): Promise<void> {
    for (const device of linked()) {
      if (deviceJid === undefined || addresses.jid(number, 'phone', device.device) === deviceJid) logins.remove(device);
    }
    await state.durable();
  }

  return {
    number,
    jid: addresses.jid(number, 'phone'),
    lid: addresses.jid(number, 'lid'),
    scan: (qr, signal) => linking.scan(phone().record, qr, signal),
    enterCode: (code, signal) => linking.enterCode(phone().record, code, signal),
    send: (message) => outbox.send(phone(), message),
    messages: () => phone().chats.all(),
    receives(text, options = {}) {
      const author = options.from && addresses.jid(addresses.numberOf(options.from), 'phone');
      const fits = (message: PhoneMessage): boolean =>
        !message.fromMe && message.text === text && (!author || message.from === author);
      return phone().chats.wait(fits, options.signal);
    },
    ...createPhoneReading(network, post, phone),
    ...createPhoneActs(network, outbox, phone),
    ...createPhonePeople(network, phone),
    ...createPhoneChats(network, phone),
    ...createPhonePresence(network, phone),
    ...createPhoneCalls(network, parts.calls, phone),
    ...createPhoneRooms(parts, phone),
    loseNetwork() {
      setAway(true);
      return state.durable();
    },
    regainNetwork,
    isAway: () => phone().record.identity.away,
    devices: () => linked().map(({ device }) => addresses.jid(number, 'phone', device)),
    unacknowledged: () => linked().reduce((sum, device) => sum + deliveries.waiting(device), 0),
    inventPast: ({ chats, messages }) => phone().chats.invent(inventedPast(phone().record, { chats, messages })),
    logOut,
    async remove() {
      await logOut();
      for (const device of devicesOf(network, number)) deliveries.drain(device);
      receipts.forget(number);
      directory.removePhone(number);
      network.forgetPhone(number);
      network.changes.tell({ number });
      await state.durable();
    },
  };
}
