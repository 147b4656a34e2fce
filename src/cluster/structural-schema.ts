import type { Json, JsonObject, PathSegment } from '../base/json.ts';
import { equal, get, getList, getObject, getString, isObject, setKey } from '../base/json.ts';
import type { Schema } from './schema-node.ts';
import type { FieldError } from './status.ts';
import { invalidValue, notSupported, required } from './status.ts';

export type { Schema };

/**
 * Structural schemas of CRDs (apiextensions, pkg/apiserver/schema): what prunes, defaults and validates custom resources.
 * Patterns, formats, combinations (`oneOf`, `not`) and CEL rules are not checked.
 */
export interface Schemas {
  /** The schema of `<plural>.<group>/<version>`, or undefined. */
  schemaOf(key: string): Schema | undefined;
}

/** Reads the schemas of a cluster base. */
export function readSchemas(json: Json | undefined): Schemas {
  const schemas = getObject(json, 'schemas');
  const shared = getList(json, 'shared');
  return {
    schemaOf: (key) => {
      const node = get(schemas, key);
      return node === undefined ? undefined : followNode(node, shared);
    },
  };
}

/** A schema as a CRD holds it. */
export const schemaOfNode = (node: JsonObject): Schema => ({ node, shared: [] });

/** What a node stands for: itself, or the shared node that it names. */
export function followNode(node: Json, shared: readonly Json[]): Schema | undefined {
  const index = get(node, '$');
  const found = typeof index === 'number' ? shared[index] : node;
  return isObject(found) ? { node: found, shared } : undefined;
}

/** The schema of a field, or of a map's values. */
export function child({ node, shared }: Schema, key: string): Schema | undefined {
  const property = get(get(node, 'properties'), key);
  if (property !== undefined) return followNode(property, shared);
  const additional = get(node, 'additionalProperties');
  return isObject(additional) ? followNode(additional, shared) : undefined;
}

/** The schema of a list's items. */
export const itemsOf = ({ node, shared }: Schema): Schema | undefined => {
  const items = get(node, 'items');
  return items === undefined ? undefined : followNode(items, shared);
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
    else pruneKey(result, key, value, schema, undefined, unknown);
  }
  return { value: result, unknown: unknown.sort() };
}

function pruneKey(
  target: Record<string, Json>,
  key: string,
  value: Json,
  schema: Schema,
  path: Path,
  unknown: string[],
): void {
  const own = child(schema, key);
  const keeps = get(schema.node, 'x-kubernetes-preserve-unknown-fields') === true;
  const open = get(schema.node, 'additionalProperties') === true;
  if (own !== undefined) setKey(target, key, pruneValue(value, own, { above: path, step: key }, unknown));
  else if (keeps || open) setKey(target, key, value);
  else unknown.push(formatPath({ above: path, step: key }));
}

/** The value itself if there is nothing to prune. */
function pruneValue(value: Json, schema: Schema, path: Path, unknown: string[]): Json {
  if (typeof value !== 'object' || value === null || isKnown(clean, schema, value)) return value;
  const before = unknown.length;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items === undefined) return value;
    const list = value.map((item: Json, i) => pruneValue(item, items, { above: path, step: i }, unknown));
    return unknown.length > before ? list : remember(clean, schema, value);
  }
  if (!isObject(value)) return value;
  const bare =
    get(schema.node, 'properties') === undefined && get(schema.node, 'additionalProperties') === undefined;
  const untyped =
    get(schema.node, 'type') === undefined || get(schema.node, 'x-kubernetes-int-or-string') === true;
  if (bare && untyped) return value;
  const result: Record<string, Json> = {};
  for (const key of Object.keys(value)) pruneKey(result, key, value[key] ?? null, schema, path, unknown);
  return unknown.length > before ? result : remember(clean, schema, value);
}

/** The value with the schema's defaults where fields are missing; the value itself if none is. */
export function withSchemaDefaults(value: Json, schema: Schema): Json {
  if (typeof value !== 'object' || value === null || isKnown(complete, schema, value)) return value;
  let whole = true;
  const filled = (item: Json, own: Schema): Json => {
    const result = withSchemaDefaults(item, own);
    whole &&= result === item;
    return result;
  };
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items === undefined) return value;
    const list = value.map((item: Json) => filled(item, items));
    return whole ? remember(complete, schema, value) : list;
  }
  if (!isObject(value)) return value;
  const result: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const own = child(schema, key);
    const field = value[key] ?? null;
    setKey(result, key, own === undefined ? field : filled(field, own));
  }
  for (const [key, own, fallback] of defaultsOf(schema)) {
    if (Object.hasOwn(value, key)) continue;
    whole = false;
    setKey(result, key, withSchemaDefaults(fallback, own));
  }
  return whole ? remember(complete, schema, value) : result;
}

