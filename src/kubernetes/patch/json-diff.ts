import { equal, get, isObject, type Json, type JsonObject, type PathSegment } from '../../base/json.ts';
import type { JsonPatchOperation } from './json-patch.ts';
import { formatPointer } from './json-pointer.ts';

/**
 * The operations that turn `before` into `after`: only add, remove and replace, object keys in order. Lists are compared
 * element by element after their common beginning and end, so that an insertion is one operation.
 */
export function diffJson(before: Json, after: Json): readonly JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = [];
  diffInto(operations, before, after, []);
  return operations;
}

function diffInto(out: JsonPatchOperation[], before: Json, after: Json, path: readonly PathSegment[]): void {
  if (equal(before, after)) return;
  if (isObject(before) && isObject(after)) diffObjects(out, before, after, path);
  else if (Array.isArray(before) && Array.isArray(after)) diffLists(out, before, after, path);
  else out.push({ op: 'replace', path: formatPointer(path), value: after });
}

function diffObjects(
  out: JsonPatchOperation[],
  before: JsonObject,
  after: JsonObject,
  path: readonly PathSegment[],
): void {
  for (const key of Object.keys(before)) {
    const old = get(before, key);
    const now = get(after, key);
    if (now === undefined) out.push({ op: 'remove', path: formatPointer([...path, key]) });
    else if (old !== undefined) diffInto(out, old, now, [...path, key]);
  }
  for (const key of Object.keys(after)) {
    const now = get(after, key);
    if (now !== undefined && !Object.hasOwn(before, key))
      out.push({ op: 'add', path: formatPointer([...path, key]), value: now });
  }
}

function diffLists(
  out: JsonPatchOperation[],
  before: readonly Json[],
  after: readonly Json[],
  path: readonly PathSegment[],
): void {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && equal(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < shorter - head && equal(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  const replaced = shorter - head - tail;
  for (let i = head; i < head + replaced; i += 1)
    diffInto(out, before[i] ?? null, after[i] ?? null, [...path, i]);
  const from = head + replaced;
  for (let i = before.length - tail - 1; i >= from; i -= 1)
    out.push({ op: 'remove', path: formatPointer([...path, i]) });
  for (let i = from; i < after.length - tail; i += 1)
    out.push({ op: 'add', path: formatPointer([...path, i]), value: after[i] ?? null });
}
