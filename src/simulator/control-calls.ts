import { addressing, BadCall, count, flag, oneOf, optionalText, record, text, texts } from './control-arguments.ts';
import { chatChange, groupChange, outgoingContent, outgoingMessage } from './control-messages.ts';
import type { Control, VirtualPhone } from './control.ts';
import type { Profile } from './directory.ts';
import type { Fault } from './fault.ts';
import { isFaultKind } from './faults.ts';

export interface Caller {
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal;
  /** The file that came with the call. */
  readonly file: AsyncIterable<Uint8Array> | undefined;
}

/** A call over HTTP: the arguments as a JSON array. */
type Call<Target> = (target: Target, args: readonly unknown[], caller: Caller) => unknown;

function fault(value: unknown): Fault {
  const fields = record(value, 'fault');
  const kind = text(fields['kind'], 'kind');
  if (!isFaultKind(kind)) throw new BadCall(`${kind} is no kind of fault`);
  return fields as unknown as Fault;
}

function sealing(value: unknown): { encrypted?: boolean } {
  const { encrypted } = record(value ?? {}, 'options');
  return encrypted === undefined ? {} : { encrypted: flag(encrypted, 'encrypted') };
}

function profileIn(value: unknown): Profile {
  const { hidesNumber, ...fields } = record(value, 'profile');
  const name = optionalText(fields['name'], 'name');
  const verifiedName = optionalText(fields['verifiedName'], 'verifiedName');
  return {
    ...(name !== undefined && { name }),
    ...(verifiedName !== undefined && { verifiedName }),
    ...(hidesNumber !== undefined && { hidesNumber: flag(hidesNumber, 'hidesNumber') }),
  };
}

const chatStates = ['composing', 'recording', 'paused'] as const;

export const phoneCalls: Readonly<Record<string, Call<VirtualPhone>>> = {
  describe: ({ number, jid, lid }) => ({ number, jid, lid }),
  scan: (phone, [qr], { signal }) => phone.scan(text(qr, 'qr'), signal),
  enterCode: (phone, [code], { signal }) => phone.enterCode(text(code, 'code'), signal),
  send: (phone, [message], { file }) => phone.send(outgoingMessage(message, file)),
  react: (phone, [id, emoji, options]) => phone.react(text(id, 'id'), text(emoji, 'emoji'), sealing(options)),
  edit: (phone, [id, changed, options]) => phone.edit(text(id, 'id'), text(changed, 'text'), sealing(options)),
  delete: (phone, [id]) => phone.delete(text(id, 'id')),
  vote: (phone, [id, options]) => phone.vote(text(id, 'pollId'), texts(options, 'options')),
  media: (phone, [id]) => phone.media(text(id, 'id')),
  forgetMedia: (phone, [id]) => phone.forgetMedia(text(id, 'id')),
  play: (phone, [id]) => phone.play(text(id, 'id')),
  introduce: (phone, [profile]) => phone.introduce(profileIn(profile)),
  saveContact: (phone, [person, name]) => phone.saveContact(text(person, 'person'), text(name, 'name')),
  changeChat: (phone, [chat, change]) => phone.changeChat(text(chat, 'chat'), chatChange(change)),
  present: (phone, [available]) => phone.present(flag(available, 'available')),
  compose: (phone, [chat, state]) => phone.compose(text(chat, 'chat'), oneOf(state, 'state', chatStates)),
  presenceOf: (phone, [person, group]) => phone.presenceOf(text(person, 'person'), optionalText(group, 'group')),
  sees(phone, [person, what, options], { signal }) {
    const group = optionalText(options === undefined ? undefined : record(options, 'options')['group'], 'group');
    const seen = oneOf(what, 'what', ['available', 'unavailable', ...chatStates]);
    return phone.sees(text(person, 'person'), seen, group === undefined ? { signal } : { group, signal });
  },
  call(phone, [to, options]) {
    const { video, addressing: mode } = record(options ?? {}, 'options');
    const chosen = addressing(mode);
    return phone.call(text(to, 'to'), {
      video: video !== undefined && flag(video, 'video'),
      ...(chosen ? { addressing: chosen } : {}),
    });
  },
  hangUp: (phone, [id, timedOut]) =>
    phone.hangUp(text(id, 'callId'), timedOut !== undefined && timedOut !== null && flag(timedOut, 'timedOut')),
  calls: (phone) => phone.calls(),
  callEnds: (phone, [id], { signal }) => phone.callEnds(text(id, 'callId'), signal),
  updateGroup: (phone, [jid, change]) => phone.updateGroup(text(jid, 'jid'), groupChange(change)),
  follow: (phone, [jid]) => phone.follow(text(jid, 'newsletter')),
  unfollow: (phone, [jid]) => phone.unfollow(text(jid, 'newsletter')),
  post: (phone, [jid, content], { file }) => phone.post(text(jid, 'newsletter'), outgoingContent(content, file)),
  messages: (phone) => phone.messages(),
  receives(phone, [wanted, options], { signal }) {
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
  group: (control, [jid]) => control.group(text(jid, 'jid')),
  createNewsletter: (control, [name, owner]) => control.createNewsletter(text(name, 'name'), text(owner, 'owner')),
  newsletter: (control, [jid]) => control.newsletter(text(jid, 'jid')),
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
  nextStanza: (control, _args, { signal }) => control.nextStanza(signal),
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
