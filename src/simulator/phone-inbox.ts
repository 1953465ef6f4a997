import { proto, unpadRandomMax16, type BinaryNode } from '@whiskeysockets/baileys';
import type { ResolvedAddress } from './addresses.ts';
import { keyNodes, registrationNode } from './bundle-node.ts';
import { statusJid, type Room } from './groups.ts';
import type { createMediaRetries } from './media-retries.ts';
import { actIn } from './message-acts.ts';
import { applyAct } from './message-changes.ts';
import { shownIn } from './message-content.ts';
import type { Network, Phone } from './network.ts';
import { isNewsletterJid } from './newsletters.ts';
import { plainMessage, type PhoneMessage, type PhoneReceipt } from './phone-message.ts';
import type { PhoneOutbox } from './phone-outbox.ts';
import type { PhoneReceipts } from './phone-receipts.ts';
import type { Post } from './post.ts';
import { bytesOf, children, find, stanza, unixSeconds } from './stanza.ts';

const mostRetries = 5;

interface Incoming {
  readonly node: BinaryNode;
  readonly id: string;
  readonly sender: ResolvedAddress;
  readonly room: Room | undefined;
}

/** Ids that a receipt names: its own and those of its list. */
export function receiptIds(node: BinaryNode): readonly string[] {
  const list = children(node).find((child) => child.tag === 'list');
  return [node.attrs['id'] ?? '', ...children(list).map((item) => item.attrs['id'] ?? '')];
}

