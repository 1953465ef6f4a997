import { isoTime, name, nullable, object, pageFields, required, text } from '../../platform/schema.ts';
import type { AdminKey } from './access.store.ts';

export const keyParams = object({
  id: required(text({ max: 40, pattern: /^key_[0-9a-z]{1,30}$/, patternName: 'a key id, key_…' })),
});
export const keyListQuery = object(pageFields());
export const newAdminKeyBody = object({
  name: required(name({ max: 60 }).description('What people call this key, such as the script that has it.')),
});

const keyFields = {
  id: required(text({ max: 40 })),
  name: required(text({ max: 60 })),
  hint: required(text({ max: 40 }).description('Its prefix and last four characters.')),
  createdAt: required(isoTime()),
  lastUsedAt: required(nullable(isoTime()).description('To the minute; null when it was never used.')),
};

export const keyAnswer = object(keyFields);
export const newKeyAnswer = object({
  ...keyFields,
  key: required(text({ max: 100 }).description('Shown only in this answer.')),
});
export const revokedAnswer = object({ id: required(text({ max: 40 })) });

export function keyJson(key: AdminKey) {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    createdAt: key.createdAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  };
}
