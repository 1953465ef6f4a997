import type { BaileysEventMap, WAMessage } from '@whiskeysockets/baileys';
import type { Clock } from '../../platform/clock.ts';
import type { Batch, CommitWriter } from '../../platform/commit-writer.ts';
import type { Log } from '../../platform/log.ts';
import type { ChannelSink } from '../channel.ts';
import type { Person } from '../content.ts';
import { keysArchived } from './auth.store.ts';
import type { AuthState } from './auth-state.ts';
import { fromBaileys, personOf, receiptOf } from './from-baileys.ts';

export interface InboundOptions {
  accountId: string;
  sink: ChannelSink;
  writer: CommitWriter;
  /** Aborts when nothing more may be written. */
  signal: AbortSignal;
  clock: Clock;
  log: Log;
}

/** Turns what one account's socket tells into batches of changes. */
export interface Inbound {
  creds(auth: AuthState): void;
  paired(auth: AuthState, self: Person): void;
  /** Resolves once the keys are archived and the account knows. */
  unpaired(reason: string): Promise<void>;
  messages(auth: AuthState, messages: readonly WAMessage[], arrival: 'live' | 'offline'): void;
  updates(updates: BaileysEventMap['messages.update']): void;
  /** Resolves when everything told so far is durable (or was refused and logged). */
  drained(): Promise<void>;
}

export function createInbound(options: InboundOptions): Inbound {
  const { accountId, sink, writer, signal, clock, log } = options;
  const pending = new Set<Promise<void>>();

  function write(fill: (batch: Batch) => void): Promise<void> {
    const batch = writer.batch(accountId);
    fill(batch);
    const written = writer.commit(batch, signal).catch((error: unknown) => {
      log.error('A batch of the account was not stored', { accountId, error });
    });
    pending.add(written);
    void written.finally(() => pending.delete(written));
    return written;
  }

  return {
    creds: (auth) => void write((batch) => auth.addCreds(batch)),
    paired: (auth, self) =>
      void write((batch) => {
        auth.addCreds(batch);
        sink.notice({ kind: 'paired', self }, batch);
      }),
    unpaired: (reason) =>
      write((batch) => {
        batch.add(keysArchived, { reason });
        sink.notice({ kind: 'unpaired', reason }, batch);
      }),
    messages(auth, messages, arrival) {
      const me = auth.creds.me;
      const self = personOf(me?.id ?? '', me?.lid, me?.name ?? null);
      void write((batch) => {
        for (const message of messages) {
          try {
            const incoming = fromBaileys(message, self, arrival);
            if (incoming) sink.incoming(incoming, batch);
          } catch (error) {
            // One strange message must not take those beside it along.
            log.error('A message could not be translated', { accountId, error });
          }
        }
      });
    },
    updates(updates) {
      const receipts = updates.map(({ key, update }) => receiptOf(key, update, clock.now())).filter((found) => !!found);
      if (receipts.length > 0) void write((batch) => receipts.forEach((receipt) => sink.receipt(receipt, batch)));
    },
    async drained() {
      await Promise.all(pending);
    },
  };
}
