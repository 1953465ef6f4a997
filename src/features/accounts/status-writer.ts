import type { ChannelState } from '../../channels/channel.ts';
import type { CommitWriter } from '../../platform/commit-writer.ts';
import type { EventBus, Occurrence } from '../../platform/event-bus.ts';
import type { Log } from '../../platform/log.ts';
import type { SealedPlace, Secrets } from '../../platform/secrets.ts';
import type { EventName } from '../../events.ts';
import type { AccountStatus } from './account-status.ts';
import { statusChangeKind, type StatusChange } from './accounts.store.ts';

export interface StatusWriter {
  /** Stores what a channel says of itself, and in which words, in order with everything else that the channel stores. */
  write(accountId: string, state: ChannelState, status: AccountStatus): void;
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
  const lastQr = new Map<string, number>();

  function codesOf(accountId: string, state: ChannelState): Pick<StatusChange, 'qr' | 'pairingCode'> {
    if (state.kind !== 'pairing') return { qr: null, pairingCode: null };
    const { qr, attempt, attempts, expiresAt, code } = state;
    return {
      qr: { code: secrets.seal(qr, qrPlace(accountId)), attempt, attempts, expiresAt },
      pairingCode: code && { ...code, code: secrets.seal(code.code, pairingCodePlace(accountId)) },
    };
  }

  function occurrencesOf(accountId: string, { status, qr }: StatusChange): Occurrence[] {
    const found: Occurrence[] = [];
    const words = `${status.status} ${status.reason ?? ''}`;
    if (lastWords.get(accountId) !== words) {
      lastWords.set(accountId, words);
      found.push(statusOccurrence(accountId, status));
    }
    if (qr && lastQr.get(accountId) !== qr.expiresAt.getTime()) {
      lastQr.set(accountId, qr.expiresAt.getTime());
      const names: EventName[] = ['qrcode.updated'];
      found.push({ accountId, names, data: { attempt: qr.attempt, expiresAt: qr.expiresAt } });
    }
    return found;
  }

  return {
    write(accountId, state, status) {
      const self = state.kind === 'online' ? state.self : null;
      const change: StatusChange = { ...codesOf(accountId, state), status, self };
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

export function qrPlace(accountId: string): SealedPlace {
  return { table: 'whatsapp_accounts', row: accountId, column: 'qr' };
}

export function pairingCodePlace(accountId: string): SealedPlace {
  return { table: 'whatsapp_accounts', row: accountId, column: 'pairing_code' };
}
