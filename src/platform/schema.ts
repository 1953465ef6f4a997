import Joi from 'joi';
import { AppError, type FieldError, isAppError } from './errors.ts';
import { fieldPath, guardInput } from './input-guard.ts';

declare const presentBrand: unique symbol;

/** Marks a field that a checked object always has, because it is required or has a default. Exists in types only. */
export interface Present {
  readonly [presentBrand]: true;
}

/** The type of the values that a schema lets through. */
export type Infer<S> = S extends Joi.AnySchema<infer T> ? T : never;

export type Fields = Record<string, Joi.AnySchema>;
type PresentKey<F extends Fields> = { [K in keyof F]: F[K] extends Present ? K : never }[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };
export type InferFields<F extends Fields> = Flat<
  { [K in PresentKey<F>]: Infer<F[K]> } & { [K in Exclude<keyof F, PresentKey<F>>]?: Infer<F[K]> }
>;

/**
 * An object with exactly these fields; others are refused by name. `aliases` are other names of a field that callers may
 * use instead, such as `{ to: ['number', 'phone'] }`; errors name the one that was used.
 */
export function object<F extends Fields>(
  fields: F,
  options: { aliases?: { [K in keyof F]?: readonly string[] } } = {},
): Joi.ObjectSchema<InferFields<F>> {
  let schema: Joi.ObjectSchema<InferFields<F>> = Joi.object<InferFields<F>, false, Fields>(fields);
  for (const [name, others] of Object.entries<readonly string[] | undefined>(options.aliases ?? {})) {
    for (const other of others ?? []) schema = schema.rename(other, name);
  }
  return schema;
}

export function required<S extends Joi.AnySchema>(schema: S): S & Present {
  return schema.required() as S & Present;
}

/** A field that may be left out and then has this value. */
export function withDefault<S extends Joi.AnySchema>(schema: S, value: Infer<S> & Joi.BasicType): S & Present {
  return schema.default(value) as S & Present;
}

export function oneOf<const V extends string>(...values: readonly V[]): Joi.AnySchema<V> {
  return Joi.any<V>().valid(...values);
}

export function listOf<S extends Joi.AnySchema>(
  item: S,
  bounds: { min?: number; max?: number } = {},
): Joi.ArraySchema<Infer<S>[]> {
  let schema = Joi.array<Infer<S>[]>().items(item) as Joi.ArraySchema<Infer<S>[]>;
  if (bounds.min !== undefined) schema = schema.min(bounds.min);
  if (bounds.max !== undefined) schema = schema.max(bounds.max);
  return schema;
}

/** The same, or null. Fixed values become an alternative, because the conversion to JSON Schema loses a null among them. */
export function nullable<S extends Joi.AnySchema>(schema: S): Joi.AnySchema<Infer<S> | null> {
  const description = schema.describe();
  const plain = description.type !== 'alternatives' && description.type !== 'any' && description['allow'] === undefined;
  return plain ? schema.allow(null) : Joi.alternatives<Infer<S>, null>(schema, Joi.valid(null));
}

type Cases = Record<string, Joi.AnySchema>;

/**
 * A union of objects told apart by one field, so that an error names the field of the case that was meant. `defaultCase`
 * is meant when the field is missing; its schema gives the field that default.
 */
export function variants<C extends Cases>(
  field: string,
  cases: C,
  defaultCase?: string & keyof C,
): Joi.AlternativesSchema<Infer<C[keyof C]>> {
  const names = Object.keys(cases);
  const unmatched = Joi.object({ [field]: required(Joi.valid(...names)) })
    .unknown()
    .meta({ fallback: true });
  const branches: (Joi.SwitchCases | Joi.SwitchDefault)[] = Object.entries(cases).map(([name, schema], index) => ({
    // A literal must be there to match; an optional schema also matches what is missing.
    is: name === defaultCase ? Joi.valid(name) : name,
    // oxlint-disable-next-line unicorn/no-thenable -- Joi's word for it, never awaited
    then: schema,
    ...(index === names.length - 1 ? { otherwise: unmatched } : {}),
  }));
  return Joi.alternatives<Infer<C[keyof C]>>().conditional(`.${field}`, {
    switch: branches,
  }) as Joi.AlternativesSchema<Infer<C[keyof C]>>;
}

