import type { Control, Fault, OutgoingText, VirtualPhone } from './control.ts';
import { isFaultKind } from './faults.ts';

/** A call over HTTP: the arguments as a JSON array; `signal` aborts when the caller hangs up. */
type Call<Target> = (target: Target, args: readonly unknown[], signal: AbortSignal) => unknown;

/** The caller's mistake; answered with 400. */
export class BadCall extends Error {}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new BadCall(`${name} must be a string`);
  return value;
}
function optionalText(value: unknown, name: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, name);
}
function texts(value: unknown, name: string): string[] {
  if (!Array.isArray(value)) throw new BadCall(`${name} must be an array`);
  return value.map((each) => text(each, `each of ${name}`));
}
function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadCall(`${name} must be an object`);
  return value as Record<string, unknown>;
}
function count(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new BadCall(`${name} must be a number`);
  return value;
}
function addressing(value: unknown): 'phone' | 'lid' | undefined {
  if (value === undefined || value === 'phone' || value === 'lid') return value;
  throw new BadCall('addressing must be phone or lid');
}
function outgoing(value: unknown): OutgoingText {
  const fields = record(value, 'message');
  const message = { to: text(fields['to'], 'to'), text: text(fields['text'], 'text') };
  const chosen = addressing(fields['addressing']);
  return chosen ? { ...message, addressing: chosen } : message;
}
function fault(value: unknown): Fault {
  const fields = record(value, 'fault');
  const kind = text(fields['kind'], 'kind');
  if (!isFaultKind(kind)) throw new BadCall(`${kind} is no kind of fault`);
  return fields as unknown as Fault;
}

export const phoneCalls: Readonly<Record<string, Call<VirtualPhone>>> = {
  describe: ({ number, jid, lid }) => ({ number, jid, lid }),
  scan: (phone, [qr], signal) => phone.scan(text(qr, 'qr'), signal),
  enterCode: (phone, [code], signal) => phone.enterCode(text(code, 'code'), signal),
  send: (phone, [message]) => phone.send(outgoing(message)),
  messages: (phone) => phone.messages(),
  receives(phone, [wanted, options], signal) {
    const from = optionalText(options === undefined ? undefined : record(options, 'options')['from'], 'from');
    return phone.receives(text(wanted, 'text'), from === undefined ? { signal } : { from, signal });
  },
  read: (phone, [chat]) => phone.read(optionalText(chat, 'chat')),
  loseNetwork: (phone) => phone.loseNetwork(),
  regainNetwork: (phone) => phone.regainNetwork(),
  isAway: (phone) => phone.isAway(),
  devices: (phone) => phone.devices(),
  unacknowledged: (phone) => phone.unacknowledged(),
  inventPast(phone, [past]) {
    const { chats, messages } = record(past, 'past');
    phone.inventPast({ chats: count(chats, 'chats'), messages: count(messages, 'messages') });
  },
  logOut: (phone, [deviceJid]) => phone.logOut(optionalText(deviceJid, 'deviceJid')),
  remove: (phone) => phone.remove(),
};

export const networkCalls: Readonly<Record<string, Call<Control>>> = {
  phones: (control) => control.phones().map(({ number, jid, lid }) => ({ number, jid, lid })),
  nextFreeNumber: (control) => control.nextFreeNumber(),
  createGroup: (control, [subject, participants, mode]) =>
    control.createGroup(text(subject, 'subject'), texts(participants, 'participants'), addressing(mode)),
  fault: (control, [wanted]) => control.fault(fault(wanted)),
  clearFaults: (control) => control.clearFaults(),
  faultsInWait: (control, [number]) => control.faultsInWait(text(number, 'number')),
  counters(control) {
    const { stanzasById, acksById, openSockets, mostSockets, ...counters } = control.counters();
    return {
      ...counters,
      stanzasById: Object.fromEntries(stanzasById),
      acksById: Object.fromEntries(acksById),
      openSockets: Object.fromEntries(openSockets),
      mostSockets: Object.fromEntries(mostSockets),
    };
  },
  stanzaTimes: (control, [ids]) => control.stanzaTimes(texts(ids, 'ids')),
  logins: (control, [number]) => control.logins(optionalText(number, 'number')),
  nextStanza: (control, _args, signal) => control.nextStanza(signal),
  flood(control, [options]) {
    const { from, to, ...rate } = record(options, 'options');
    return control.flood({
      from: text(from, 'from'),
      to: text(to, 'to'),
      count: count(rate['count'], 'count'),
      perSecond: count(rate['perSecond'], 'perSecond'),
    });
  },
};
