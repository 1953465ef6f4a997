type Value = string | number | boolean | null;

/** What else there is to tell of an act. No secret and no text of a message. */
export type AuditDetails = Readonly<Record<string, Value | { from: Value; to: Value }>>;

/** The fields that differ, by their path (`pacing.preset`), with their old and new values. */
export function changesBetween(before: object, after: object): AuditDetails {
  const old = new Map(fieldsOf(before));
  const next = new Map(fieldsOf(after));
  const paths = [...new Set([...old.keys(), ...next.keys()])];
  const changes = paths.map((path) => [path, { from: old.get(path) ?? null, to: next.get(path) ?? null }] as const);
  return Object.fromEntries(changes.filter(([, { from, to }]) => from !== to));
}

function fieldsOf(value: object, prefix = ''): [string, Value][] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]): [string, Value][] => {
    const path = `${prefix}${name}`;
    if (typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean')
      return [[path, member]];
    if (typeof member !== 'object' || member === null) return [[path, null]];
    return Array.isArray(member) ? [[path, JSON.stringify(member)]] : fieldsOf(member, `${path}.`);
  });
}
