import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal, type Json } from '../../base/json.ts';
import { diffJson } from './json-diff.ts';
import { applyJsonPatch, type JsonPatchOperation, KYVERNO_JSON_PATCH, readJsonPatch } from './json-patch.ts';

const json = (): fc.Arbitrary<Json> => fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const apply = (document: Json, ...operations: JsonPatchOperation[]) => applyJsonPatch(document, operations);
const kyverno = (document: Json, ...operations: JsonPatchOperation[]) =>
  applyJsonPatch(document, operations, KYVERNO_JSON_PATCH);

describe('applying RFC 6902', () => {
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
