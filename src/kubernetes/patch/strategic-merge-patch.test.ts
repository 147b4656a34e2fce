import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal, get, getPath, type Json, type JsonObject } from '../../base/json.ts';
import { asMaps, obviousMerge } from './strategic.reference.ts';
import { createThreeWayStrategicMergePatch, createTwoWayStrategicMergePatch } from './strategic-diff.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const POD = { group: '', kind: 'Pod' };
const pod = (spec: Json): JsonObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });
const apply = (document: JsonObject, patch: Json) => {
  const result = applyStrategicMergePatch(document, patch, POD);
  return 'value' in result ? (result.value as JsonObject) : result;
};

const scalar = (): fc.Arbitrary<Json> => fc.constantFrom('x', 'y', 1, true);
const env = (): fc.Arbitrary<Json> =>
  fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B', 'C'), value: scalar() }), {
    selector: (e) => e.name,
  });
const container = () =>
  fc.record(
    { name: fc.constantFrom('a', 'b', 'c', 'd'), image: scalar(), env: env() },
    { requiredKeys: ['name'] },
  );
const anyPod = (): fc.Arbitrary<JsonObject> =>
  fc
    .record(
      {
        containers: fc.uniqueArray(container(), { selector: (c) => c.name }),
        tolerations: fc.array(fc.record({ key: scalar() })),
        nodeSelector: fc.dictionary(fc.constantFrom('k', 'l'), scalar()),
      },
      { requiredKeys: [] },
    )
    .map((spec) => pod(spec as unknown as Json));

/** A Pod, or a patch of one, in which lists have keys at two levels; `leaf` and `gone` bring nulls and deletions. */
const keyed = (leaf: fc.Arbitrary<Json>, gone: readonly string[]): fc.Arbitrary<JsonObject> => {
  const element = (rest: fc.Arbitrary<Json>, names: readonly string[]): fc.Arbitrary<Json> =>
    fc.uniqueArray(
      fc
        .tuple(fc.constantFrom(...names), rest, fc.constantFrom(...gone))
        .map(([name, item, directive]) =>
          directive === '' ? { name, ...(item as JsonObject) } : { name, $patch: directive },
        ),
      { selector: ({ name }) => name, maxLength: 4 },
    ) as fc.Arbitrary<Json>;
  const optional = { requiredKeys: [] };
  const variable = fc.record({ value: leaf }, optional) as fc.Arbitrary<Json>;
  const part = fc.record({ image: leaf, tty: leaf, env: element(variable, ['A', 'B', 'C']) }, optional);
  const spec = fc.record(
    {
      containers: element(part as fc.Arbitrary<Json>, ['a', 'b', 'c', 'd']),
      hostname: leaf,
      nodeSelector: fc.dictionary(fc.constantFrom('k', 'l'), leaf),
      tolerations: fc.array(fc.record({ key: scalar() }), { maxLength: 2 }),
    },
    optional,
  );
  const finalizers = fc.uniqueArray(fc.constantFrom('f', 'g', 'h'));
  return fc
    .record({ metadata: fc.record({ finalizers }, optional), spec }, optional)
    .map((object) => object as unknown as JsonObject);
};
const anyDocument = keyed(scalar(), ['']);
const anyPatch = keyed(fc.oneof(scalar(), fc.constant(null)), ['', '', '', 'delete']);

const namesOf = (list: Json | undefined): readonly Json[] =>
  (Array.isArray(list) ? (list as readonly Json[]) : []).map((item) => get(item, 'name') ?? item);

