import type { Json, JsonObject, PathSegment } from '../base/json.ts';
import { equal, get, getList, getObject, getString, isObject, setKey } from '../base/json.ts';
import type { FieldError } from './status.ts';
import { invalidValue, notSupported, required } from './status.ts';

/**
 * Structural schemas of CRDs (apiextensions, pkg/apiserver/schema): what prunes, defaults and validates custom resources.
 * Patterns, formats, combinations (`oneOf`, `not`) and CEL rules are not checked.
 */
export interface Schemas {
  /** The schema of `<plural>.<group>/<version>`, or undefined. */
  schemaOf(key: string): Schema | undefined;
}

/** One level of a schema; parts are looked up when they are needed. */
export interface Schema {
  readonly node: JsonObject;
  /** Parts that several schemas share: `{"$": n}` is the n-th. */
  readonly shared: readonly Json[];
}

/** Reads the schemas of a cluster base. */
export function readSchemas(json: Json | undefined): Schemas {
  const schemas = getObject(json, 'schemas');
  const shared = getList(json, 'shared');
  return {
    schemaOf: (key) => {
      const node = get(schemas, key);
      return node === undefined ? undefined : resolve(node, shared);
    },
  };
}

/** A schema as a CRD holds it. */
export const schemaOfNode = (node: JsonObject): Schema => ({ node, shared: [] });

function resolve(node: Json, shared: readonly Json[]): Schema | undefined {
  const index = get(node, '$');
  const found = typeof index === 'number' ? shared[index] : node;
  return isObject(found) ? { node: found, shared } : undefined;
}

function child({ node, shared }: Schema, key: string): Schema | undefined {
  const property = get(get(node, 'properties'), key);
  if (property !== undefined) return resolve(property, shared);
  const additional = get(node, 'additionalProperties');
  return isObject(additional) ? resolve(additional, shared) : undefined;
}

const itemsOf = ({ node, shared }: Schema): Schema | undefined => {
  const items = get(node, 'items');
  return items === undefined ? undefined : resolve(items, shared);
};

/** A custom resource without the fields that its schema does not know, and their paths. */
export interface Pruned {
  readonly value: JsonObject;
  /** Such as `spec.rules[0].validate.patern`. */
  readonly unknown: readonly string[];
}

/** Prunes a whole object; `apiVersion`, `kind` and `metadata` are the server's own. */
export function prune(object: JsonObject, schema: Schema): Pruned {
  const unknown: string[] = [];
  const result: Record<string, Json> = {};
  for (const key of Object.keys(object)) {
    const value = object[key] ?? null;
    if (key === 'apiVersion' || key === 'kind' || key === 'metadata') setKey(result, key, value);
    else pruneKey(result, key, value, schema, [], unknown);
  }
  return { value: result, unknown: unknown.sort() };
}

function pruneKey(
  target: Record<string, Json>,
  key: string,
  value: Json,
  schema: Schema,
  path: readonly PathSegment[],
  unknown: string[],
): void {
  const own = child(schema, key);
  const keeps = get(schema.node, 'x-kubernetes-preserve-unknown-fields') === true;
  const open = get(schema.node, 'additionalProperties') === true;
  if (own !== undefined) setKey(target, key, pruneValue(value, own, [...path, key], unknown));
  else if (keeps || open) setKey(target, key, value);
  else unknown.push(formatPath([...path, key]));
}

function pruneValue(value: Json, schema: Schema, path: readonly PathSegment[], unknown: string[]): Json {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return items === undefined
      ? value
      : value.map((item: Json, i) => pruneValue(item, items, [...path, i], unknown));
  }
  if (!isObject(value)) return value;
  const bare =
    get(schema.node, 'properties') === undefined && get(schema.node, 'additionalProperties') === undefined;
  const untyped =
    get(schema.node, 'type') === undefined || get(schema.node, 'x-kubernetes-int-or-string') === true;
  if (bare && untyped) return value;
  const result: Record<string, Json> = {};
  for (const key of Object.keys(value)) pruneKey(result, key, value[key] ?? null, schema, path, unknown);
  return result;
}

