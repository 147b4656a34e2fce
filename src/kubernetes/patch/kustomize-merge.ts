import type { PatchResult } from './json-patch.ts';
import {
  clearField,
  fieldOf,
  isEmptyMap,
  isNull,
  type ListNode,
  type MapNode,
  type PatchNode,
  scalarText,
  setField,
  toJson,
} from './patch-node.ts';
import { type FieldPatch, fieldPatch } from './strategic-schema.ts';

/** Why a patch cannot be merged; thrown inside this file only. */
class MergeError extends Error {}

type Sources = readonly [dest: PatchNode | undefined, patch: PatchNode | undefined];

/** How the value is patched: the type of its fields, and for lists their merge keys. */
interface Schema {
  readonly type: string | undefined;
  readonly field: FieldPatch | undefined;
}

/**
 * Merges a patch into a document as Kyverno's `patchStrategicMerge` does (kustomize, kyaml merge2 with elements put in
 * front): not the API server's strategic merge. New elements come first, elements that the patch touches move to the front,
 * `$setElementOrder` is a field like any other. Both nodes are used up. `type` is the document's schema type.
 */
export function mergeKustomize(document: PatchNode, patch: PatchNode, type: string | undefined): PatchResult {
  try {
    const merged = walk([document, patch], { type, field: undefined });
    return merged === undefined
      ? { error: 'filter cannot create or delete objects' }
      : { value: toJson(merged) };
  } catch (error) {
    if (error instanceof MergeError) return { error: error.message };
    throw error;
  }
}

const KIND_NAMES = { map: 'MappingNode', list: 'SequenceNode', scalar: 'ScalarNode' } as const;

function walk(sources: Sources, schema: Schema): PatchNode | undefined {
  const kind = sources.find((source) => !isNull(source))?.kind ?? 'map';
  for (const source of sources)
    if (source !== undefined && !isNull(source) && source.kind !== kind)
      throw new MergeError(
        `wrong Node Kind for  expected: ${KIND_NAMES[kind]} was ${KIND_NAMES[source.kind]}: value: {${JSON.stringify(toJson(source))}}`,
      );
  const [dest, patch] = sources;
  if (kind === 'map') return walkMap(sources, schema);
  if (kind === 'list' && schema.field?.strategy === 'merge') return walkKeyedList(sources, schema.field);
  return patch ?? dest;
}

type Directive = 'merge' | 'replace' | 'delete';

function readDirective(node: PatchNode): Directive {
  const text = scalarText(node);
  if (text !== 'merge' && text !== 'replace' && text !== 'delete')
    throw new MergeError(`unknown patch strategy '${text}'`);
  return text;
}

/** What `$patch` says, which is taken out of the patch: a field of a map, or in a list an element of its own. */
function directiveOf(patch: PatchNode | undefined): Directive {
  if (patch?.kind === 'map') {
    const node = fieldOf(patch, '$patch');
    if (node === undefined) return 'merge';
    clearField(patch, '$patch');
    return readDirective(node);
  }
  if (patch?.kind !== 'list') return 'merge';
  const element = patch.items.find((item) => fieldOf(item, '$patch') !== undefined);
  const node = fieldOf(element, '$patch');
  if (element?.kind !== 'map' || node === undefined || element.fields.length > 1) return 'merge';
  removeElements(patch, { keys: ['$patch'], values: [scalarText(node)] });
  return readDirective(node);
}

/** The map that the fields are merged into; undefined removes the value. */
function targetMap([dest, patch]: Sources): PatchNode | undefined {
  if (isNull(dest)) {
    if (directiveOf(patch) === 'delete') return undefined;
    return patch ?? dest;
  }
  if (patch !== undefined && isNull(patch)) return undefined;
  const directive = directiveOf(patch);
  if (directive === 'delete') return undefined;
  return directive === 'replace' ? patch : dest;
}

/** The fields of both; in order, which counts only where the patch adds some. */
function namesIn(target: MapNode, patch: PatchNode | undefined): readonly string[] {
  const names = target.fields.map(({ key }) => key);
  if (patch?.kind !== 'map' || patch === target) return names;
  return [...new Set([...names, ...patch.fields.map(({ key }) => key)])].sort();
}

function walkMap(sources: Sources, schema: Schema): PatchNode | undefined {
  const target = targetMap(sources);
  if (target?.kind !== 'map') return target;
  const patch = sources[1];
  for (const key of namesIn(target, patch)) {
    const field = fieldPatch(schema.type, key);
    const own = fieldOf(target, key);
    const value = walk([own, fieldOf(patch, key)], { type: field.type, field });
    // A null that only the document has stays.
    if (fieldOf(patch, key) === undefined && own !== undefined && isNull(own)) continue;
    setField(target, key, value);
  }
  return target;
}

