import { equal, get, isObject, type Json, type JsonObject, setKey } from '../../base/json.ts';
import type { GroupVersionKind } from '../object.ts';
import type { PatchResult } from './json-patch.ts';
import { orderElements } from './strategic-order.ts';
import { type FieldPatch, fieldPatch, strategicTypeOf } from './strategic-schema.ts';

export const PATCH_DIRECTIVE = '$patch';
export const RETAIN_KEYS_DIRECTIVE = '$retainKeys';
export const DELETE_FROM_LIST_PREFIX = '$deleteFromPrimitiveList';
export const SET_ORDER_PREFIX = '$setElementOrder';

/** Why a strategic merge patch cannot be applied; thrown inside this module's functions only and turned into a result. */
export class StrategicPatchError extends Error {}

/**
 * How two patches or a document and a patch are joined (apimachinery, strategicpatch.MergeOptions): on the server
 * directives are carried out; while kubectl joins its deletions and additions they are kept.
 */
export type MergeMode = 'server' | 'join';

/**
 * Applies a strategic merge patch as the API server does (apimachinery, util/strategicpatch). Built-in kinds only: for
 * others the error is the server's 415 text.
 */
export function applyStrategicMergePatch(
  document: JsonObject,
  patch: Json,
  gvk: Pick<GroupVersionKind, 'group' | 'kind'>,
): PatchResult {
  const type = strategicTypeOf(gvk);
  if (type === undefined) return { error: UNSUPPORTED_MEDIA_TYPE };
  return applyStrategicMerge(document, patch, type);
}

/** The API server's answer to a strategic merge patch of a custom resource (HTTP 415). */
export const UNSUPPORTED_MEDIA_TYPE =
  'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';

/** The same for a value of a schema type of {@link fieldPatch}. */
export function applyStrategicMerge(
  document: JsonObject,
  patch: Json,
  type: string | undefined,
): PatchResult {
  if (!isObject(patch)) return { error: 'Invalid JSON document' };
  try {
    return { value: mergeObjects(document, patch, type, 'server') };
  } catch (error) {
    if (error instanceof StrategicPatchError) return { error: error.message };
    throw error;
  }
}

/** Joins a patch into a document or into another patch. */
export function mergeObjects(
  original: JsonObject,
  patch: JsonObject,
  type: string | undefined,
  mode: MergeMode,
): JsonObject {
  const directive = get(patch, PATCH_DIRECTIVE);
  if (directive !== undefined) return carryOut(directive, patch);
  const state = new Map(Object.entries(original));
  const rest = new Map(Object.entries(patch));
  retainKeys(state, rest, mode);
  mergeOrderedLists(state, rest, type, mode);
  for (const [key, value] of rest) mergeField(state, key, value, type, mode);
  return fromMap(state);
}

function carryOut(directive: Json, patch: JsonObject): JsonObject {
  if (directive === 'replace')
    return fromMap(new Map(Object.entries(patch).filter(([key]) => key !== PATCH_DIRECTIVE)));
  if (directive === 'delete') return {};
  throw new StrategicPatchError(`unknown patch type: '${text(directive)}'`);
}

function retainKeys(state: Map<string, Json>, patch: Map<string, Json>, mode: MergeMode): void {
  const list = patch.get(RETAIN_KEYS_DIRECTIVE);
  if (list === undefined) return;
  patch.delete(RETAIN_KEYS_DIRECTIVE);
  if (mode === 'join') {
    if (!state.has(RETAIN_KEYS_DIRECTIVE)) state.set(RETAIN_KEYS_DIRECTIVE, list);
    return;
  }
  const bad = 'invalid patch format of retainKeys';
  if (!Array.isArray(list)) throw new StrategicPatchError(bad);
  for (const [key, value] of patch) {
    const isParallelList = key.startsWith(DELETE_FROM_LIST_PREFIX) || key.startsWith(SET_ORDER_PREFIX);
    if (value !== null && !isParallelList && !list.includes(key)) throw new StrategicPatchError(bad);
  }
  for (const key of [...state.keys()]) if (!list.includes(key)) state.delete(key);
}