/** Reads what phones get: opens messages, shows them and owes the receipt; asks again for those it cannot open. */
export function createPhoneInbox(
  network: Network,
  post: Post,
  parts: {
    readonly outbox: PhoneOutbox;
    readonly receipts: PhoneReceipts;
    readonly mediaRetries: ReturnType<typeof createMediaRetries>;
  },
) {
  const { outbox, receipts, mediaRetries } = parts;
  const retries = new Map<string, number>();

  async function decrypt(phone: Phone, { node, sender, room }: Incoming): Promise<proto.IMessage> {
    const author = `${sender.number}:${sender.device}`;
    const message: proto.IMessage = {};
    for (const child of children(node)) {
      const bytes = bytesOf(child);
      if (!bytes || (child.tag !== 'enc' && child.tag !== 'plaintext')) continue;
      const type = child.attrs['type'];
      let plaintext: Uint8Array = bytes;
      if (type === 'skmsg') plaintext = unpadRandomMax16(phone.senderKeys.decrypt(room?.jid ?? '', author, bytes));
      else if (type === 'msg' || type === 'pkmsg') {
        plaintext = unpadRandomMax16(await phone.signal.decrypt(sender, type, bytes));
      }
      const part = proto.Message.decode(plaintext);
      const shared = part.senderKeyDistributionMessage;
      if (shared?.groupId && shared.axolotlSenderKeyDistributionMessage) {
        phone.senderKeys.learn(shared.groupId, author, shared.axolotlSenderKeyDistributionMessage);
      }
      Object.assign(message, part);
    }
    return message;
  }

  function chatOf(incoming: Incoming, destination: string | null | undefined): string {
    if (incoming.room) return incoming.room.jid;
    const other = destination ? network.addresses.resolve(destination) : incoming.sender;
    return other ? network.addresses.jid(other.number, 'phone') : (destination ?? '');
  }

  function shownMessage(
    { id, chat, from, fromMe }: Pick<PhoneMessage, 'id' | 'chat' | 'from' | 'fromMe'>,
    body: proto.IMessage,
  ): PhoneMessage | undefined {
    const shown = shownIn(body);
    if (!shown) return undefined;
    const status = fromMe ? 'sent' : 'received';
    return { ...plainMessage({ id, chat, from, fromMe, text: '', at: new Date().toISOString(), status }), ...shown };
  }

  function show(phone: Phone, incoming: Incoming, message: proto.IMessage): void {
    const { id, sender, room } = incoming;
    const { number } = phone.record;
    const sent = message.deviceSentMessage;
    const chat = chatOf(incoming, sent?.destinationJid);
    const { senderKeyDistributionMessage: _key, ...body } = sent?.message ?? message;
    const act = actIn(body);
    if (act) {
      applyAct(network, phone, chat, sender.number, act);
      return;
    }
    const fromMe = sender.number === number;
    const from = network.addresses.jid(sender.number, 'phone');
    const shown = shownMessage({ id, chat, from, fromMe }, body);
    if (!shown) return;
    const messageContextInfo = body.messageContextInfo ?? message.messageContextInfo ?? null;
    network.presences.wrote(sender.number, room?.jid ?? (fromMe ? chat : number));
    phone.chats.show(shown, { addressing: sender.addressing }, { ...body, messageContextInfo });
  }

  function showPost(phone: Phone, node: BinaryNode): void {
    const { id = '', from: chat = '' } = node.attrs;
    const body = proto.Message.decode(bytesOf(find(node, 'plaintext')) ?? Buffer.alloc(0));
    const shown = shownMessage({ id, chat, from: chat, fromMe: false }, body);
    if (shown) phone.chats.show(shown, { addressing: 'phone' }, body);
  }

  function reader(phone: Phone, { room, sender, node, id }: Incoming): Record<string, string | undefined> {
    const own = network.addresses.jid(phone.record.number, room?.addressing ?? sender.addressing);
    const where = room ? { from: room.jid, participant: own } : { from: own, recipient: node.attrs['recipient'] };
    return { id, t: unixSeconds(), ...where };
  }

  async function askAgain(phone: Phone, incoming: Incoming): Promise<void> {
    const name = `${phone.record.number} ${incoming.sender.number}:${incoming.sender.device} ${incoming.id}`;
    const count = (retries.get(name) ?? 0) + 1;
    if (count > mostRetries) return;
    retries.set(name, count);
    const bundle = phone.signal.newBundle();
    const attributes = { ...reader(phone, incoming), type: 'retry' };
    const retry = { id: incoming.id, count: count.toString(), t: incoming.node.attrs['t'], v: '1' };
    await post.deliver(
      incoming.sender,
      stanza('receipt', attributes, [
        stanza('retry', retry),
        registrationNode(bundle.registrationId),
        stanza('keys', {}, [...keyNodes(bundle)]),
      ]),
    );
  }

  async function takeMessage(phone: Phone, node: BinaryNode): Promise<void> {
    if (isNewsletterJid(node.attrs['from'])) {
      showPost(phone, node);
      return;
    }
    const sender = network.addresses.resolve(node.attrs['participant'] ?? node.attrs['from']);
    if (!sender) return;
    const room = network.groups.room(node.attrs['from'] ?? '');
    const incoming = { node, id: node.attrs['id'] ?? '', sender, room };
    let message: proto.IMessage;
    try {
      message = await decrypt(phone, incoming);
    } catch (error) {
      network.tally.undecryptable();
      network.log('A phone could not decrypt a message', {
        phone: phone.record.number,
        id: incoming.id,
        error: String(error),
      });
      await askAgain(phone, incoming);
      return;
    }
    if (node.attrs['category'] === 'peer') {
      await outbox.answerPeer(phone, sender, incoming.id, message);
      return;
    }
    show(phone, incoming, message);
    if (sender.number === phone.record.number) return;
    receipts.owe(phone.record.number, sender.number, stanza('receipt', reader(phone, incoming)));
  }

  /** In a room the ticks wait for everybody. */
  function advance(phone: Phone, node: BinaryNode, status: PhoneReceipt['status']): void {
    const ids = receiptIds(node);
    const room = network.groups.room(node.attrs['from'] ?? '');
    const reader = network.addresses.resolve(node.attrs['participant']);
    if (!room || !reader) {
      phone.chats.advance(ids, status);
      return;
    }
    const readers = room.jid === statusJid ? (phone.chats.routeOf(ids[0] ?? '').audience ?? []) : room.participants;
    const others = readers.filter((number) => number !== phone.record.number);
    const jid = (number: string): string => network.addresses.jid(number, 'phone');
    phone.chats.advanceFor(jid(reader.number), others.map(jid), ids, status);
  }

  async function takeReceipt(phone: Phone, node: BinaryNode): Promise<void> {
    const type = node.attrs['type'];
    if (type === undefined) advance(phone, node, 'delivered');
    if (type === 'read' || type === 'played') advance(phone, node, type);
    if (type === 'read-self') phone.chats.advance(receiptIds(node), 'read');
    if (type === 'retry') await outbox.resend(phone, node);
    const requester = type === 'server-error' ? network.addresses.resolve(node.attrs['from']) : undefined;
    if (requester) await mediaRetries.answer(phone, requester, node);
  }

  return {
    async receive(number: string, node: BinaryNode): Promise<void> {
      const phone = network.phone(number);
      if (node.tag === 'message') await takeMessage(phone, node);
      if (node.tag === 'receipt') await takeReceipt(phone, node);
    },
  };
}
