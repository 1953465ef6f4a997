import { invalidField } from '../../platform/errors.ts';

export const pacingPresets = ['careful', 'normal', 'fast', 'unpaced', 'custom'] as const;
export type PacingPreset = (typeof pacingPresets)[number];

/** What holds for an account. A limit of 0 is none. */
export interface AccountSettings {
  pacing: PacingSettings;
  behaviour: BehaviourSettings;
  /** The same content to the same chat within this time counts as a retry; 0 = off. */
  duplicateWindowSeconds: number;
}

export interface PacingSettings {
  preset: PacingPreset;
  /** 0 = as fast as the line takes them. */
  perMinute: number;
  /** So many may leave at once after a rest. */
  burst: number;
  /** The pause after each message lies between the two. */
  minDelayMs: number;
  maxDelayMs: number;
  /** Whether the person on the other side sees somebody type before a message. */
  typing: boolean;
  /** null = 20 in the first week after linking, then 50. */
  newChatsPerDay: number | null;
  dailyCap: number;
  queueLimit: number;
}

/** What the account does by itself. */
export interface BehaviourSettings {
  /** People see it online for as long as it is connected. */
  alwaysOnline: boolean;
  /** What people write is marked as read as soon as it is stored. */
  markRead: boolean;
  rejectCalls: boolean;
  /** What comes in groups is neither stored nor told. */
  ignoreGroups: boolean;
  /** The same for status broadcasts. */
  ignoreStatus: boolean;
  /** Files that people send are fetched and stored as soon as their message is. */
  storeMedia: boolean;
}

/** What was set; what is absent, or null, has the default of the account's kind and preset. */
export interface StoredSettings {
  pacing?: Partial<Nullable<PacingSettings>>;
  behaviour?: Partial<Nullable<BehaviourSettings>>;
  duplicateWindowSeconds?: number | null;
}

type Nullable<T> = { [K in keyof T]: T[K] | null };
type Change<T> = { [K in keyof T]?: T[K] | null | undefined };

export interface SettingsChange {
  pacing?: Change<PacingSettings> | undefined;
  behaviour?: Change<BehaviourSettings> | undefined;
  duplicateWindowSeconds?: number | null | undefined;
}

export type AccountKind = 'whatsapp' | 'sandbox';

const presets: Record<PacingPreset, Pick<PacingSettings, 'perMinute' | 'burst'>> = {
  careful: { perMinute: 6, burst: 1 },
  normal: { perMinute: 12, burst: 5 },
  fast: { perMinute: 30, burst: 5 },
  unpaced: { perMinute: 0, burst: 1 },
  custom: { perMinute: 12, burst: 5 },
};

const defaultBehaviour: BehaviourSettings = {
  alwaysOnline: false,
  markRead: false,
  rejectCalls: false,
  ignoreGroups: false,
  ignoreStatus: true,
  storeMedia: false,
};
export const defaultDuplicateWindowSeconds = 5;
export const defaultQueueLimit = 1_000;
const defaultDailyCap = 500;

/** A sandbox number cannot be banned, so it starts unpaced; a real one is paced from the first message on. */
export function settingsWithDefaults(kind: AccountKind, stored: StoredSettings): AccountSettings {
  const given = withoutNulls(stored.pacing ?? {});
  const preset = given.preset ?? (kind === 'sandbox' ? 'unpaced' : 'normal');
  const isPaced = preset !== 'unpaced';
  return {
    pacing: {
      minDelayMs: 0,
      maxDelayMs: Math.max(0, given.minDelayMs ?? 0),
      typing: isPaced,
      newChatsPerDay: isPaced ? null : 0,
      dailyCap: isPaced ? defaultDailyCap : 0,
      queueLimit: defaultQueueLimit,
      ...given,
      preset,
      // Only its own preset takes other numbers.
      ...(preset === 'custom' ? { ...presets.custom, ...rateOf(given) } : presets[preset]),
    },
    behaviour: { ...defaultBehaviour, ...withoutNulls(stored.behaviour ?? {}) },
    duplicateWindowSeconds: stored.duplicateWindowSeconds ?? defaultDuplicateWindowSeconds,
  };
}

/**
 * What is to be stored after a change; null takes a setting back to its default. Throws a 422 that names the field when
 * the settings contradict each other.
 */
export function changedSettings(kind: AccountKind, stored: StoredSettings, change: SettingsChange): StoredSettings {
  const window = change.duplicateWindowSeconds;
  const settings: StoredSettings = {
    pacing: withoutNulls({ ...stored.pacing, ...withoutUndefined(change.pacing ?? {}) }),
    behaviour: withoutNulls({ ...stored.behaviour, ...withoutUndefined(change.behaviour ?? {}) }),
    duplicateWindowSeconds: window === undefined ? (stored.duplicateWindowSeconds ?? null) : window,
  };
  const { preset, minDelayMs, maxDelayMs } = settingsWithDefaults(kind, settings).pacing;
  for (const field of ['perMinute', 'burst'] as const) {
    // A number that was set for the preset custom stays for the next time.
    if ((change.pacing?.[field] ?? null) === null || preset === 'custom') continue;
    throw invalidField(`settings.pacing.${field}`, 'can be set with the preset custom only');
  }
  if (minDelayMs > maxDelayMs) throw invalidField('settings.pacing.minDelayMs', 'must not be more than maxDelayMs');
  return settings;
}

function rateOf({ perMinute, burst }: Partial<PacingSettings>): Partial<PacingSettings> {
  return { ...(perMinute !== undefined && { perMinute }), ...(burst !== undefined && { burst }) };
}

function withoutNulls<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], null | undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], null | undefined> };
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
