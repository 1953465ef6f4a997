import type { AccountJson } from './api.ts';
import type { DashboardServer } from './dashboard-server.ts';

/** Who writes on the sandbox, unless somebody else is named. */
export const customer = '+9995550101';

export function jidOf(phone: string): string {
  return `${phone.slice(1)}@s.whatsapp.net`;
}

/** The page of a chat. */
export function chatOf({ id }: { id: string }, jid = jidOf(customer)): string {
  return `/accounts/${id}/chats/${encodeURIComponent(jid)}`;
}

export interface ChatStage {
  /** A sandbox account whose phone has scanned its code. */
  linked: (name: string) => Promise<AccountJson>;
  /** A customer writes to it. */
  writes: (account: AccountJson, text: string, from?: string) => Promise<void>;
  /** The HTML of a page or a part that answers with 200. */
  htmlOf: (path: string) => Promise<string>;
}

export function chatStage(server: () => DashboardServer): ChatStage {
  return {
    async linked(name) {
      const account = await server().api.createAccount(name, 'sandbox');
      await server().data('POST', `/api/accounts/${account.id}/sandbox/scan`);
      return account;
    },
    async writes({ id }, text, from = customer) {
      await server().data('POST', `/api/accounts/${id}/sandbox/messages`, { body: { from, text } });
    },
    async htmlOf(path) {
      const { status, text } = await server().person.open(path);
      if (status !== 200) throw new Error(`${path} answers ${status}`);
      return text;
    },
  };
}