/** Lists that come with a `$setElementOrder/…`: merged and ordered here, so that the rest of the patch lacks them. */
function mergeOrderedLists(
  state: Map<string, Json>,
  patch: Map<string, Json>,
  type: string | undefined,
  mode: MergeMode,
): void {
  for (const [directive, order] of [...patch]) {
    if (!directive.startsWith(SET_ORDER_PREFIX)) continue;
    if (mode === 'join') joinOrder(state, directive, order);
    patch.delete(directive);
    const field = parallelField(directive, SET_ORDER_PREFIX);
    const meta = fieldPatch(type, field);
    const live = listOf(state.get(field));
    const change = listOf(patch.get(field));
    if (!Array.isArray(order)) throw new StrategicPatchError('invalid patch format of setElementOrder list');
    checkOrder(change ?? [], order, meta.mergeKey);
    if (live === undefined && change === undefined) continue;
    const merged =
      live === undefined
        ? (change ?? [])
        : change === undefined
          ? live
          : mergeLists(live, change, meta, false, mode);
    state.set(field, orderElements(merged, order, live ?? [], meta.mergeKey));
    patch.delete(field);
  }
}

function joinOrder(state: Map<string, Json>, directive: string, order: Json): void {
  const present = state.get(directive);
  if (present !== undefined && !equal(present, order))
    throw new StrategicPatchError('invalid patch format of setElementOrder list');
  state.set(directive, order);
}

/** Refuses a patch list whose elements come in another order than `$setElementOrder` says, or are missing there. */
function checkOrder(change: readonly Json[], order: readonly Json[], mergeKey: string): void {
  if (order.length === 0 || change.length === 0) return;
  const wanted = change.filter((item) => get(item, PATCH_DIRECTIVE) === undefined);
  let next = 0;
  for (const item of order) {
    const candidate = wanted[next];
    if (candidate !== undefined && sameElement(candidate, item, mergeKey)) next += 1;
  }
  if (next < wanted.length)
    throw new StrategicPatchError(
      `The order in patch list:\n${text(change)}\n doesn't match ${SET_ORDER_PREFIX} list:\n${text(order)}\n`,
    );
}

export function sameElement(left: Json, right: Json, mergeKey: string): boolean {
  return mergeKey === ''
    ? equal(left, right)
    : equal(mergeValue(left, mergeKey), mergeValue(right, mergeKey));
}

/** Value of an element's merge key; a patch without it is refused. */
export function mergeValue(element: Json, mergeKey: string): Json {
  const value = get(element, mergeKey);
  if (value === undefined)
    throw new StrategicPatchError(`map: ${text(element)} does not contain declared merge key: ${mergeKey}`);
  return value;
}

function mergeField(
  state: Map<string, Json>,
  key: string,
  value: Json,
  type: string | undefined,
  mode: MergeMode,
): void {
  const deletes = key.startsWith(DELETE_FROM_LIST_PREFIX);
  if (deletes && mode === 'join') {
    state.set(key, value);
    return;
  }
  const field = deletes ? parallelField(key, DELETE_FROM_LIST_PREFIX) : key;
  if (value === null) {
    state.delete(field);
    if (mode === 'server') return;
  }
  const live = state.get(field);
  const meta = fieldPatch(type, field);
  if (live === undefined) {
    if (!deletes) state.set(field, mode === 'server' ? plainValue(value) : value);
  } else if (isObject(live) && isObject(value))
    state.set(field, meta.strategy === 'replace' ? value : mergeObjects(live, value, meta.type, mode));
  else if (Array.isArray(live) && Array.isArray(value))
    state.set(field, meta.strategy === 'merge' ? mergeLists(live, value, meta, deletes, mode) : value);
  else if (!deletes) state.set(field, mode === 'server' ? plainValue(value) : value);
}

