import type { FieldError } from './errors.ts';

const maxDepth = 32;
const maxValues = 10_000;

/** A place in a value: a list from the inside out, so that a walk allocates one small object per level. */
interface Place {
  parent: Place | undefined;
  key: string | number;
}

/** `settings.pacing.preset`, `contacts[0].phone`: the path as the caller would write it. */
export function fieldPath(segments: readonly (string | number)[]): string {
  return segments.reduce<string>((path, segment) => {
    if (typeof segment === 'number') return `${path}[${segment}]`;
    return path === '' ? segment : `${path}.${segment}`;
  }, '');
}

function pathOf(place: Place): string {
  const segments: (string | number)[] = [];
  for (let current: Place | undefined = place; current; current = current.parent) segments.unshift(current.key);
  return fieldPath(segments);
}

/** Why Postgres could not store this text, or undefined when it can: `text` and `jsonb` know neither of the two. */
function unstorable(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain the character NUL';
  // Present since Node 20, not in the ES2023 types; a regular expression needs a hundred times as long on a 14 MB body.
  const wellFormed = (text as string & { isWellFormed(): boolean }).isWellFormed();
  return wellFormed ? undefined : 'must not contain half a character (a lone UTF-16 surrogate)';
}

/**
 * What must be refused before a schema looks at a value: depth and size that would make checking slow, `__proto__`, which
 * Joi drops in silence, and text that Postgres cannot store. Linear, without recursion; stops at the first excess.
 */
export function guardInput(value: unknown, rootName: string): FieldError[] {
  const errors: FieldError[] = [];
  const waiting: { value: unknown; place: Place | undefined; depth: number }[] = [
    { value, place: undefined, depth: 0 },
  ];
  let values = 0;
  for (let item = waiting.pop(); item; item = waiting.pop()) {
    const { place, depth } = item;
    const field = (): string => (place ? pathOf(place) : rootName);
    if (typeof item.value === 'string') {
      const message = unstorable(item.value);
      if (message) errors.push({ field: field(), message });
    }
    if (typeof item.value !== 'object' || item.value === null || ArrayBuffer.isView(item.value)) continue;
    if (depth >= maxDepth) {
      return [...errors, { field: rootName, message: `must be at most ${maxDepth} levels deep` }];
    }
    const entries: [string | number, unknown][] = Array.isArray(item.value)
      ? Array.from(item.value.slice(0, maxValues + 1), (member: unknown, index) => [index, member])
      : Object.entries(item.value);
    values += entries.length;
    if (values > maxValues) return [...errors, { field: rootName, message: `must hold at most ${maxValues} values` }];
    for (const [key, member] of entries) {
      if (key === '__proto__') errors.push({ field: pathOf({ parent: place, key }), message: 'is not a known field' });
      if (typeof key === 'string' && unstorable(key)) {
        errors.push({ field: field(), message: 'has a field whose name contains a character that cannot be stored' });
      }
      waiting.push({ value: member, place: { parent: place, key }, depth: depth + 1 });
    }
  }
  return errors;
}
