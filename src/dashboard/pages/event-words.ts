import { eventCatalogue, type EventName } from '../../events.ts';

/** An event in one sentence around a person's name, without the text of any message. */
export interface EventWords {
  icon: string;
  before: string;
  /** A name or a number that people gave; null where the sentence names nobody. */
  who: string | null;
  after: string;
}

/** What the sentences need of an event's data. */
interface Facts {
  who: string;
  status: string;
  /** Somebody has changed what a message says. */
  isEdited: boolean;
  /** Messages of a chat were read. */
  isRead: boolean;
  /** The account's sentence. */
  statusMessage: string;
  chatType: string;
  /** What a person does. */
  state: string;
}

interface Wording {
  icon: string;
  /** `{who}` stands for the person. */
  sentence: string;
}

const ends: Readonly<Record<string, Wording>> = {
  queued: { icon: 'clock', sentence: 'A message to {who} waits in the queue' },
  sending: { icon: 'send', sentence: 'A message to {who} is being sent' },
  sent: { icon: 'check', sentence: 'A message to {who} was sent' },
  delivered: { icon: 'check-check', sentence: 'A message to {who} was delivered' },
  read: { icon: 'check-check', sentence: 'A message to {who} was read' },
  played: { icon: 'check-check', sentence: 'A voice message to {who} was played' },
  failed: { icon: 'circle-alert', sentence: 'A message to {who} could not be sent' },
  expired: { icon: 'clock', sentence: 'A message to {who} waited too long and was given up' },
  cancelled: { icon: 'ban', sentence: 'A message to {who} was cancelled' },
};

function messageEnd({ status, isEdited }: Facts): Wording {
  if (isEdited) return { icon: 'pencil', sentence: 'A message in the chat with {who} was edited' };
  return ends[status] ?? { icon: 'message-circle', sentence: 'A message to {who} changed its status' };
}

const accountIcons: Readonly<Record<string, string>> = {
  ready: 'link',
  auth_failed: 'unlink',
  error: 'circle-alert',
  disconnected: 'wifi-off',
};

function accountState({ status, statusMessage }: Facts): Wording {
  if (status === 'qr_ready') return { icon: 'qr-code', sentence: 'Waiting for a phone to scan the code' };
  const sentence = statusMessage === '' ? 'The status of the account changed' : statusMessage;
  // The account's own sentence holds no person's name.
  return { icon: accountIcons[status] ?? 'refresh-cw', sentence: sentence.replaceAll('{who}', '') };
}

const callEnds: Readonly<Record<string, string>> = {
  accepted: 'A call from {who} was taken on another device',
  rejected: 'A call from {who} was rejected',
  ended: 'A call from {who} is over',
  missed: 'A call from {who} was missed',
};

function callState({ status }: Facts): Wording {
  return { icon: 'smartphone', sentence: callEnds[status] ?? 'A call from {who} rings' };
}

const presences: Readonly<Record<string, string>> = {
  available: '{who} is online',
  unavailable: '{who} is not online any more',
  composing: '{who} is typing',
  recording: '{who} is recording',
  paused: '{who} has stopped typing',
};

function presenceState({ state }: Facts): Wording {
  return { icon: 'smartphone', sentence: presences[state] ?? 'The presence of {who} changed' };
}

function chatChange({ isRead }: Facts): Wording {
  return isRead
    ? { icon: 'check-check', sentence: 'The chat with {who} was read' }
    : { icon: 'smartphone', sentence: 'The chat with {who} changed' };
}

const arrived = { icon: 'message-circle', sentence: 'A message from {who} arrived' };

const wordings: Record<EventName, (facts: Facts) => Wording> = {
  message: () => arrived,
  'messages.received': () => arrived,
  'messages-personal.received': () => arrived,
  'messages-group.received': () => ({ icon: 'message-circle', sentence: 'A message from {who} arrived in a group' }),
  'messages-newsletter.received': () => ({ icon: 'message-circle', sentence: 'A post arrived from a newsletter' }),
  'messages.upsert': ({ chatType }) =>
    chatType === 'status'
      ? { icon: 'smartphone', sentence: 'A status of {who} arrived' }
      : { icon: 'smartphone', sentence: 'A message to {who} was written on the phone' },
  'messages.update': messageEnd,
  'messages.reaction': () => ({ icon: 'message-circle', sentence: 'A reaction in the chat with {who}' }),
  'messages.delete': () => ({ icon: 'trash-2', sentence: 'A message in the chat with {who} was deleted' }),
  'poll.results': () => ({ icon: 'check', sentence: 'A vote in a poll in the chat with {who}' }),
  'message.status': messageEnd,
  'message.sent': messageEnd,
  'message-receipt.update': messageEnd,
  'chats.upsert': () => ({ icon: 'message-circle', sentence: 'A new chat with {who}' }),
  'chats.update': chatChange,
  'chats.delete': () => ({ icon: 'trash-2', sentence: 'The chat with {who} was deleted on the phone' }),
  'contacts.upsert': () => ({ icon: 'user-round', sentence: 'A new contact: {who}' }),
  'contacts.update': () => ({ icon: 'user-round', sentence: 'The contact {who} changed' }),
  'groups.upsert': () => ({ icon: 'message-circle', sentence: 'A new group holds the account' }),
  'groups.update': () => ({ icon: 'message-circle', sentence: 'A group was changed' }),
  'group-participants.update': () => ({ icon: 'message-circle', sentence: 'The members of a group changed' }),
  ping: () => ({ icon: 'send', sentence: 'A webhook was tested' }),
  presence: presenceState,
  call: callState,
  connection: accountState,
  'session.status': accountState,
  'qrcode.updated': () => ({ icon: 'qr-code', sentence: 'A new QR code is shown' }),
};

/** Goes by the first name that it knows, which is the most specific one. */
export function eventWords(names: readonly string[], data: unknown): EventWords {
  const name = names.find(isEventName);
  if (name === undefined) return { icon: 'info', before: 'Something happened', who: null, after: '' };
  const facts = factsOf(data);
  const { icon, sentence } = wordings[name](facts);
  const [before = '', after] = sentence.split('{who}', 2);
  return { icon, before, who: after === undefined ? null : facts.who, after: after ?? '' };
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(eventCatalogue, name);
}

/** Rows of earlier versions may hold less. */
function factsOf(data: unknown): Facts {
  const whole = partOf(data);
  const chat = partOf(whole['chat']);
  const from = partOf(whole['from']);
  const isOutgoing = whole['direction'] === 'outgoing';
  const writer = isOutgoing ? [] : [from['name'], from['phone'], numberIn(from['jid'])];
  // A contact is a person itself.
  const names = [...writer, chatName(chat), whole['name'], whole['phone']];
  return {
    who: names.map(textOf).find((name) => name !== '') ?? 'somebody',
    status: textOf(whole['status']),
    isEdited: 'edit' in whole,
    isRead: 'read' in whole,
    statusMessage: textOf(whole['statusMessage']),
    chatType: textOf(chat['type']),
    state: textOf(whole['state']),
  };
}

function chatName(chat: Readonly<Record<string, unknown>>): string {
  if (chat['type'] === 'group') return 'a group';
  return chat['type'] === 'newsletter' ? 'a newsletter' : numberIn(chat['jid']);
}

function numberIn(jid: unknown): string {
  const digits = /^(\d{4,20})(?::\d+)?@(?:s\.whatsapp\.net|c\.us)$/.exec(textOf(jid))?.[1];
  return digits === undefined ? '' : `+${digits}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}

function partOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