/** The value with the schema's defaults where fields are missing. */
export function withSchemaDefaults(value: Json, schema: Schema): Json {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return items === undefined ? value : value.map((item: Json) => withSchemaDefaults(item, items));
  }
  if (!isObject(value)) return value;
  const result: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const own = child(schema, key);
    const field = value[key] ?? null;
    setKey(result, key, own === undefined ? field : withSchemaDefaults(field, own));
  }
  const properties = getObject(schema.node, 'properties');
  for (const key of Object.keys(properties)) {
    if (Object.hasOwn(value, key)) continue;
    const own = child(schema, key);
    const fallback = own === undefined ? undefined : get(own.node, 'default');
    if (own !== undefined && fallback !== undefined) setKey(result, key, withSchemaDefaults(fallback, own));
  }
  return result;
}

/** What the schema has against a whole object. */
export function schemaErrors(object: JsonObject, schema: Schema): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { metadata: _, apiVersion: __, kind: ___, ...content } = object;
  check(content, schema, [], errors);
  return errors;
}

function check(value: Json, schema: Schema, path: readonly PathSegment[], errors: FieldError[]): void {
  const { node } = schema;
  const field = formatPath(path);
  const type = getString(node, 'type');
  const intOrString = get(node, 'x-kubernetes-int-or-string') === true;
  if (value === null && (get(node, 'nullable') === true || type === undefined)) return;
  if (type !== undefined && !intOrString && !isOfType(value, type)) {
    const found = typeName(value);
    errors.push(invalidValue(field, found, `${field} in body must be of type ${type}: "${found}"`));
    return;
  }
  const allowed = getList(node, 'enum');
  if (allowed.length > 0 && !allowed.some((item) => equal(item, value)))
    errors.push(notSupported(field, value, allowed.map(String)));
  checkSize(value, node, field, errors);
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items !== undefined)
      for (const [i, item] of value.entries()) check(item, items, [...path, i], errors);
  } else if (isObject(value)) checkObject(value, schema, path, errors);
}

function checkObject(
  value: JsonObject,
  schema: Schema,
  path: readonly PathSegment[],
  errors: FieldError[],
): void {
  for (const key of getList(schema.node, 'required'))
    if (typeof key === 'string' && !Object.hasOwn(value, key) && !(path.length === 0 && key === 'metadata'))
      errors.push(required(formatPath([...path, key])));
  for (const key of Object.keys(value)) {
    const own = child(schema, key);
    if (own !== undefined) check(value[key] ?? null, own, [...path, key], errors);
  }
}

function checkSize(value: Json, node: JsonObject, field: string, errors: FieldError[]): void {
  const limit = (key: string): number | undefined => {
    const found = get(node, key);
    return typeof found === 'number' ? found : undefined;
  };
  const refuse = (shown: Json, text: string): void => {
    errors.push(invalidValue(field, shown, `${field} in body ${text}`));
  };
  if (typeof value === 'string') {
    const length = [...value].length;
    const [least, most] = [limit('minLength'), limit('maxLength')];
    if (least !== undefined && length < least) refuse(value, `should be at least ${least} chars long`);
    if (most !== undefined && length > most) refuse(value, `should be at most ${most} chars long`);
  } else if (typeof value === 'number') {
    const [least, most] = [limit('minimum'), limit('maximum')];
    if (least !== undefined && value < least) refuse(value, `should be greater than or equal to ${least}`);
    if (most !== undefined && value > most) refuse(value, `should be less than or equal to ${most}`);
  } else if (Array.isArray(value)) {
    const [least, most] = [limit('minItems'), limit('maxItems')];
    if (least !== undefined && value.length < least)
      refuse(value.length, `should have at least ${least} items`);
    if (most !== undefined && value.length > most) refuse(value.length, `should have at most ${most} items`);
  }
}

function isOfType(value: Json, type: string): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const formatPath = (path: readonly PathSegment[]): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
