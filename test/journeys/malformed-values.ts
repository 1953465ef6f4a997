import { accepts, type JsonSchema } from './json-schema-match.ts';

export interface MalformedValue {
  what: string;
  /** As it stands in a body: JSON cannot say everything that `JSON.stringify` can be given, such as 1e999. */
  json: string;
  /** What a reader of JSON makes of it. */
  value: unknown;
  /** False for text that no column can hold, whatever the schema says about its form. */
  storable?: false;
}

export interface MalformedText {
  what: string;
  /** As it stands in a URL. */
  encoded: string;
  /** It never reaches the field's check: the URL itself is refused. */
  breaksUrl?: boolean;
}

/** As much as every route reads, so that it comes to the field's own check. */
const longText = 'x'.repeat(90_000);

const wrongTypes: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['text', 'text'],
  ['empty text', ''],
  ['90 kB of text', longText],
  ['a number', 7],
  ['a negative number', -1],
  ['a fraction', 0.5],
  ['a number as text', '7'],
  ['true', true],
  ['false', false],
  ['an empty list', []],
  ['a list of texts', ['text']],
  ['a list of null', [null]],
  ['an empty object', {}],
  ['an object with an unknown field', { unknownField: 1 }],
];

interface Candidate {
  what: string;
  json: string;
  value: unknown;
}

function candidate([what, value]: readonly [string, unknown]): Candidate {
  return { what, json: JSON.stringify(value), value };
}

function candidateIn([what, json]: readonly [string, string]): Candidate {
  return { what, json, value: JSON.parse(json) };
}

/** Each is tried on every field, so it is written and read once. */
const wrongCandidates = wrongTypes.map(candidate);

const oddNumbers = (
  [
    ['a number beyond all floats', '1e999'],
    ['the largest float', '1.7976931348623157e308'],
    ['a number beyond exact integers', '9007199254740993'],
    ['the smallest float', '-1.7976931348623157e308'],
  ] as const
).map(candidateIn);

const unstorable: readonly MalformedValue[] = (
  [
    ['text with NUL', String.raw`"a\u0000b"`],
    ['text with half a character', String.raw`"a\ud83db"`],
    ['text with the other half', String.raw`"\ude00"`],
  ] as const
).map((each) => ({ ...candidateIn(each), storable: false }));

const branchesOf = (schema: JsonSchema): JsonSchema[] => [schema, ...(schema.anyOf ?? []).flatMap(branchesOf)];

/** Just outside of each bound that the schema sets. */
function outOfBounds(schema: JsonSchema): (readonly [string, unknown])[] {
  return branchesOf(schema).flatMap(
    ({ minimum, maximum, minLength, maxLength, minItems, maxItems, items, uniqueItems, format }) => {
      const listOf = (length: number) => validItems({ items: items ?? {}, uniqueItems: uniqueItems ?? false }, length);
      const found: [string, unknown][] = [];
      if (minimum !== undefined) found.push(['a number below the least', minimum - 1]);
      if (maximum !== undefined) found.push(['a number above the most', maximum + 1]);
      if (minLength !== undefined && minLength > 1) found.push(['text that is too short', 'x'.repeat(minLength - 1)]);
      if (maxLength !== undefined) found.push(['text that is too long', 'x'.repeat(maxLength + 1)]);
      if (minItems !== undefined && minItems > 0) found.push(['a list that is too short', listOf(minItems - 1)]);
      if (maxItems !== undefined) found.push(['a list that is too long', listOf(maxItems + 1)]);
      if (uniqueItems) found.push(['a list with the same twice', Array(2).fill(validValue(items ?? {}))]);
      if (format === 'date-time')
        found.push(['a day without time', '2026-01-31'], ['a time without zone', '2026-01-31T10']);
      return found;
    },
  );
}

/** What the field's schema does not accept, as values of a body. */
export function malformedValues(schema: JsonSchema): MalformedValue[] {
  const candidates = [...wrongCandidates, ...outOfBounds(schema).map(candidate), ...oddNumbers];
  return [...candidates.filter(({ value }) => !accepts(schema, value)), ...unstorable];
}

function asText({ what, json, value }: Candidate): { what: string; text: string; encoded: string } {
  const text = typeof value === 'string' ? value : json;
  return { what, text, encoded: encodeURIComponent(text) };
}

const wrongTexts = wrongCandidates.map(asText);

/** Text in a URL may mean a number or a flag. */
function readings(text: string): unknown[] {
  const number = text.trim() === '' ? [] : [Number(text)];
  return [text, ...number, ...(text === 'true' || text === 'false' ? [text === 'true'] : [])];
}

/** What the field's schema does not accept, as text of a path or a query. */
export function malformedTexts(schema: JsonSchema): MalformedText[] {
  const refused = [...wrongTexts, ...outOfBounds(schema).map(candidate).map(asText)]
    .filter(({ text }) => !readings(text).some((reading) => accepts(schema, reading)))
    .map(({ what, text, encoded }) => ({ what, encoded, breaksUrl: text.length >= longText.length }));
  return [
    ...refused,
    { what: 'text with NUL', encoded: 'a%00b' },
    { what: 'half a character', encoded: '%ED%A0%BD', breaksUrl: true },
    { what: 'a lone %', encoded: 'a%', breaksUrl: true },
    { what: '% before other letters', encoded: '%zz', breaksUrl: true },
    { what: 'bytes that are no UTF-8', encoded: '%FF%FE', breaksUrl: true },
  ];
}

/** The smallest value that the schema accepts; `examples` are texts that mean something to the server. */
export function validValue(schema: JsonSchema, name = '', examples: Readonly<Record<string, string>> = {}): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf?.[0]) return validValue(schema.anyOf[0], name, examples);
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((key) => [key, validValue(schema.properties?.[key] ?? {}, key, examples)]),
      );
    case 'array':
      return validItems(schema, schema.minItems ?? 0, name, examples);
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string':
    case undefined:
    default:
      return validText(schema, name, examples);
  }
}

function validItems(
  { items = {}, uniqueItems = false }: JsonSchema,
  length: number,
  name = '',
  examples: Readonly<Record<string, string>> = {},
): unknown[] {
  return Array.from({ length }, (_, index) => {
    const value = validValue(items, name, examples);
    return uniqueItems && typeof value === 'string' ? `${value}${index}` : value;
  });
}

function validText(schema: JsonSchema, name: string, examples: Readonly<Record<string, string>>): string {
  const named = examples[name] === undefined ? [] : [examples[name]];
  const others = schema.pattern === undefined ? [] : Object.values(examples);
  const fillers = ['x'.repeat(Math.max(1, schema.minLength ?? 1)), '2026-01-31T09:30:00Z'];
  const fitting = [...named, ...others, ...fillers].find((text) => accepts(schema, text));
  if (fitting === undefined) throw new Error(`This test knows no text that fits the field "${name}"`);
  return fitting;
}
