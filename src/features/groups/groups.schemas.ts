import type { Group } from '../../channels/content.ts';
import { flag, isoTime, listOf, name, nullable, object, oneOf, required, text } from '../../platform/schema.ts';

const accountId = text({ max: 40 }).description('With an admin key: whose. An account key may leave it out.');
const jid = text({ max: 100 });
const personFields = {
  jid: required(jid),
  phone: required(nullable(text({ max: 20 }))),
  lid: required(nullable(text({ max: 40 }))),
  name: required(nullable(text({ max: 200, min: 0 }))),
};

export const groupQuery = object({ accountId });
export const groupParams = object({
  jid: required(name({ max: 100, pattern: /^[\d-]+@g\.us$/, patternName: "a group's address, …@g.us" })),
});
export const groupAnswer = object({
  jid: required(jid),
  subject: required(text({ max: 1_000, min: 0 })),
  description: required(nullable(text({ max: 10_000, min: 0 }))),
  owner: required(nullable(object(personFields))),
  createdAt: required(nullable(isoTime())),
  announce: required(flag().description('Only admins may write.')),
  locked: required(flag().description('Only admins may change subject and description.')),
  participants: required(listOf(object({ ...personFields, role: required(oneOf('member', 'admin', 'superadmin')) }))),
});
export const groupsAnswer = listOf(groupAnswer);

export function groupJson(group: Group) {
  return { ...group, createdAt: group.createdAt?.toISOString() ?? null };
}
