import type { Calls } from './calls.ts';
import { waitFor } from './wait-for.ts';

export interface AccountJson {
  id: string;
  name: string;
  status: string;
  statusMessage: string;
  statusReason: string | null;
  nextStep: string | null;
  phone: string | null;
  notice: string | null;
  settings: { pacing: Record<string, unknown>; behaviour: Record<string, unknown>; duplicateWindowSeconds: number };
  apiKey: string;
}

export interface PersonJson {
  jid: string;
  phone: string | null;
  lid: string | null;
  name: string | null;
}

export interface MessageJson {
  id: string;
  accountId: string;
  direction: 'incoming' | 'outgoing';
  origin: string;
  whatsappId: string;
  chat: { jid: string; type: string };
  from: PersonJson;
  type: string;
  text: string | null;
  media: {
    url: string | null;
    mimetype: string;
    size: number | null;
    filename: string | null;
    seconds: number | null;
  } | null;
  location: object | null;
  contacts: object[] | null;
  poll: object | null;
  mentions: string[];
  replyTo: string | null;
  target: { id: string; whatsappId: string } | null;
  reactions: { from: PersonJson; emoji: string; at: string }[];
  editedAt: string | null;
  deletedAt: string | null;
  status: string;
  statusAt: Record<string, string | null>;
  receipts: { members: number | null; delivered: number; read: number; played: number } | null;
  error: { code: string; message: string; retryable: boolean } | null;
  waiting: { reason: string; position: number; estimatedSendAt: string } | null;
  /** Only in what a send answers. */
  estimatedSendAt?: string;
  warnings?: string[];
}

/** What a script does with a server, in words of the product. */
export interface Api {
  createAccount(name: string, kind: 'whatsapp' | 'sandbox', settings?: object): Promise<AccountJson>;
  account(id: string): Promise<AccountJson>;
  qr(id: string): Promise<string>;
  messages(account: { apiKey: string }, query?: string): Promise<MessageJson[]>;
  send(account: { apiKey: string }, to: string, text: string, query?: string): Promise<MessageJson>;
  /** Resolves once the account has this status. */
  becomes(id: string, status: string): Promise<AccountJson>;
  /** Resolves once a message with this text is listed in this status. */
  lists(account: { apiKey: string }, text: string, ...statuses: readonly string[]): Promise<MessageJson>;
}

export function apiOf(server: Calls): Api {
  const api: Api = {
    createAccount: async (name, kind, settings) =>
      (await server.data('POST', '/api/accounts', { body: { name, kind, settings } })) as AccountJson,
    account: async (id) => (await server.data('GET', `/api/accounts/${id}`)) as AccountJson,
    qr: async (id) => ((await server.data('GET', `/api/accounts/${id}/qr`)) as { qr: string }).qr,
    messages: async (account, query = '') =>
      (await server.data('GET', `/api/messages?limit=200${query}`, { key: account.apiKey })) as MessageJson[],
    send: async (account, to, text, query = '') =>
      (await server.data('POST', `/api/send${query}`, { key: account.apiKey, body: { to, text } })) as MessageJson,
    async becomes(id, status) {
      let found = await api.account(id);
      await waitFor(async () => (found = await api.account(id)).status === status);
      return found;
    },
    async lists(account, text, ...statuses) {
      let found: MessageJson | undefined;
      await waitFor(async () => {
        const all = await api.messages(account);
        found = all.find((each) => each.text === text && (statuses.length === 0 || statuses.includes(each.status)));
        return found !== undefined;
      });
      if (!found) throw new Error(`No message ${text}`);
      return found;
    },
  };
  return api;
}
