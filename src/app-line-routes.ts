import type { Accounts } from './features/accounts/accounts.ts';
import { chatRoutes } from './features/chats/chats.routes.ts';
import { createChats } from './features/chats/chats.ts';
import type { Messages } from './features/messages/messages.ts';
import type { Route } from './platform/route.ts';

export interface LineParts {
  accounts: Accounts;
  messages: Messages;
}

/** Routes to what needs the line of an account, beside sending. */
export function lineRoutes(parts: LineParts): Route[] {
  return [...chatRoutes(createChats(parts))];
}
