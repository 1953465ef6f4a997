import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';
import { usePage } from './page-context.tsx';

/** Why a form was not taken; the same as `Refusal` of the page contract. */
export interface FormProblem {
  message: string;
  fields: readonly { field: string; message: string }[];
  values: Readonly<Record<string, string>>;
}

interface FormProps {
  /** Unique on the page: drafts and answers go by it. */
  id: string;
  action: string;
  problem?: FormProblem | undefined;
  /** What the fields are called on the page: field -> label. For the summary of errors. */
  labels?: Readonly<Record<string, string>>;
  /** Selector of what the answer replaces; by default the form itself. */
  replaces?: string;
  class?: string;
  children: ComponentChildren;
}

/**
 * A form with its CSRF token. With script it is sent in the background and replaced by its counterpart in the answer, so
 * that what was typed is never lost; without, it is a plain form.
 */
export function Form({ id, action, problem, labels = {}, replaces, class: classes = 'form', children }: FormProps) {
  const { csrfToken } = usePage();
  const selector = replaces ?? `#${id}`;
  const boost = { target: selector, select: selector, swap: 'outerHTML', push: 'false' };
  return (
    <form id={id} method="post" action={action} class={classes} novalidate hx-boost={JSON.stringify(boost)}>
      <input type="hidden" name="_csrf" value={csrfToken} />
      {problem && <ErrorSummary problem={problem} labels={labels} formId={id} />}
      {children}
    </form>
  );
}

function ErrorSummary({
  problem,
  labels,
  formId,
}: {
  problem: FormProblem;
  labels: Readonly<Record<string, string>>;
  formId: string;
}) {
  const shown = problem.fields.filter(({ field }) => labels[field] !== undefined);
  return (
    <div class="error-summary" role="alert" tabindex={-1} autofocus>
      {shown.length === 0 ? (
        <p>{problem.message}</p>
      ) : (
        <>
          <p>{shown.length === 1 ? 'Please check this field' : 'Please check these fields'}</p>
          <ul>
            {shown.map(({ field, message }) => (
              <li key={field}>
                <a href={`#${fieldId(formId, field)}`}>{sentenceOf(labels[field] ?? field, message)}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

interface FieldProps {
  /** Id of the form. */
  form: string;
  name: string;
  label: string;
  hint?: ComponentChildren;
  optional?: boolean;
  problem?: FormProblem | undefined;
  /** What stands in it at first; what was typed wins. */
  value?: string;
  /** Of a password: what was typed is there again after a refusal, as it is a secret for others only. */
  keepsSecret?: boolean;
  type?: 'text' | 'password' | 'tel' | 'url' | 'datetime-local';
  autoComplete?: string;
  maxLength?: number;
  placeholder?: string;
  inputMode?: 'numeric' | 'decimal' | 'tel' | 'text';
  autoFocus?: boolean;
  /** A text area of so many rows. */
  rows?: number;
}

/** A labelled field with its hint and, after a refusal, what is wrong with it. */
export function Field(props: FieldProps) {
  const { form, name, label, hint, optional, problem, type = 'text', rows } = props;
  const id = fieldId(form, name);
  const error = problem?.fields.find(({ field }) => field === name)?.message;
  const described = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`].filter(Boolean);
  const common = {
    id,
    name,
    class: 'input',
    required: !optional,
    'aria-invalid': error === undefined ? undefined : ('true' as const),
    'aria-describedby': described.length > 0 ? described.join(' ') : undefined,
    maxlength: props.maxLength,
    placeholder: props.placeholder,
    autofocus: props.autoFocus,
    autocomplete: props.autoComplete ?? 'off',
  };
  // What was emptied stays empty.
  const isHidden = type === 'password' && props.keepsSecret !== true;
  const value = isHidden ? undefined : ((problem ? problem.values[name] : props.value) ?? '');
  return (
    <div class="field">
      <label for={id}>
        {label}
        {optional && <span class="optional"> (optional)</span>}
      </label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {rows !== undefined ? (
        <textarea {...common} rows={rows} dir="auto">
          {value}
        </textarea>
      ) : type === 'password' ? (
        <div class="with-button">
          <input {...common} type="password" value={value} />
          <button type="button" class="button" data-reveal={id} aria-pressed="false">
            Show<span class="visually-hidden"> {label.toLowerCase()}</span>
          </button>
        </div>
      ) : type === 'tel' ? (
        <input {...common} type="tel" inputmode={props.inputMode} value={value} />
      ) : type === 'url' ? (
        <input {...common} type="url" value={value} />
      ) : type === 'datetime-local' ? (
        <input {...common} type="datetime-local" value={value} />
      ) : (
        <input {...common} type="text" inputmode={props.inputMode} value={value} dir="auto" />
      )}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="circle-alert" />
          <span>{sentenceOf(label, error)}</span>
        </p>
      )}
    </div>
  );
}

/** A button that does one thing: a form of its own. */
export function ActButton({
  id,
  action,
  fields = {},
  replaces,
  class: classes = 'button',
  pressed,
  children,
}: {
  id: string;
  action: string;
  fields?: Readonly<Record<string, string>>;
  replaces?: string;
  class?: string;
  /** Of a button that is on or off. */
  pressed?: boolean;
  children: ComponentChildren;
}) {
  return (
    <Form id={id} action={action} class="act" {...(replaces === undefined ? {} : { replaces })}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class={classes} aria-pressed={pressed}>
        {children}
      </button>
    </Form>
  );
}

function fieldId(form: string, name: string): string {
  return `${form}-${name}`;
}

function sentenceOf(label: string, message: string): string {
  return `${label} ${message}.`;
}
