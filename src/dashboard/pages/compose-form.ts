import { contactRows } from '../../../views/account/compose/contact-fields.tsx';
import { pollRows } from '../../../views/account/compose/poll-fields.tsx';
import { parseAddress } from '../../channels/address.ts';
import type { ContactCard, OutgoingContent } from '../../channels/content.ts';
import { AppError, type FieldError } from '../../platform/errors.ts';
import { type Infer, name, object, oneOf, text, withDefault } from '../../platform/schema.ts';
import { placeIn } from '../place.ts';

// What was filled in for another kind comes along and is left alone.
export const composeFields = {
  type: withDefault(oneOf('text', 'location', 'contact', 'poll'), 'text'),
  text: text({ max: 65_536 }),
  place: name({ max: 2_000 }),
  placeName: name({ max: 1_000 }),
  placeAddress: name({ max: 1_000 }),
  // The script sends these to the API, with the file.
  sendAs: text({ max: 20 }),
  caption: text({ max: 1_000 }),
  question: name({ max: 255 }),
  severalAnswers: oneOf('true'),
  ...rows(contactRows, 'contactName', 500),
  ...rows(contactRows, 'contactPhone', 40),
  ...rows(contactRows, 'contactCompany', 500),
  ...rows(pollRows, 'option', 100),
};

const composeForm = object(composeFields);

export type ComposeForm = Infer<typeof composeForm>;

/** What a form can describe. */
export type ComposedContent = Extract<OutgoingContent, { type: ComposeForm['type'] }>;

function rows<N extends number, P extends string>(numbers: readonly N[], prefix: P, max: number) {
  const entries = numbers.map((row) => [`${prefix}${row}`, name({ max })]);
  return Object.fromEntries(entries) as Record<`${P}${N}`, ReturnType<typeof name>>;
}

/** The message that a form describes. Throws a 422 with everything that is wrong, by the fields of the form. */
export function contentFrom(form: ComposeForm): ComposedContent {
  const wrong: FieldError[] = [];
  const content = contentOf(form, (field, message) => wrong.push({ field, message }));
  const [first] = wrong;
  if (!first) return content;
  throw new AppError('request.invalid', { status: 422, detail: `${first.field} ${first.message}`, errors: wrong });
}

type Refuse = (field: string, message: string) => void;

function contentOf(form: ComposeForm, refuse: Refuse): ComposedContent {
  switch (form.type) {
    case 'text':
      if (form.text === undefined) refuse('text', 'is required');
      // Browsers end lines in forms as Windows does.
      return { type: 'text', text: (form.text ?? '').replaceAll('\r\n', '\n') };
    case 'location':
      return locationOf(form, refuse);
    case 'contact':
      return { type: 'contact', contacts: contactsOf(form, refuse) };
    case 'poll':
      return pollOf(form, refuse);
  }
}

function locationOf({ place, placeName, placeAddress }: ComposeForm, refuse: Refuse): ComposedContent {
  const point = placeIn(place ?? '');
  if (place === undefined) refuse('place', 'is required');
  else if (!point) refuse('place', 'holds no coordinates: copy them, or a link that has them');
  return {
    type: 'location',
    ...(point ?? { latitude: 0, longitude: 0 }),
    name: placeName ?? null,
    address: placeAddress ?? null,
  };
}

function contactsOf(form: ComposeForm, refuse: Refuse): ContactCard[] {
  return contactRows.flatMap((row) => {
    const [given, phone, company] = [
      form[`contactName${row}`],
      form[`contactPhone${row}`],
      form[`contactCompany${row}`],
    ];
    if (row > 1 && given === undefined && phone === undefined && company === undefined) return [];
    if (given === undefined) refuse(`contactName${row}`, 'is required');
    const parsed = parseAddress(phone ?? '');
    const number = parsed.ok ? parsed.address.phone : null;
    if (phone === undefined) refuse(`contactPhone${row}`, 'is required');
    else if (number === null) refuse(`contactPhone${row}`, parsed.ok ? 'is not a phone number' : parsed.problem);
    return [{ name: given ?? '', phone: number, organization: company ?? null }];
  });
}

function pollOf(form: ComposeForm, refuse: Refuse): ComposedContent {
  const given = pollRows.map((row) => ({ row, option: form[`option${row}`] }));
  if (form.question === undefined) refuse('question', 'is required');
  for (const { row, option } of given.slice(0, 2)) if (option === undefined) refuse(`option${row}`, 'is required');
  const options: string[] = [];
  for (const { row, option } of given) {
    if (option === undefined) continue;
    if (options.includes(option)) refuse(`option${row}`, 'is there already');
    options.push(option);
  }
  return {
    type: 'poll',
    question: form.question ?? '',
    options,
    maxAnswers: form.severalAnswers === 'true' ? 0 : 1,
  };
}
