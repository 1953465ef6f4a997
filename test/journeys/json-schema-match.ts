/** The part of JSON Schema (draft 2020-12) that our document uses. */
export interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  properties?: Record<string, JsonSchema>;
  patternProperties?: Record<string, JsonSchema>;
  maxProperties?: number;
  required?: string[];
  additionalProperties?: boolean;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  anyOf?: JsonSchema[];
  description?: string;
  default?: unknown;
}

type Check = (schema: JsonSchema, value: unknown) => boolean;

const annotations = new Set(['description', 'default', 'examples', 'deprecated']);

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const types: Record<string, (value: unknown) => boolean> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
  array: (value) => Array.isArray(value),
  object: isObject,
};

const formats: Record<string, RegExp> = { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/ };

/** What the table does not hold, this test does not understand. */
function known<Value>(table: Record<string, Value>, name: string, kind: string): Value {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) throw new Error(`The ${kind} "${name}" is not known to this test`);
  return found;
}

/** A check of values of one kind; the keyword says nothing about others. */
function about<Value>(is: (value: unknown) => value is Value, check: (schema: JsonSchema, value: Value) => boolean) {
  return (schema: JsonSchema, value: unknown): boolean => !is(value) || check(schema, value);
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isText = (value: unknown): value is string => typeof value === 'string';
const isList = (value: unknown): value is unknown[] => Array.isArray(value);

const checks: Record<string, Check> = {
  type: ({ type = [] }, value) => [type].flat().some((each) => known(types, each, 'type')(value)),
  enum: ({ enum: values = [] }, value) => values.includes(value),
  const: ({ const: only }, value) => value === only,
  minimum: about(isNumber, ({ minimum = 0 }, value) => value >= minimum),
  maximum: about(isNumber, ({ maximum = 0 }, value) => value <= maximum),
  minLength: about(isText, ({ minLength = 0 }, value) => value.length >= minLength),
  maxLength: about(isText, ({ maxLength = 0 }, value) => value.length <= maxLength),
  pattern: about(isText, ({ pattern = '' }, value) => new RegExp(pattern, 'u').test(value)),
  format: about(isText, ({ format = '' }, value) => known(formats, format, 'format').test(value)),
  required: about(isObject, ({ required = [] }, value) => required.every((name) => Object.hasOwn(value, name))),
  properties: about(isObject, ({ properties = {} }, value) =>
    Object.entries(properties).every(([name, schema]) => !Object.hasOwn(value, name) || accepts(schema, value[name])),
  ),
  patternProperties: about(isObject, ({ patternProperties = {} }, value) =>
    Object.entries(patternProperties).every(([pattern, schema]) =>
      Object.entries(value).every(([name, member]) => !new RegExp(pattern, 'u').test(name) || accepts(schema, member)),
    ),
  ),
  additionalProperties: about(isObject, ({ additionalProperties, properties = {}, patternProperties = {} }, value) => {
    const patterns = Object.keys(patternProperties).map((pattern) => new RegExp(pattern, 'u'));
    const isDeclared = (name: string): boolean =>
      Object.hasOwn(properties, name) || patterns.some((pattern) => pattern.test(name));
    return additionalProperties !== false || Object.keys(value).every(isDeclared);
  }),
  maxProperties: about(isObject, ({ maxProperties = 0 }, value) => Object.keys(value).length <= maxProperties),
  items: about(isList, ({ items = {} }, value) => value.every((item) => accepts(items, item))),
  minItems: about(isList, ({ minItems = 0 }, value) => value.length >= minItems),
  maxItems: about(isList, ({ maxItems = 0 }, value) => value.length <= maxItems),
  uniqueItems: about(isList, ({ uniqueItems = false }, value) => {
    return !uniqueItems || new Set(value.map((item) => JSON.stringify(item))).size === value.length;
  }),
  anyOf: ({ anyOf = [] }, value) => anyOf.some((branch) => accepts(branch, value)),
};

/** Whether the value fits the schema; throws at a keyword that this test does not know. */
export function accepts(schema: JsonSchema, value: unknown): boolean {
  const keywords = Object.keys(schema).filter((keyword) => !annotations.has(keyword));
  return keywords.map((keyword) => known(checks, keyword, 'keyword')(schema, value)).every(Boolean);
}