export interface TextOptions {
  /** In UTF-16 units, as JavaScript counts. */
  max: number;
  /** 1 by default: empty text is refused. */
  min?: number;
  pattern?: RegExp;
  /** What the pattern asks for, in words that follow "must be": `an https address`. */
  patternName?: string;
}

/** Text that Postgres can store: `parse` refuses NUL and lone surrogates in every string. */
export function text(options: TextOptions): Joi.StringSchema {
  return bounded(Joi.string(), options);
}

/** A name as people type it: white space around it is dropped before it is measured. */
export function name(options: TextOptions): Joi.StringSchema {
  return bounded(
    Joi.string().custom((value: string) => value.trim()),
    options,
  );
}

function bounded(schema: Joi.StringSchema, { min = 1, max, pattern, patternName }: TextOptions): Joi.StringSchema {
  let result = (min === 0 ? schema.allow('') : schema.min(min)).max(max);
  if (pattern) result = result.pattern(pattern, patternName ?? 'in the right form');
  return result;
}

const isoPattern = /^([12]\d{3}-\d{2}-\d{2})[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})$/;

/** A point in time with its zone; handed on as `2026-01-31T09:30:00.000Z`. */
export function isoTime(): Joi.StringSchema {
  return (
    Joi.string()
      .custom((value: string, helpers) => {
        const day = isoPattern.exec(value)?.[1];
        const midnight = new Date(`${day}T00:00:00Z`);
        const time = new Date(value);
        // The built-in parser reads 30 February as 1 March.
        const exists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, 10) === day;
        return exists && !Number.isNaN(time.getTime()) ? time.toISOString() : helpers.error('string.isoDate');
      })
      .isoDate()
      // In a query Joi would read the text itself first: without a zone as the server's time, and 30 February as 2 March.
      .prefs({ convert: false })
  );
}

export function integer(bounds: { min?: number; max?: number } = {}): Joi.NumberSchema {
  return decimal(bounds).integer();
}

export function decimal(bounds: { min?: number; max?: number } = {}): Joi.NumberSchema {
  let schema = Joi.number();
  if (bounds.min !== undefined) schema = schema.min(bounds.min);
  if (bounds.max !== undefined) schema = schema.max(bounds.max);
  return schema;
}

export function flag(): Joi.BooleanSchema {
  return Joi.boolean();
}

/** The query of every list: `limit` 1-200, 50 by default, and the `nextCursor` of the page before. */
export function pageFields(): {
  limit: Joi.NumberSchema & Present;
  cursor: Joi.StringSchema;
} {
  return { limit: withDefault(integer({ min: 1, max: 200 }), 50), cursor: text({ max: 500 }) };
}

const items = '{{#limit}} {if(#limit == 1, "item", "items")}';
const characters = '{{#limit}} {if(#limit == 1, "character", "characters")}';

const messages: Record<string, string> = {
  'any.required': 'is required',
  'any.only': 'must be {if(#valids.length == 1, "", "one of ")}{{#valids}}',
  'any.invalid': 'is not allowed',
  'any.unknown': 'is not allowed',
  'object.unknown': 'is not a known field',
  'object.base': 'must be an object',
  'object.min': 'must name at least {{#limit}} {if(#limit == 1, "field", "fields")}',
  'object.max': 'must name at most {{#limit}} {if(#limit == 1, "field", "fields")}',
  'object.rename.override': 'must not be given together with {{#to}}',
  'object.rename.multiple': 'must not be given together with another name of {{#to}}',
  'string.base': 'must be a string',
  'string.empty': 'must not be empty',
  'string.min': '{if(#limit == 1, "must not be empty", "must be at least " + #limit + " characters")}',
  'string.max': `must be at most ${characters}`,
  'string.length': `must be exactly ${characters}`,
  'string.pattern.base': 'is not in the right form',
  'string.pattern.name': 'must be {{#name}}',
  'string.isoDate': 'must be a time with its zone, such as 2026-01-31T09:30:00Z',
  'string.uri': 'must be a URL',
  'string.uriCustomScheme': 'must be a URL that begins with {{#scheme}}',
  'string.email': 'must be an e-mail address',
  'number.base': 'must be a number',
  'number.integer': 'must be a whole number',
  'number.min': 'must be at least {{#limit}}',
  'number.max': 'must be at most {{#limit}}',
  'number.unsafe': 'is too large',
  'number.infinity': 'is too large',
  'boolean.base': 'must be true or false',
  'array.base': 'must be a list',
  'array.min': `must have at least ${items}`,
  'array.max': `must have at most ${items}`,
  'array.length': `must have exactly ${items}`,
  'array.unique': 'appears twice in the list',
  'array.sparse': 'must not be left out of the list',
  'alternatives.types': 'must be one of: {{#types}}',
  'alternatives.match': 'does not have any of the allowed forms',
  'alternatives.any': 'does not have any of the allowed forms',
};

