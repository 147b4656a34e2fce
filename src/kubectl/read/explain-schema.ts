import { get, getString, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { followNode, type Schema } from '../../cluster/structural-schema.ts';

/** A schema as `kubectl explain` reads it: a node, and what the nodes below it refer to. */
export interface ExplainedSchema {
  readonly node: JsonObject;
  /** Name of the type that a reference gave, such as `PodSpec`. */
  readonly type?: string;
  /** What the type that a reference gave says of itself. */
  readonly about?: string;
  readonly follow: (node: Json) => Followed | undefined;
}

type Followed = Omit<ExplainedSchema, 'follow'>;

/** Schemas with descriptions, beside those that the server checks by: `$ref` names a definition. */
export interface SchemaDocuments {
  find(apiVersion: string, kind: string): JsonObject | undefined;
  definition(name: string): JsonObject | undefined;
}

/** The schema of a custom resource that the server holds. */
export const explainedByServer = ({ node, shared }: Schema): ExplainedSchema => ({
  node,
  follow: (inner) => {
    const found = followNode(inner, shared);
    return found && { node: found.node };
  },
});

/** The documented schema of a kind; undefined if there is none. */
export function explainedByDocuments(
  documents: SchemaDocuments,
  apiVersion: string,
  kind: string,
): ExplainedSchema | undefined {
  const node = documents.find(apiVersion, kind);
  return node === undefined ? undefined : { node, follow: (inner) => followReference(documents, inner) };
}

/** References end somewhere: a definition that is a reference itself is followed once. */
function followReference(documents: SchemaDocuments, node: Json): Followed | undefined {
  if (!isObject(node)) return undefined;
  const name = getString(node, '$ref');
  if (name === undefined) return { node };
  const found = documents.definition(name);
  if (found === undefined) return undefined;
  const about = getString(found, 'description');
  const description = getString(node, 'description') ?? about;
  const type = typeNameOf(name, found);
  return {
    node: { ...found, ...(description === undefined ? {} : { description }) },
    ...(type === undefined ? {} : { type }),
    ...(about === undefined ? {} : { about }),
  };
}

/** `core/v1.PodSpec` is `PodSpec`; a definition that stands for a text or a number has that type, a numbered one no name. */
function typeNameOf(name: string, definition: JsonObject): string | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const type = get(definition, 'type');
  return /^\d+$/.test(last) || (type !== undefined && type !== 'object') ? undefined : last;
}

/** The schema of a field, or of a map's values. */
export function fieldOf(schema: ExplainedSchema, name: string): ExplainedSchema | undefined {
  const property = get(get(schema.node, 'properties'), name);
  return property === undefined ? undefined : below(schema, property);
}

/** The schema of a list's items. */
export function itemOf(schema: ExplainedSchema): ExplainedSchema | undefined {
  const items = get(schema.node, 'items');
  return items === undefined ? undefined : below(schema, items);
}

/** The schema of a map's values. */
export function valuesOf(schema: ExplainedSchema): ExplainedSchema | undefined {
  const values = get(schema.node, 'additionalProperties');
  return isObject(values) ? below(schema, values) : undefined;
}

/** A list's items, a map's values: what has the fields. */
export function elementOf(schema: ExplainedSchema): ExplainedSchema {
  const inner = itemOf(schema) ?? valuesOf(schema);
  return inner === undefined ? schema : elementOf(inner);
}

/** What is told of a schema: its own description, and below it that of the type it has or its elements have. */
export function descriptionOf(schema: ExplainedSchema): string | undefined {
  const own = getString(schema.node, 'description');
  const { about } = elementOf(schema);
  return own === undefined || about === undefined || about === own ? (own ?? about) : `${own}\n${about}`;
}

/** Names of the fields, sorted as kubectl prints them. */
export function fieldNames({ node }: ExplainedSchema): readonly string[] {
  const properties = get(node, 'properties');
  return isObject(properties) ? Object.keys(properties).sort() : [];
}

/** `string`, `[]Container`, `map[string]Quantity`, `Object`. */
export function typeText(schema: ExplainedSchema): string {
  const items = itemOf(schema);
  if (items !== undefined) return `[]${typeText(items)}`;
  const values = valuesOf(schema);
  if (values !== undefined) return `map[string]${typeText(values)}`;
  if (schema.type !== undefined) return schema.type;
  if (get(schema.node, 'x-kubernetes-int-or-string') === true) return 'IntOrString';
  const type = get(schema.node, 'type');
  return type === 'object' || typeof type !== 'string' ? 'Object' : type;
}

function below(schema: ExplainedSchema, node: Json): ExplainedSchema | undefined {
  const found = schema.follow(node);
  return found && { ...found, follow: schema.follow };
}
