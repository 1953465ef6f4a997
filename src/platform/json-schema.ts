import type Joi from 'joi';

export type JsonSchema = Record<string, unknown>;

const lostFlags = new Set(['result', 'strip', 'empty', 'cast', 'failover']);
const lostTerms = ['dependencies', 'whens', 'ordered', 'externals', 'alterations', 'link', 'shared'];
/** Formats of JSON Schema; Joi also emits its own, such as `hex` and `base64`. */
const standardFormats = new Set(['date-time', 'date', 'duration', 'email', 'uri', 'uuid', 'ipv4', 'ipv6', 'hostname']);

interface Rule {
  name: string;
  args?: { regex?: string; options?: { invert?: boolean } };
}
interface Branch {
  schema?: Joi.Description;
  ref?: unknown;
  switch?: { then?: Joi.Description; otherwise?: Joi.Description }[];
  then?: Joi.Description;
  otherwise?: Joi.Description;
}

function branchesOf(node: Joi.Description): Joi.Description[] {
  return ((node['matches'] ?? []) as Branch[]).flatMap((match) => [
    ...(match.schema ? [match.schema] : []),
    ...(match.then ? [match.then] : []),
    ...(match.otherwise ? [match.otherwise] : []),
    ...(match.switch ?? []).flatMap((each) => [
      ...(each.then ? [each.then] : []),
      ...(each.otherwise ? [each.otherwise] : []),
    ]),
  ]);
}

function childrenOf(node: Joi.Description): [string, Joi.Description][] {
  return [
    ...Object.entries((node['keys'] ?? {}) as Record<string, Joi.Description>),
    ...((node['items'] ?? []) as Joi.Description[]).map((item): [string, Joi.Description] => ['[]', item]),
    ...((node['patterns'] ?? []) as { rule: Joi.Description }[]).map(({ rule }): [string, Joi.Description] => [
      '*',
      rule,
    ]),
    ...branchesOf(node).map((branch): [string, Joi.Description] => ['|', branch]),
  ];
}

function lostHere(node: Joi.Description): string[] {
  const flags = (node.flags ?? {}) as Record<string, unknown>;
  const allowed = (node['allow'] ?? []) as unknown[];
  const rules = (node['rules'] ?? []) as Rule[];
  const items = (node['items'] ?? []) as Joi.Description[];
  const flagOf = (item: Joi.Description): unknown => (item.flags as Record<string, unknown> | undefined)?.['presence'];
  return [
    ...lostTerms.filter((term) => node[term] !== undefined),
    ...Object.keys(flags).filter((flag) => lostFlags.has(flag)),
    ...(node.type === 'link' || node.type === 'date' || node.type === 'binary' ? [`type ${node.type}`] : []),
    ...(flags['presence'] === 'forbidden' ? ['forbidden'] : []),
    ...(flags['only'] === true && allowed.length > 1 && allowed.includes(null) ? ['null among fixed values'] : []),
    ...(node['invalid'] === undefined ? [] : ['invalid']),
    ...(items.some((item) => flagOf(item) !== undefined) ? ['required or forbidden items'] : []),
    ...(items.length > 1 ? ['several kinds of items'] : []),
    ...rules.flatMap((rule) => lostInRule(rule)),
  ];
}

function lostInRule({ name, args }: Rule): string[] {
  if (name === 'pattern') {
    const flags = /\/([a-z]*)$/.exec(args?.regex ?? '')?.[1] ?? '';
    return [
      ...(flags === '' ? [] : [`pattern flags ${flags}`]),
      ...(args?.options?.invert ? ['inverted pattern'] : []),
    ];
  }
  return ['has', 'hex', 'base64', 'dataUri', 'creditCard', 'assert'].includes(name) ? [name] : [];
}

/** Throws when a schema uses what its conversion to JSON Schema would lose or turn into something wrong. */
function refuseUnsupported(node: Joi.Description, path = ''): void {
  const [lost] = lostHere(node);
  if (lost) throw new Error(`Schema ${path || '(top)'} uses what JSON Schema loses: ${lost}`);
  for (const [key, child] of childrenOf(node)) refuseUnsupported(child, path ? `${path}.${key}` : key);
}

function addAnnotations(output: JsonSchema, node: Joi.Description): void {
  const metas = (node.metas ?? []) as Record<string, unknown>[];
  const examples = node['examples'] as unknown[] | undefined;
  const format = output['format'];
  if (examples) output['examples'] = examples;
  if (metas.some((meta) => meta['deprecated'] === true)) output['deprecated'] = true;
  if (typeof format === 'string' && !standardFormats.has(format)) delete output['format'];
  const properties = output['properties'] as Record<string, JsonSchema> | undefined;
  for (const [key, child] of Object.entries((node['keys'] ?? {}) as Record<string, Joi.Description>)) {
    const property = properties?.[key];
    if (property) addAnnotations(property, child);
  }
  for (const { from, to } of (node['renames'] ?? []) as { from: string; to: string }[]) {
    const property = properties?.[to];
    if (property)
      property['description'] = [property['description'], `Also accepted as \`${from}\`.`].filter(Boolean).join(' ');
  }
  const [item] = (node['items'] ?? []) as Joi.Description[];
  if (item && typeof output['items'] === 'object') addAnnotations(output['items'] as JsonSchema, item);
  const alternatives = output['anyOf'] as JsonSchema[] | undefined;
  if (!alternatives) return;
  const branches = branchesOf(node);
  branches.forEach((branch, index) => {
    const alternative = alternatives[index];
    if (alternative) addAnnotations(alternative, branch);
  });
  output['anyOf'] = alternatives.filter((_, index) => !isFallback(branches[index]));
}

/** The branch of `variants` that only words the error for an unknown case: it accepts nothing that the others do not. */
function isFallback(node: Joi.Description | undefined): boolean {
  return ((node?.metas ?? []) as Record<string, unknown>[]).some((meta) => meta['fallback'] === true);
}

/**
 * The JSON Schema (draft 2020-12) of what a Joi schema accepts, with the annotations that Joi's own conversion drops.
 * Throws when it would accept something else.
 */
export function jsonSchemaOf(schema: Joi.AnySchema): JsonSchema {
  const description = schema.describe();
  refuseUnsupported(description);
  const output = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
  addAnnotations(output, description);
  return output;
}
