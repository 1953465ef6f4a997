import type { Accounts } from './features/accounts/accounts.ts';
import { chatRoutes } from './features/chats/chats.routes.ts';
import type { Chats } from './features/chats/chats.ts';
import { contactRoutes } from './features/contacts/contacts.routes.ts';
import type { Contacts } from './features/contacts/contacts.ts';
import { groupRoutes } from './features/groups/groups.routes.ts';
import type { Groups } from './features/groups/groups.ts';
import type { Messages } from './features/messages/messages.ts';
import { numberRoutes } from './features/numbers/numbers.routes.ts';
import { createNumbers } from './features/numbers/numbers.ts';
import type { EventBus } from './platform/event-bus.ts';
import type { Route } from './platform/route.ts';

export interface LineParts {
  accounts: Accounts;
  messages: Messages;
  events: EventBus;
  chats: Chats;
  contacts: Contacts;
  groups: Groups;
  /** Whether numbers of the sandbox exist on the network of kind `whatsapp` too. */
  sandboxNumbersEverywhere: boolean;
  /** Of what was looked up. */
  cache: { readonly size: number; readonly ttlMs: number };
}

/** Routes to what an account knows and does on its line, beside messages. */
export function lineRoutes(parts: LineParts): Route[] {
  const { size: cacheSize, ttlMs: cacheMs } = parts.cache;
  const cached = { ...parts, cacheSize, cacheMs };
  return [
    ...chatRoutes(parts.chats),
    ...contactRoutes(parts.contacts),
    ...groupRoutes(parts.groups),
    ...numberRoutes(createNumbers(cached)),
  ];
}
