import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Addressing, DeviceAddress } from './addresses.ts';
import type { Device } from './directory.ts';
import { addressLetter, type Letter } from './envelope.ts';
import { statusJid, type Group, type Room } from './groups.ts';
import type { Line } from './line.ts';
import { devicesOf, type Network } from './network.ts';
import { publishPost } from './newsletter-posts.ts';
import { isNewsletterJid } from './newsletters.ts';
import type { Post } from './post.ts';
import { createRatchetSteps } from './ratchet-steps.ts';
import { bytesOf, children, find, stanza, unixSeconds } from './stanza.ts';

const forwardedAttributes = ['type', 'edit', 'category', 'expiration', 'decrypt-fail', 'push_priority'];
const timeLockCode = 463;
const forwardedChildren = new Set(['meta', 'biz', 'bot']);

interface Outgoing {
  readonly node: BinaryNode;
  readonly sender: Device;
  /** Contents for single devices, by device, from `<participants>`. */
  readonly shares: readonly { readonly to: DeviceAddress; readonly content: readonly BinaryNode[] }[];
  /** Contents for whoever the stanza is addressed to. */
  readonly common: readonly BinaryNode[];
  readonly extras: readonly BinaryNode[];
}

/** Takes message stanzas from clients: delivers them to every device and acknowledges them once that is durable. */
export function createClientMessages(network: Network, post: Post) {
  const { addresses, changes, faults, state, tally } = network;
  const steps = createRatchetSteps();

  function read(node: BinaryNode, sender: Device): Outgoing {
    const shares = children(find(node, 'participants')).flatMap((child) => {
      const to = addresses.resolve(child.attrs['jid']);
      return to ? [{ to, content: children(child) }] : [];
    });
    const all = children(node);
    return {
      node,
      sender,
      shares,
      common: all.filter(({ tag }) => tag === 'enc'),
      extras: all.filter(({ tag }) => forwardedChildren.has(tag)),
    };
  }
  function letter({ node, sender }: Outgoing, to: string | Room, addressing: Addressing): Letter {
    const attributes: Record<string, string> = {};
    for (const name of forwardedAttributes) {
      const value = node.attrs[name];
      if (value !== undefined) attributes[name] = value;
    }
    return { id: node.attrs['id'] ?? '', from: sender, to, addressing, attributes };
  }
  /** Whoever gets a `pkmsg` may check with it that the sender's device belongs to its account. */
  function content(outgoing: Outgoing, enc: readonly BinaryNode[]): readonly BinaryNode[] {
    const identity = find(outgoing.node, 'device-identity');
    const begins = enc.some(({ attrs }) => attrs['type'] === 'pkmsg');
    return [...enc, ...(begins && identity ? [identity] : []), ...outgoing.extras];
  }

  async function toPerson(outgoing: Outgoing): Promise<void> {
    const { node, shares, common, sender } = outgoing;
    const to = addresses.resolve(node.attrs['to']);
    if (!to) return;
    const chat = addresses.resolve(node.attrs['recipient']) ?? to;
    const written = letter(outgoing, chat.number, to.addressing);
    const all = common.length > 0 ? [...shares, { to, content: common }] : shares;
    for (const share of all) {
      if (faults.unregistered(share.to.number)) continue;
      if (share.to.number === sender.number && share.to.device === sender.device) continue;
      await post.deliver(share.to, addressLetter(addresses, written, share.to, content(outgoing, share.content)));
    }
  }

  async function toGroup(outgoing: Outgoing, group: Group): Promise<void> {
    const { node, shares, common, sender } = outgoing;
    const written = letter(outgoing, group, group.addressing);
    const only = addresses.resolve(node.attrs['participant']);
    if (only) {
      await post.deliver(only, addressLetter(addresses, written, only, content(outgoing, common)));
      return;
    }
    const own = new Map(shares.map(({ to, content }) => [`${to.number}:${to.device}`, content]));
    for (const device of group.participants.flatMap((number) => [...devicesOf(network, number)])) {
      if (device.number === sender.number && device.device === sender.device) continue;
      const enc = [...(own.get(`${device.number}:${device.device}`) ?? []), ...common];
      await post.deliver(device, addressLetter(addresses, written, device, content(outgoing, enc)));
    }
  }

  /** Only to those whom the client gave the key. */
  async function toStatus(outgoing: Outgoing): Promise<void> {
    const { shares, common } = outgoing;
    const room: Room = { jid: statusJid, addressing: 'phone', participants: [] };
    const written = letter(outgoing, room, room.addressing);
    for (const { to, content: enc } of shares) {
      const all = content(outgoing, [...enc, ...common]);
      await post.deliver(to, addressLetter(addresses, written, to, all));
    }
  }

  /** Its owner writes, its followers react. */
  async function toNewsletter({ node, sender }: Outgoing): Promise<void> {
    const { id = '', to = '', server_id: serverId = '' } = node.attrs;
    const newsletter = network.newsletters.get(to);
    const reaction = find(node, 'reaction');
    const message = bytesOf(find(node, 'plaintext'));
    if (reaction) network.newsletters.react(to, sender.number, Number(serverId), reaction.attrs['code'] ?? '');
    else if (message && newsletter?.owner === sender.number) {
      await publishPost(network, post, newsletter, { id, message, by: sender.device });
    } else tally.unknownQuery('message to a channel of somebody else');
  }

  function countRepeatedSteps({ node, sender, shares, common }: Outgoing): void {
    const from = `${sender.number}:${sender.device}`;
    for (const { to, content } of shares) {
      for (const enc of content) if (steps.isRepeated(`${from} ${to.number}:${to.device}`, enc)) tally.repeatedStep();
    }
    const to = node.attrs['participant'] ?? node.attrs['to'] ?? '';
    for (const enc of common) if (steps.isRepeated(`${from} ${to}`, enc)) tally.repeatedStep();
  }

  /** The code with which an account that may begin no new chats is refused one. */
  function timeLocked({ node, sender, shares }: Outgoing): number | undefined {
    const to = addresses.resolve(node.attrs['to']);
    if (!faults.timeLock(sender.number) || !to || to.number === sender.number) return undefined;
    const chat = addresses.jid(to.number, 'phone');
    const isKnown = network
      .phone(sender.number)
      .chats.all()
      .some((message) => message.chat === chat);
    return isKnown || shares.length === 0 ? undefined : timeLockCode;
  }

  function acknowledge(line: Line, sender: Device, node: BinaryNode, error?: number): void {
    const { id, to, participant, type } = node.attrs;
    const ack = stanza('ack', {
      class: 'message',
      id,
      from: to,
      participant,
      type,
      t: unixSeconds(),
      error: error?.toString(),
    });
    if (faults.take('drop-acks', sender.number)) return;
    const delayMs = faults.ackDelay(sender.number);
    const send = (): void => {
      if (line.isOpen) tally.acked(id ?? '');
      line.send(ack);
    };
    state.release(() => {
      if (delayMs === undefined) send();
      else setTimeout(send, delayMs);
    });
  }

  return {
    async take(line: Line, sender: Device, node: BinaryNode): Promise<void> {
      tally.stanza(node.attrs['id'] ?? '');
      const outgoing = read(node, sender);
      countRepeatedSteps(outgoing);
      const refusal = faults.take('error-ack', sender.number)?.code ?? timeLocked(outgoing);
      if (refusal !== undefined) {
        changes.tell({ number: sender.number });
        acknowledge(line, sender, node, refusal);
        return;
      }
      const { to = '' } = node.attrs;
      const group = network.groups.get(to);
      if (group) await toGroup(outgoing, group);
      else if (to === statusJid) await toStatus(outgoing);
      else if (isNewsletterJid(to)) await toNewsletter(outgoing);
      else await toPerson(outgoing);
      acknowledge(line, sender, node);
    },
  };
}
