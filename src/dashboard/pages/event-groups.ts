import type { EventGroup } from '../../../views/webhooks/checklist.tsx';
import { eventCatalogue, type EventName } from '../../events.ts';
import { eventSample } from '../../features/events/events.ts';

/** In the order in which they are shown. */
const titles = {
  arriving: 'Messages that arrive',
  sent: 'Messages that were sent',
  changes: 'Changes to messages',
  people: 'Chats and people',
  groups: 'Groups',
  account: 'The account',
} as const;

/** A test is sent whether it is wanted or not. */
type Wanted = Exclude<EventName, 'ping'>;

const groups: Record<Wanted, keyof typeof titles> = {
  message: 'arriving',
  'messages.received': 'arriving',
  'messages-personal.received': 'arriving',
  'messages-group.received': 'arriving',
  'messages-newsletter.received': 'arriving',
  'messages.upsert': 'arriving',
  'message.status': 'sent',
  'message.sent': 'sent',
  'message-receipt.update': 'sent',
  'messages.update': 'changes',
  'messages.reaction': 'changes',
  'messages.delete': 'changes',
  'poll.results': 'changes',
  'chats.upsert': 'people',
  'chats.update': 'people',
  'chats.delete': 'people',
  'contacts.upsert': 'people',
  'contacts.update': 'people',
  presence: 'people',
  'groups.upsert': 'groups',
  'groups.update': 'groups',
  'group-participants.update': 'groups',
  connection: 'account',
  'session.status': 'account',
  'qrcode.updated': 'account',
  call: 'account',
};

const names = Object.keys(groups) as Wanted[];

/** All that can be sent as a test; a mere test comes first. */
export const testableEvents: readonly EventName[] = ['ping', ...names];

/** What a webhook can be told, by what belongs together. */
export const eventGroups: readonly EventGroup[] = Object.entries(titles).map(([group, title]) => ({
  title,
  events: names
    .filter((name) => groups[name] === group)
    .map((name) => ({ name, text: eventCatalogue[name], sample: eventSample(name) })),
}));

/** Those whose boxes were ticked, and of `present` what has no box. */
export function tickedEvents(form: Readonly<Record<string, unknown>>, present: readonly string[]): string[] {
  const hidden = present.filter((name) => !Object.hasOwn(groups, name));
  return [...names.filter((name) => form[`events.${name}`] === true), ...hidden];
}
