import type { BinaryNode } from '@whiskeysockets/baileys';
import { parseNumber } from './addresses.ts';
import type { PhoneMessage, VirtualPhone } from './control.ts';
import type { DeviceNotices } from './device-notices.ts';
import type { Linking } from './linking.ts';
import type { Logins } from './logins.ts';
import { devicesOf, type Network } from './network.ts';
import type { PhoneOutbox } from './phone-outbox.ts';
import type { PhoneReceipts } from './phone-receipts.ts';
import { inventedPast } from './invented-past.ts';
import type { Post } from './post.ts';
import { stanza, unixSeconds } from './stanza.ts';

export interface PhoneParts {
  readonly network: Network;
  readonly post: Post;
  readonly linking: Linking;
  readonly logins: Logins;
  readonly outbox: PhoneOutbox;
  readonly receipts: PhoneReceipts;
  readonly notices: DeviceNotices;
}

function withList(ids: readonly string[]): BinaryNode[] | undefined {
  const more = ids.slice(1);
  return more.length === 0
    ? undefined
    : [
        stanza(
          'list',
          {},
          more.map((id) => stanza('item', { id })),
        ),
      ];
}

/** The hands on a phone. */
export function createVirtualPhone(parts: PhoneParts, number: string): VirtualPhone {
  const { network, post, linking, logins, outbox, receipts } = parts;
  const { addresses, deliveries, directory, state } = network;
  const phone = () => network.phone(number);

  /** Read receipts for one person's messages in one chat: to that person's devices, and to the own linked ones. */
  async function sendRead(chat: string, from: string, ids: readonly string[]): Promise<void> {
    const author = addresses.resolve(from)?.number ?? '';
    const group = network.groups.get(chat);
    const own = addresses.jid(number, group?.addressing ?? phone().chats.addressingOf(ids[0] ?? ''));
    const common = { id: ids[0], t: unixSeconds() };
    const where = group ? { from: group.jid, participant: own } : { from: own };
    await post.deliverToAll(author, stanza('receipt', { ...common, type: 'read', ...where }, withList(ids)));
    const ownWhere = group ? where : { from: own, recipient: chat };
    await post.deliverToAll(number, stanza('receipt', { ...common, type: 'read-self', ...ownWhere }, withList(ids)), 0);
  }
  async function read(chat?: string): Promise<void> {
    if (phone().record.identity.away) throw new Error('The phone has no network');
    const unread = new Map<string, PhoneMessage[]>();
    const wanted =
      chat === undefined || network.groups.get(chat)
        ? chat
        : addresses.jid(addresses.resolve(chat)?.number ?? parseNumber(chat), 'phone');
    for (const message of phone().chats.all()) {
      if (message.status !== 'received' || (wanted !== undefined && message.chat !== wanted)) continue;
      const name = `${message.chat} ${message.from} ${phone().chats.addressingOf(message.id)}`;
      unread.set(name, [...(unread.get(name) ?? []), message]);
    }
    for (const messages of unread.values()) {
      const ids = messages.map(({ id }) => id);
      phone().chats.advance(ids, 'read');
      const [first] = messages;
      if (first) await sendRead(first.chat, first.from, ids);
    }
    await state.durable();
  }
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
      const from = options.from && (addresses.resolve(options.from)?.number ?? parseNumber(options.from));
      const author = from && addresses.jid(from, 'phone');
      const fits = (message: PhoneMessage): boolean =>
        !message.fromMe && message.text === text && (!author || message.from === author);
      return phone().chats.wait(fits, options.signal);
    },
    read,
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
