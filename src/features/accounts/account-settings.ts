/** What a person may set for an account. Absent parts have the default of the account's kind. */
export interface AccountSettings {
  pacing: { preset: 'normal' | 'unpaced' };
  /** The same content to the same chat within this time counts as a retry; 0 = off. */
  duplicateWindowSeconds: number;
}

export interface SettingsChange {
  pacing?: { preset?: 'normal' | 'unpaced' | undefined } | undefined;
  duplicateWindowSeconds?: number | undefined;
}

export type AccountKind = 'whatsapp' | 'sandbox';

/** A sandbox number cannot be banned, so it starts unpaced; a real one is paced from the first message on. */
export function settingsWithDefaults(kind: AccountKind, stored: SettingsChange): AccountSettings {
  return {
    pacing: { preset: stored.pacing?.preset ?? (kind === 'sandbox' ? 'unpaced' : 'normal') },
    duplicateWindowSeconds: stored.duplicateWindowSeconds ?? 5,
  };
}

export function withChange(stored: AccountSettings, change: SettingsChange): SettingsChange {
  return { ...stored, ...change, pacing: { ...stored.pacing, ...change.pacing } };
}
