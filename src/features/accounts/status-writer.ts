import type { ChannelState } from '../../channels/channel.ts';
import type { CommitWriter, Lane } from '../../platform/commit-writer.ts';
import type { EventBus, Occurrence } from '../../platform/event-bus.ts';
import type { Lease } from '../../platform/leases.ts';
import type { SealedPlace, Secrets } from '../../platform/secrets.ts';
import type { EventName } from '../../events.ts';
import type { Notifications } from '../notifications/notifications.ts';
import { needOf } from './account-need.ts';
import type { AccountStatus } from './account-status.ts';
import { statusChangeKind, type StatusChange } from './accounts.store.ts';

export interface StatusWriter {
  /** Stores what a channel says of itself, and in which words, in the name of its lease. */
  write(lease: Lease, state: ChannelState, status: AccountStatus): void;
  /** Resolves when everything said of the account so far is stored. */
  written(accountId: string): Promise<void>;
  stop(): void;
}

export interface StatusWriterOptions {
  writer: CommitWriter;
  events: EventBus;
  notifications: Pick<Notifications, 'notify' | 'settle'>;
  secrets: Secrets;
}

export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { writer, events, secrets } = options;
  const kind = statusChangeKind(events, options.notifications);
  const lanes = new Map<string, { lease: Lease; lane: Lane }>();
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

  function laneOf(lease: Lease): Lane {
    const known = lanes.get(lease.name);
    if (known?.lease === lease && !known.lane.broken.aborted) return known.lane;
    known?.lane.close('There is a newer one');
    const lane = writer.lane(lease);
    lanes.set(lease.name, { lease, lane });
    return lane;
  }

  return {
    write(lease, state, status) {
      const accountId = lease.name;
      const self = state.kind === 'online' ? state.self : null;
      const restrictedUntil = state.kind === 'failed' ? (state.until ?? null) : null;
      const change: StatusChange = { ...codesOf(accountId, state), status, self, restrictedUntil };
      const lane = laneOf(lease);
      const batch = lane.batch();
      batch.add(kind, { ...change, occurrences: occurrencesOf(accountId, change), need: needOf(state) });
      batch.afterCommit(() => events.announce(`account:${accountId}`));
      lane.commit(batch);
    },
    written: async (accountId) =>
      lanes
        .get(accountId)
        ?.lane.settled()
        .catch(() => undefined),
    stop() {
      for (const { lane } of lanes.values()) lane.close('The server is stopping');
      lanes.clear();
    },
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
