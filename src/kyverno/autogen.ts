import { get, getList, getString, isObject, type Json, type JsonObject } from '../base/json.ts';
import { isSet } from './go-types.ts';
import { derivation } from './parts.ts';
import { CONTROLLERS, containsPod, descriptionsOf, kindsOf } from './pod-controllers.ts';
import type { Rule } from './policy.ts';
import { readRule } from './read-rule.ts';

export const AUTOGEN_ANNOTATION = 'pod-policies.kyverno.io/autogen-controllers';

/** The rules that Kyverno derives for Pod controllers from rules for Pods (lifecycle G; pkg/autogen/v1). */
export function autogenRules(policy: Json, kind = ''): readonly Rule[] {
  const controllers = controllersOf(policy, kind);
  return getList(policy, 'spec', 'rules').flatMap((raw, index) =>
    isObject(raw) && controllers.length > 0
      ? derivation
          .get()
          .deriveRules(raw, controllers)
          .map((rule) => readRule(rule, ['spec', 'rules', index], true))
      : [],
  );
}

/** Controllers to derive rules for: those that the annotation names, all without it, none where the policy forbids it. */
function controllersOf(policy: Json, kind: string): readonly string[] {
  if (!canAutogen(getList(policy, 'spec', 'rules'))) return [];
  const annotation = getString(policy, 'metadata', 'annotations', AUTOGEN_ANNOTATION);
  const controllers = annotation === undefined ? [...CONTROLLERS.keys()] : annotation.split(',');
  if (kind !== '') return controllers.includes(kind) ? [kind] : [];
  return controllers.length === 1 && controllers[0] === 'none' ? [] : controllers;
}

function canAutogen(rules: readonly Json[]): boolean {
  const blocks = rules.flatMap((rule) => [get(rule, 'match'), get(rule, 'exclude')]);
  const descriptions = blocks.flatMap(descriptionsOf);
  const needed = descriptions.some((one) =>
    kindsOf(one).some((kind) => kind === 'Pod' || CONTROLLERS.has(kind)),
  );
  return needed && !rules.some(forbidsAutogen) && descriptions.every(allowsAutogen);
}

function forbidsAutogen(rule: Json): boolean {
  const patches = [get(rule, 'mutate'), ...getList(rule, 'mutate', 'foreach')];
  return (
    isSet('Generation', get(rule, 'generate')) ||
    patches.some((patch) => (getString(patch, 'patchesJson6902') ?? '') !== '')
  );
}

function allowsAutogen(description: JsonObject): boolean {
  const kinds = kindsOf(description);
  return (
    (getString(description, 'name') ?? '') === '' &&
    getList(description, 'names').length === 0 &&
    !isObject(get(description, 'selector')) &&
    !isObject(get(description, 'annotations')) &&
    !(kinds.length > 1 && containsPod(kinds))
  );
}
