import type { Account } from '../../src/features/accounts/accounts.ts';
import { Curl } from '../partials/code.tsx';
import { Form, type FormProblem } from '../partials/form.tsx';
import { Notice } from '../partials/notice.tsx';
import { AccountHeader } from './header.tsx';
import { PaceSection } from './settings-pace.tsx';
import { NumberField, settingsFormId, settingsLabels, SettingsSection } from './settings-parts.tsx';
import { AccountTabs } from './tabs.tsx';

export interface SettingsModel {
  account: Account;
  /** Of the settings that the form began with. */
  tag: string;
  problem?: FormProblem | undefined;
  /** Somebody else has changed them since. */
  isStale?: boolean;
}

/** How an account behaves: the tab of its page. */
export function AccountSettingsView({ model }: { model: SettingsModel }) {
  const { account, tag, problem, isStale = false } = model;
  const { id } = account;
  return (
    <>
      <AccountHeader account={account} />
      <AccountTabs accountId={id} tab="settings" />
      <Form
        id={settingsFormId}
        action={`/accounts/${id}/settings`}
        class="form settings-form"
        problem={isStale ? undefined : problem}
        labels={settingsLabels}
      >
        {isStale && <Stale accountId={id} />}
        <input type="hidden" name="tag" value={tag} />
        <PaceSection account={account} problem={problem} />
        <LimitsSection account={account} problem={problem} />
        <BehaviourSection account={account} problem={problem} />
        <RepetitionSection account={account} problem={problem} />
        <div class="row">
          <button type="submit" class="button button-primary">
            Save settings
          </button>
          <p class="muted small">What you leave empty has its usual value.</p>
        </div>
      </Form>
      <Curl
        id="settings-curl"
        method="PATCH"
        path={`/api/accounts/${id}`}
        body={{ settings: { pacing: { preset: account.settings.pacing.preset } } }}
      />
    </>
  );
}

function Stale({ accountId }: { accountId: string }) {
  return (
    <div class="error-summary" role="alert" tabindex={-1} autofocus>
      <p>
        Nothing was saved: somebody else has changed these settings while you had them open. Below is what you entered.{' '}
        <a href={`/accounts/${accountId}/settings`}>Show the present settings</a>
      </p>
    </div>
  );
}

interface SectionProps {
  account: Account;
  problem: FormProblem | undefined;
}

function LimitsSection({ account, problem }: SectionProps) {
  const { newChatsPerDay, dailyCap, queueLimit } = account.settings.pacing;
  return (
    <SettingsSection
      id="limits-title"
      title="How many a day"
      text="What is over a limit is not lost: it waits for the next day. 0 is no limit."
    >
      {account.kind === 'whatsapp' && (
        <Notice tone="info">
          Numbers are banned most often for writing to many people who did not write first. Raise these slowly.
        </Notice>
      )}
      <div class="field-row">
        <NumberField
          name="newChatsPerDay"
          hint="With people who have never written to you. Empty: 20 in the first week, then 50."
          value={newChatsPerDay}
          problem={problem}
          optional
        />
        <NumberField name="dailyCap" hint="To everybody together." value={dailyCap} problem={problem} />
        <NumberField
          name="queueLimit"
          hint="When so many wait, further ones are refused."
          value={queueLimit}
          problem={problem}
        />
      </div>
    </SettingsSection>
  );
}

type Behaviour = Account['settings']['behaviour'];

const behaviours: readonly { name: keyof Behaviour; label: string; hint: string }[] = [
  {
    name: 'markRead',
    label: 'Mark messages as read as soon as they come in',
    hint: 'People see blue ticks at once, whether somebody has looked or not.',
  },
  {
    name: 'alwaysOnline',
    label: 'Be seen online all the time',
    hint: 'The phone itself then makes no sound for new messages.',
  },
  {
    name: 'rejectCalls',
    label: 'Decline calls',
    hint: 'Nobody can answer them here. Without this they go on ringing on the phone.',
  },
  {
    name: 'ignoreGroups',
    label: 'Leave groups out',
    hint: 'What is written in groups is not stored here, and programs are not told of it.',
  },
  {
    name: 'ignoreStatus',
    label: 'Leave status updates out',
    hint: 'The pictures and texts that people show for a day.',
  },
  {
    name: 'storeMedia',
    label: 'Store files as soon as they come in',
    hint: "Else they are fetched when somebody opens them, from WhatsApp's servers, which keep them for some weeks.",
  },
];

function BehaviourSection({ account, problem }: SectionProps) {
  return (
    <SettingsSection
      id="behaviour-title"
      title="What the account does by itself"
      text="It holds from the moment in which you save it."
    >
      {behaviours.map(({ name, label, hint }) => (
        <label key={name} class="check">
          <input type="hidden" name={name} value="false" />
          <input
            type="checkbox"
            name={name}
            value="true"
            checked={problem ? problem.values[name] === 'true' : account.settings.behaviour[name]}
          />
          <span>
            {label}
            <span class="hint block">{hint}</span>
          </span>
        </label>
      ))}
    </SettingsSection>
  );
}

function RepetitionSection({ account, problem }: SectionProps) {
  return (
    <SettingsSection
      id="repetition-title"
      title="Programs that try again"
      text="A program that gets no answer often sends the same message a second time. Within this time it is sent only once. What people write here is never held back."
    >
      <div class="field-row">
        <NumberField
          name="duplicateWindow"
          hint="In seconds. 0 sends every repetition."
          value={account.settings.duplicateWindowSeconds}
          problem={problem}
        />
      </div>
    </SettingsSection>
  );
}
