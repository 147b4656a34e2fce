import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../base/json.ts';
import { getPath } from '../base/json.ts';
import { autogenRules } from './autogen.ts';

const policy = (rule: JsonObject, annotations: JsonObject = {}): Json => ({
  apiVersion: 'kyverno.io/v1',
  kind: 'ClusterPolicy',
  metadata: { name: 'p', annotations },
  spec: { rules: [{ name: 'r', match: { any: [{ resources: { kinds: ['Pod'] } }] }, ...rule }] },
});

const PATTERN: JsonObject = { validate: { pattern: { spec: { hostNetwork: false } } } };
const names = (from: Json): string[] => autogenRules(from).map(({ name }) => name);

describe('autogen', () => {
  it('derives a rule for Pod controllers and one for CronJobs, which point to the rule they come from', () => {
    const rules = autogenRules(policy(PATTERN));
    expect(rules.map(({ name, path, autogen }) => [name, path, autogen])).toEqual([
      ['autogen-r', ['spec', 'rules', 0], true],
      ['autogen-cronjob-r', ['spec', 'rules', 0], true],
    ]);
    expect(getPath(rules[0]?.raw, ['match', 'any', 0, 'resources', 'kinds'])).toContain('apps/v1/Deployment');
    expect(getPath(rules[0]?.raw, ['validate', 'pattern'])).toEqual({
      spec: { template: { spec: { hostNetwork: false } } },
    });
    expect(getPath(rules[1]?.raw, ['validate', 'pattern'])).toEqual({
      spec: { jobTemplate: { spec: { template: { spec: { hostNetwork: false } } } } },
    });
  });

  it('rewrites what expressions say of the Pod', () => {
    const key = '{{ request.object.spec.x }} {{request.oldObject.metadata.name}} {{ request.object.kind }}';
    const [rule] = autogenRules(
      policy({ validate: { deny: { conditions: { any: [{ key, operator: 'Equals', value: 'a' }] } } } }),
    );
    expect(getPath(rule?.raw, ['validate', 'deny', 'conditions', 'any', 0, 'key'])).toBe(
      '{{ request.object.spec.template.spec.x }} {{request.oldObject.spec.template.metadata.name}} {{ request.object.kind }}',
    );
  });

  it('keeps to the controllers of the annotation', () => {
    const annotate = (value: string): Json =>
      policy(PATTERN, { 'pod-policies.kyverno.io/autogen-controllers': value });
    expect(names(annotate('none'))).toEqual([]);
    expect(names(annotate('Deployment'))).toEqual(['autogen-r']);
    expect(names(annotate('CronJob'))).toEqual(['autogen-cronjob-r']);
  });

  it.each([
    ['generate rules', { generate: { kind: 'ConfigMap', name: 'x' } }],
    ['JSON patches', { mutate: { patchesJson6902: '[]' } }],
    ['a match by name', { ...PATTERN, match: { any: [{ resources: { kinds: ['Pod'], name: 'x' } }] } }],
    ['more kinds than Pod', { ...PATTERN, match: { any: [{ resources: { kinds: ['Pod', 'Service'] } }] } }],
    ['another kind', { ...PATTERN, match: { any: [{ resources: { kinds: ['Service'] } }] } }],
  ])('derives nothing from %s', (_, rule) => {
    expect(names(policy(rule as JsonObject))).toEqual([]);
  });
});
