import { Field, type FormProblem } from '../../partials/form.tsx';

/** WhatsApp shows twelve at most. */
export const pollRows = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;

export const pollLabels: Readonly<Record<string, string>> = {
  question: 'Question',
  ...Object.fromEntries(pollRows.map((row) => [`option${row}`, `Answer ${row}`])),
};

/** The style sheet shows an answer once the one before is begun, which it knows by the placeholders. */
export function PollFields({ form, problem }: { form: string; problem: FormProblem | undefined }) {
  return (
    <>
      <Field form={form} name="question" label={pollLabels['question'] ?? ''} problem={problem} maxLength={255} />
      <div class="compose-options">
        {pollRows.map((row) => (
          <div key={row} class={row > 2 ? 'compose-more' : undefined}>
            <Field
              form={form}
              name={`option${row}`}
              label={pollLabels[`option${row}`] ?? ''}
              optional={row > 2}
              problem={problem}
              maxLength={100}
              placeholder={row === 1 ? 'Today' : 'Tomorrow'}
            />
          </div>
        ))}
      </div>
      <label class="check">
        <input
          type="checkbox"
          name="severalAnswers"
          value="true"
          checked={problem?.values['severalAnswers'] === 'true'}
        />
        <span>People may choose several answers</span>
      </label>
    </>
  );
}
