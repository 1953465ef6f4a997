import type { JsonSchema } from './json-schema-match.ts';

export interface Field {
  name: string;
  schema: JsonSchema;
}

/** A route as the OpenAPI document describes it. */
export interface DescribedRoute {
  /** `POST /api/accounts/{id}/pause` */
  label: string;
  method: string;
  path: string;
  access: 'anonymous' | 'account' | 'admin' | 'session';
  pathFields: Field[];
  queryFields: Field[];
  headerFields: Field[];
  body: JsonSchema | undefined;
  /** Besides JSON, with the same fields. */
  takesForms: boolean;
}

interface Parameter extends Field {
  in: string;
}

interface Operation {
  security?: unknown[];
  'x-access'?: 'admin' | 'session';
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}

export interface OpenApiDocument {
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components?: { parameters?: Record<string, Parameter> };
}

const methods = new Set(['get', 'post', 'put', 'patch', 'delete']);

function parameterOf(document: OpenApiDocument, given: Parameter | { $ref: string }): Parameter {
  if (!('$ref' in given)) return given;
  const found = document.components?.parameters?.[given.$ref.replace('#/components/parameters/', '')];
  if (!found) throw new Error(`The document has no ${given.$ref}`);
  return found;
}

function bodyOf({ requestBody }: Operation, label: string): JsonSchema | undefined {
  if (!requestBody) return undefined;
  const { 'application/json': json, ...others } = requestBody.content;
  const [other] = Object.keys(others).filter((type) => type !== 'multipart/form-data');
  if (other !== undefined) throw new Error(`${label} takes ${other}, which this test does not know`);
  if (!json) throw new Error(`${label} has a body without a schema`);
  return json.schema;
}

function describedRoute(document: OpenApiDocument, path: string, method: string, operation: Operation): DescribedRoute {
  const label = `${method.toUpperCase()} ${path}`;
  if (!methods.has(method)) throw new Error(`${label} has a method that this test does not know`);
  const parameters = (operation.parameters ?? []).map((each) => parameterOf(document, each));
  const fieldsIn = (place: string): Field[] => parameters.filter((parameter) => parameter.in === place);
  const unplaced = parameters.find((parameter) => !['path', 'query', 'header'].includes(parameter.in));
  if (unplaced) throw new Error(`${label} has its field "${unplaced.name}" in a place that this test does not know`);
  const described = new Set(fieldsIn('path').map(({ name }) => name));
  const undescribed = Array.from(path.matchAll(/\{(\w+)\}/g), (match) => match[1] ?? '').find(
    (name) => !described.has(name),
  );
  if (undescribed !== undefined) throw new Error(`${label} does not describe "${undescribed}"`);
  const keyed = operation.security?.length === 0 ? 'anonymous' : 'account';
  return {
    label,
    method: method.toUpperCase(),
    path,
    access: operation['x-access'] ?? keyed,
    pathFields: fieldsIn('path'),
    queryFields: fieldsIn('query'),
    headerFields: fieldsIn('header'),
    body: bodyOf(operation, label),
    takesForms: operation.requestBody?.content['multipart/form-data'] !== undefined,
  };
}

/** Every route of the document; throws at what this test does not know, so that nothing is left out in silence. */
export function describedRoutes(document: OpenApiDocument): DescribedRoute[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => describedRoute(document, path, method, operation)),
  );
}
