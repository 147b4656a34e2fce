import { get, getList, getObject, isObject, type Json, type JsonObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Policy, Rule, RuleType } from './policy.ts';
import { isPolicy } from './policy-informer.ts';

const RULE_TYPES: readonly Exclude<RuleType, 'none'>[] = ['validate', 'mutate', 'generate', 'verifyImages'];

/** What kind of rule it is; `none` if it says nothing to do. */
export function ruleTypeOf(raw: Json): RuleType {
  return RULE_TYPES.find((type) => says(get(raw, type))) ?? 'none';
}

const says = (value: Json | undefined): boolean =>
  Array.isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0;

/** Reads a stored ClusterPolicy or Policy; undefined if the object is something else. */
export function readPolicy(
  object: KubernetesObject,
  autogen: (object: KubernetesObject) => readonly Rule[] = () => [],
): Policy | undefined {
  if (!isPolicy(object)) return undefined;
  const kind = object.kind === 'Policy' ? 'Policy' : 'ClusterPolicy';
  const name = nameOf(object);
  const namespace = kind === 'Policy' ? namespaceOf(object) : '';
  const spec: JsonObject = getObject(object, 'spec');
  const written = getList(spec, 'rules').flatMap((raw, index) =>
    isObject(raw) ? [readRule(raw, ['spec', 'rules', index], false)] : [],
  );
  return {
    kind,
    name,
    namespace,
    key: namespace === '' ? name : `${namespace}/${name}`,
    object,
    spec,
    rules: [...written, ...autogen(object)],
  };
}

/** A rule with its type; `path` is where it (or the rule it is derived from) stands in the policy document. */
export function readRule(raw: JsonObject, path: Rule['path'], autogen: boolean): Rule {
  const name = get(raw, 'name');
  return { name: typeof name === 'string' ? name : '', type: ruleTypeOf(raw), raw, path, autogen };
}
