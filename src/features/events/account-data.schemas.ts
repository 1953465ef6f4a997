import { integer, isoTime, listOf, object, required, text } from '../../platform/schema.ts';
import { statusFields } from '../accounts/accounts.ts';
import { contactFields } from '../contacts/contacts.ts';

export const newContactData = object(contactFields);
export const contactChangeData = object({
  ...contactFields,
  replaces: required(listOf(text({ max: 40 })).description('Contacts that turned out to be this person.')),
});

export const statusData = object(statusFields);
export const qrData = object({ attempt: required(integer({ min: 1 })), expiresAt: required(isoTime()) });
export const pingData = object({});
