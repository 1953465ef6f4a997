import type { ChannelState } from '../../channels/channel.ts';
import type { CommitWriter } from '../../platform/commit-writer.ts';
import type { EventBus, Occurrence } from '../../platform/event-bus.ts';
import type { Log } from '../../platform/log.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { EventName } from '../../events.ts';
import { type AccountStatus, statusOf } from './account-status.ts';
import { statusChangeKind, type StatusChange } from './accounts.store.ts';

export interface StatusWriter {
  /** Stores what a channel says of itself, in order with everything else that the channel stores. */
  write(accountId: string, state: ChannelState): void;
  /** Resolves when everything said of the account so far is stored. */
  written(accountId: string): Promise<void>;
  stop(): void;
}

export interface StatusWriterOptions {
  writer: CommitWriter;
  events: EventBus;
  secrets: Secrets;
  log: Log;
}

export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { writer, events, secrets, log } = options;
  const kind = statusChangeKind(events);
  const stopping = new AbortController();
  const lastWords = new Map<string, string>();

  function changeOf(accountId: string, state: ChannelState): StatusChange {
    return {
      status: statusOf(state),
      qr:
        state.kind === 'pairing'
          ? {
              code: secrets.seal(state.qr, qrPlace(accountId)),
              attempt: state.attempt,
              expiresAt: state.expiresAt,
            }
          : null,
      self: state.kind === 'online' ? state.self : null,
    };
  }

  function occurrencesOf(accountId: string, { status, qr }: StatusChange): Occurrence[] {
    const found: Occurrence[] = [];
    const words = `${status.status} ${status.reason ?? ''}`;
    if (lastWords.get(accountId) !== words) {
      lastWords.set(accountId, words);
      found.push(statusOccurrence(accountId, status));
    }
    if (qr) {
      const names: EventName[] = ['qrcode.updated'];
      found.push({ accountId, names, data: { attempt: qr.attempt, expiresAt: qr.expiresAt } });
    }
    return found;
  }

  return {
    write(accountId, state) {
      const change = changeOf(accountId, state);
      const batch = writer.batch(accountId);
      batch.add(kind, { ...change, occurrences: occurrencesOf(accountId, change) });
      writer.commit(batch, stopping.signal).then(
        () => events.announce(`account:${accountId}`),
        (error: unknown) => log.error("The account's status was not stored", { accountId, error }),
      );
    },
    written: (accountId) => writer.commit(writer.batch(accountId), stopping.signal),
    stop: () => stopping.abort(new Error('The server is stopping')),
  };
}

export function statusOccurrence(accountId: string, status: AccountStatus): Occurrence {
  const names: EventName[] = ['session.status', 'connection'];
  const { message, reason, nextStep } = status;
  return {
    accountId,
    names,
    data: { status: status.status, statusMessage: message, statusReason: reason, nextStep },
  };
}

export function qrPlace(accountId: string): { table: string; row: string; column: string } {
  return { table: 'whatsapp_accounts', row: accountId, column: 'qr' };
}
