import { Field, type FormProblem } from '../../partials/form.tsx';

/** So many contacts fit into one message of the form; the API takes more. */
export const contactRows = [1, 2, 3, 4, 5] as const;

export const contactLabels: Readonly<Record<string, string>> = Object.fromEntries(
  contactRows.flatMap((row) => {
    const of = row === 1 ? '' : ` of contact ${row}`;
    return [
      [`contactName${row}`, `Name${of}`],
      [`contactPhone${row}`, `Number${of}`],
      [`contactCompany${row}`, `Company${of}`],
    ];
  }),
);

/** The style sheet shows a row once the one before is begun, which it knows by the placeholders. */
export function ContactFields({ form, problem }: { form: string; problem: FormProblem | undefined }) {
  const labelOf = (name: string): string => contactLabels[name] ?? '';
  return (
    <>
      {contactRows.map((row) => (
        <div key={row} class="field-row compose-more">
          <Field
            form={form}
            name={`contactName${row}`}
            label={labelOf(`contactName${row}`)}
            optional={row > 1}
            problem={problem}
            maxLength={500}
            placeholder="Ada Lovelace"
          />
          <Field
            form={form}
            name={`contactPhone${row}`}
            label={labelOf(`contactPhone${row}`)}
            optional={row > 1}
            problem={problem}
            type="tel"
            maxLength={40}
            placeholder="+49 151 12345678"
          />
          <Field
            form={form}
            name={`contactCompany${row}`}
            label={labelOf(`contactCompany${row}`)}
            optional
            problem={problem}
            maxLength={500}
            placeholder="Engines Ltd"
          />
        </div>
      ))}
    </>
  );
}
