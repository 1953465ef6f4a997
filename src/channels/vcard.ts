import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { ContactCard } from './content.ts';

interface Property {
  name: string;
  /** In lower case, such as `waid=4915112345678`. */
  parameters: string[];
  value: string;
}

/** A line that begins with white space goes on with the one before it (RFC 6350, 3.2). */
function propertiesOf(vcard: string): Property[] {
  const lines = vcard.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/);
  return lines.flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) return [];
    const [given = '', ...parameters] = line.slice(0, colon).split(';');
    // `item1.TEL`: a group in front says nothing about the property.
    const name = (given.split('.').at(-1) ?? '').toUpperCase();
    return [{ name, parameters: parameters.map((each) => each.toLowerCase()), value: line.slice(colon + 1).trim() }];
  });
}

function unescaped(value: string): string {
  return value.replaceAll(/\\n/gi, '\n').replaceAll(/\\([,;\\])/g, '$1');
}

function escaped(value: string): string {
  return value.replaceAll(/([,;\\])/g, '\\$1').replaceAll('\n', '\\n');
}

function phoneIn({ parameters, value }: Property): string {
  // WhatsApp's own parameter holds the number of the account behind the contact.
  const account = parameters.find((each) => /^waid=\d+$/.test(each))?.slice('waid='.length);
  if (account !== undefined) return `+${account}`;
  const written = value.replace(/^tel:/i, '');
  return parsePhoneNumberFromString(written)?.number ?? written;
}

/** The first name, number and organization of a vCard (2.1 to 4.0); `displayName` where it has no name. */
export function readVcard(vcard: string, displayName: string): ContactCard {
  const properties = propertiesOf(vcard);
  const first = (name: string): Property | undefined =>
    properties.find((property) => property.name === name && property.value !== '');
  const [name, phone, organization] = [first('FN'), first('TEL'), first('ORG')];
  return {
    name: name ? unescaped(name.value) : displayName,
    phone: phone ? phoneIn(phone) : null,
    organization: organization ? unescaped(organization.value.split(/(?<!\\);/)[0] ?? '') : null,
  };
}

/** A vCard 3.0, as WhatsApp's own apps write it. */
export function writeVcard({ name, phone, organization }: ContactCard): string {
  const digits = phone?.replaceAll(/\D/g, '') ?? '';
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `FN:${escaped(name)}`,
    ...(organization === null ? [] : [`ORG:${escaped(organization)};`]),
    ...(phone === null ? [] : [`TEL;type=CELL;type=VOICE;waid=${digits}:${phone}`]),
    'END:VCARD',
  ];
  return lines.join('\n');
}
