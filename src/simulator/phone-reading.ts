import type { BinaryNode } from '@whiskeysockets/baileys';
import type { VirtualPhone } from './control.ts';
import { refuseAway, type Network, type Phone } from './network.ts';
import { isNewsletterJid } from './newsletters.ts';
import type { PhoneMessage } from './phone-message.ts';
import type { Post } from './post.ts';
import { stanza, unixSeconds } from './stanza.ts';

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

/** Opening chats, and what is in them. */
export function createPhoneReading(
  network: Network,
  post: Post,
  phone: () => Phone,
): Pick<VirtualPhone, 'read' | 'play'> {
  const { addresses, state } = network;

  /** Read receipts for one person's messages in one chat: to that person's devices, and to the own linked ones. */
  async function sendRead(chat: string, from: string, ids: readonly string[]): Promise<void> {
    // Nobody hears who reads a channel.
    const author = addresses.resolve(from)?.number;
    if (author === undefined) return;
    const { number } = phone().record;
    const room = network.groups.room(chat);
    const own = addresses.jid(number, room?.addressing ?? phone().chats.routeOf(ids[0] ?? '').addressing);
    const common = { id: ids[0], t: unixSeconds() };
    const where = room ? { from: room.jid, participant: own } : { from: own };
    await post.deliverToAll(author, stanza('receipt', { ...common, type: 'read', ...where }, withList(ids)));
    const ownWhere = room ? where : { from: own, recipient: chat };
    await post.deliverToAll(number, stanza('receipt', { ...common, type: 'read-self', ...ownWhere }, withList(ids)), 0);
  }
  async function read(chat?: string): Promise<void> {
    refuseAway(phone());
    const unread = new Map<string, PhoneMessage[]>();
    const wanted =
      chat === undefined || network.groups.room(chat) || isNewsletterJid(chat)
        ? chat
        : addresses.jid(addresses.numberOf(chat), 'phone');
    for (const message of phone().chats.all()) {
      if (message.status !== 'received' || (wanted !== undefined && message.chat !== wanted)) continue;
      const name = `${message.chat} ${message.from} ${phone().chats.routeOf(message.id).addressing}`;
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
  async function play(id: string): Promise<void> {
    refuseAway(phone());
    const message = phone().chats.byId(id);
    if (!message || message.fromMe) throw new Error(`${id} is no message that came to this phone`);
    const { type } = message.content;
    if (type !== 'voice' && type !== 'audio' && type !== 'video') throw new Error(`${id} cannot be played`);
    const author = addresses.resolve(message.from)?.number ?? '';
    const room = network.groups.room(message.chat);
    const own = addresses.jid(phone().record.number, room?.addressing ?? phone().chats.routeOf(id).addressing);
    const where = room ? { from: room.jid, participant: own } : { from: own };
    if (message.status === 'received') await sendRead(message.chat, message.from, [id]);
    phone().chats.advance([id], 'played');
    await post.deliverToAll(author, stanza('receipt', { id, t: unixSeconds(), type: 'played', ...where }));
    await state.durable();
  }

  return { read, play };
}
