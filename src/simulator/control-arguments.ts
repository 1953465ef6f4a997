/** Reads the arguments of calls over HTTP. */

/** The caller's mistake; answered with 400. */
export class BadCall extends Error {}

export function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new BadCall(`${name} must be a string`);
  return value;
}
export function optionalText(value: unknown, name: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, name);
}
export function texts(value: unknown, name: string): string[] {
  if (!Array.isArray(value)) throw new BadCall(`${name} must be an array`);
  return value.map((each) => text(each, `each of ${name}`));
}
export function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadCall(`${name} must be an object`);
  return value as Record<string, unknown>;
}
export function count(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new BadCall(`${name} must be a number`);
  return value;
}
export function addressing(value: unknown): 'phone' | 'lid' | undefined {
  if (value === undefined || value === 'phone' || value === 'lid') return value;
  throw new BadCall('addressing must be phone or lid');
}
export function optionalCount(value: unknown, name: string): number | undefined {
  return value === undefined || value === null ? undefined : count(value, name);
}
export function flag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new BadCall(`${name} must be true or false`);
  return value;
}
export function oneOf<Word extends string>(value: unknown, name: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw new BadCall(`${name} must be one of ${words.join(', ')}`);
  return found;
}
/** Without the fields that are undefined. */
export function defined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };
}
