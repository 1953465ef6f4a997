import { proto } from '@whiskeysockets/baileys';
import type { Addressing } from './addresses.ts';
import { plainMessage, type PhoneMessage, type PhoneReceipt } from './phone-message.ts';
import { decodeJson, encodeJson } from './stanza.ts';
import type { State } from './state.ts';
import { waitUntil } from './wait-until.ts';

export type MessageStatus = PhoneMessage['status'];

/** How a message travelled; what answers it does the same. */
export interface Route {
  readonly addressing: Addressing;
  /** Numbers that see a status. */
  readonly audience?: readonly string[] | undefined;
}

interface Row {
  readonly sequence: number;
  message: PhoneMessage;
  readonly route: Route;
  /** The message as it was encoded, with the keys of its file and the secret of its poll; absent for invented and older ones. */
  original: Uint8Array | undefined;
}

/** The last messages that a phone shows, oldest first. */
export interface ChatLog {
  /** False when a message with this chat, sender and id is there already: phones show it once. */
  show(message: PhoneMessage, route: Route, original: proto.IMessage): boolean;
  routeOf(id: string): Route;
  all(): readonly PhoneMessage[];
  /** These, and what the phone was given as its past. */
  history(): readonly PhoneMessage[];
  /** In memory only. */
  invent(past: readonly PhoneMessage[]): void;
  byId(id: string): PhoneMessage | undefined;
  /** The message behind what is shown. */
  original(message: PhoneMessage): proto.IMessage;
  /** What is shown of it from now on, and what is behind it where that changed too. */
  change(id: string, fields: Partial<PhoneMessage>, original?: proto.IMessage): void;
  /** Everything in this chat. */
  forget(chat: string): void;
  /** Moves the ticks of these messages forward, never back. */
  advance(ids: readonly string[], status: MessageStatus): void;
  /** The same in a group, where the ticks tell what all the others have; `others` are their phone jids. */
  advanceFor(from: string, others: readonly string[], ids: readonly string[], status: PhoneReceipt['status']): void;
  /** Resolves with the first message, shown already or later, that fits; rejects with the signal's reason. */
  wait(fits: (message: PhoneMessage) => boolean, signal?: AbortSignal): Promise<PhoneMessage>;
  restore(path: readonly string[], value: Uint8Array): void;
}

const order: readonly MessageStatus[] = ['pending', 'sent', 'received', 'delivered', 'read', 'played'];

function isAfter(status: MessageStatus, before: MessageStatus | undefined): boolean {
  return before === undefined || order.indexOf(status) > order.indexOf(before);
}

export interface ChatLogOptions {
  /** The phone's. */
  readonly number: string;
  readonly state: State;
  /** How many messages are kept. */
  readonly keptMessages: number;
  /** Told the chat of each message that comes or changes. */
  readonly changed: (chat: string) => void;
}

export function createChatLog({ number, state, keptMessages, changed }: ChatLogOptions): ChatLog {
  const rows = new Map<number, Row>();
  const byId = new Map<string, Row>();
  const waiting = new Set<() => void>();
  let past: readonly PhoneMessage[] = [];
  let nextSequence = 1;

  const keyOf = (row: Row): string => `message:${number}:${row.sequence.toString().padStart(12, '0')}`;

  function add(row: Row): void {
    rows.set(row.sequence, row);
    byId.set(row.message.id, row);
    nextSequence = Math.max(nextSequence, row.sequence + 1);
  }
  function save(row: Row): void {
    const { message, route, original } = row;
    state.put(number, keyOf(row), () =>
      encodeJson({ ...message, ...route, original: original && Buffer.from(original) }),
    );
  }
  function drop(row: Row): void {
    rows.delete(row.sequence);
    if (byId.get(row.message.id) === row) byId.delete(row.message.id);
    state.erase(number, keyOf(row));
  }
  function dropOldest(): void {
    const [oldest] = rows.values();
    if (oldest && rows.size > keptMessages) drop(oldest);
  }
  function tell(row: Row): void {
    save(row);
    for (const look of waiting) look();
    changed(row.message.chat);
  }
  function advance(row: Row | undefined, status: MessageStatus, receipts?: readonly PhoneReceipt[]): void {
    if (!row || (!receipts && !isAfter(status, row.message.status))) return;
    const { message } = row;
    const now = isAfter(status, message.status) ? status : message.status;
    row.message = { ...message, status: now, receipts: receipts ?? message.receipts };
    tell(row);
  }

  return {
    show(message, route, original) {
      const known = byId.get(message.id)?.message;
      if (known && known.chat === message.chat && known.from === message.from) return false;
      const row = { sequence: nextSequence, message, route, original: proto.Message.encode(original).finish() };
      add(row);
      tell(row);
      dropOldest();
      return true;
    },
    history: () => [...past, ...Array.from(rows.values(), (row) => row.message)],
    invent: (messages) => (past = messages),
    all: () => Array.from(rows.values(), (row) => row.message),
    routeOf: (id) => byId.get(id)?.route ?? { addressing: 'phone' },
    byId: (id) => byId.get(id)?.message,
    original({ id, text }) {
      const original = byId.get(id)?.original;
      return original ? proto.Message.decode(original) : { conversation: text };
    },
    change(id, fields, original) {
      const row = byId.get(id);
      if (!row) return;
      row.message = { ...row.message, ...fields };
      if (original) row.original = proto.Message.encode(original).finish();
      tell(row);
    },
    forget(chat) {
      past = past.filter((message) => message.chat !== chat);
      for (const row of rows.values()) if (row.message.chat === chat) drop(row);
      changed(chat);
    },
    advance(ids, status) {
      for (const id of ids) advance(byId.get(id), status);
    },
    advanceFor(from, others, ids, status) {
      for (const id of ids) {
        const row = byId.get(id);
        const known = row?.message.receipts.find((receipt) => receipt.from === from);
        if (!row?.message.fromMe || !isAfter(status, known?.status)) continue;
        const receipts = [...row.message.receipts.filter((receipt) => receipt.from !== from), { from, status }];
        const reached = others.map((other) => receipts.find((receipt) => receipt.from === other)?.status ?? 'sent');
        const slowest = reached.sort((left, right) => order.indexOf(left) - order.indexOf(right))[0];
        advance(row, slowest ?? status, receipts);
      }
    },
    async wait(fits, signal) {
      let found: PhoneMessage | undefined;
      const find = (): PhoneMessage | undefined => {
        for (const { message } of rows.values()) if (fits(message)) return message;
        return undefined;
      };
      await waitUntil(waiting, () => (found = find()) !== undefined, signal);
      if (!found) throw new Error('A wait ended without its message');
      return found;
    },
    restore([, sequence = ''], value) {
      const stored = decodeJson(value) as PhoneMessage & Route & { original?: Uint8Array };
      const { addressing, audience, original, ...message } = stored;
      // Rows of releases before 0.4.0 hold no more than the text.
      const complete = { ...plainMessage(message), ...message };
      add({ sequence: Number(sequence), message: complete, route: { addressing, audience }, original });
    },
  };
}
