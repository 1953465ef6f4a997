import Joi from 'joi';
import { integer, isoTime, nullable, object, oneOf, pageFields, required, text } from '../../platform/schema.ts';
import { auditActionNames, auditActions } from './audit-actions.ts';
import type { AuditDetails } from './audit-changes.ts';
import type { AuditRow } from './audit.store.ts';

export const auditQuery = object({
  ...pageFields(),
  accountId: text({ max: 40, pattern: /^acc_[0-9a-z]{1,30}$/, patternName: 'an account id, acc_…' }).description(
    'Acts on this account, which may be deleted.',
  ),
  action: oneOf(...auditActionNames),
});

export const auditAnswer = object({
  id: required(integer({ min: 1 })),
  at: required(isoTime()),
  actor: required(
    object({
      kind: required(oneOf('person', 'key', 'system')),
      name: required(
        text({ max: 200 }).description('A user name, or the name of a key or its first and last letters.'),
      ),
      address: required(nullable(text({ max: 100 }))),
    }),
  ),
  action: required(oneOf(...auditActionNames)),
  sentence: required(text({ max: 200 }).description('What happened, in words.')),
  account: required(
    nullable(
      object({
        id: required(text({ max: 40 })),
        name: required(text({ max: 100 }).description('Its name then.')),
      }),
    ),
  ),
  details: required(
    Joi.object<AuditDetails>()
      .unknown()
      .description('Field by field: a value, or `from` and `to` where something was changed.'),
  ),
});

export function auditJson(row: AuditRow) {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actorKind, name: row.actorName, address: row.address },
    action: row.action,
    sentence: auditActions[row.action],
    account: row.accountId === null || row.accountName === null ? null : { id: row.accountId, name: row.accountName },
    details: row.details,
  };
}