/** Lists whose elements have an identity: merge keys, or for scalars their text. */
function walkKeyedList(sources: Sources, field: FieldPatch): PatchNode | undefined {
  const [dest, patch] = sources;
  if (patch !== undefined && isNull(patch)) return undefined;
  const directive = isNull(dest) ? 'merge' : directiveOf(patch);
  if (directive === 'delete') return undefined;
  const target = isNull(dest) || directive === 'replace' ? patch : dest;
  if (target?.kind !== 'list') return target;
  const lists = [patch, target].filter((node): node is ListNode => node?.kind === 'list');
  const keys = field.mapKeys.length > 0 ? field.mapKeys : [''];
  const values = distinct(lists.flatMap((list) => list.items.map((item) => valuesOf(item, keys))));
  return mergeElements([target, patch], values, keys, field.type);
}

/** Values of an element's keys; the element itself, if it has none. */
const valuesOf = (item: PatchNode, keys: readonly string[]): readonly string[] =>
  keys.map((key) => (key === '' ? scalarText(item) : keyText(fieldOf(item, key))));

const keyText = (node: PatchNode | undefined): string => (isNull(node) ? '' : scalarText(node));

const sameTexts = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((text, i) => text === right[i]);

function distinct(values: readonly (readonly string[])[]): (readonly string[])[] {
  return values.filter((value, i) => values.findIndex((other) => sameTexts(other, value)) === i);
}

/** Keys of which some element knows the value, and this element's values for them; all keys if there are none. */
function knownKeys(
  all: readonly (readonly string[])[],
  values: readonly string[],
  keys: readonly string[],
): { readonly keys: readonly string[]; readonly values: readonly string[] } {
  const known = keys.map((_, i) => all.some((one) => (one[i] ?? '') !== ''));
  if (!known.includes(true)) return { keys, values };
  return { keys: keys.filter((_, i) => known[i]), values: values.filter((_, i) => known[i]) };
}

/** Takes elements for the same where one leaves a key open that the other gives (kyaml, mergeValues). */
function unify(values: (readonly string[])[]): void {
  for (let i = 0; i < values.length; i += 1) {
    const left = values[i] ?? [];
    for (let j = 0; j < values.length; j += 1) {
      const united = uniteTexts(left, values[j] ?? []);
      if (united === undefined) continue;
      values[i] = united;
      values[j] = united;
    }
  }
}

function uniteTexts(left: readonly string[], right: readonly string[]): readonly string[] | undefined {
  if (left.some((text, i) => text !== right[i] && text !== '' && right[i] !== '')) return undefined;
  return left.some((text, i) => text === right[i])
    ? left.map((text, i) => (text === '' ? (right[i] ?? '') : text))
    : undefined;
}

function mergeElements(
  [target, patch]: readonly [ListNode, PatchNode | undefined],
  values: (readonly string[])[],
  keys: readonly string[],
  type: string | undefined,
): PatchNode {
  if (keys.length > 1) unify(values);
  const added: ListNode = { kind: 'list', items: [] };
  let last: readonly string[] = keys;
  for (const value of values) {
    const known = knownKeys(values, value, keys);
    last = known.keys;
    const exact = knownKeys([known.values], known.values, known.keys);
    const merged = walk([findElement(target, exact), findElement(patch, exact)], { type, field: undefined });
    if (isEmptyMap(merged) || merged === undefined) removeElements(target, known);
    else setElement(added, known, merged);
  }
  return values.length === 0 ? target : appendElements(added, target, last);
}

interface Identity {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

/** The first element with exactly these values. */
function findElement(list: PatchNode | undefined, { keys, values }: Identity): PatchNode | undefined {
  if (list?.kind !== 'list') return undefined;
  return list.items.find((item) =>
    keys.every((key, i) => {
      if (key === '') return scalarText(item) === values[i];
      const field = fieldOf(item, key);
      return field !== undefined && scalarText(field) === values[i];
    }),
  );
}

/** As kyaml's ElementSetter compares: an empty or absent value stands for any, as long as the key before it was there. */
function isSetBy(item: PatchNode, { keys, values }: Identity): boolean {
  return keys.every((key, i) => {
    const wanted = values[i];
    if (wanted === undefined) return i > 0;
    if (key === '') return scalarText(item) === wanted;
    const field = fieldOf(item, key);
    return field !== undefined && (wanted === '' || scalarText(field) === wanted);
  });
}

function removeElements(list: ListNode, identity: Identity): void {
  list.items = list.items.filter((item) => !isEmptyMap(item) && !isSetBy(item, identity));
}

function setElement(list: ListNode, identity: Identity, element: PatchNode): void {
  const kept = list.items.filter((item) => !isEmptyMap(item));
  const found = kept.some((item) => isSetBy(item, identity));
  // Without any value to look for, kyaml drops what it does not find.
  const others = identity.values.length > 0 ? kept : kept.filter((item) => isSetBy(item, identity));
  list.items = others.map((item) => (isSetBy(item, identity) ? element : item));
  if (!found) list.items.push(element);
}

/** Puts the document's elements behind those that were merged, each once. */
function appendElements(added: ListNode, target: ListNode, keys: readonly string[]): ListNode {
  for (const element of target.items) {
    const values: string[] = [];
    for (const key of keys) {
      const field = key === '' ? element : fieldOf(element, key);
      if (field === undefined) added.items.push(element);
      else values.push(scalarText(field));
    }
    if (keys.length > 1) removeElements(added, { keys, values });
    setElement(added, { keys, values }, element);
  }
  return added;
}
