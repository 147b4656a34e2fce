import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/json.ts';
import { mutate } from './mutate.ts';
import { configMap, contextOf, policyOf } from './testing.ts';

const rule = (mutation: JsonObject, parts: JsonObject = {}): JsonObject => ({
  name: 'r',
  match: { any: [{ resources: { kinds: ['ConfigMap'] } }] },
  mutate: mutation,
  ...parts,
});

const run = (rules: readonly JsonObject[], data: JsonObject = { a: '1' }, spec: JsonObject = {}) => {
  const response = mutate(contextOf(policyOf(rules, spec), { newObject: configMap(data), explain: true }));
  return {
    results: response.rules.map(({ status, message }) => [status, message]),
    data: response.patched?.['data'],
    explanations: response.explanations.map(({ status }) => status),
  };
};

const PASSED = ['pass', 'mutated ConfigMap/cm in namespace default'];

describe('mutate rules', () => {
  it('merge a patch, with variables', () => {
    const { results, data } = run([
      rule({ patchStrategicMerge: { data: { b: '{{ request.object.data.a }}!' } } }),
    ]);
    expect(results).toEqual([PASSED]);
    expect(data).toEqual({ a: '1', b: '1!' });
  });

  it('see what the rules before them did', () => {
    const { data } = run([
      rule({ patchStrategicMerge: { data: { b: '2' } } }),
      { ...rule({ patchStrategicMerge: { data: { c: '{{ request.object.data.b }}' } } }), name: 's' },
    ]);
    expect(data).toEqual({ a: '1', b: '2', c: '2' });
  });

  it('stop after the first that is applied, with applyRules One', () => {
    const rules = [
      rule({ patchStrategicMerge: { data: { b: '2' } } }),
      rule({ patchStrategicMerge: { data: { c: '3' } } }),
    ];
    expect(run(rules, { a: '1' }, { applyRules: 'One' }).data).toEqual({ a: '1', b: '2' });
  });

  it('apply JSON patches as Kyverno does', () => {
    const patches = '- op: remove\n  path: /data/zzz\n- op: add\n  path: /metadata/labels/x\n  value: y\n';
    expect(run([rule({ patchesJson6902: patches })]).results).toEqual([PASSED]);
  });

  it('skip where a condition does not hold or nothing changes', () => {
    const skipped = [['skip', 'no patches applied']];
    expect(run([rule({ patchStrategicMerge: { data: { '(a)': '2', b: '2' } } })]).results).toEqual(skipped);
    expect(run([rule({ patchStrategicMerge: { data: { '+(a)': '2' } } })]).results).toEqual(skipped);
  });

  it('go through the elements of foreach', () => {
    const { results, data } = run(
      [
        rule({
          foreach: [
            {
              list: "split(request.object.data.a, ',')",
              patchStrategicMerge: { data: { '{{ element }}': '{{ elementIndex }}-' } },
            },
          ],
        }),
      ],
      { a: 'x,y' },
    );
    expect(results).toEqual([PASSED]);
    expect(data).toEqual({ a: 'x,y', x: '0-', y: '1-' });
  });

  it('count the foreach entries that changed something, and fail on a list that is not there', () => {
    expect(run([rule({ foreach: [{ list: '`[]`', patchesJson6902: '[]' }] })]).results).toEqual([
      ['skip', '0 elements processed'],
    ]);
    const [[status, message] = []] = run([
      rule({ foreach: [{ list: 'request.object.nope', patchesJson6902: '[]' }] }),
    ]).results;
    expect(status).toBe('error');
    expect(message).toMatch(/^failed to evaluate list request\.object\.nope: (.*): \1$/);
  });

  it('report what stops them, and leave the object alone', () => {
    const { results, data } = run([
      rule({ patchStrategicMerge: { data: { b: '{{ request.object.nope }}' } } }),
    ]);
    expect(results[0]?.[1]).toMatch(
      /^variable substitution failed: .*\/mutate\/patchStrategicMerge\/data\/b/,
    );
    expect(data).toBeUndefined();
  });

  it('leave rules with targets to the background, and explain rules that do not match', () => {
    const elsewhere = rule(
      { patchStrategicMerge: { a: 'b' } },
      { match: { any: [{ resources: { kinds: ['Pod'] } }] } },
    );
    const targets = rule({ targets: [{ kind: 'Secret' }], patchStrategicMerge: { a: 'b' } });
    const { results, explanations } = run([targets, elsewhere]);
    expect(results).toEqual([]);
    expect(explanations).toEqual(['none']);
  });
});