const defaults = new WeakMap<JsonObject, readonly (readonly [string, Schema, Json])[]>();

/** The properties of a schema that have a default. */
function defaultsOf(schema: Schema): readonly (readonly [string, Schema, Json])[] {
  const known = defaults.get(schema.node);
  if (known !== undefined) return known;
  const found = Object.keys(getObject(schema.node, 'properties')).flatMap((key) => {
    const own = child(schema, key);
    const fallback = own === undefined ? undefined : get(own.node, 'default');
    return own === undefined || fallback === undefined ? [] : [[key, own, fallback] as const];
  });
  defaults.set(schema.node, found);
  return found;
}

/** Values that a level of a schema leaves as they are, by the level: an object is written many times with the same parts. */
type Known = WeakMap<JsonObject, WeakSet<JsonObject | readonly Json[]>>;
const clean: Known = new WeakMap();
const complete: Known = new WeakMap();
const valid: Known = new WeakMap();

const isKnown = (known: Known, { node }: Schema, value: JsonObject | readonly Json[]): boolean =>
  known.get(node)?.has(value) === true;

function remember<Value extends JsonObject | readonly Json[]>(
  known: Known,
  { node }: Schema,
  value: Value,
): Value {
  const values = known.get(node) ?? new WeakSet();
  known.set(node, values.add(value));
  return value;
}

/** What the schema has against a whole object. */
export function schemaErrors(object: JsonObject, schema: Schema): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { metadata: _, apiVersion: __, kind: ___, ...content } = object;
  check(content, schema, undefined, errors);
  return errors;
}

function check(value: Json, schema: Schema, path: Path, errors: FieldError[]): void {
  const { node } = schema;
  const composite = typeof value === 'object' && value !== null ? value : undefined;
  if (composite !== undefined && isKnown(valid, schema, composite)) return;
  const before = errors.length;
  const type = getString(node, 'type');
  const intOrString = get(node, 'x-kubernetes-int-or-string') === true;
  if (value === null && (get(node, 'nullable') === true || type === undefined)) return;
  if (type !== undefined && !intOrString && !isOfType(value, type)) {
    const found = typeName(value);
    const field = formatPath(path);
    errors.push(invalidValue(field, found, `${field} in body must be of type ${type}: "${found}"`));
    return;
  }
  const allowed = getList(node, 'enum');
  if (allowed.length > 0 && !allowed.some((item) => equal(item, value)))
    errors.push(notSupported(formatPath(path), value, allowed.map(String)));
  checkSize(value, node, path, errors);
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items !== undefined)
      for (const [i, item] of value.entries()) check(item, items, { above: path, step: i }, errors);
  } else if (isObject(value)) checkObject(value, schema, path, errors);
  if (composite !== undefined && errors.length === before) remember(valid, schema, composite);
}

/** Fields that every object has: the server looks at them before, and not by the schema. */
const OF_ALL: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

function checkObject(value: JsonObject, schema: Schema, path: Path, errors: FieldError[]): void {
  for (const key of getList(schema.node, 'required'))
    if (typeof key === 'string' && !Object.hasOwn(value, key) && !(path === undefined && OF_ALL.has(key)))
      errors.push(required(formatPath({ above: path, step: key })));
  for (const key of Object.keys(value)) {
    const own = child(schema, key);
    if (own !== undefined) check(value[key] ?? null, own, { above: path, step: key }, errors);
  }
}

function checkSize(value: Json, node: JsonObject, path: Path, errors: FieldError[]): void {
  const limit = (key: string): number | undefined => {
    const found = get(node, key);
    return typeof found === 'number' ? found : undefined;
  };
  const refuse = (shown: Json, text: string): void => {
    const field = formatPath(path);
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

/** Where a value is: its step, and the way there. */
type Path = { readonly above: Path; readonly step: PathSegment } | undefined;

function formatPath(path: Path): string {
  if (path === undefined) return '';
  const above = formatPath(path.above);
  if (typeof path.step === 'number') return `${above}[${path.step}]`;
  return above === '' ? path.step : `${above}.${path.step}`;
}
