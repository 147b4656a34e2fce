import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal, get, isObject, type Json } from '../../base/json.ts';
import { diffJson } from './json-diff.ts';
import { applyJsonPatch, type JsonPatchOperation, KYVERNO_JSON_PATCH, readJsonPatch } from './json-patch.ts';

const json = (): fc.Arbitrary<Json> => fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const apply = (document: Json, ...operations: JsonPatchOperation[]) => applyJsonPatch(document, operations);
const kyverno = (document: Json, ...operations: JsonPatchOperation[]) =>
  applyJsonPatch(document, operations, KYVERNO_JSON_PATCH);

/** RFC 6902 by the letter, on a copy that is changed in place; undefined if an operation does not apply. */
function obviousPatch(
  document: Json,
  operations: readonly JsonPatchOperation[],
): { value: Json } | undefined {
  const root: { '': Json } = { '': JSON.parse(JSON.stringify(document)) };
  for (const operation of operations) if (!obviousStep(root, operation)) return undefined;
  return { value: root[''] };
}

type Slot =
  | { readonly list: Json[]; readonly key: string }
  | { readonly map: Record<string, Json>; readonly key: string };

/** The list or map around a pointer's value. */
function slotOf(root: { '': Json }, pointer: string): Slot | undefined {
  const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: Json | undefined = root;
  for (const key of keys.slice(0, -1)) at = Array.isArray(at) ? at[Number(key)] : get(at, key);
  const key = keys.at(-1) ?? '';
  if (Array.isArray(at)) return { list: at as Json[], key };
  return isObject(at) ? { map: at as Record<string, Json>, key } : undefined;
}

function valueAt(root: { '': Json }, pointer: string): Json | undefined {
  const slot = slotOf(root, pointer);
  if (slot === undefined) return undefined;
  return 'list' in slot ? slot.list[Number(slot.key)] : get(slot.map, slot.key);
}

function removeAt(root: { '': Json }, pointer: string): boolean {
  const slot = slotOf(root, pointer);
  if (slot === undefined || valueAt(root, pointer) === undefined) return false;
  if ('list' in slot) slot.list.splice(Number(slot.key), 1);
  else delete slot.map[slot.key];
  return true;
}

function addAt(root: { '': Json }, pointer: string, value: Json): boolean {
  const slot = slotOf(root, pointer);
  if (slot === undefined) return false;
  if ('map' in slot) slot.map[slot.key] = value;
  else {
    const index = slot.key === '-' ? slot.list.length : Number(slot.key);
    if (!(index <= slot.list.length)) return false;
    slot.list.splice(index, 0, value);
  }
  return true;
}

function obviousStep(root: { '': Json }, operation: JsonPatchOperation): boolean {
  const copy = (value: Json | undefined): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;
  const { path } = operation;
  switch (operation.op) {
    case 'add':
      return addAt(root, path, copy(operation.value));
    case 'remove':
      return removeAt(root, path);
    case 'replace': {
      const slot = slotOf(root, path);
      if (slot === undefined || valueAt(root, path) === undefined) return false;
      if ('list' in slot) slot.list[Number(slot.key)] = copy(operation.value);
      else slot.map[slot.key] = copy(operation.value);
      return true;
    }
    case 'test': {
      // Go's json-patch takes a member that is not there for null.
      const isMember = 'map' in (slotOf(root, path) ?? {});
      return equal(valueAt(root, path) ?? (isMember ? null : undefined), operation.value);
    }
    case 'copy':
    case 'move': {
      const value = valueAt(root, operation.from);
      if (value === undefined || (operation.op === 'move' && !removeAt(root, operation.from))) return false;
      return addAt(root, path, copy(value));
    }
  }
}

/** Documents and operations over few names, so that most pointers lead somewhere. */
const small = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>('x', 1, true, null),
    fc.dictionary(fc.constantFrom('a', 'b', 'c/d', '~'), tie('value'), { maxKeys: 3 }) as fc.Arbitrary<Json>,
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;
const pointer = fc
  .array(fc.constantFrom('a', 'b', 'c~1d', '~0', '0', '1', '2', '-'), { minLength: 1, maxLength: 3 })
  .map((keys) => `/${keys.join('/')}`);
const anyOperation: fc.Arbitrary<JsonPatchOperation> = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointer, value: small }),
  fc.record({ op: fc.constant('remove'), path: pointer }),
  fc.record({ op: fc.constantFrom('move', 'copy'), path: pointer, from: pointer }),
);

