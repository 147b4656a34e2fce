import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/json.ts';
import { behaviourOf } from '../../kyverno/behaviour.ts';
import type { KyvernoVersion } from '../../kyverno/versions.ts';
import type { PolicyContext } from '../policy-context.ts';
import { assertions } from './parts.ts';
import { configMap, contextOf, matchConfigMaps, policyOf } from './testing.ts';
import { validate } from './validate.ts';

beforeAll(() => assertions.load());

const rule = (assert: JsonObject, more: JsonObject = {}, extra: JsonObject = {}): JsonObject => ({
  name: 'r',
  match: matchConfigMaps(),
  ...extra,
  validate: { message: 'm', assert, ...more },
});

function answers(
  rules: readonly JsonObject[],
  parts: Partial<PolicyContext>,
  version: KyvernoVersion = '1.18',
): readonly string[] {
  const context = contextOf(policyOf(rules), { behaviour: behaviourOf(version), ...parts });
  return validate(context).rules.map(({ status, message }) => `${status}: ${message}`);
}

const newObject = configMap({ a: '1' });

describe('validate.assert', () => {
  it('passes, or fails once for each place (1.13 to 1.18)', () => {
    expect(answers([rule({ object: { data: { a: '1' } } })], { newObject })).toEqual([
      "pass: Validation rule 'r' passed.",
    ]);
    expect(
      answers([rule({ object: { data: { a: '2' }, '(length(data))': 2 } })], { newObject }, '1.13'),
    ).toEqual([
      'fail: object.data.a: Invalid value: "1": Expected value: "2"',
      'fail: object.(length(data)): Invalid value: 1: Expected value: 2',
    ]);
  });

  it('sees operation, kind and context entries', () => {
    const entries = [{ name: 'wanted', variable: { value: '1' } }];
    const tree = {
      operation: 'CREATE',
      resourceKind: { kind: 'ConfigMap' },
      object: { data: { a: '($wanted)' } },
    };
    expect(answers([rule(tree, {}, { context: entries })], { newObject })).toEqual([
      "pass: Validation rule 'r' passed.",
    ]);
  });

  it('is an error where the tree cannot be applied', () => {
    expect(answers([rule({ object: { data: { a: 1 } } })], { newObject })).toEqual([
      'error: failed to apply assertion: object.data.a: Internal error: types are not comparable, int64 - string',
    ]);
  });

  it('lets an existing violation stay where the rule enforces', () => {
    const update = { operation: 'UPDATE' as const, newObject, oldObject: newObject };
    const tree = { object: { data: { a: '2' } } };
    expect(answers([rule(tree, { failureAction: 'Enforce' })], update)).toEqual([
      'skip: skipping the rule evaluation as pre-existing violations are allowed',
    ]);
    expect(answers([rule(tree)], update)[0]).toMatch(/^fail: /);
    const strict = rule(tree, { failureAction: 'Enforce', allowExistingViolations: false });
    expect(answers([strict], update)[0]).toMatch(/^fail: /);
  });

  it('has no effect from 1.19 on, and none before 1.13', () => {
    const tree = { object: { data: { a: '2' } } };
    expect(answers([rule(tree)], { newObject }, '1.19')).toEqual([]);
    expect(answers([rule(tree)], { newObject }, '1.12')).toEqual([]);
  });
});
