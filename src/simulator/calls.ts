import { randomBytes } from 'node:crypto';
import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Addressing, DeviceAddress } from './addresses.ts';
import { devicesOf, type Network } from './network.ts';
import type { PhoneCall } from './phone-call.ts';
import { children, find, stanza, unixSeconds } from './stanza.ts';
import { waitUntil } from './wait-until.ts';

interface Call {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly addressing: Addressing;
  readonly video: boolean;
  readonly at: string;
  status: PhoneCall['status'];
}

/** Calls between phones and linked devices; no sound. Kept in memory only. */
export interface Calls {
  place(from: string, to: string, options: { video: boolean; addressing: Addressing }): string;
  /** The caller hangs up, or has waited long enough. */
  end(number: string, id: string, timedOut: boolean): void;
  of(number: string): readonly PhoneCall[];
  wait(number: string, id: string, signal?: AbortSignal): Promise<PhoneCall>;
  /** What a client sends about calls; gives the answer, or undefined for what is not known. */
  take(device: DeviceAddress, node: BinaryNode): BinaryNode | undefined;
}

const rememberedCalls = 200;

export function createCalls(network: Network): Calls {
  const { addresses, changes, deliveries } = network;
  const calls = new Map<string, Call>();
  const waiting = new Set<() => void>();

  function seenBy(number: string, call: Call): PhoneCall {
    const fromMe = call.from === number;
    const { id, video, status, at } = call;
    return { id, with: addresses.jid(fromMe ? call.to : call.from, 'phone'), fromMe, video, status, at };
  }
  function changed({ from, to }: Call): void {
    for (const look of waiting) look();
    changes.tell({ number: from, chat: addresses.jid(to, 'phone') });
    changes.tell({ number: to, chat: addresses.jid(from, 'phone') });
  }
  /** `handleCall` in Baileys' `Socket/messages-recv.js` reads it. */
  function tell(
    call: Call,
    by: string,
    whom: string,
    tag: string,
    more: Record<string, string>,
    except?: number,
  ): void {
    const creator = addresses.jid(call.from, call.addressing);
    const from = addresses.jid(by, call.addressing);
    const callerPn = call.addressing === 'lid' ? { caller_pn: addresses.jid(call.from, 'phone') } : {};
    const video = call.video && tag === 'offer' ? [stanza('video', { enc: 'vp8', dec: 'vp8' })] : [];
    const content = tag === 'offer' ? [stanza('audio', { enc: 'opus', rate: '16000' }), ...video] : undefined;
    const about = stanza(tag, { 'call-id': call.id, 'call-creator': creator, ...callerPn, ...more }, content);
    for (const device of devicesOf(network, whom)) {
      if (device.device === 0 || device.device === except) continue;
      const id = `call-${randomBytes(8).toString('hex')}`;
      deliveries.enqueue(device, stanza('call', { id, from, t: unixSeconds() }, [about]));
    }
  }
  function ringing(id: string): Call {
    const call = calls.get(id);
    if (call?.status !== 'ringing') throw new Error(`There is no call ${id} that rings`);
    return call;
  }
  function reject(device: DeviceAddress, id: string): void {
    const call = calls.get(id);
    if (call?.status !== 'ringing' || call.to !== device.number) return;
    call.status = 'rejected';
    tell(call, call.to, call.from, 'reject', {});
    tell(call, call.from, call.to, 'terminate', { reason: 'rejected_elsewhere' }, device.device);
    changed(call);
  }

  return {
    place(from, to, { video, addressing }) {
      const id = randomBytes(16).toString('hex').toUpperCase();
      const call: Call = { id, from, to, video, addressing, at: new Date().toISOString(), status: 'ringing' };
      calls.set(id, call);
      const [oldest] = calls.keys();
      if (calls.size > rememberedCalls && oldest !== undefined) calls.delete(oldest);
      tell(call, from, to, 'offer', {});
      changed(call);
      return id;
    },
    end(number, id, timedOut) {
      const call = ringing(id);
      if (call.from !== number) throw new Error(`${number} did not begin this call`);
      call.status = timedOut ? 'missed' : 'ended';
      tell(call, call.from, call.to, 'terminate', timedOut ? { reason: 'timeout' } : {});
      changed(call);
    },
    of: (number) =>
      [...calls.values()]
        .filter(({ from, to }) => from === number || to === number)
        .map((call) => seenBy(number, call)),
    async wait(number, id, signal) {
      const call = calls.get(id);
      if (!call) throw new Error(`There is no call ${id}`);
      await waitUntil(waiting, () => call.status !== 'ringing', signal);
      return seenBy(number, call);
    },
    take(device, node) {
      const { id, to } = node.attrs;
      const [about] = children(node);
      const ack = { class: 'call', id, from: to, type: about?.tag };
      if (about?.tag === 'reject') {
        reject(device, about.attrs['call-id'] ?? '');
        return stanza('ack', ack);
      }
      if (!find(node, 'link_create')) return undefined;
      const token = randomBytes(16).toString('base64url');
      return stanza('ack', ack, [stanza('link_create', { token, media: about?.attrs['media'] })]);
    },
  };
}
