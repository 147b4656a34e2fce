import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../base/json.ts';
import { policyOf } from '../engine/rules/testing.ts';
import { behaviourOf } from '../kyverno/behaviour.ts';
import type { Rule } from '../kyverno/policy.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { asksForNamespaceLabels, blocksOnFailure, failurePolicyOf, isEnforced } from './failure-action.ts';

const prod = { name: 'prod', labels: { tier: 'prod' } };
const overrideOf = (action: string, more: JsonObject = {}): JsonObject => ({ action, ...more });
const named = (action: string, ...namespaces: readonly string[]): JsonObject =>
  overrideOf(action, { namespaces });
const selecting = (action: string, tier: string): JsonObject =>
  overrideOf(action, { namespaceSelector: { matchLabels: { tier } } });

interface Settings {
  readonly own?: JsonObject;
  readonly spec?: JsonObject;
  readonly version?: KyvernoVersion;
}

function policyWith({ own = {}, spec = {} }: Settings) {
  const policy = policyOf([{ name: 'r', validate: { deny: {}, ...own } }], spec);
  const [rule] = policy.rules;
  if (rule === undefined) throw new Error('no rule');
  return { policy, rule };
}

/** In which pass the rule is evaluated, in the namespace `prod`. */
function passOf(settings: Settings, namespace: typeof prod | 'unknown' = prod): string {
  const { policy, rule } = policyWith(settings);
  const known = namespace === 'unknown' ? undefined : namespace;
  const enforced = isEnforced(behaviourOf(settings.version ?? '1.19'), policy, rule, known);
  return enforced ? 'enforce' : 'audit';
}

/** Whether its failure blocks. */
function blocks(settings: Settings, labels = prod.labels, namespace = 'prod'): boolean {
  const { policy, rule } = policyWith(settings);
  return blocksOnFailure(behaviourOf(settings.version ?? '1.19'), policy, rule, namespace, labels);
}

describe('the pass of a validate rule', () => {
  it('is the rule’s own action, or else the policy’s, in either spelling', () => {
    expect(passOf({})).toBe('audit');
    expect(passOf({ spec: { validationFailureAction: 'enforce' } })).toBe('enforce');
    expect(passOf({ spec: { validationFailureAction: 'Enforce' }, own: { failureAction: 'Audit' } })).toBe(
      'audit',
    );
  });

  it('knows actions of rules from 1.13 on', () => {
    const settings = { spec: { validationFailureAction: 'Audit' }, own: { failureAction: 'Enforce' } };
    expect(passOf({ ...settings, version: '1.12' })).toBe('audit');
    expect(passOf({ ...settings, version: '1.13' })).toBe('enforce');
  });

  it('follows the first override that fits: namespace with wildcards, or labels, or neither', () => {
    expect(passOf({ own: { failureActionOverrides: [named('Enforce', 'dev', 'pr*')] } })).toBe('enforce');
    expect(passOf({ own: { failureActionOverrides: [named('Enforce', 'dev')] } })).toBe('audit');
    expect(passOf({ own: { failureActionOverrides: [selecting('Enforce', 'prod')] } })).toBe('enforce');
    expect(passOf({ own: { failureActionOverrides: [named('Audit', 'prod'), overrideOf('Enforce')] } })).toBe(
      'audit',
    );
  });

  it('takes the policy’s overrides where the rule has none', () => {
    const spec = { validationFailureActionOverrides: [named('Enforce', 'prod')] };
    expect(passOf({ spec })).toBe('enforce');
    expect(passOf({ spec, own: { failureActionOverrides: [named('Audit', 'x')] } })).toBe('audit');
  });

  it('does not know the namespace of a Namespace that is being created', () => {
    expect(passOf({ own: { failureActionOverrides: [named('Enforce', '*')] } }, 'unknown')).toBe('audit');
    expect(passOf({ own: { failureActionOverrides: [overrideOf('Enforce')] } }, 'unknown')).toBe('enforce');
  });
});

describe('the verdict on a failure', () => {
  it('asks for namespace and labels of an override together', () => {
    const both = { ...selecting('Enforce', 'prod'), namespaces: ['prod'] };
    const own = { failureAction: 'Audit', failureActionOverrides: [both] };
    expect(blocks({ own })).toBe(true);
    expect(blocks({ own }, { tier: 'dev' })).toBe(false);
    expect(passOf({ own }, { name: 'prod', labels: { tier: 'dev' } })).toBe('enforce');
  });

  it('prefers the rule’s action to overrides of the policy', () => {
    const spec = { validationFailureActionOverrides: [named('Audit', 'prod')] };
    expect(blocks({ spec, own: { failureAction: 'Enforce' } })).toBe(true);
    expect(blocks({ spec: { ...spec, validationFailureAction: 'Enforce' } })).toBe(false);
  });

  it('passes over an override without an action', () => {
    const own = { failureAction: 'Enforce', failureActionOverrides: [{ namespaces: ['prod'] }] };
    expect(blocks({ own })).toBe(true);
    expect(passOf({ own })).toBe('audit');
  });

  it('has labels only where a rule of the call asks for them', () => {
    const rule = (raw: JsonObject): Rule => policyWithRaw(raw);
    expect(asksForNamespaceLabels(rule({ validate: {} }))).toBe(false);
    expect(asksForNamespaceLabels(rule({ match: { any: [{ resources: { namespaceSelector: {} } }] } }))).toBe(
      true,
    );
    expect(
      asksForNamespaceLabels(rule({ validate: { failureActionOverrides: [selecting('Audit', 'x')] } })),
    ).toBe(true);
  });
});

function policyWithRaw(raw: JsonObject): Rule {
  const [rule] = policyOf([{ name: 'r', ...raw }]).rules;
  if (rule === undefined) throw new Error('no rule');
  return rule;
}

describe('the failure policy', () => {
  it.each([
    [{}, 'fail'],
    [{ failurePolicy: 'Ignore' }, 'ignore'],
    [{ failurePolicy: 'Ignore', webhookConfiguration: { failurePolicy: 'Fail' } }, 'fail'],
  ] as const)('of %j is %s', (spec, expected) => {
    expect(failurePolicyOf(policyOf([], spec))).toBe(expected);
  });
});
