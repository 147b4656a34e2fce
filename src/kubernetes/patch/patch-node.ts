import { get, isObject, type Json, type JsonObject, setKey } from '../../base/json.ts';

/**
 * A document under construction, as kustomize's kyaml holds it: its nodes are changed in place, and which node is which
 * matters. Lives inside one call only.
 */
export type PatchNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  fields: { key: string; value: PatchNode }[];
}

export interface ListNode {
  readonly kind: 'list';
  items: PatchNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  value: null | boolean | number | string;
}

export function toNode(value: Json): PatchNode {
  if (Array.isArray(value)) return { kind: 'list', items: (value as readonly Json[]).map(toNode) };
  if (isObject(value)) return toMapNode(value);
  return { kind: 'scalar', value: value as ScalarNode['value'] };
}

export const toMapNode = (value: JsonObject): MapNode => ({
  kind: 'map',
  fields: Object.keys(value).map((key) => ({ key, value: toNode(get(value, key) ?? null) })),
});

export function toJson(node: PatchNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  const result: Record<string, Json> = {};
  for (const { key, value } of node.fields) setKey(result, key, toJson(value));
  return result;
}

/** A copy that shares no node. */
export const copyNode = <T extends PatchNode>(node: T): T => toNode(toJson(node)) as T;

/** The value of a field; undefined if the node is no map or has none of that name. */
export function fieldOf(node: PatchNode | undefined, key: string): PatchNode | undefined {
  if (node?.kind !== 'map') return undefined;
  for (const field of node.fields) if (field.key === key) return field.value;
  return undefined;
}

export function clearField(node: MapNode, key: string): void {
  const at = node.fields.findIndex((field) => field.key === key);
  if (at >= 0) node.fields.splice(at, 1);
}

export const isNull = (node: PatchNode | undefined): boolean =>
  node === undefined || (node.kind === 'scalar' && node.value === null);

export const isEmptyMap = (node: PatchNode | undefined): boolean =>
  isNull(node) || (node?.kind === 'map' && node.fields.length === 0);

/** Text of a scalar as YAML writes it; empty for everything else, as kyaml compares it. */
export const scalarText = (node: PatchNode | undefined): string =>
  node?.kind === 'scalar' ? String(node.value) : '';

/**
 * Sets a field, or removes it with null. A scalar takes over the style of the one that it replaces: what stood as a quoted
 * text stays a text (ConfigMap `a: 5` becomes `"5"`).
 */
export function setField(node: MapNode, key: string, value: PatchNode | undefined): void {
  if (value === undefined || isNull(value)) {
    clearField(node, key);
    return;
  }
  const field = node.fields.find((one) => one.key === key);
  if (field === undefined) {
    node.fields.push({ key, value });
    return;
  }
  const old = field.value;
  const wasText = old.kind === 'scalar' && typeof old.value === 'string';
  field.value =
    wasText && value.kind === 'scalar' && typeof value.value !== 'string'
      ? { kind: 'scalar', value: scalarText(value) }
      : value;
}
