import type { BinaryNode } from '@whiskeysockets/baileys';
import type { DeviceAddress } from './addresses.ts';
import { devicesOf, type Network } from './network.ts';

/** Brings stanzas to devices: to phones in memory, to linked devices through their queue. */
export interface Post {
  deliver(to: DeviceAddress, node: BinaryNode): Promise<void>;
  /** To the phone and every linked device, but for `except`. */
  deliverToAll(number: string, node: BinaryNode, except?: number): Promise<void>;
  /** Who reads what phones get; set once, when the network is put together. */
  onPhone(receive: (number: string, node: BinaryNode) => Promise<void>): void;
}

export function createPost(network: Network): Post {
  let receive: (number: string, node: BinaryNode) => Promise<void> = async () => undefined;

  async function deliver(to: DeviceAddress, node: BinaryNode): Promise<void> {
    if (to.device > 0) {
      if (network.directory.device(to)) network.deliveries.enqueue(to, node);
      return;
    }
    if (network.phone(to.number).record.identity.away) network.deliveries.enqueue(to, node);
    else await receive(to.number, node);
  }
  return {
    deliver,
    async deliverToAll(number, node, except) {
      for (const device of devicesOf(network, number)) {
        if (device.device !== except) await deliver(device, node);
      }
    },
    onPhone: (handler) => (receive = handler),
  };
}
