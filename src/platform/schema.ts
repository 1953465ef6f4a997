import Joi from 'joi';

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

const descriptions = new WeakMap<Joi.AnySchema, Joi.Description>();

/** Joi's description, made once: that takes longer than to check with the schema, and many routes share theirs. */
export function described(schema: Joi.AnySchema): Joi.Description {
  const description = descriptions.get(schema) ?? schema.describe();
  descriptions.set(schema, description);
  return description;
}

/** The names of the fields that an object has of its own, sorted; none without a schema. */
export function declaredFields(schema: Joi.AnySchema | undefined): string[] {
  return schema ? Object.keys((described(schema)['keys'] ?? {}) as object).sort() : [];
}

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
  const plain = schema.type !== 'alternatives' && schema.type !== 'any';
  return plain ? schema.allow(null) : Joi.alternatives<Infer<S>, null>(schema, Joi.valid(null));
}

/** The same fields, each of which must be there. */
export function eachRequired<F extends Fields>(fields: F): { [K in keyof F]: F[K] & Present } {
  const entries = Object.entries(fields).map(([key, schema]) => [key, required(schema)]);
  return Object.fromEntries(entries) as { [K in keyof F]: F[K] & Present };
}

/** The same fields, each of which may be null. */
export function eachNullable<F extends Fields>(fields: F): { [K in keyof F]: Joi.AnySchema<Infer<F[K]> | null> } {
  const entries = Object.entries(fields).map(([key, schema]) => [key, nullable(schema)]);
  return Object.fromEntries(entries) as { [K in keyof F]: Joi.AnySchema<Infer<F[K]> | null> };
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
