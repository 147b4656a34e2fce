import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { get, getList, getString, isObject, type Json } from '../src/base/json.ts';
import type { DefinitionFile, SchemaNode } from './schema-definitions.ts';

/** Keys of a CRD's schema that the editor makes use of; rules in CEL and combinations are the server's alone. */
const KEPT = new Set([
  'description',
  'type',
  'enum',
  'required',
  'default',
  'nullable',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-int-or-string',
  'x-kubernetes-embedded-resource',
]);
/** Texts shorter than this are not worth a name. */
const SHORTEST_SHARED = 60;

/** Kyverno's CRDs, one file a group; undefined where the recordings are absent. */
export function crdFiles(folder: string): readonly DefinitionFile[] | undefined {
  if (!existsSync(folder)) return undefined;
  const crds = readdirSync(folder)
    .sort()
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Json);
  const groups = [...new Set(crds.map((crd) => getString(crd, 'spec', 'group') ?? ''))].sort();
  return groups.map((group) =>
    groupFile(
      group,
      crds.filter((crd) => getString(crd, 'spec', 'group') === group),
    ),
  );
}

function groupFile(group: string, crds: readonly Json[]): DefinitionFile {
  const roots = crds.flatMap((crd) =>
    getList(crd, 'spec', 'versions')
      .filter((version) => get(version, 'served') === true)
      .map((version) => {
        const apiVersion = `${group}/${getString(version, 'name') ?? ''}`;
        const kind = getString(crd, 'spec', 'names', 'kind') ?? '';
        const schema = reduce(get(get(version, 'schema'), 'openAPIV3Schema') ?? {});
        return { key: `${apiVersion}/${kind}`, schema: ofKind(schema, apiVersion, kind, version) };
      }),
  );
  const pool = new Pool(group);
  for (const { schema } of roots) pool.count(schema);
  const definitions = new Map<string, SchemaNode>();
  const kinds = new Map<string, string>();
  for (const { key, schema } of roots) {
    definitions.set(key, pool.shorten(schema, true));
    kinds.set(key, key);
  }
  for (const [name, schema] of pool.definitions()) definitions.set(name, schema);
  return { name: group, imports: ['meta'], definitions, kinds };
}

function ofKind(schema: SchemaNode, apiVersion: string, kind: string, version: Json): SchemaNode {
  const properties = schema['properties'] as { readonly [key: string]: SchemaNode } | undefined;
  const warning = getString(version, 'deprecationWarning');
  return {
    ...schema,
    ...(get(version, 'deprecated') === true
      ? { deprecated: warning ?? `${apiVersion} ${kind} is deprecated.` }
      : {}),
    required: [...new Set(['apiVersion', 'kind', 'metadata', ...((schema['required'] ?? []) as string[])])],
    properties: {
      ...properties,
      apiVersion: { ...properties?.['apiVersion'], enum: [apiVersion] },
      kind: { ...properties?.['kind'], enum: [kind] },
      metadata: { $ref: 'meta/v1.ObjectMeta' },
    },
  };
}

function reduce(schema: Json): SchemaNode {
  const reduced: SchemaNode = {};
  if (!isObject(schema)) return reduced;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && isObject(value))
      reduced[key] = Object.fromEntries(
        Object.entries(value).map(([name, property]) => [name, reduce(property)]),
      );
    else if (key === 'items') reduced[key] = reduce(value);
    else if (key === 'additionalProperties') reduced[key] = isObject(value) ? reduce(value) : value;
    else if (key === 'description' && typeof value === 'string') reduced[key] = value.trim();
    else if (KEPT.has(key)) reduced[key] = value;
  }
  return reduced;
}

/** Names what occurs more than once. Names count up in the order of the first occurrence, so they do not change by chance. */
class Pool {
  readonly #prefix: string;
  readonly #counts = new Map<string, number>();
  readonly #names = new Map<string, string>();
  readonly #definitions = new Map<string, SchemaNode>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  count(schema: SchemaNode): void {
    const text = JSON.stringify(schema);
    const seen = this.#counts.get(text) ?? 0;
    this.#counts.set(text, seen + 1);
    if (seen > 0) return;
    for (const part of partsOf(schema)) this.count(part);
  }

  shorten(schema: SchemaNode, isRoot = false): SchemaNode {
    const text = JSON.stringify(schema);
    const isShared = !isRoot && text.length >= SHORTEST_SHARED && (this.#counts.get(text) ?? 0) > 1;
    if (!isShared) return this.#inner(schema);
    const known = this.#names.get(text);
    if (known !== undefined) return { $ref: known };
    const name = `${this.#prefix}.${this.#names.size}`;
    this.#names.set(text, name);
    this.#definitions.set(name, this.#inner(schema));
    return { $ref: name };
  }

  definitions(): ReadonlyMap<string, SchemaNode> {
    return this.#definitions;
  }

  #inner(schema: SchemaNode): SchemaNode {
    const short: SchemaNode = { ...schema };
    const properties = schema['properties'];
    if (isObject(properties))
      short['properties'] = Object.fromEntries(
        Object.entries(properties).map(([name, part]) => [name, this.shorten(part as SchemaNode)]),
      );
    for (const key of ['items', 'additionalProperties']) {
      const part = schema[key];
      if (isObject(part)) short[key] = this.shorten(part as SchemaNode);
    }
    return short;
  }
}

function partsOf(schema: SchemaNode): readonly SchemaNode[] {
  const { properties, items, additionalProperties } = schema;
  return [
    ...(isObject(properties) ? Object.values(properties) : []),
    ...(isObject(items) ? [items] : []),
    ...(isObject(additionalProperties) ? [additionalProperties] : []),
  ] as readonly SchemaNode[];
}
