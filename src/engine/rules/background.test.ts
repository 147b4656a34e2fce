import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/json.ts';
import type { PolicyContext } from '../policy-context.ts';
import { filterBackgroundRules } from './background.ts';
import { condition, configMap, contextOf, matchConfigMaps, policyOf } from './testing.ts';

const generate = (rule: JsonObject = {}): JsonObject => ({
  name: 'g',
  match: matchConfigMaps(),
  generate: { apiVersion: 'v1', kind: 'Secret', name: 's', namespace: 'default', data: {} },
  ...rule,
});

const run = (rule: JsonObject, parts: Partial<PolicyContext>): readonly string[] =>
  filterBackgroundRules(contextOf(policyOf([rule]), parts)).rules.map(({ status }) => status);

const isOn = { preconditions: { all: [condition("{{ request.object.data.on || 'no' }}", 'Equals', 'yes')] } };
const on = configMap({ on: 'yes' });
const off = configMap({ on: 'no' });

describe('background rules', () => {
  it('pass when the new object matches and meets the preconditions', () => {
    expect(run(generate(isOn), { newObject: on })).toEqual(['pass']);
  });

  it('have no result when neither object matches', () => {
    const rule = generate({ match: matchConfigMaps({ names: ['other'] }) });
    expect(run(rule, { operation: 'UPDATE', newObject: on, oldObject: off })).toEqual([]);
  });

  it('fail when the trigger no longer matches', () => {
    const rule = generate({ match: matchConfigMaps({ selector: { matchLabels: { a: 'b' } } }) });
    const labelled = configMap({}, { labels: { a: 'b' } });
    expect(run(rule, { operation: 'UPDATE', newObject: configMap({}), oldObject: labelled })).toEqual([
      'fail',
    ]);
    expect(run(rule, { operation: 'DELETE', oldObject: labelled })).toEqual(['fail']);
  });

  it('have no result on a deletion that operations do not name', () => {
    const rule = generate({ match: matchConfigMaps({ operations: ['CREATE'] }) });
    expect(run(rule, { operation: 'DELETE', oldObject: on })).toEqual([]);
  });

  it('fail when the preconditions held for the old object only, and are skipped when for neither', () => {
    expect(run(generate(isOn), { operation: 'UPDATE', newObject: off, oldObject: on })).toEqual(['fail']);
    expect(run(generate(isOn), { operation: 'UPDATE', newObject: off, oldObject: off })).toEqual(['skip']);
    expect(run(generate(isOn), { newObject: off })).toEqual(['skip']);
  });

  it('err when the preconditions cannot be evaluated', () => {
    const rule = generate({
      preconditions: { all: [condition('{{ request.object.data.no }}', 'Equals', 'x')] },
    });
    expect(run(rule, { newObject: on })).toEqual(['error']);
  });

  it('take mutateExisting rules in, but never say that their trigger has gone', () => {
    const rule = {
      name: 'm',
      match: matchConfigMaps({ operations: ['UPDATE'] }),
      mutate: { targets: [{ kind: 'Secret' }] },
    };
    expect(run(rule, { operation: 'UPDATE', newObject: on, oldObject: off })).toEqual(['pass']);
    expect(run(rule, { operation: 'DELETE', oldObject: on })).toEqual([]);
  });

  it('leave validate and plain mutate rules alone', () => {
    expect(run({ name: 'v', match: matchConfigMaps(), validate: { deny: {} } }, { newObject: on })).toEqual(
      [],
    );
  });

  it('ignore who asks when nobody is known, as without an admission request', () => {
    const match = {
      any: [{ resources: { kinds: ['ConfigMap'] }, subjects: [{ kind: 'User', name: 'alice' }] }],
    };
    expect(run(generate({ match }), { operation: '', newObject: on })).toEqual(['pass']);
    const admissionInfo = { userInfo: { username: 'bob', groups: [] }, roles: [], clusterRoles: [] };
    expect(run(generate({ match }), { newObject: on, admissionInfo })).toEqual([]);
  });
});
