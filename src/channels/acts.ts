import type { ChatType } from './address.ts';
import type { Person } from './content.ts';

/** What somebody did to a message. */
export type Act =
  | { kind: 'reaction'; /** Empty when it was taken back. */ emoji: string }
  | { kind: 'edit'; text: string }
  | { kind: 'deletion' }
  | EncryptedAct;

/** What the network encrypted: only who has the message that it is about can open it. */
export interface EncryptedAct {
  kind: 'vote' | 'reaction' | 'edit';
  encrypted: Uint8Array;
}

export interface DatedAct {
  /** The network's id of the message that it is about. */
  targetId: string;
  act: Act;
  /** Whole seconds, as the server counts them. */
  at: Date;
  /** Tells the order of acts of the same second: microseconds since 1970, as the person's device counts them. */
  turn: number;
}

export interface IncomingAct extends DatedAct {
  chat: { jid: string; type: ChatType };
  /** Set where the chat came under its LID and the phone address is known, or the other way round. */
  chatAlias: { lid: string; phone: string } | null;
  from: Person;
  /** Done on the account's own phone or another of its devices. */
  fromMe: boolean;
  /** The server took it as the act of a group's admin, who may delete what others wrote. */
  asAdmin: boolean;
}

/** A message, as far as what is done to it depends on it. */
export interface TargetKeys {
  remoteId: string;
  /** Of a poll. */
  options: readonly string[];
  /** The network's own encoding of it, where that was kept. */
  original: Uint8Array | null;
  /** Those that it may have been sent with, beside the one in its encoding. */
  secrets: readonly Uint8Array[];
  /** Addresses of who wrote it. */
  authors: readonly string[];
}

/** The options that were chosen; or the emoji or the new text, and `turn` of `DatedAct`, where it says so. */
export type OpenedAct = { options: string[] } | { text: string; turn: number | null };

/** What a person of these addresses did; undefined where it cannot be opened. */
export type OpenAct = (act: EncryptedAct, target: TargetKeys, people: readonly string[]) => OpenedAct | undefined;
