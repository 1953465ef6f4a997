import { randomBytes } from 'node:crypto';
import { S_WHATSAPP_NET, type BinaryNode } from '@whiskeysockets/baileys';
import type { Fault } from './fault.ts';
import type { Line } from './line.ts';
import { replaced, type Logins } from './logins.ts';
import type { Network } from './network.ts';
import { stanza, streamError, unixSeconds } from './stanza.ts';

/** Baileys takes codes for as long as they come, and looks at each only when the time of the one before is over. */
function brokenOffer(): BinaryNode {
  const id = `offer-${randomBytes(6).toString('hex')}`;
  const references = [stanza('ref', {}, Buffer.from('a code that nobody asked for')), stanza('ref')];
  return stanza('iq', { id, from: S_WHATSAPP_NET, type: 'set', xmlns: 'md' }, [stanza('pair-device', {}, references)]);
}

/** As Baileys' messages-recv.js reads it (handleReachoutTimelockNotification). */
function timeLockLifted(): BinaryNode {
  const id = `time-lock-${randomBytes(6).toString('hex')}`;
  const data = { xwa2_notify_account_reachout_timelock: { is_active: false } };
  return stanza('notification', { id, from: S_WHATSAPP_NET, type: 'mex', t: unixSeconds() }, [
    stanza('update', { op_name: 'NotificationUserReachoutTimelockUpdate' }, Buffer.from(JSON.stringify({ data }))),
  ]);
}

/** Makes a fault happen: at once to the lines that are open, or later to what comes. */
export async function commitFault(network: Network, logins: Logins, fault: Fault): Promise<void> {
  const { deliveries, directory, faults } = network;
  const number = 'number' in fault ? fault.number : undefined;
  const lines = logins.lines(number);
  const each = (act: (line: Line) => void): void => lines.forEach(act);
  const devices = [...directory.phones()].flatMap((phone) =>
    number === undefined || phone.number === number ? [...phone.devices.values()] : [],
  );

  switch (fault.kind) {
    case 'drop-line':
      return each((line) => line.drop());
    case 'stream-error':
      return each((line) => line.end(streamError(fault.code)));
    case 'replaced':
      return each((line) => line.end(replaced));
    case 'device-removed':
      for (const device of devices) logins.remove(device);
      return network.state.durable();
    case 'silent-line':
      faults.add(fault);
      each((line) => line.setSilent(fault.enabled));
      if (!fault.enabled) for (const device of devices) deliveries.catchUp(device);
      return;
    case 'latency':
      faults.add(fault);
      return each((line) => line.setLatency(fault.ms));
    case 'redeliver-last':
      for (const device of devices) deliveries.repeatLast(device);
      return;
    case 'forget-sessions': {
      const phone = network.phone(fault.number);
      phone.signal.forget();
      phone.senderKeys.forget();
      return network.state.durable();
    }
    case 'time-lock':
      faults.add(fault);
      if (!fault.enabled) for (const device of devices) deliveries.enqueue(device, timeLockLifted());
      return;
    case 'broken-offer':
      return each((line) => line.send(brokenOffer()));
    case 'error-after-queue':
    case 'refuse-login':
    case 'refuse-upgrade':
    case 'refuse-code':
    case 'delay-acks':
    case 'drop-acks':
    case 'error-ack':
    case 'unanswered-query':
    case 'corrupt-next':
    case 'unregistered':
    case 'media-host-down':
    case 'media-corrupt':
    case 'media-slow':
      faults.add(fault);
      return;
    case 'media-expired':
      faults.add(fault);
      network.media.expireAll();
  }
}

/** Everything works again. */
export function clearFaults(network: Network, logins: Logins): void {
  network.faults.clear();
  for (const line of logins.lines()) {
    line.setSilent(false);
    line.setLatency(0);
    const device = logins.deviceOf(line);
    if (device) network.deliveries.catchUp(device);
  }
}