const maxErrors = 100;

const preparedSchemas = {
  strict: new WeakMap<Joi.AnySchema, Joi.AnySchema>(),
  lenient: new WeakMap<Joi.AnySchema, Joi.AnySchema>(),
};

/**
 * The schema with our preferences. Given to `validate` instead, Joi would merge them and compile the messages at each
 * check, which takes ten times longer than the check.
 */
function prepared(schema: Joi.AnySchema, convert: boolean): Joi.AnySchema {
  const known = convert ? preparedSchemas.lenient : preparedSchemas.strict;
  let result = known.get(schema);
  if (!result) {
    const errors = { label: false, wrap: { label: false, array: false } } as const;
    result = schema.prefs({ abortEarly: false, convert, errors, messages });
    known.set(schema, result);
  }
  return result;
}

/**
 * Checks what a caller sent and returns it typed. Reports all errors at once, unknown fields included, as a 422. Text
 * becomes a number or a flag in a query and in a path only: in a body `"5"` is not a number.
 */
export function parse<S extends Joi.AnySchema>(schema: S, value: unknown, at: 'body' | 'query' | 'params'): Infer<S> {
  const given = value === undefined ? {} : value;
  const hostile = guardInput(given, at);
  if (hostile.length > 0) throw invalid(hostile);
  const result = prepared(schema, at !== 'body').validate(given);
  if (result.error) throw invalid(fieldErrors(result.error.details, schema, given, at));
  return result.value as Infer<S>;
}

function fieldErrors(
  details: readonly Joi.ValidationErrorItem[],
  schema: Joi.AnySchema,
  given: unknown,
  at: string,
): FieldError[] {
  const used = usedAliases(schema.describe(), given);
  const seen = new Set<string>();
  return details.flatMap((detail) => {
    const renamedFrom: unknown = detail.type.startsWith('object.rename.') ? detail.context?.['from'] : undefined;
    const path = typeof renamedFrom === 'string' ? [...detail.path, renamedFrom] : detail.path;
    const [first, ...rest] = path;
    const asWritten = typeof first === 'string' ? [used.get(first) ?? first, ...rest] : path;
    const error = { field: fieldPath(asWritten) || at, message: detail.message };
    const identity = `${error.field}\n${error.message}`;
    if (seen.has(identity)) return [];
    seen.add(identity);
    return [error];
  });
}

/** What a handler found wrong with a checked body, with the names that the caller used for its fields. */
export function namedAsWritten(error: unknown, schema: Joi.AnySchema, given: unknown): unknown {
  if (!isAppError(error, 'request.invalid') || !error.errors) return error;
  const used = usedAliases(schema.describe(), given);
  const renamed = error.errors.map(({ field, message }) => ({
    field: field.replace(/^[^.[]+/, (first) => used.get(first) ?? first),
    message,
  }));
  return invalid(renamed);
}

/** Which other name the caller used for a field: field -> name. */
function usedAliases(description: Joi.Description, given: unknown): Map<string, string> {
  const used = new Map<string, string>();
  if (typeof given !== 'object' || given === null) return used;
  const visit = (node: Joi.Description): void => {
    for (const { from, to } of (node['renames'] ?? []) as { from: string; to: string }[]) {
      if (Object.hasOwn(given, from) && !Object.hasOwn(given, to)) used.set(to, from);
    }
    for (const match of (node['matches'] ?? []) as AlternativeDescription[]) {
      for (const branch of match.switch ?? []) if (branch.then) visit(branch.then);
      if (match.schema) visit(match.schema);
    }
  };
  visit(description);
  return used;
}

interface AlternativeDescription {
  schema?: Joi.Description;
  switch?: { then?: Joi.Description }[];
}

function invalid(errors: readonly FieldError[]): AppError {
  const [first] = errors;
  const sentence = first ? `${first.field} ${first.message}` : 'The request does not fit';
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : '';
  return new AppError('request.invalid', {
    status: 422,
    detail: `${sentence}${others}`,
    errors: errors.slice(0, maxErrors),
  });
}
