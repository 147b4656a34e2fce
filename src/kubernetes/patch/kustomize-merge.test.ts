import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal, type Json } from '../../base/json.ts';
import { mergeKustomize } from './kustomize-merge.ts';
import { applyMergePatch } from './merge-patch.ts';
import { toNode } from './patch-node.ts';
import { asMaps, obviousMerge } from './strategic.reference.ts';

const merge = (document: Json, patch: Json, type?: string) => {
  const result = mergeKustomize(toNode(document), toNode(patch), type);
  return 'value' in result ? result.value : result;
};

const containers = (...list: Json[]): Json => ({ spec: { containers: list } });
const text = (): fc.Arbitrary<string> => fc.constantFrom('x', 'y', 'z');
/** Maps of maps, whose members have one kind by name; nulls in the patch remove. */
const tree = (leaf: fc.Arbitrary<string | null>): fc.Arbitrary<Json> =>
  fc.record(
    {
      a: leaf,
      b: fc.record({ c: leaf, d: fc.record({ e: leaf }, { requiredKeys: [] }) }, { requiredKeys: [] }),
      l: fc.array(text()),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Json>;

describe('merging as kustomize does', () => {
  it('is an RFC 7386 merge where nothing is a keyed list', () => {
    fc.assert(
      fc.property(tree(text()), tree(fc.option(text())), (document, patch) => {
        expect(equal(merge(document, patch) as Json, applyMergePatch(document, patch))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same of maps by merge key where some are', () => {
    const element = (leaf: fc.Arbitrary<Json>) =>
      fc.uniqueArray(
        fc.record({ name: fc.constantFrom('a', 'b', 'c'), image: leaf }, { requiredKeys: ['name'] }),
        { selector: ({ name }) => name, minLength: 1 },
      );
    const pod = (leaf: fc.Arbitrary<Json>) =>
      fc.record({ containers: element(leaf), hostname: leaf }, { requiredKeys: [] }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(pod(text()), pod(fc.option(text())), (document, patch) => {
        const merged = merge({ spec: document }, { spec: patch }, 'Pod') as Json;
        expect(asMaps(merged)).toEqual(obviousMerge(asMaps({ spec: document }), asMaps({ spec: patch })));
      }),
      { numRuns: 500 },
    );
  });

  it('puts elements that the patch touches or adds in front', () => {
    const document = containers({ name: 'a' }, { name: 'b' });
    expect(merge(document, containers({ name: 'c' }, { name: 'b', tty: true }), 'Pod')).toEqual(
      containers({ name: 'c' }, { name: 'b', tty: true }, { name: 'a' }),
    );
  });

  it('empties the list when an element of the patch has no key', () => {
    expect(merge(containers({ name: 'a' }), containers({ image: 'x' }), 'Pod')).toEqual(containers());
  });

  it('keeps a text a text', () => {
    expect(merge({ data: { a: '1' } }, { data: { a: 5, b: 5 } }, 'Plain')).toEqual({
      data: { a: '5', b: 5 },
    });
  });

  it('refuses a map in place of a list', () => {
    expect(merge({ a: [1] }, { a: { b: 1 } })).toHaveProperty('error');
  });
});
