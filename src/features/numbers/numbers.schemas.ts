import { flag, listOf, name, nullable, object, required, text } from '../../platform/schema.ts';

export const checkBody = object({
  accountId: text({ max: 40 }).description('With an admin key: whose. An account key may leave it out.'),
  numbers: required(listOf(name({ max: 100 }), { min: 1, max: 100 })).description('With their country codes.'),
});

export const checkAnswer = listOf(
  object({
    number: required(text({ max: 100 }).description('As it was asked for.')),
    exists: required(flag()),
    jid: required(nullable(text({ max: 100 }).description('The network may know it under another number.'))),
    lid: required(nullable(text({ max: 100 }))),
  }),
);
