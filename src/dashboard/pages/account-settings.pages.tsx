import { AccountSettingsView, type SettingsModel } from '../../../views/account/settings.tsx';
import {
  type Account,
  type Accounts,
  accountParams,
  pacingPresets,
  type SettingsChange,
  settingsTag,
} from '../../features/accounts/accounts.ts';
import type { Database } from '../../platform/database.ts';
import { definePage, type Page, type PageAnswer, type Refusal } from '../../platform/page.ts';
import { decimal, flag, type Infer, integer, object, oneOf, required, text } from '../../platform/schema.ts';
import { orGone } from './act-answers.ts';

export interface AccountSettingsParts {
  accounts: Pick<Accounts, 'get' | 'update'>;
  database: Pick<Database, 'transaction'>;
}

const longestPauseSeconds = 86_400;

const behaviour = {
  alwaysOnline: required(flag()),
  markRead: required(flag()),
  rejectCalls: required(flag()),
  ignoreGroups: required(flag()),
  ignoreStatus: required(flag()),
  storeMedia: required(flag()),
};

// What is left empty has the default.
const settingsForm = object({
  tag: required(text({ max: 40 })),
  preset: required(oneOf(...pacingPresets)),
  perMinute: integer({ min: 0, max: 600 }),
  burst: integer({ min: 1, max: 100 }),
  minDelay: decimal({ min: 0, max: longestPauseSeconds }),
  maxDelay: decimal({ min: 0, max: longestPauseSeconds }),
  typing: required(flag()),
  newChatsPerDay: integer({ min: 0, max: 100_000 }),
  dailyCap: integer({ min: 0, max: 1_000_000 }),
  queueLimit: integer({ min: 1, max: 100_000 }),
  duplicateWindow: integer({ min: 0, max: 3_600 }),
  ...behaviour,
});

/** The tab of an account on which people change its settings. */
export function accountSettingsPages({ accounts, database }: AccountSettingsParts): Page[] {
  const shared = { path: '/accounts/:id/settings', access: 'person', params: accountParams } as const;

  async function show(id: string, different: Partial<SettingsModel> = {}, status = 200): Promise<PageAnswer> {
    const account = await accounts.get(id);
    const model = { account, tag: settingsTag(account), ...different };
    const title = `Settings of ${account.name}`;
    return { kind: 'page', title, section: 'accounts', status, body: <AccountSettingsView model={model} /> };
  }

  return [
    definePage({ ...shared, method: 'GET', handle: ({ params: { id } }) => show(id) }),
    definePage({
      ...shared,
      method: 'POST',
      form: settingsForm,
      handle: ({ params: { id }, form, actor }) =>
        orGone(async () => {
          const { settings } = await accounts.get(id);
          const change = { settings: changeOf(settings, form), ifMatch: form.tag };
          await database.transaction((tx) => accounts.update(tx, id, change, actor));
          return { kind: 'redirect', to: `/accounts/${id}/settings`, notice: 'The settings are saved.' };
        }),
      refused: ({ params: { id } }, refusal) =>
        orGone(() =>
          show(
            id,
            { tag: refusal.values['tag'] ?? '', problem: named(refusal), isStale: refusal.status === 412 },
            refusal.status,
          ),
        ),
    }),
  ];
}

/** Only what differs from the present: what was never set goes on following the preset. */
function changeOf(settings: Account['settings'], form: Infer<typeof settingsForm>): SettingsChange {
  const { duplicateWindowSeconds } = settings;
  const isCustom = form.preset === 'custom';
  const wanted = {
    preset: form.preset,
    ...(isCustom && { perMinute: form.perMinute ?? null, burst: form.burst ?? null }),
    minDelayMs: inMs(form.minDelay),
    maxDelayMs: inMs(form.maxDelay),
    typing: form.typing,
    newChatsPerDay: form.newChatsPerDay ?? null,
    dailyCap: form.dailyCap ?? null,
    queueLimit: form.queueLimit ?? null,
  };
  const named = Object.keys(behaviour) as (keyof typeof behaviour)[];
  const window = form.duplicateWindow ?? null;
  return {
    pacing: differing(settings.pacing, wanted),
    behaviour: differing(settings.behaviour, Object.fromEntries(named.map((name) => [name, form[name]]))),
    ...(window !== duplicateWindowSeconds && { duplicateWindowSeconds: window }),
  };
}

function differing<T extends object, W extends { [K in keyof T]?: T[K] | null }>(present: T, wanted: W): Partial<W> {
  const changed = Object.entries(wanted).filter(([name, value]) => value !== present[name as keyof T]);
  return Object.fromEntries(changed) as Partial<W>;
}

function inMs(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.round(seconds * 1_000);
}

const fieldNames: Record<string, string> = { minDelayMs: 'minDelay', maxDelayMs: 'maxDelay' };

/** The fields by the names that they have in the form. */
function named(refusal: Refusal): Refusal {
  const fields = refusal.fields.map(({ field, message }) => {
    const name = field.replace(/^settings\.(pacing\.)?/, '');
    return { field: fieldNames[name] ?? name, message: message.replace('maxDelayMs', 'the longest pause') };
  });
  return { ...refusal, fields };
}
