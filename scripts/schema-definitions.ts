import type { Json } from '../src/base/json.ts';

/** A schema as `public/schemas` keeps it: the structural subset of JSON Schema; `$ref` is the name of a definition. */
export type SchemaNode = { [key: string]: Json | SchemaNode | readonly SchemaNode[] | undefined };

/** Definitions that are fetched together, by name. */
export interface DefinitionFile {
  /** File name without its ending, such as `apps-v1`. */
  readonly name: string;
  /** Files that the definitions refer to. */
  readonly imports: readonly string[];
  readonly definitions: ReadonlyMap<string, SchemaNode>;
  /** `apiVersion/kind` → the name of its definition. */
  readonly kinds: ReadonlyMap<string, string>;
}

/** All names that a schema refers to. */
export function refsOf(node: Json | SchemaNode | undefined): readonly string[] {
  if (Array.isArray(node)) return node.flatMap((item: Json) => refsOf(item));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : refsOf(value as Json),
  );
}

/** The names that can be reached from some, these included. */
export function reachable(
  definitions: ReadonlyMap<string, SchemaNode>,
  names: Iterable<string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...refsOf(definitions.get(name)));
  }
  return found;
}
