import { randomBytes } from 'node:crypto';
import { encodeWAMessage, proto, type BinaryNode } from '@whiskeysockets/baileys';
import { isGroupJid, parseNumber, type Addressing, type DeviceAddress } from './addresses.ts';
import { readBundle } from './bundle-node.ts';
import type { OutgoingText, PhoneMessage } from './control.ts';
import { addressLetter, type Letter } from './envelope.ts';
import { historyFor, sharedAppStateKey } from './first-sync.ts';
import type { Group } from './groups.ts';
import { devicesOf, takeBundle, type Network, type Phone } from './network.ts';
import type { Post } from './post.ts';
import { find, stanza } from './stanza.ts';

/** What leaves a phone: its messages, repeated ones for devices that could not read them, and its first sync. */
export interface PhoneOutbox {
  /** Resolves with the id once the network has taken it: at once, or when the phone has its network again. */
  send(phone: Phone, message: OutgoingText): Promise<{ id: string }>;
  /** Sends what was written while the phone was away. */
  sendPending(phone: Phone): Promise<void>;
  resend(phone: Phone, receipt: BinaryNode): Promise<void>;
  /** Shares the app-state key and the history with a device that has logged in for the first time. */
  firstSync(phone: Phone, device: DeviceAddress): Promise<void>;
  /** Answers what a linked device asks its own phone for. */
  answerPeer(phone: Phone, from: DeviceAddress, id: string, message: proto.IMessage): Promise<void>;
}

function newMessageId(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}

