import { parseAddress } from '../../channels/address.ts';
import type { ContactCard, ContactContent, LocationContent, PollContent, TextContent } from '../../channels/content.ts';
import { invalidField } from '../../platform/errors.ts';
import { decimal, integer, listOf, name, object, required, text, withDefault } from '../../platform/schema.ts';

export const longestText = 65_536;
/** Of 10 MB in base64. */
export const longestData = 14_000_000;
/** Of a request with such a file in it. */
export const bodyWithFileBytes = 14 * 1024 * 1024;

/** What a caller writes of a message without a file, by its type. */
export const contentFields = {
  text: { text: required(text({ max: longestText }).description('What the message says.')) },
  location: {
    latitude: required(decimal({ min: -90, max: 90 })),
    longitude: required(decimal({ min: -180, max: 180 })),
    name: text({ max: 1_000 }).description('Of the place.'),
    address: text({ max: 1_000 }),
  },
  contact: {
    contacts: required(
      listOf(
        object({
          name: required(name({ max: 500 })),
          phone: required(name({ max: 40 }).description('With its country code.')),
          organization: text({ max: 500 }),
        }),
        { min: 1, max: 100 },
      ),
    ),
  },
  poll: {
    question: required(text({ max: 255 })),
    options: required(listOf(text({ max: 100 }), { min: 2, max: 12 }).unique()),
    maxAnswers: withDefault(integer({ min: 0, max: 12 }), 1).description('How many one may choose; 0 = any number.'),
  },
};

interface CardBody {
  name: string;
  phone: string;
  organization?: string;
}

export type ContentBody =
  | TextContent
  | { type: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { type: 'contact'; contacts: CardBody[] }
  | PollContent;

/** Throws a 422 that names the contact without a phone number. */
export function contentIn(body: ContentBody): TextContent | LocationContent | ContactContent | PollContent {
  switch (body.type) {
    case 'text':
      return { type: 'text', text: body.text };
    case 'location': {
      const { type, latitude, longitude, name: place = null, address = null } = body;
      return { type, latitude, longitude, name: place, address };
    }
    case 'contact':
      return { type: 'contact', contacts: body.contacts.map(cardOf) };
    case 'poll': {
      const { type, question, options, maxAnswers } = body;
      return { type, question, options, maxAnswers };
    }
  }
}

function cardOf(card: CardBody, index: number): ContactCard {
  const parsed = parseAddress(card.phone);
  const phone = parsed.ok ? parsed.address.phone : null;
  if (phone === null) throw invalidField(`contacts[${index}].phone`, 'is not a phone number');
  return { name: card.name, phone, organization: card.organization ?? null };
}

/** Bytes in base64, as it is or in a `data:` URL. Throws a 422 that names the field. */
export function bytesIn(field: string, data: string): Buffer {
  const base64 = data.replace(/^data:[\w/.+;=-]{0,200};base64,/, '');
  const bytes = Buffer.from(base64, 'base64');
  const whole = base64.replace(/=+$/, '').length;
  // Node skips what is no base64.
  if (bytes.length === 0 || Math.floor((whole * 3) / 4) !== bytes.length) throw invalidField(field, 'is not base64');
  return bytes;
}
