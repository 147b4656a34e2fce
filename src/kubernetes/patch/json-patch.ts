import { equal, get, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { parseIndex, parsePointer } from './json-pointer.ts';
import { omitKey, withKey } from './object-edit.ts';

/** One operation of RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly path: string; readonly from: string };

/** The patched document, or why the patch cannot be applied. */
export type PatchResult = { readonly value: Json } | { readonly error: string };

/** How lenient an application is. Kyverno sets both (pkg/engine/mutate/patch); the API server neither. */
export interface JsonPatchOptions {
  /** `remove` of something that is not there changes nothing. */
  readonly allowMissingPathOnRemove?: boolean;
  /** `add` makes the parents that are missing, padding lists with null. */
  readonly ensurePathExistsOnAdd?: boolean;
}

/** How Kyverno applies `patchesJson6902`. */
export const KYVERNO_JSON_PATCH: JsonPatchOptions = {
  allowMissingPathOnRemove: true,
  ensurePathExistsOnAdd: true,
};

const MAX_DEPTH = 1_000;
const MAX_PADDING = 10_000;
const MAX_COPIED_CHARACTERS = 3 * 1024 * 1024;

class PatchError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const MISSING = 'missing value';
const INVALID_STATE = 'invalid state detected';
const badIndex = (index: number): PatchError =>
  new PatchError(`Unable to access invalid index: ${index}: invalid index referenced`);

type Container = readonly Json[] | JsonObject;
const isContainer = (value: Json | undefined): value is Container => Array.isArray(value) || isObject(value);
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Reads a list of operations; the error is what Go's json-patch answers (`DecodePatch`). */
export function readJsonPatch(
  value: Json,
): { readonly operations: readonly JsonPatchOperation[] } | { error: string } {
  if (!isList(value)) {
    if (value === null) return { operations: [] };
    return { error: `json: cannot unmarshal ${goJsonKind(value)} into Go value of type jsonpatch.Patch` };
  }
  const operations: JsonPatchOperation[] = [];
  for (const item of value) {
    if (item !== null && !isObject(item))
      return {
        error: `json: cannot unmarshal ${goJsonKind(item)} into Go value of type jsonpatch.Operation`,
      };
    const operation = readOperation(item ?? {});
    if (operation instanceof PatchError)
      return { error: `invalid operation ${compactSorted(item)}: ${operation.message}` };
    operations.push(operation);
  }
  return { operations };
}

function readOperation(item: JsonObject): JsonPatchOperation | PatchError {
  const op = get(item, 'op');
  const path = get(item, 'path');
  const from = get(item, 'from');
  const value = get(item, 'value');
  if (op !== 'add' && op !== 'replace' && op !== 'move' && op !== 'copy' && op !== 'remove' && op !== 'test')
    return new PatchError('unsupported operation');
  if ((op === 'add' || op === 'replace') && value === undefined)
    return new PatchError(`failed to decode 'value': operation, missing value field: ${MISSING}`);
  if ((op === 'move' || op === 'copy') && typeof from !== 'string')
    return new PatchError(
      from === undefined || from === null
        ? `failed to decode 'from': operation, missing from field: ${MISSING}`
        : `failed to decode 'from': json: cannot unmarshal ${goJsonKind(from)} into Go value of type string`,
    );
  if (typeof path !== 'string')
    return new PatchError(
      path === undefined || path === null
        ? `failed to decode 'path': operation missing path field: ${MISSING}`
        : `failed to decode 'path': json: cannot unmarshal ${goJsonKind(path)} into Go value of type string`,
    );
  if (op === 'remove') return { op, path };
  if (op === 'move' || op === 'copy') return { op, path, from: String(from) };
  return { op, path, value: value ?? null };
}

/** Applies operations in order, all or none (RFC 6902). Indices may be negative, counting from the end. */
export function applyJsonPatch(
  document: Json,
  operations: readonly JsonPatchOperation[],
  options: JsonPatchOptions = {},
): PatchResult {
  let current = document;
  let copied = 0;
  for (const operation of operations) {
    if (operation.op === 'copy') {
      const source = find(current, operation.from);
      copied += source === undefined ? 0 : JSON.stringify(source).length;
      if (copied > MAX_COPIED_CHARACTERS)
        return {
          error: `Unable to complete the copy, the accumulated size increase of copy is ${copied}, exceeding the limit ${MAX_COPIED_CHARACTERS}`,
        };
    }
    const next = applyOperation(current, operation, options);
    if (next instanceof PatchError) return { error: next.message };
    current = next;
  }
  return { value: current };
}

function find(document: Json, pointer: string): Json | undefined {
  let current: Json | undefined = document;
  for (const token of parsePointer(pointer)) {
    if (!isContainer(current)) return undefined;
    const next = read(current, token);
    if (next instanceof PatchError) return undefined;
    current = next;
  }
  return current;
}

function applyOperation(
  document: Json,
  operation: JsonPatchOperation,
  options: JsonPatchOptions,
): Json | PatchError {
  switch (operation.op) {
    case 'add':
      return add(document, operation.path, operation.value, options);
    case 'replace':
      return replace(document, operation.path, operation.value);
    case 'remove':
      return remove(document, operation.path, options);
    case 'test':
      return test(document, operation.path, operation.value);
    case 'move':
      return move(document, operation.from, operation.path);
    case 'copy':
      return copy(document, operation.from, operation.path);
  }
}

/** The containers from the root to the parent of the pointer's last token, and that token. */
interface Place {
  readonly spine: readonly { readonly container: Container; readonly token: string }[];
  readonly parent: Container;
  readonly key: string;
}

function locate(document: Json, pointer: string): Place | undefined {
  const tokens = parsePointer(pointer);
  if (!isContainer(document) || tokens.length > MAX_DEPTH) return undefined;
  const key = tokens.at(-1);
  if (key === undefined) return undefined;
  const spine: { container: Container; token: string }[] = [];
  let current: Container = document;
  for (const token of tokens.slice(0, -1)) {
    const next = read(current, token);
    if (next instanceof PatchError || !isContainer(next)) return undefined;
    spine.push({ container: current, token });
    current = next;
  }
  return { spine, parent: current, key };
}

/** Puts a changed parent back into the document. */
function rebuild(place: Place, parent: Json): Json {
  let value = parent;
  for (const { container, token } of place.spine.toReversed()) {
    if (isList(container)) value = container.with(normalIndex(container, token), value);
    else value = withKey(container as JsonObject, token, value);
  }
  return value;
}

function normalIndex(list: readonly Json[], token: string): number {
  const index = parseIndex(token) ?? 0;
  return index < 0 ? index + list.length : index;
}

function read(container: Container, token: string): Json | PatchError {
  if (isList(container)) {
    const index = parseIndex(token);
    if (index === undefined) return notANumber(token);
    return container[index < 0 ? index + container.length : index] ?? elementOrError(container, index);
  }
  const value = get(container as JsonObject, token);
  return value === undefined ? new PatchError(`unable to get nonexistent key: ${token}: ${MISSING}`) : value;
}

function elementOrError(list: readonly Json[], index: number): Json | PatchError {
  return index < list.length && index >= -list.length ? null : badIndex(index);
}

const notANumber = (token: string): PatchError =>
  new PatchError(`strconv.Atoi: parsing ${JSON.stringify(token)}: invalid syntax`);

/** Adds a member, or inserts into a list. */
function insert(container: Container, key: string, value: Json): Json | PatchError {
  if (!isList(container)) return withKey(container as JsonObject, key, value);
  if (key === '-') return [...container, value];
  const index = parseIndex(key);
  if (index === undefined)
    return new PatchError(`value was not a proper array index: '${key}': ${notANumber(key).message}`);
  if (index > container.length || index < -container.length - 1) return badIndex(index);
  return container.toSpliced(index < 0 ? index + container.length + 1 : index, 0, value);
}

function add(document: Json, path: string, value: Json, options: JsonPatchOptions): Json | PatchError {
  if (path === '') return value;
  const ready = options.ensurePathExistsOnAdd === true ? ensurePath(document, path) : document;
  if (ready instanceof PatchError) return ready;
  const place = locate(ready, path);
  if (place === undefined)
    return new PatchError(`add operation does not apply: doc is missing path: "${path}": ${MISSING}`);
  const parent = insert(place.parent, place.key, value);
  if (parent instanceof PatchError)
    return new PatchError(`error in add for path: '${path}': ${parent.message}`);
  return rebuild(place, parent);
}

/** Makes the containers on the way to the pointer's last token that do not exist yet. */
function ensurePath(document: Json, pointer: string): Json | PatchError {
  const tokens = parsePointer(pointer);
  if (tokens.length > MAX_DEPTH) return new PatchError(INVALID_STATE);
  let result = document;
  for (let depth = 0; depth < tokens.length - 1; depth += 1) {
    const here = tokens
      .slice(0, depth + 1)
      .map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join('');
    const place = locate(result, here);
    if (place === undefined) return new PatchError(INVALID_STATE);
    const existing = read(place.parent, place.key);
    if (!(existing instanceof PatchError) && existing !== null) {
      if (!isContainer(existing)) return new PatchError(INVALID_STATE);
      continue;
    }
    const made = newContainer(tokens[depth + 1] ?? '');
    if (made instanceof PatchError) return made;
    const parent = insertPadded(place.parent, place.key, made, existing === null);
    if (parent instanceof PatchError) return parent;
    result = rebuild(place, parent);
  }
  return result;
}

function newContainer(nextToken: string): Json | PatchError {
  const index = parseIndex(nextToken);
  if (index === undefined) return nextToken === '-' ? [] : {};
  if (index < -1)
    return new PatchError(
      `Unable to ensure path for negative index other than -1: ${index}: invalid index referenced`,
    );
  if (index > MAX_PADDING) return badIndex(index);
  return Array.from({ length: Math.max(index, 0) }, () => null);
}

function insertPadded(parent: Container, key: string, value: Json, present: boolean): Json | PatchError {
  if (!isList(parent)) return withKey(parent as JsonObject, key, value);
  const index = parseIndex(key);
  if (present && index !== undefined) return parent.with(index, value);
  if (index === undefined || index <= parent.length) return insert(parent, key, value);
  if (index > MAX_PADDING) return badIndex(index);
  return [...parent, ...Array.from({ length: index - parent.length }, () => null), value];
}

function replace(document: Json, path: string, value: Json): Json | PatchError {
  if (path === '') return value;
  const place = locate(document, path);
  if (place === undefined)
    return new PatchError(`replace operation does not apply: doc is missing path: ${path}: ${MISSING}`);
  if (read(place.parent, place.key) instanceof PatchError)
    return new PatchError(`replace operation does not apply: doc is missing key: ${path}: ${MISSING}`);
  const { parent, key } = place;
  return rebuild(
    place,
    isList(parent) ? parent.with(normalIndex(parent, key), value) : withKey(parent as JsonObject, key, value),
  );
}

function remove(document: Json, path: string, options: JsonPatchOptions): Json | PatchError {
  const lenient = options.allowMissingPathOnRemove === true;
  const place = locate(document, path);
  if (place === undefined)
    return lenient
      ? document
      : new PatchError(`remove operation does not apply: doc is missing path: "${path}": ${MISSING}`);
  const parent = without(place.parent, place.key, lenient);
  if (parent instanceof PatchError)
    return new PatchError(`error in remove for path: '${path}': ${parent.message}`);
  return rebuild(place, parent);
}

function without(container: Container, key: string, lenient: boolean): Json | PatchError {
  if (!isList(container)) {
    if (get(container as JsonObject, key) !== undefined) return omitKey(container as JsonObject, key);
    return lenient ? container : new PatchError(`unable to remove nonexistent key: ${key}: ${MISSING}`);
  }
  const index = parseIndex(key);
  if (index === undefined) return notANumber(key);
  if (index >= container.length || index < -container.length) return lenient ? container : badIndex(index);
  return container.toSpliced(normalIndex(container, key), 1);
}

function test(document: Json, path: string, value: Json): Json | PatchError {
  const failed = new PatchError(`testing value ${path} failed: test failed`);
  if (path === '') return equal(document, value) ? document : failed;
  const place = locate(document, path);
  if (place === undefined)
    return new PatchError(`test operation does not apply: is missing path: ${path}: ${MISSING}`);
  const found = read(place.parent, place.key);
  if (found instanceof PatchError) {
    if (isList(place.parent)) return new PatchError(`error in test for path: '${path}': ${found.message}`);
    return value === null ? document : failed;
  }
  return equal(found, value) ? document : failed;
}

function move(document: Json, from: string, path: string): Json | PatchError {
  if (from === '') return new PatchError(`unable to move entire document to another path: ${INVALID_STATE}`);
  const place = locate(document, from);
  if (place === undefined)
    return new PatchError(`move operation does not apply: doc is missing from path: ${from}: ${MISSING}`);
  const value = read(place.parent, place.key);
  if (value instanceof PatchError)
    return new PatchError(`error in move for path: '${place.key}': ${value.message}`);
  const parent = without(place.parent, place.key, false);
  if (parent instanceof PatchError) return parent;
  return addAt(rebuild(place, parent), path, value, 'move', `error in move for path: '${path}'`);
}

function copy(document: Json, from: string, path: string): Json | PatchError {
  const place = from === '' ? undefined : locate(document, from);
  if (place === undefined)
    return new PatchError(`copy operation does not apply: doc is missing from path: "${from}": ${MISSING}`);
  const value = read(place.parent, place.key);
  if (value instanceof PatchError)
    return new PatchError(`error in copy for from: '${from}': ${value.message}`);
  return addAt(document, path, value, 'copy', 'error while adding value during copy');
}

function addAt(document: Json, path: string, value: Json, op: string, prefix: string): Json | PatchError {
  const place = locate(document, path);
  if (place === undefined)
    return new PatchError(
      `${op} operation does not apply: doc is missing destination path: ${path}: ${MISSING}`,
    );
  const parent = insert(place.parent, place.key, value);
  return parent instanceof PatchError
    ? new PatchError(`${prefix}: ${parent.message}`)
    : rebuild(place, parent);
}

/** What encoding/json calls a value in its errors. */
function goJsonKind(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'object' : typeof value;
}

/** JSON with sorted keys on the first level, as Go prints a map. */
function compactSorted(value: Json): string {
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(get(value, key))}`);
  return `{${members.join(',')}}`;
}
