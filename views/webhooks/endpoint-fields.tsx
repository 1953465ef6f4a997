import type { Webhook } from '../../src/features/webhooks/webhooks.ts';
import { Field, type FormProblem } from '../partials/form.tsx';

export const endpointLabels = {
  accountId: 'Account',
  url: 'URL',
  events: 'Events',
  media: 'Files',
  timeoutSeconds: 'Time-out',
  maxInFlight: 'At a time',
} as const;

/** Labels of the fields of so many headers, for the summary of errors. */
export function headerLabels(count: number): Record<string, string> {
  const labels = Array.from({ length: count }, (_, index): [string, string][] => [
    [`headerName${index}`, `Name of header ${index + 1}`],
    [`headerValue${index}`, `Value of header ${index + 1}`],
  ]);
  return Object.fromEntries(labels.flat());
}

interface FieldsProps {
  form: string;
  problem: FormProblem | undefined;
}

export function UrlField({ form, problem, value }: FieldsProps & { value: string }) {
  return (
    <Field
      form={form}
      name="url"
      label={endpointLabels.url}
      hint="Where deliveries are posted to, such as https://example.org/whatsapp."
      type="url"
      value={value}
      problem={problem}
      maxLength={2_000}
    />
  );
}

const modes: readonly { mode: Webhook['media']; title: string; text: string }[] = [
  { mode: 'link', title: 'As a link', text: 'A signed address of this server, good for 7 days.' },
  { mode: 'base64', title: 'In the delivery', text: 'As base64 up to 1 MB; larger files as a link.' },
  { mode: 'none', title: 'Not at all', text: 'Only what kind of file it is, and how large.' },
];

export function MediaField({ problem, value }: Pick<FieldsProps, 'problem'> & { value: Webhook['media'] }) {
  const chosen = problem?.values['media'] ?? value;
  return (
    <fieldset class="stack-s">
      <legend class="settings-legend">Files of messages</legend>
      <div class="choices">
        {modes.map(({ mode, title, text }) => (
          <label key={mode} class="choice">
            <input type="radio" name="media" value={mode} checked={mode === chosen} />
            <span class="choice-title">{title}</span>
            <span class="choice-text">{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** How many rows of headers a form has: what is there, and room for two more. */
export function headerRows(present: readonly string[], problem: FormProblem | undefined, most = 20): number {
  const typed = Object.keys(problem?.values ?? {}).map((name) => Number(/^headerName(\d+)$/.exec(name)?.[1] ?? -1));
  return Math.min(most, Math.max(present.length, Math.max(-1, ...typed) + 1) + 2);
}

/** `present`: names whose values are kept and not shown. */
export function HeaderFields({ form, problem, present }: FieldsProps & { present: readonly string[] }) {
  const rows = headerRows(present, problem);
  return (
    <fieldset class="stack-s">
      <legend class="settings-legend">
        Headers <span class="optional">(optional)</span>
      </legend>
      <p class="hint" id={`${form}-headers-hint`}>
        Sent with every delivery, such as Authorization. Values are kept encrypted.
        {present.length > 0 && ' A value that you leave empty stays as it is; without its name a header is removed.'}
      </p>
      {Array.from({ length: rows }, (_, index) => (
        <HeaderRow key={index} form={form} problem={problem} index={index} name={present[index]} />
      ))}
    </fieldset>
  );
}

function HeaderRow({ form, problem, index, name }: FieldsProps & { index: number; name: string | undefined }) {
  const labels = headerLabels(index + 1);
  const [nameField, valueField] = [`headerName${index}`, `headerValue${index}`];
  return (
    <div class="header-row">
      <Field
        form={form}
        name={nameField}
        label={labels[nameField] ?? ''}
        optional
        value={name ?? ''}
        problem={problem}
        maxLength={100}
      />
      <Field
        form={form}
        name={valueField}
        label={labels[valueField] ?? ''}
        optional
        type="password"
        keepsSecret
        problem={problem}
        autoComplete="off"
        maxLength={2_000}
        {...(name === undefined ? {} : { placeholder: 'kept as it is' })}
      />
    </div>
  );
}

export function TimeoutField(props: FieldsProps & { value: number }) {
  const hint = 'In seconds, 1 to 30. An endpoint that takes longer has failed.';
  return <NumberField {...props} name="timeoutSeconds" hint={hint} />;
}

export function InFlightField(props: FieldsProps & { value: number }) {
  const hint = 'So many deliveries are under way to it at most, 1 to 20.';
  return <NumberField {...props} name="maxInFlight" hint={hint} />;
}

interface NumberFieldProps extends FieldsProps {
  name: 'timeoutSeconds' | 'maxInFlight';
  hint: string;
  value: number;
}

/** Of two digits. */
function NumberField({ form, problem, name, hint, value }: NumberFieldProps) {
  return (
    <Field
      form={form}
      name={name}
      label={endpointLabels[name]}
      hint={hint}
      value={String(value)}
      problem={problem}
      maxLength={2}
      inputMode="numeric"
    />
  );
}