/** A value that is new to the document: directives and nulls inside it have nothing to act on. */
function plainValue(value: Json): Json {
  if (Array.isArray(value))
    return value.filter((item) => get(item, PATCH_DIRECTIVE) !== 'delete').map(plainValue);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, item]) =>
      item !== null &&
      key !== PATCH_DIRECTIVE &&
      key !== RETAIN_KEYS_DIRECTIVE &&
      !key.startsWith(SET_ORDER_PREFIX) &&
      !key.startsWith(DELETE_FROM_LIST_PREFIX),
  );
  return fromMap(new Map(kept.map(([key, item]) => [key, plainValue(item)])));
}

function mergeLists(
  live: readonly Json[],
  change: readonly Json[],
  meta: FieldPatch,
  deletes: boolean,
  mode: MergeMode,
): readonly Json[] {
  if (meta.strategy !== 'merge') return change;
  if (live.length === 0 && change.length === 0) return live;
  if (meta.mergeKey === '') {
    if (deletes && mode === 'server') return live.filter((item) => !change.some((gone) => equal(gone, item)));
    return orderElements(distinct([...live, ...change]), change, live, '');
  }
  const special = specialElements(live, change, meta.mergeKey);
  const merged = mergeElements(special.live, special.change, meta, mode);
  return orderElements(merged, special.change, special.live, meta.mergeKey);
}

function distinct(items: readonly Json[]): readonly Json[] {
  return items.filter((item, i) => items.findIndex((other) => equal(other, item)) === i);
}

/** Carries out the elements with `$patch`; the rest of the patch list is left. */
function specialElements(
  live: readonly Json[],
  change: readonly Json[],
  mergeKey: string,
): { readonly live: readonly Json[]; readonly change: readonly Json[] } {
  let kept = live;
  let replaces = false;
  const rest: Json[] = [];
  for (const item of change) {
    const directive = get(item, PATCH_DIRECTIVE);
    if (directive === undefined) rest.push(item);
    else if (directive === 'delete') {
      const gone = mergeValue(item, mergeKey);
      kept = kept.filter((element) => !equal(get(element, mergeKey), gone));
    } else if (directive === 'replace') replaces = true;
    else if (directive === 'merge')
      throw new StrategicPatchError('merging lists cannot yet be specified in the patch');
    else throw new StrategicPatchError(`unknown patch type: '${text(directive)}'`);
  }
  return replaces ? { live: rest, change: [] } : { live: kept, change: rest };
}

function mergeElements(
  live: readonly Json[],
  change: readonly Json[],
  meta: FieldPatch,
  mode: MergeMode,
): readonly Json[] {
  const result = [...live];
  for (const item of change) {
    const value = mergeValue(item, meta.mergeKey);
    const at = result.findIndex((element) => equal(get(element, meta.mergeKey), value));
    const old = result[at];
    if (isObject(old) && isObject(item)) result[at] = mergeObjects(old, item, meta.type, mode);
    else result.push(mode === 'server' ? plainValue(item) : item);
  }
  return result;
}

function parallelField(key: string, prefix: string): string {
  if (!key.startsWith(`${prefix}/`))
    throw new StrategicPatchError(
      prefix === SET_ORDER_PREFIX
        ? 'invalid patch format of setElementOrder list'
        : 'invalid patch format of primitive list',
    );
  return key.slice(prefix.length + 1);
}

function listOf(value: Json | undefined): readonly Json[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new StrategicPatchError('expected a list');
  return value;
}

function fromMap(entries: ReadonlyMap<string, Json>): JsonObject {
  const result: Record<string, Json> = {};
  for (const [key, value] of entries) setKey(result, key, value);
  return result;
}

/** A value in Go's `%v` form. */
function text(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(text).join(' ')}]`;
  if (isObject(value)) {
    const members = Object.keys(value).toSorted();
    return `map[${members.map((key) => `${key}:${text(get(value, key) ?? null)}`).join(' ')}]`;
  }
  return value === null ? '<nil>' : String(value);
}
