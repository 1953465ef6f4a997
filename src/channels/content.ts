import type { ChatType } from './address.ts';

/** What can be sent. */
export interface OutgoingText {
  type: 'text';
  text: string;
}
export type OutgoingContent = OutgoingText;

export interface OutgoingMessage {
  /** The network's id of this message, chosen before the first try and the same in every later one. */
  remoteId: string;
  /** Address in canonical form, see `address.ts`. */
  to: string;
  content: OutgoingContent;
  /** It may have left before, with an unknown result. */
  again: boolean;
}

/** A person is known by number, by hidden address, or by both. A LID never stands in `phone`. */
export interface Person {
  jid: string;
  /** Digits with a leading +, or null where the network hides it. */
  phone: string | null;
  lid: string | null;
  name: string | null;
}

export type IncomingContent =
  | { type: 'text'; text: string }
  /** Something this version cannot translate; `original` is the network's own encoding of it. */
  | { type: 'unsupported'; original: Uint8Array };

export interface IncomingMessage {
  remoteId: string;
  chat: { jid: string; type: ChatType };
  /** Set where the chat came under its LID and the phone address is known, or the other way round. */
  chatAlias: { lid: string; phone: string } | null;
  from: Person;
  /** Written on the account's own phone or another of its devices. */
  fromMe: boolean;
  content: IncomingContent;
  replyTo: string | null;
  sentAt: Date;
  /** `live` as it happened; `offline` when it waited for us on the server. */
  arrival: 'live' | 'offline';
}

export interface Receipt {
  remoteId: string;
  status: 'delivered' | 'read' | 'played';
  at: Date;
}
