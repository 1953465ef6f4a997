import { etagOf, requireMatch } from '../../platform/etag.ts';
import type { AccountKind, AccountSettings } from './account-settings.ts';
import { settingsWithDefaults } from './account-settings.ts';
import type { AccountStatus } from './account-status.ts';
import type { AccountRow } from './accounts.store.ts';

/** An account as other features and callers see it. */
export interface Account {
  id: string;
  name: string;
  kind: AccountKind;
  status: AccountStatus & { since: Date };
  paused: boolean;
  /** Whether a phone holds this server as a linked device. */
  linked: boolean;
  /** Since when, where one does. */
  linkedAt: Date | null;
  /** Counts the codes that were shown. */
  qrRevision: number;
  phone: string | null;
  lid: string | null;
  /** What people should know about the last link, until it is dismissed. */
  notice: string | null;
  restrictedUntil: Date | null;
  apiKeyHint: string | null;
  settings: AccountSettings;
  createdAt: Date;
}

export function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    status: {
      status: row.status,
      message: row.statusMessage,
      reason: row.statusReason,
      nextStep: row.nextStep,
      since: row.statusSince,
    },
    paused: row.paused,
    linked: row.linkedAt !== null,
    linkedAt: row.linkedAt,
    qrRevision: row.qrRevision,
    phone: row.phone,
    lid: row.lid,
    notice: row.notice,
    restrictedUntil: row.restrictedUntil,
    apiKeyHint: row.apiKeyHint,
    settings: settingsWithDefaults(row.kind, row.settings),
    createdAt: row.createdAt,
  };
}

/** Names the state of what can be changed of an account. */
export function settingsTag({ name, settings }: Pick<Account, 'name' | 'settings'>): string {
  return etagOf({ name, settings });
}

/** Throws 412 `request.stale` when it was changed since it had this tag. */
export function requireUnchanged(account: Account, tag: string | undefined): void {
  requireMatch(tag, settingsTag(account));
}
