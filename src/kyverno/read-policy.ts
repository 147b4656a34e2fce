import { getList, getObject, isObject, type JsonObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import { autogenRules } from './autogen.ts';
import { hasAutogenName } from './pod-controllers.ts';
import type { Policy } from './policy.ts';
import { isPolicy } from './policy-informer.ts';
import { readRule } from './read-rule.ts';

/** Policies read already, by their object: objects are never changed in place. */
const known = new WeakMap<KubernetesObject, Policy>();

/**
 * Reads a ClusterPolicy or Policy, with the rules that Kyverno derives for Pod controllers (lifecycle G) behind those that
 * are written; undefined if the object is something else.
 */
export function readPolicy(object: KubernetesObject): Policy | undefined {
  if (!isPolicy(object)) return undefined;
  const read = known.get(object) ?? readAnew(object);
  known.set(object, read);
  return read;
}

function readAnew(object: KubernetesObject): Policy {
  const kind = object.kind === 'Policy' ? 'Policy' : 'ClusterPolicy';
  const name = nameOf(object);
  const namespace = kind === 'Policy' ? namespaceOf(object) : '';
  const spec: JsonObject = getObject(object, 'spec');
  const derived = autogenRules(object);
  const written = getList(spec, 'rules').flatMap((raw, index) =>
    isObject(raw) && !(derived.length > 0 && hasAutogenName(raw))
      ? [readRule(raw, ['spec', 'rules', index], false)]
      : [],
  );
  const key = namespace === '' ? name : `${namespace}/${name}`;
  return { kind, name, namespace, key, object, spec, rules: [...written, ...derived] };
}
