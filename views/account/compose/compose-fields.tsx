import type { ComponentChildren } from 'preact';
import { Field, type FormProblem } from '../../partials/form.tsx';
import { Icon } from '../../partials/icon.tsx';
import { ContactFields, contactLabels } from './contact-fields.tsx';
import { FileFields } from './file-fields.tsx';
import { PollFields, pollLabels } from './poll-fields.tsx';

export type ComposeKind = 'text' | 'file' | 'location' | 'contact' | 'poll';

interface ComposeFieldsProps {
  accountId: string;
  /** The chat to which it goes; undefined where the form has a field for that. */
  to?: string;
  /** Id of the form. */
  form: string;
  /** What stands in the text at first. */
  text?: string;
  problem: FormProblem | undefined;
  /** In a chat the text is one line that grows, without a label above it. */
  inChat?: boolean;
  /** What the other side will see. */
  preview: ComponentChildren;
  takesFocus?: boolean;
}

/** What the fields are called, for the summary of errors. */
export const composeLabels: Readonly<Record<string, string>> = {
  type: 'Kind',
  text: 'Text',
  place: 'Place',
  placeName: 'Name of the place',
  placeAddress: 'Address',
  ...contactLabels,
  ...pollLabels,
};

const kinds = [
  { kind: 'text', icon: 'message-circle', word: 'Message' },
  { kind: 'file', icon: 'paperclip', word: 'File' },
  { kind: 'location', icon: 'map-pin', word: 'Location' },
  { kind: 'contact', icon: 'user-round', word: 'Contact' },
  { kind: 'poll', icon: 'list-checks', word: 'Poll' },
] as const satisfies readonly { kind: ComposeKind; icon: string; word: string }[];

/** What can be sent, and the fields of each kind; the style sheet shows those of the kind that is chosen. */
export function ComposeFields(props: ComposeFieldsProps) {
  const { accountId, to, form, problem, preview } = props;
  const chosen = problem?.values['type'] ?? 'text';
  return (
    <div class="compose" data-account={accountId} data-to={to}>
      <fieldset class="compose-kinds">
        <legend class="visually-hidden">What to send</legend>
        {kinds.map(({ kind, icon, word }) => (
          <label key={kind} class={kind === 'file' ? 'compose-kind needs-script' : 'compose-kind'}>
            <input type="radio" name="type" value={kind} checked={kind === chosen} />
            <Icon name={icon} />
            <span>{word}</span>
          </label>
        ))}
      </fieldset>
      <div class="compose-body">
        <div class="compose-fields" data-kind="text">
          <TextField {...props} />
        </div>
        <div class="compose-fields stack-s" data-kind="file">
          <FileFields form={form} problem={problem} />
        </div>
        <div class="compose-fields stack-s" data-kind="location">
          <Field
            form={form}
            name="place"
            label={composeLabels['place'] ?? ''}
            hint="A link from Google Maps, Apple Maps or OpenStreetMap, or coordinates such as 52.5200, 13.4050."
            problem={problem}
            maxLength={2_000}
          />
          <div class="field-row">
            <Field
              form={form}
              name="placeName"
              label={composeLabels['placeName'] ?? ''}
              optional
              problem={problem}
              maxLength={1_000}
            />
            <Field
              form={form}
              name="placeAddress"
              label={composeLabels['placeAddress'] ?? ''}
              optional
              problem={problem}
              maxLength={1_000}
            />
          </div>
        </div>
        <div class="compose-fields" data-kind="contact">
          <ContactFields form={form} problem={problem} />
        </div>
        <div class="compose-fields stack-s" data-kind="poll">
          <PollFields form={form} problem={problem} />
        </div>
        {preview}
      </div>
    </div>
  );
}

function TextField({
  form,
  text = '',
  problem,
  inChat = false,
  takesFocus = false,
}: Omit<ComposeFieldsProps, 'preview'>) {
  if (!inChat) {
    return (
      <Field form={form} name="text" label="Text" problem={problem} value={text} rows={3} autoFocus={takesFocus} />
    );
  }
  const isWrong = problem?.fields.some(({ field }) => field === 'text') === true;
  return (
    <>
      <label class="visually-hidden" for={`${form}-text`}>
        Message to this chat
      </label>
      <textarea
        id={`${form}-text`}
        class="input"
        name="text"
        rows={1}
        dir="auto"
        maxlength={65_536}
        placeholder="Write a message"
        autofocus={takesFocus}
        aria-invalid={isWrong ? 'true' : undefined}
        data-enter-sends=""
      >
        {problem?.values['text'] ?? text}
      </textarea>
    </>
  );
}
