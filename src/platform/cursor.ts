import { invalidField } from './errors.ts';

/** The place in a numbered list that a cursor names, or undefined without one. Throws 422 for what is no such cursor. */
export function positionOf(cursor: string | undefined, field = 'cursor'): number | undefined {
  if (cursor === undefined) return undefined;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw invalidField(field, 'is not a cursor of this list');
}