describe('applying RFC 6902', () => {
  it('gives what the standard says, letter by letter', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c/d', '~'), small, { minKeys: 1 }),
        fc.array(anyOperation, { maxLength: 4 }),
        (document, operations) => {
          const patched = apply(document, ...operations);
          expect('value' in patched ? { value: patched.value } : undefined).toEqual(
            obviousPatch(document, operations),
          );
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('turns the first document into the second with the operations of diffJson', () => {
    fc.assert(
      fc.property(json(), json(), (before, after) => {
        const patched = apply(before, ...diffJson(before, after));
        expect('value' in patched && equal(patched.value, after)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('needs no operation between equal documents', () => {
    fc.assert(
      fc.property(json(), (document) => {
        expect(diffJson(document, document)).toEqual([]);
      }),
    );
  });

  it('leaves the document that it is given as it is', () => {
    fc.assert(
      fc.property(json(), json(), (before, after) => {
        const copy = JSON.stringify(before);
        apply(before, ...diffJson(before, after));
        expect(JSON.stringify(before)).toBe(copy);
      }),
    );
  });

  it('inserts, appends and counts from the end', () => {
    expect(apply([1, 2], { op: 'add', path: '/1', value: 9 })).toEqual({ value: [1, 9, 2] });
    expect(apply([1, 2], { op: 'add', path: '/-', value: 9 })).toEqual({ value: [1, 2, 9] });
    expect(apply([1, 2], { op: 'add', path: '/-1', value: 9 })).toEqual({ value: [1, 2, 9] });
    expect(apply([1, 2], { op: 'remove', path: '/-1' })).toEqual({ value: [1] });
  });

  it('reads ~1 as a slash and ~01 as ~1', () => {
    expect(apply({}, { op: 'add', path: '/a~1b', value: 1 })).toEqual({ value: { 'a/b': 1 } });
    expect(apply({}, { op: 'add', path: '/a~01', value: 1 })).toEqual({ value: { 'a~1': 1 } });
  });

  it('moves, copies and tests', () => {
    expect(apply({ a: 1 }, { op: 'move', from: '/a', path: '/b' })).toEqual({ value: { b: 1 } });
    expect(apply({ a: 1 }, { op: 'copy', from: '/a', path: '/b' })).toEqual({ value: { a: 1, b: 1 } });
    expect(apply({ a: 1 }, { op: 'test', path: '/a', value: 2 })).toEqual({
      error: 'testing value /a failed: test failed',
    });
  });

  it('makes parents and overlooks what is missing only with the options of Kyverno', () => {
    const add: JsonPatchOperation = { op: 'add', path: '/a/0/b', value: 1 };
    const remove: JsonPatchOperation = { op: 'remove', path: '/a/b' };
    expect(apply({}, add)).toHaveProperty('error');
    expect(kyverno({}, add)).toEqual({ value: { a: [{ b: 1 }] } });
    expect(apply({}, remove)).toHaveProperty('error');
    expect(kyverno({}, remove)).toEqual({ value: {} });
  });

  it('treats __proto__ as a key', () => {
    const patched = kyverno({}, { op: 'add', path: '/__proto__/polluted', value: true });
    expect(JSON.stringify(patched)).toBe('{"value":{"__proto__":{"polluted":true}}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('refuses copies that grow without bound, endless paths and huge indices', () => {
    const doubling = Array.from(
      { length: 40 },
      (_, i): JsonPatchOperation => ({ op: 'copy', from: '', path: `/${i}` }),
    );
    const inner = Array.from(
      { length: 40 },
      (_, i): JsonPatchOperation => ({ op: 'copy', from: '/a', path: `/a/k${i}` }),
    );
    expect(apply({}, ...doubling)).toHaveProperty('error');
    expect(apply({ a: {} }, ...inner)).toHaveProperty('error');
    expect(kyverno({}, { op: 'add', path: '/a'.repeat(50_000), value: 1 })).toHaveProperty('error');
    expect(kyverno({}, { op: 'add', path: '/a/999999999/b', value: 1 })).toHaveProperty('error');
  });

  it('never throws, whatever the operations', () => {
    const pointer = fc.oneof(fc.string(), fc.stringMatching(/^(\/(a|b|0|1|-1|-|~1|__proto__))*$/));
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: pointer,
      from: pointer,
      value: json(),
    });
    fc.assert(
      fc.property(json(), fc.array(operation), (document, list) => {
        const read = readJsonPatch(list as unknown as Json);
        if ('operations' in read) kyverno(document, ...read.operations);
      }),
      { numRuns: 500 },
    );
  });
});
