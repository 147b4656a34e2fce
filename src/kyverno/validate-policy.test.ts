import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { behaviourOf } from './behaviour.ts';
import { readPolicy } from './read-policy.ts';
import {
  type PolicyValidation,
  type PolicyValidationEnvironment,
  validatePolicy,
} from './validate-policy.ts';

/** Finds variables without nesting, and puts nothing in their place. */
const VARIABLES: PolicyValidationEnvironment['variables'] = {
  find: (text) =>
    [...text.matchAll(/\{\{[^{}]*\}\}/g)].map((match) => ({
      prefix: '',
      text: match[0],
      start: match.index,
    })),
  substitute: (document, resolver) => {
    for (const [variable] of JSON.stringify(document).matchAll(/\{\{[^{}]*\}\}/g)) {
      const answer = resolver.query(variable.slice(2, -2).trim());
      if ('error' in answer) return { error: `failed to resolve: ${answer.error}` };
    }
    return { value: document };
  },
};

const policyOf = (rules: readonly JsonObject[], spec: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'kyverno.io/v1',
  kind: 'ClusterPolicy',
  metadata: { name: 'p' },
  spec: { ...spec, rules },
});

function validate(
  object: KubernetesObject,
  old?: KubernetesObject,
  parts: Partial<PolicyValidationEnvironment> = {},
): PolicyValidation {
  const policy = readPolicy(object);
  if (policy === undefined) throw new Error('not a policy');
  return validatePolicy(policy, old && readPolicy(old), {
    behaviour: behaviourOf('1.19'),
    variables: VARIABLES,
    ...parts,
  });
}

const match = (kind: string): JsonObject => ({ any: [{ resources: { kinds: [kind] } }] });
const rule = (parts: JsonObject): JsonObject => ({ name: 'r', match: match('Namespace'), ...parts });
const generate = (parts: JsonObject = {}): JsonObject =>
  rule({
    generate: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'x',
      namespace: 'n',
      synchronize: true,
      data: {},
      ...parts,
    },
  });

describe('the policy webhook', () => {
  it('accepts a sound policy', () => {
    expect(validate(policyOf([generate()]))).toEqual({ warnings: [] });
  });

  it.each<[string, Json, Json]>([
    ['a rule that does nothing', rule({}), ['spec', 'rules', 0]],
    [
      'a variable in match',
      rule({ match: match('{{x}}'), validate: { pattern: {} } }),
      ['spec', 'rules', 0, 'match'],
    ],
    [
      'an unknown variable',
      rule({ validate: { pattern: { metadata: { name: '{{ nobody.knows }}' } } } }),
      ['spec', 'rules', 0, 'validate', 'pattern', 'metadata', 'name'],
    ],
    [
      'an anchor in generated data',
      generate({ data: { data: { '(a)': 'b' } } }),
      ['spec', 'rules', 0, 'generate', 'data', 'data', '(a)'],
    ],
    [
      'a condition without value',
      rule({ preconditions: { all: [{ key: 'a', operator: 'Equals' }] }, validate: { pattern: { a: 'b' } } }),
      ['spec', 'rules', 0, 'preconditions', 'all', 0],
    ],
    [
      'an incomplete context entry',
      rule({ context: [{ name: 'a' }], validate: { pattern: { a: 'b' } } }),
      ['spec', 'rules', 0, 'context', 0],
    ],
  ])('refuses %s and knows the place', (_, one, path) => {
    const verdict = validate(policyOf([one as JsonObject]));
    expect(verdict.error).toBeDefined();
    expect(verdict.path).toEqual(path);
  });

  it('joins field errors in brackets', () => {
    const { error } = validate(policyOf([generate({ name: '', namespace: '' })]));
    expect(error).toBe(
      '[spec.rules[0].namespace: Forbidden: target namespace must be set for a namespaced resource, spec.rules[0].name: Forbidden: name can not be empty]',
    );
  });

  it('refuses to rename a generate rule, and only warns when its target changes', () => {
    const old = policyOf([generate()]);
    const renamed = validate(policyOf([{ ...generate(), name: 'other' }]), old);
    expect(renamed.error).toBe('changes of immutable fields of a rule spec in a generate rule is disallowed');
    const moved = validate(policyOf([generate({ name: 'y' })]), old);
    expect(moved.error).toBeUndefined();
    expect(moved.warnings).toHaveLength(1);
    expect(validate(policyOf([generate({ data: { data: { a: 'b' } } })]), old)).toEqual({ warnings: [] });
  });

  it('accepts a policy for a kind that nobody serves, with a warning', () => {
    const verdict = validate(policyOf([generate()]), undefined, { findKind: () => undefined });
    expect(verdict.error).toBeUndefined();
    expect(verdict.warnings[0]).toContain('unable to convert GVK to GVR for kinds Namespace');
  });

  it('asks for permissions rule by rule', () => {
    const verdict = validate(policyOf([generate()]), undefined, {
      permissions: (_, index) => ({ error: `rule ${index} may not`, warnings: [] }),
    });
    expect(verdict).toEqual({
      error: 'rule 0 may not',
      warnings: [],
      path: ['spec', 'rules', 0, 'generate'],
    });
  });
});
