import type { ComponentChildren } from 'preact';
import { Field, type FormProblem } from '../partials/form.tsx';

export const settingsFormId = 'settings';

export const settingsLabels = {
  preset: 'Pace',
  perMinute: 'Messages a minute',
  burst: 'At once after a rest',
  minDelay: 'Shortest pause',
  maxDelay: 'Longest pause',
  typing: 'Typing',
  newChatsPerDay: 'New chats a day',
  dailyCap: 'Messages a day',
  queueLimit: 'Messages that may wait',
  duplicateWindow: 'Time in which it counts as a repetition',
} as const;

export function SettingsSection({
  id,
  title,
  text,
  children,
}: {
  id: string;
  title: string;
  text: string;
  children: ComponentChildren;
}) {
  return (
    <section class="card stack-s" aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        <p class="muted measure">{text}</p>
      </div>
      {children}
    </section>
  );
}

/** A number; left empty it has its usual value. */
export function NumberField({
  name,
  hint,
  value,
  problem,
  decimals = false,
  optional = false,
}: {
  name: keyof typeof settingsLabels;
  hint: string;
  value: number | null;
  problem: FormProblem | undefined;
  decimals?: boolean;
  optional?: boolean;
}) {
  return (
    <Field
      form={settingsFormId}
      name={name}
      label={settingsLabels[name]}
      hint={hint}
      optional={optional}
      problem={problem}
      value={value === null ? '' : String(value)}
      maxLength={10}
      inputMode={decimals ? 'decimal' : 'numeric'}
    />
  );
}
