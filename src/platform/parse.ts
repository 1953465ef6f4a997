import type Joi from 'joi';
import { AppError, type FieldError, isAppError } from './errors.ts';
import { fieldPath, guardInput } from './input-guard.ts';
import { described, type Infer } from './schema.ts';

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
 * becomes a number or a flag in a query, a path and a form only: in a JSON body `"5"` is not a number.
 */
export function parse<S extends Joi.AnySchema>(
  schema: S,
  value: unknown,
  at: 'body' | 'form' | 'query' | 'params',
): Infer<S> {
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
  const used = usedAliases(described(schema), given);
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
  const used = usedAliases(described(schema), given);
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