describe('strategic merge patch', () => {
  it('is a merge patch of maps by merge key', () => {
    fc.assert(
      fc.property(anyDocument, anyPatch, (document, patch) => {
        expect(asMaps(apply(document, patch) as Json)).toEqual(obviousMerge(asMaps(document), asMaps(patch)));
      }),
      { numRuns: 1000 },
    );
  });

  it('lists an element once, those of the patch in its order and the others in theirs', () => {
    fc.assert(
      fc.property(anyDocument, anyPatch, (document, patch) => {
        const path = ['spec', 'containers'];
        const [after, live, wanted] = [apply(document, patch) as Json, document, patch].map((object) =>
          namesOf(getPath(object, path)),
        );
        if (!after || !live || !wanted) throw new Error('three lists');
        expect(new Set(after).size).toBe(after.length);
        expect(after.filter((name) => wanted.includes(name))).toEqual(
          wanted.filter((name) => after.includes(name)),
        );
        expect(after.filter((name) => !wanted.includes(name))).toEqual(
          live.filter((name) => after.includes(name) && !wanted.includes(name)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyDocument, anyPatch, (document, patch) => {
        const once = apply(document, patch) as JsonObject;
        expect(apply(once, patch)).toEqual(once);
      }),
    );
  });

  it('merges containers by name and puts new ones first', () => {
    const live = pod({ containers: [{ name: 'a', image: '1' }] });
    const patched = apply(live, {
      spec: {
        containers: [
          { name: 'b', image: '2' },
          { name: 'a', tty: true },
        ],
      },
    });
    expect(patched).toEqual(
      pod({
        containers: [
          { name: 'b', image: '2' },
          { name: 'a', image: '1', tty: true },
        ],
      }),
    );
  });

  it('replaces atomic lists', () => {
    const live = pod({ tolerations: [{ key: 'a' }] });
    expect(apply(live, { spec: { tolerations: [{ key: 'b' }] } })).toEqual(
      pod({ tolerations: [{ key: 'b' }] }),
    );
  });

  it('carries out $patch delete and replace', () => {
    const live = pod({ containers: [{ name: 'a' }, { name: 'b' }] });
    expect(apply(live, { spec: { containers: [{ name: 'a', $patch: 'delete' }] } })).toEqual(
      pod({ containers: [{ name: 'b' }] }),
    );
    expect(apply(live, { spec: { containers: [{ $patch: 'replace' }, { name: 'c' }] } })).toEqual(
      pod({ containers: [{ name: 'c' }] }),
    );
    expect(apply(live, { spec: { $patch: 'replace', x: 1 } })).toEqual(pod({ x: 1 }));
  });

  it('keeps only the keys of $retainKeys', () => {
    const live = pod({ volumes: [{ name: 'v', emptyDir: {} }] });
    const patch = { spec: { volumes: [{ name: 'v', hostPath: {}, $retainKeys: ['name', 'hostPath'] }] } };
    expect(apply(live, patch)).toEqual(pod({ volumes: [{ name: 'v', hostPath: {} }] }));
  });

  it('deletes from lists of scalars and orders them', () => {
    const live: JsonObject = { metadata: { finalizers: ['a', 'b', 'c'] } };
    expect(apply(live, { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'] } })).toEqual({
      metadata: { finalizers: ['a', 'c'] },
    });
    expect(apply(live, { metadata: { '$setElementOrder/finalizers': ['c', 'a'] } })).toEqual({
      metadata: { finalizers: ['b', 'c', 'a'] },
    });
  });

  it('refuses elements without their merge key and custom resources', () => {
    const live = pod({ containers: [{ name: 'a' }] });
    expect(apply(live, { spec: { containers: [{ image: 'x' }] } })).toEqual({
      error: 'map: map[image:x] does not contain declared merge key: name',
    });
    expect(applyStrategicMergePatch({}, {}, { group: 'example.com', kind: 'Pod' })).toHaveProperty('error');
  });

  it('turns the live object into the modified one with a created patch', () => {
    fc.assert(
      fc.property(anyPod(), anyPod(), (before, after) => {
        const patch = createTwoWayStrategicMergePatch(before, after, POD);
        const patched = 'value' in patch ? apply(before, patch.value) : patch;
        expect(equal(patched as Json, after)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves in three-way what others added to the live object', () => {
    const applied = pod({
      containers: [
        { name: 'a', image: '1' },
        { name: 'b', image: '1' },
      ],
    });
    const modified = pod({ containers: [{ name: 'a', image: '2' }] });
    const live = pod({
      containers: [{ name: 'a', image: '1' }, { name: 'b', image: '1' }, { name: 'sidecar' }],
    });
    const patch = createThreeWayStrategicMergePatch(applied, modified, live, POD);
    expect(patch).toEqual({
      value: {
        spec: {
          '$setElementOrder/containers': [{ name: 'a' }],
          containers: [
            { name: 'a', image: '2' },
            { $patch: 'delete', name: 'b' },
          ],
        },
      },
    });
    expect('value' in patch && apply(live, patch.value)).toEqual(
      pod({ containers: [{ name: 'a', image: '2' }, { name: 'sidecar' }] }),
    );
  });
});
