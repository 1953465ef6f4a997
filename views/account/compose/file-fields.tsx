import { Field, type FormProblem } from '../../partials/form.tsx';

const ways = [
  { value: '', words: 'What it is' },
  { value: 'document', words: 'A document, unchanged' },
  { value: 'voice', words: 'A voice note' },
  { value: 'sticker', words: 'A sticker' },
] as const;

/** A file of this device; the script shows it and sends it to the API, so that nothing here is in the form's own body. */
export function FileFields({ form, problem }: { form: string; problem: FormProblem | undefined }) {
  return (
    <>
      <div class="field">
        <label for={`${form}-file`}>File</label>
        <p class="hint" id={`${form}-file-hint`}>
          A picture, a video, a sound or any document, up to 10 MB.
        </p>
        <input id={`${form}-file`} class="input" type="file" data-file="" aria-describedby={`${form}-file-hint`} />
      </div>
      <div class="file-preview" data-file-preview="" hidden />
      <div class="field-row">
        <div class="field">
          <label for={`${form}-sendAs`}>Send as</label>
          <select id={`${form}-sendAs`} class="input" name="sendAs">
            {ways.map(({ value, words }) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </div>
        <Field form={form} name="caption" label="Text with it" optional problem={problem} maxLength={1_000} />
      </div>
      <p class="file-progress" data-file-progress="" hidden>
        <progress max={1} value={0} aria-label="Upload" />
      </p>
      <p class="muted small" role="status" data-file-taken="" />
    </>
  );
}
