import type { ChatType } from './address.ts';
import type { Person } from './content.ts';

/** What somebody did to a message. */
export type Act =
  | { kind: 'reaction'; /** Empty when it was taken back. */ emoji: string }
  | { kind: 'edit'; text: string }
  | { kind: 'deletion' }
  /** As the network encrypted it: only who has the poll can open it. */
  | { kind: 'vote'; vote: Uint8Array };

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

/** A poll, as far as its votes depend on it. */
export interface PollKeys {
  remoteId: string;
  options: readonly string[];
  /** The network's own encoding of the poll, where that was kept. */
  original: Uint8Array | null;
  /** What the poll was sent with, where it was sent from here. */
  secret: Uint8Array | null;
  /** Addresses of who made it. */
  creators: readonly string[];
}

/** The options that a person of these addresses chose; undefined where the vote cannot be opened. */
export type OpenVote = (vote: Uint8Array, poll: PollKeys, voters: readonly string[]) => string[] | undefined;