export function createPhoneOutbox(network: Network, post: Post): PhoneOutbox {
  const { addresses } = network;
  const turns = new WeakMap<Phone, Promise<void>>();

  async function seal(phone: Phone, to: DeviceAddress, message: proto.IMessage): Promise<BinaryNode | undefined> {
    const device = network.directory.device(to);
    if (!device) return undefined;
    const bundle = () => takeBundle(network, device);
    const sealed = await phone.signal.encrypt(to, device.identityKey, encodeWAMessage(message), bundle);
    return stanza('enc', { v: '2', type: sealed.type }, sealed.bytes);
  }
  function plain(message: proto.IMessage): BinaryNode {
    return stanza('plaintext', {}, proto.Message.encode(message).finish());
  }
  function copyForOwnDevices(to: string, message: proto.IMessage): proto.IMessage {
    return { deviceSentMessage: { destinationJid: to, message } };
  }

  async function toPerson(phone: Phone, letter: Letter, to: string, message: proto.IMessage): Promise<void> {
    const own = devicesOf(network, phone.record.number).filter(({ device }) => device > 0);
    const theirs = to === phone.record.number ? [] : devicesOf(network, to);
    const copy = copyForOwnDevices(addresses.jid(to, letter.addressing), message);
    for (const device of [...theirs, ...own]) {
      const content = device.number === phone.record.number ? copy : message;
      const sealed = device.device === 0 ? plain(content) : await seal(phone, device, content);
      if (sealed) await post.deliver(device, addressLetter(addresses, letter, device, [sealed]));
    }
  }

  function distributionMessage(group: Group, distribution: Buffer): proto.IMessage {
    return {
      senderKeyDistributionMessage: {
        groupId: group.jid,
        axolotlSenderKeyDistributionMessage: distribution,
      },
    };
  }
  async function toGroup(phone: Phone, letter: Letter, group: Group, message: proto.IMessage): Promise<void> {
    const devices = group.participants.flatMap((number) => [...devicesOf(network, number)]);
    const linked = devices.filter(({ device }) => device > 0);
    const untold = phone.senderKeys.untold(
      group.jid,
      linked.map(({ number, device }) => `${number}:${device}`),
    );
    const distribution = distributionMessage(group, phone.senderKeys.distribution(group.jid));
    const shared =
      linked.length === 0
        ? undefined
        : stanza('enc', { v: '2', type: 'skmsg' }, phone.senderKeys.encrypt(group.jid, encodeWAMessage(message)));
    for (const device of devices) {
      if (device.device === 0 && device.number === phone.record.number) continue;
      const content: BinaryNode[] = [];
      if (device.device === 0) content.push(plain(message));
      else if (shared) {
        const key = untold.has(`${device.number}:${device.device}`)
          ? await seal(phone, device, distribution)
          : undefined;
        content.push(...(key ? [key, shared] : [shared]));
      }
      await post.deliver(device, addressLetter(addresses, letter, device, content));
    }
  }

  function letterTo(phone: Phone, id: string, to: string | Group, addressing: Addressing): Letter {
    const from = { number: phone.record.number, device: 0 };
    return { id, from, to, addressing, attributes: { type: 'text' } };
  }
  /** One after the other: who gets a message before the key it is read with must ask again. */
  function dispatch(phone: Phone, message: PhoneMessage): Promise<void> {
    const turn = (turns.get(phone) ?? Promise.resolve()).then(() => sendOut(phone, message));
    turns.set(
      phone,
      turn.catch(() => undefined),
    );
    return turn;
  }
  async function sendOut(phone: Phone, message: PhoneMessage): Promise<void> {
    const addressing = phone.chats.addressingOf(message.id);
    const content = { conversation: message.text };
    const group = network.groups.get(message.chat);
    const to = addresses.resolve(message.chat)?.number ?? '';
    if (group) await toGroup(phone, letterTo(phone, message.id, group, group.addressing), group, content);
    else await toPerson(phone, letterTo(phone, message.id, to, addressing), to, content);
    network.state.release(() => phone.chats.advance([message.id], 'sent'));
  }

  function chatFor(phone: Phone, to: string): string {
    if (isGroupJid(to)) {
      const group = network.groups.get(to);
      if (!group?.participants.includes(phone.record.number)) throw new Error(`${to} is no group of this phone`);
      return to;
    }
    const number = addresses.resolve(to)?.number ?? parseNumber(to);
    if (network.faults.unregistered(number)) throw new Error(`${number} is not on this network`);
    return addresses.jid(number, 'phone');
  }

  async function peer(phone: Phone, to: DeviceAddress, message: proto.Message.IProtocolMessage): Promise<void> {
    const sealed = await seal(phone, to, { protocolMessage: message });
    const attributes = { type: 'text', category: 'peer', push_priority: 'high' };
    const from = { number: phone.record.number, device: 0 };
    const letter: Letter = { id: newMessageId(), from, to: from.number, addressing: 'phone', attributes };
    if (sealed) await post.deliver(to, addressLetter(addresses, letter, to, [sealed]));
  }

  return {
    async send(phone, { to, text, addressing = 'phone' }) {
      const chat = chatFor(phone, to);
      const from = phone.record.jid;
      const id = newMessageId();
      const message: PhoneMessage = {
        id,
        chat,
        from,
        fromMe: true,
        text,
        at: new Date().toISOString(),
        status: 'pending',
      };
      phone.chats.show(message, addressing);
      if (!phone.record.identity.away) await dispatch(phone, message);
      await network.state.durable();
      if (phone.chats.byId(id)?.status === 'pending') {
        await phone.chats.wait((shown) => shown.id === id && shown.status !== 'pending');
        await network.state.durable();
      }
      return { id };
    },
    async sendPending(phone) {
      const pending = phone.chats.all().filter(({ fromMe, status }) => fromMe && status === 'pending');
      for (const message of pending) await dispatch(phone, message);
    },
    async resend(phone, receipt) {
      const requester = addresses.resolve(receipt.attrs['participant'] ?? receipt.attrs['from']);
      const message = phone.chats.byId(receipt.attrs['id'] ?? '');
      const device = requester && network.directory.device(requester);
      if (!requester || !device || !message?.fromMe) return;
      await phone.signal.begin(requester, readBundle(receipt) ?? takeBundle(network, device));
      const group = network.groups.get(message.chat);
      const to = group ?? addresses.resolve(message.chat)?.number ?? '';
      let content: proto.IMessage = { conversation: message.text };
      if (group) {
        content = { ...content, ...distributionMessage(group, phone.senderKeys.distribution(group.jid)) };
      } else if (requester.number === phone.record.number) {
        content = copyForOwnDevices(message.chat, content);
      }
      const sealed = await seal(phone, requester, content);
      const letter = letterTo(phone, message.id, to, group?.addressing ?? requester.addressing);
      const count = find(receipt, 'retry')?.attrs['count'] ?? '1';
      if (!sealed) return;
      const again = { ...sealed, attrs: { ...sealed.attrs, count } };
      await post.deliver(requester, addressLetter(addresses, letter, requester, [again]));
    },
    async firstSync(phone, device) {
      await peer(phone, device, sharedAppStateKey(phone));
      await peer(phone, device, historyFor(phone));
    },
    async answerPeer(phone, from, id, message) {
      const request = (message.deviceSentMessage?.message ?? message).protocolMessage?.peerDataOperationRequestMessage;
      const asked = request?.placeholderMessageResendRequest ?? [];
      const results = asked.flatMap(({ messageKey }) => {
        const known = phone.chats.byId(messageKey?.id ?? '');
        if (!known || !messageKey) return [];
        const found = proto.WebMessageInfo.encode({ key: messageKey, message: { conversation: known.text } }).finish();
        return [{ placeholderMessageResendResponse: { webMessageInfoBytes: found } }];
      });
      if (results.length === 0) return;
      await peer(phone, from, {
        type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
        peerDataOperationRequestResponseMessage: { stanzaId: id, peerDataOperationResult: results },
      });
    },
  };
}
