import { randomBytes } from 'node:crypto';
import { encodeWAMessage, proto, type BinaryNode } from '@whiskeysockets/baileys';
import type { Addressing, DeviceAddress } from './addresses.ts';
import { readBundle } from './bundle-node.ts';
import { addressLetter, type Letter } from './envelope.ts';
import type { Room } from './groups.ts';
import type { StanzaKind } from './message-building.ts';
import { devicesOf, takeBundle, type Network, type Phone } from './network.ts';
import type { Post } from './post.ts';
import { find, stanza } from './stanza.ts';

/** What a phone sends, and to whom. */
export interface Dispatch {
  readonly id: string;
  /** The other person's number, or the room. */
  readonly to: string | Room;
  readonly addressing: Addressing;
  readonly message: proto.IMessage;
  readonly kind: StanzaKind;
}

/** Seals a phone's message for every device that gets it. */
export interface FanOut {
  send(phone: Phone, dispatch: Dispatch): Promise<void>;
  /** Again, for the device that could not read it, with the keys of its receipt. */
  sendAgain(phone: Phone, dispatch: Dispatch, requester: DeviceAddress, receipt: BinaryNode): Promise<void>;
  /** To one of the phone's own devices, about the account itself. */
  sendPeer(phone: Phone, to: DeviceAddress, message: proto.Message.IProtocolMessage): Promise<void>;
}

export function newMessageId(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}

export function createFanOut(network: Network, post: Post): FanOut {
  const { addresses } = network;

  async function seal(
    phone: Phone,
    to: DeviceAddress,
    message: proto.IMessage,
    attributes: Readonly<Record<string, string>> = {},
  ): Promise<BinaryNode | undefined> {
    const device = network.directory.device(to);
    if (!device) return undefined;
    const bundle = () => takeBundle(network, device);
    const sealed = await phone.signal.encrypt(to, device.identityKey, encodeWAMessage(message), bundle);
    return stanza('enc', { v: '2', type: sealed.type, ...attributes }, sealed.bytes);
  }
  function plain(message: proto.IMessage): BinaryNode {
    return stanza('plaintext', {}, proto.Message.encode(message).finish());
  }
  function copyForOwnDevices(to: string, message: proto.IMessage): proto.IMessage {
    const { messageContextInfo } = message;
    return {
      deviceSentMessage: { destinationJid: to, message },
      ...(messageContextInfo ? { messageContextInfo } : {}),
    };
  }
  function letterOf(phone: Phone, { id, to, addressing, kind }: Dispatch): Letter {
    const { number, identity } = phone.record;
    return { id, from: { number, device: 0 }, to, addressing, attributes: kind.attributes, profile: identity.profile };
  }

  async function toPerson(phone: Phone, dispatch: Dispatch, to: string): Promise<void> {
    const { message, kind, addressing } = dispatch;
    const letter = letterOf(phone, dispatch);
    const own = devicesOf(network, phone.record.number).filter(({ device }) => device > 0);
    const theirs = to === phone.record.number ? [] : devicesOf(network, to);
    const copy = copyForOwnDevices(addresses.jid(to, addressing), message);
    for (const device of [...theirs, ...own]) {
      const content = device.number === phone.record.number ? copy : message;
      const sealed = device.device === 0 ? plain(content) : await seal(phone, device, content, kind.enc);
      if (sealed) await post.deliver(device, addressLetter(addresses, letter, device, [sealed]));
    }
  }

  function distributionMessage(room: Room, distribution: Buffer): proto.IMessage {
    return {
      senderKeyDistributionMessage: {
        groupId: room.jid,
        axolotlSenderKeyDistributionMessage: distribution,
      },
    };
  }
  async function toRoom(phone: Phone, dispatch: Dispatch, room: Room): Promise<void> {
    const { message, kind } = dispatch;
    const letter = letterOf(phone, dispatch);
    const readers = new Set([...room.participants, phone.record.number]);
    const devices = [...readers].flatMap((number) => [...devicesOf(network, number)]);
    const linked = devices.filter(({ device }) => device > 0);
    const untold = phone.senderKeys.untold(
      room.jid,
      linked.map(({ number, device }) => `${number}:${device}`),
    );
    const distribution = distributionMessage(room, phone.senderKeys.distribution(room.jid));
    const encrypt = (): Buffer => phone.senderKeys.encrypt(room.jid, encodeWAMessage(message));
    const attributes = { v: '2', type: 'skmsg', ...kind.enc };
    const shared = linked.length === 0 ? undefined : stanza('enc', attributes, encrypt());
    for (const device of devices) {
      if (device.device === 0 && device.number === phone.record.number) continue;
      const content: BinaryNode[] = [];
      if (device.device === 0) content.push(plain(message));
      else if (shared) {
        const isTold = !untold.has(`${device.number}:${device.device}`);
        const key = isTold ? undefined : await seal(phone, device, distribution);
        content.push(...(key ? [key, shared] : [shared]));
      }
      await post.deliver(device, addressLetter(addresses, letter, device, content));
    }
  }

  return {
    async send(phone, dispatch) {
      const { to } = dispatch;
      if (typeof to === 'string') await toPerson(phone, dispatch, to);
      else await toRoom(phone, dispatch, to);
    },
    async sendAgain(phone, dispatch, requester, receipt) {
      const device = network.directory.device(requester);
      if (!device) return;
      await phone.signal.begin(requester, readBundle(receipt) ?? takeBundle(network, device));
      const { to, addressing, message, kind } = dispatch;
      let content = message;
      if (typeof to !== 'string') {
        content = { ...message, ...distributionMessage(to, phone.senderKeys.distribution(to.jid)) };
      } else if (requester.number === phone.record.number) {
        content = copyForOwnDevices(addresses.jid(to, addressing), message);
      }
      const count = find(receipt, 'retry')?.attrs['count'] ?? '1';
      const again = await seal(phone, requester, content, { ...kind.enc, count });
      if (!again) return;
      await post.deliver(requester, addressLetter(addresses, letterOf(phone, dispatch), requester, [again]));
    },
    async sendPeer(phone, to, message) {
      const sealed = await seal(phone, to, { protocolMessage: message });
      const attributes = { type: 'text', category: 'peer', push_priority: 'high' };
      const from = { number: phone.record.number, device: 0 };
      const letter: Letter = { id: newMessageId(), from, to: from.number, addressing: 'phone', attributes };
      if (sealed) await post.deliver(to, addressLetter(addresses, letter, to, [sealed]));
    },
  };
}
