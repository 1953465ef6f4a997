import { isoTime, nullable, object, pageFields, required, text } from '../../platform/schema.ts';

const savedText = text({ max: 200 });

export const contactQuery = object({
  ...pageFields(),
  accountId: text({ max: 40 }).description('With an admin key: whose. An account key may leave it out.'),
  search: text({ max: 100 }).description('Part of a name, or of the number as people write it.'),
});
export const contactParams = object({
  id: required(text({ max: 40, pattern: /^con_[0-9a-z]{1,30}$/, patternName: 'a contact id, con_…' })),
});
export const contactFields = {
  id: required(text({ max: 40 }).description('Stays the same, also when an address or a name changes.')),
  accountId: required(text({ max: 40 })),
  jid: required(text({ max: 100 })),
  phone: required(nullable(text({ max: 20 }).description('null where WhatsApp hides it.'))),
  lid: required(nullable(text({ max: 40 }))),
  name: required(
    nullable(savedText.description('The best that is known: the saved name, else the verified, else push.')),
  ),
  savedName: required(nullable(savedText.description("In the phone's address book."))),
  verifiedName: required(nullable(savedText.description('Of a business, checked by WhatsApp.'))),
  pushName: required(nullable(savedText.description('As the person calls themselves.'))),
  createdAt: required(isoTime().description('When the person first appeared.')),
};
export const contactAnswer = object(contactFields);
