import type { BinaryNode } from '@whiskeysockets/baileys';
import { acknowledgementOf } from './deliveries.ts';
import type { Device } from './directory.ts';
import type { Line } from './line.ts';
import type { Network } from './network.ts';
import { receiptIds } from './phone-inbox.ts';
import type { Post } from './post.ts';
import { stanza, unixSeconds } from './stanza.ts';

/** Receipts with which a client says that it has a message; after them the server forgets the stanza. */
const deliveryTypes = new Set([undefined, 'inactive', 'sender', 'peer_msg']);
/** Those that concern nobody else. */
const privateTypes = new Set(['sender', 'peer_msg', 'hist_sync']);

/** Takes receipts and acks from clients: they empty the client's queue and turn the sender's ticks. */
export function createClientReceipts(network: Network, post: Post) {
  const { addresses, deliveries, groups, tally } = network;

  function forwarded(device: Device, node: BinaryNode): BinaryNode | undefined {
    const { id, type } = node.attrs;
    const room = groups.room(node.attrs['to'] ?? '');
    const addressing = room?.addressing ?? addresses.resolve(node.attrs['to'])?.addressing;
    if (!addressing) return undefined;
    // A retry must name the device, because the answer is for it alone.
    const own = addresses.jid(device.number, addressing, type === 'retry' ? device.device : undefined);
    const where = room ? { from: room.jid, participant: own } : { from: own, recipient: node.attrs['recipient'] };
    return stanza('receipt', { id, type, t: unixSeconds(), ...where }, node.content);
  }

  /** The reader's other devices mark the chat as read too. */
  async function tellOwnDevices(device: Device, node: BinaryNode): Promise<void> {
    const { id, to, participant } = node.attrs;
    const own = addresses.jid(device.number, addresses.resolve(to)?.addressing ?? 'phone', device.device);
    const where = groups.room(to ?? '') ? { from: to, participant: own } : { from: own, recipient: to, participant };
    const notice = stanza('receipt', { id, type: 'read-self', t: unixSeconds(), ...where }, node.content);
    await post.deliverToAll(device.number, notice, device.device);
  }

  async function askPhone(device: Device, node: BinaryNode): Promise<void> {
    const { id, type } = node.attrs;
    const from = addresses.jid(device.number, 'phone', device.device);
    await post.deliver({ number: device.number, device: 0 }, stanza('receipt', { id, type, from }, node.content));
  }

  async function route(device: Device, node: BinaryNode): Promise<void> {
    const { type, to, participant } = node.attrs;
    if (privateTypes.has(type ?? '')) return;
    if (type === 'server-error') {
      await askPhone(device, node);
      return;
    }
    if (type === 'read' || type === 'read-self') await tellOwnDevices(device, node);
    if (type === 'read-self') return;
    const author = addresses.resolve(groups.room(to ?? '') ? participant : to);
    const receipt = forwarded(device, node);
    if (!author || !receipt) return;
    if (type === 'retry') await post.deliver(author, receipt);
    else await post.deliverToAll(author.number, receipt);
  }

  function settle(device: Device, acknowledgement: string): void {
    if (deliveries.acknowledge(device, acknowledgement)) tally.acknowledged();
  }

  return {
    async receipt(line: Line, device: Device, node: BinaryNode): Promise<void> {
      const { id, type, to, participant } = node.attrs;
      if (deliveryTypes.has(type)) {
        for (const each of receiptIds(node)) {
          settle(device, acknowledgementOf('message', each));
          tally.confirmed(device.number, each);
        }
      }
      if (type === 'retry') tally.retried();
      await route(device, node);
      const ack = stanza('ack', { class: 'receipt', id, type, from: to, participant });
      network.state.release(() => line.send(ack));
    },
    ack(device: Device, node: BinaryNode): void {
      const { class: kind = '', id = '', type } = node.attrs;
      settle(device, acknowledgementOf(kind, id, type));
    },
  };
}
