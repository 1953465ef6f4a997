import type { Addressing } from './addresses.ts';
import type { PhoneMessage } from './control.ts';
import { decodeJson, encodeJson } from './stanza.ts';
import type { State } from './state.ts';

export type MessageStatus = PhoneMessage['status'];

interface Row {
  readonly sequence: number;
  message: PhoneMessage;
  readonly addressing: Addressing;
}

/** The last messages that a phone shows, oldest first. */
export interface ChatLog {
  /** False when a message with this chat, sender and id is there already: phones show it once. */
  show(message: PhoneMessage, addressing: Addressing): boolean;
  /** Under which addresses the message travelled; what answers it uses the same. */
  addressingOf(id: string): Addressing;
  all(): readonly PhoneMessage[];
  /** These, and what the phone was given as its past. */
  history(): readonly PhoneMessage[];
  /** In memory only. */
  invent(past: readonly PhoneMessage[]): void;
  byId(id: string): PhoneMessage | undefined;
  /** Moves the ticks of these messages forward, never back. */
  advance(ids: readonly string[], status: MessageStatus): void;
  /** Resolves with the first message, shown already or later, that fits; rejects with the signal's reason. */
  wait(fits: (message: PhoneMessage) => boolean, signal?: AbortSignal): Promise<PhoneMessage>;
  restore(path: readonly string[], value: Uint8Array): void;
}

const order: readonly MessageStatus[] = ['pending', 'sent', 'received', 'delivered', 'read'];

export interface ChatLogOptions {
  /** The phone's. */
  readonly number: string;
  readonly state: State;
  /** How many messages are kept. */
  readonly keptMessages: number;
  /** Told the chat of each message that comes or moves its ticks. */
  readonly changed: (chat: string) => void;
}

export function createChatLog({ number, state, keptMessages, changed }: ChatLogOptions): ChatLog {
  const rows = new Map<number, Row>();
  const byId = new Map<string, Row>();
  const waiters = new Set<(message: PhoneMessage) => void>();
  let past: readonly PhoneMessage[] = [];
  let nextSequence = 1;

  const keyOf = (row: Row): string => `message:${number}:${row.sequence.toString().padStart(12, '0')}`;

  function add(row: Row): void {
    rows.set(row.sequence, row);
    byId.set(row.message.id, row);
    nextSequence = Math.max(nextSequence, row.sequence + 1);
  }
  function save(row: Row): void {
    state.put(number, keyOf(row), () => encodeJson({ ...row.message, addressing: row.addressing }));
  }
  function dropOldest(): void {
    const [oldest] = rows.values();
    if (!oldest || rows.size <= keptMessages) return;
    rows.delete(oldest.sequence);
    if (byId.get(oldest.message.id) === oldest) byId.delete(oldest.message.id);
    state.erase(number, keyOf(oldest));
  }

  return {
    show(message, addressing) {
      const known = byId.get(message.id)?.message;
      if (known && known.chat === message.chat && known.from === message.from) return false;
      const row = { sequence: nextSequence, message, addressing };
      add(row);
      save(row);
      dropOldest();
      for (const waiter of waiters) waiter(message);
      changed(message.chat);
      return true;
    },
    history: () => [...past, ...Array.from(rows.values(), (row) => row.message)],
    invent: (messages) => (past = messages),
    all: () => Array.from(rows.values(), (row) => row.message),
    addressingOf: (id) => byId.get(id)?.addressing ?? 'phone',
    byId: (id) => byId.get(id)?.message,
    advance(ids, status) {
      for (const id of ids) {
        const row = byId.get(id);
        if (!row || order.indexOf(status) <= order.indexOf(row.message.status)) continue;
        row.message = { ...row.message, status };
        save(row);
        for (const waiter of waiters) waiter(row.message);
        changed(row.message.chat);
      }
    },
    wait(fits, signal) {
      for (const row of rows.values()) {
        if (fits(row.message)) return Promise.resolve(row.message);
      }
      return new Promise((resolve, reject) => {
        const stop = (): void => {
          waiters.delete(waiter);
          signal?.removeEventListener('abort', abort);
        };
        const waiter = (message: PhoneMessage): void => {
          if (!fits(message)) return;
          stop();
          resolve(message);
        };
        const abort = (): void => {
          stop();
          reject(signal?.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError'));
        };
        if (signal?.aborted) {
          abort();
          return;
        }
        waiters.add(waiter);
        signal?.addEventListener('abort', abort, { once: true });
      });
    },
    restore([, sequence = ''], value) {
      const { addressing, ...message } = decodeJson(value) as PhoneMessage & { addressing: Addressing };
      add({ sequence: Number(sequence), message, addressing });
    },
  };
}
