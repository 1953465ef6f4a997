import { timingSafeEqual } from 'node:crypto';
import { S_WHATSAPP_NET, type BinaryNode } from '@whiskeysockets/baileys';
import type { DeviceAddress } from './addresses.ts';
import type { DeviceNotices } from './device-notices.ts';
import type { Device } from './directory.ts';
import type { Line } from './line.ts';
import type { Linking } from './linking.ts';
import type { Network } from './network.ts';
import type { PhoneOutbox } from './phone-outbox.ts';
import { stanza, streamError, unixSeconds } from './stanza.ts';

/** Which device is online on which line. */
export interface Logins {
  /** Answers a line that says it is a linked device: success, or a failure and its end. */
  login(line: Line): void;
  /** Undefined when the line has not logged in, or has been replaced since. */
  deviceOf(line: Line): Device | undefined;
  lineOf(address: DeviceAddress): Line | undefined;
  /** The device is ready for what waits for it (`passive active`): the queue, then the first sync. */
  activate(line: Line, device: Device): Promise<void>;
  /** The first sync of devices that have not had it, because their phone was away. */
  syncFirst(device: Device): Promise<void>;
  closed(line: Line): void;
  /** Lines of one phone's linked devices, or of all. */
  lines(number?: string): readonly Line[];
  /** Takes the device from the account and ends its line with 401. */
  remove(address: DeviceAddress): void;
}

export const replaced = stanza('stream:error', {}, [stanza('conflict', { type: 'replaced' })]);
const deviceRemoved = stanza('stream:error', { code: '401' }, [stanza('conflict', { type: 'device_removed' })]);
const loggedOut = '401';

export function createLogins(network: Network, linking: Linking, outbox: PhoneOutbox, notices: DeviceNotices): Logins {
  const { directory, deliveries, faults, presences, tally, state } = network;
  const devices = new Map<Line, Device>();
  const lines = new Map<string, Line>();
  const nameOf = ({ number, device }: DeviceAddress): string => `${number}:${device}`;
  const jidOf = ({ number, device }: DeviceAddress): string => network.addresses.jid(number, 'phone', device);

  function refuse(line: Line, code: number, expire?: number): void {
    line.end(
      stanza('failure', {
        reason: code.toString(),
        location: 'lla',
        code: expire === undefined ? undefined : '101',
        expire: expire?.toString(),
      }),
    );
  }
  function detach(line: Line): void {
    const device = devices.get(line);
    if (!device) return;
    devices.delete(line);
    deliveries.close(device, line);
    presences.setAvailable(device, false);
    if (lines.get(nameOf(device)) === line) lines.delete(nameOf(device));
    tally.lineClosed(jidOf(device));
  }
  function attach(line: Line, device: Device): void {
    const earlier = lines.get(nameOf(device));
    tally.lineOpened(jidOf(device));
    if (earlier) {
      tally.replaced();
      detach(earlier);
      earlier.end(replaced);
    }
    devices.set(line, device);
    lines.set(nameOf(device), line);
    line.setLatency(faults.latency(device.number));
    if (faults.silent(device.number)) line.setSilent(true);
  }
  const isPeer = (node: BinaryNode): boolean => node.attrs['category'] === 'peer';

  /** Peer messages come after the offline mark, else the client has read its history before it began to wait for it. */
  function openQueue(line: Line, device: Device): void {
    line.send(stanza('ib', { from: S_WHATSAPP_NET }, [stanza('offline_preview', { count: '0' })]));
    const count = deliveries.open(device, line, (node) => !isPeer(node));
    const error = faults.take('error-after-queue', device.number);
    if (error) setTimeout(() => line.end(streamError(error.code)), error.afterMs);
    line.send(stanza('ib', { from: S_WHATSAPP_NET }, [stanza('offline', { count: count.toString() })]));
    deliveries.catchUp(device);
  }

  async function syncFirst(device: Device): Promise<void> {
    const phone = network.phone(device.number);
    if (device.firstSyncSent || phone.record.identity.away) return;
    device.firstSyncSent = true;
    directory.saveDevice(device);
    await outbox.firstSync(phone, device);
  }

  return {
    login(line) {
      const number = line.payload.username?.toString() ?? '';
      const refusal = faults.take('refuse-login', number);
      const device = directory.device({ number, device: line.payload.device ?? 0 });
      if (refusal) {
        tally.loginRefused(jidOf({ number, device: line.payload.device ?? 0 }), refusal.code);
        refuse(line, refusal.code, refusal.expire);
        return;
      }
      const known = device && device.noiseKey.length === line.clientKey.length;
      if (!known || !timingSafeEqual(device.noiseKey, line.clientKey)) {
        refuse(line, Number(loggedOut));
        return;
      }
      attach(line, device);
      const lid = network.addresses.jid(number, 'lid', device.device);
      line.send(stanza('success', { lid, t: unixSeconds(), creation: unixSeconds(), location: 'lla' }));
      linking.loggedIn(device);
    },
    deviceOf: (line) => devices.get(line),
    lineOf: (address) => lines.get(nameOf(address)),
    async activate(line, device) {
      state.release(() => openQueue(line, device));
      await syncFirst(device);
    },
    syncFirst,
    closed: detach,
    lines: (number) =>
      number === undefined
        ? [...devices.keys()]
        : [...devices].filter(([, device]) => device.number === number).map(([line]) => line),
    remove(address) {
      const line = lines.get(nameOf(address));
      if (line) detach(line);
      directory.removeDevice(address);
      deliveries.drain(address);
      notices.changed('remove', address);
      state.release(() => line?.end(deviceRemoved));
    },
  };
}
