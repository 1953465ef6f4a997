/** What differs from run to run, and what stands for the first, the second, … of its kind. */
const replacements: readonly (readonly [RegExp, (place: string) => string])[] = [
  [/\b(acc|msg|evt|con)_[0-9a-z]{26}\b/g, (place) => `_01jdn0q4w8${place.padStart(16, '0')}`],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\b/g, () => '2026-01-31T09:30:00.000Z'],
  [/\b999\d{10}\b/g, (place) => `9995550${place.padStart(3, '1')}`],
  [/\b\d+(?=@lid\b)/g, (place) => `9980000000${place.padStart(4, '0')}`],
  [/\b\d+(?=@(g\.us|newsletter)\b)/g, (place) => `1203630000000${place.padStart(5, '0')}`],
  [/\bPhone \d{4}\b/g, () => 'Ana'],
  [/\b[0-9A-F]{16,32}\b(?!@)/g, (place) => `3EB0${place.padStart(18, '0')}`],
  [/(?<="sequence":)[1-9]\d*/g, () => '42'],
  [/(?<="url":")[^"]+/g, () => 'https://switchboard.example/media/bXNnXzAx.c2lnbmF0dXJl'],
];

/** The same in every run: ids, times, addresses and names as an example has them. */
export function stableSample<Value extends object>(value: Value): Value {
  let text = JSON.stringify(value);
  for (const [pattern, replacement] of replacements) {
    const seen = new Map<string, string>();
    text = text.replaceAll(pattern, (found: string) => {
      const kind = /^[a-z]+(?=_)/.exec(found)?.[0] ?? '';
      const ofKind = [...seen.keys()].filter((before) => before.startsWith(kind)).length;
      const known = seen.get(found) ?? kind + replacement(String(ofKind + 1));
      seen.set(found, known);
      return known;
    });
  }
  return JSON.parse(text) as Value;
}

/** The names of all members, with those of what is in them; of a list those of its first. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return 'value';
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, shapeOf(member)]));
}
