import { proto, unpadRandomMax16, type BinaryNode } from '@whiskeysockets/baileys';
import type { ResolvedAddress } from './addresses.ts';
import { keyNodes, registrationNode } from './bundle-node.ts';
import type { PhoneMessage } from './control.ts';
import type { Group } from './groups.ts';
import { textOf } from './message-text.ts';
import type { Network, Phone } from './network.ts';
import type { PhoneOutbox } from './phone-outbox.ts';
import type { PhoneReceipts } from './phone-receipts.ts';
import type { Post } from './post.ts';
import { bytesOf, children, stanza, unixSeconds } from './stanza.ts';

const mostRetries = 5;

interface Incoming {
  readonly node: BinaryNode;
  readonly id: string;
  readonly sender: ResolvedAddress;
  readonly group: Group | undefined;
}

/** Ids that a receipt names: its own and those of its list. */
export function receiptIds(node: BinaryNode): readonly string[] {
  const list = children(node).find((child) => child.tag === 'list');
  return [node.attrs['id'] ?? '', ...children(list).map((item) => item.attrs['id'] ?? '')];
}

/** Reads what phones get: opens messages, shows them and owes the receipt; asks again for those it cannot open. */
export function createPhoneInbox(network: Network, post: Post, outbox: PhoneOutbox, receipts: PhoneReceipts) {
  const retries = new Map<string, number>();

  async function decrypt(phone: Phone, { node, sender, group }: Incoming): Promise<proto.IMessage> {
    const author = `${sender.number}:${sender.device}`;
    const message: proto.IMessage = {};
    for (const child of children(node)) {
      const bytes = bytesOf(child);
      if (!bytes || (child.tag !== 'enc' && child.tag !== 'plaintext')) continue;
      const type = child.attrs['type'];
      let plaintext: Uint8Array = bytes;
      if (type === 'skmsg') plaintext = unpadRandomMax16(phone.senderKeys.decrypt(group?.jid ?? '', author, bytes));
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
    if (incoming.group) return incoming.group.jid;
    const other = destination ? network.addresses.resolve(destination) : incoming.sender;
    return other ? network.addresses.jid(other.number, 'phone') : (destination ?? '');
  }

  function show(phone: Phone, incoming: Incoming, message: proto.IMessage): void {
    const sent = message.deviceSentMessage;
    const text = textOf(sent?.message ?? message);
    if (text === undefined) return;
    const fromMe = incoming.sender.number === phone.record.number;
    const shown: PhoneMessage = {
      id: incoming.id,
      chat: chatOf(incoming, sent?.destinationJid),
      from: network.addresses.jid(incoming.sender.number, 'phone'),
      fromMe,
      text,
      at: new Date().toISOString(),
      status: fromMe ? 'sent' : 'received',
    };
    phone.chats.show(shown, incoming.sender.addressing);
  }

  function reader(phone: Phone, { group, sender, node, id }: Incoming): Record<string, string | undefined> {
    const own = network.addresses.jid(phone.record.number, group?.addressing ?? sender.addressing);
    const where = group ? { from: group.jid, participant: own } : { from: own, recipient: node.attrs['recipient'] };
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
    const sender = network.addresses.resolve(node.attrs['participant'] ?? node.attrs['from']);
    if (!sender) return;
    const group = network.groups.get(node.attrs['from'] ?? '');
    const incoming = { node, id: node.attrs['id'] ?? '', sender, group };
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

  async function takeReceipt(phone: Phone, node: BinaryNode): Promise<void> {
    const type = node.attrs['type'];
    const ids = receiptIds(node);
    if (type === undefined) phone.chats.advance(ids, 'delivered');
    if (type === 'read' || type === 'played' || type === 'read-self') phone.chats.advance(ids, 'read');
    if (type === 'retry') await outbox.resend(phone, node);
  }

  return {
    async receive(number: string, node: BinaryNode): Promise<void> {
      const phone = network.phone(number);
      if (node.tag === 'message') await takeMessage(phone, node);
      if (node.tag === 'receipt') await takeReceipt(phone, node);
    },
  };
}
