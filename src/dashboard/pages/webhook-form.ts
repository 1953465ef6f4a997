import { settingFields } from '../../features/webhooks/webhooks.ts';
import { invalidField } from '../../platform/errors.ts';
import type { Refusal } from '../../platform/page.ts';
import { flag, required, text } from '../../platform/schema.ts';

type Form = Readonly<Record<string, unknown>>;

export const endpointFields = {
  url: required(settingFields.url.trim()),
  media: required(settingFields.media),
  timeoutSeconds: required(settingFields.timeoutSeconds),
};

/** A box of the checklist, `events.message`. */
export const eventBox = { name: /^events\.[\w.-]{1,60}$/, value: flag() };
/** A row of the headers, `headerName0` and `headerValue0`. */
export const headerField = { name: /^header(Name|Value)1?\d$/, value: text({ max: 2_000 }) };

const mostHeaders = 20;

/** The headers as they stand in the rows; a value that was left empty stays as in `present`. Throws 422 naming the field. */
export function headersOf(form: Form, present: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < mostHeaders; index += 1) {
    const [name, value] = [textOf(form[`headerName${index}`]).trim(), textOf(form[`headerValue${index}`])];
    if (name === '' && value !== '') throw invalidField(`headerName${index}`, 'is required');
    if (name === '') continue;
    if (Object.hasOwn(headers, name)) throw invalidField(`headerName${index}`, 'is given twice');
    const kept = Object.hasOwn(present, name) ? present[name] : undefined;
    if (value === '' && kept === undefined) throw invalidField(`headerValue${index}`, 'is required');
    headers[name] = value === '' ? (kept ?? '') : value;
  }
  return headers;
}

/** The fields by the names that they have in the form, in sentences that have no end yet. */
export function asTyped(refusal: Refusal): Refusal {
  const fields = refusal.fields.map(({ field, message }) => ({
    field: fieldInForm(field, refusal.values),
    message: message.replace(/\.$/, ''),
  }));
  return refusal.status === 412 ? { ...refusal, message: stale, fields } : { ...refusal, fields };
}

const stale =
  'Nothing was saved: somebody else has changed this webhook while you had it open. ' +
  'Below is what you entered; load the page again to see how it is now.';

function fieldInForm(field: string, values: Refusal['values']): string {
  const header = /^headers(?:\.(.+))?$/.exec(field);
  if (!header) return field.startsWith('events') ? 'events' : field;
  const rows = Object.entries(values).filter(([name]) => name.startsWith('headerName'));
  const row = rows.find(([, typed]) => typed.trim().toLowerCase() === header[1]) ?? rows[0];
  return row?.[0] ?? 'headerName0';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
