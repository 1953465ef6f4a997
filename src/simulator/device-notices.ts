import { randomBytes } from 'node:crypto';
import type { DeviceAddress } from './addresses.ts';
import { devicesOf, type Network } from './network.ts';
import { stanza, unixSeconds } from './stanza.ts';

/**
 * Tells those who know a person's devices when one comes or goes. Clients keep device lists for minutes (Baileys: 5), and
 * would leave a new device out until then.
 */
export interface DeviceNotices {
  /** `watcher` has asked for the devices of `number`. */
  watch(number: string, watcher: DeviceAddress): void;
  changed(change: 'add' | 'remove', device: DeviceAddress & { readonly keyIndex?: number }): void;
}

export function createDeviceNotices(network: Network): DeviceNotices {
  const { addresses, deliveries, directory } = network;
  const watchers = new Map<string, Map<string, DeviceAddress>>();

  return {
    watch(number, watcher) {
      const known = watchers.get(number) ?? new Map<string, DeviceAddress>();
      known.set(`${watcher.number}:${watcher.device}`, watcher);
      watchers.set(number, known);
    },
    changed(change, device) {
      const { number, keyIndex } = device;
      network.changes.tell({ number });
      const listed = (['phone', 'lid'] as const).map((addressing) =>
        stanza('device', { jid: addresses.jid(number, addressing, device.device), 'key-index': keyIndex?.toString() }),
      );
      const told = new Map(watchers.get(number));
      for (const own of devicesOf(network, number)) told.set(`${own.number}:${own.device}`, own);
      for (const watcher of told.values()) {
        const self = watcher.number === number && watcher.device === device.device;
        if (watcher.device === 0 || self || !directory.device(watcher)) continue;
        const id = `devices-${randomBytes(6).toString('hex')}`;
        const from = addresses.jid(number, 'phone');
        const hash = `2:${randomBytes(6).toString('base64')}`;
        const notice = stanza('notification', { id, type: 'devices', from, t: unixSeconds() }, [
          stanza(change, { device_hash: hash }, listed),
        ]);
        deliveries.enqueue(watcher, notice);
      }
    },
  };
}
