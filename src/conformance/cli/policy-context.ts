import { get, getPath, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import { jsonContext } from '../../engine/context/rule-context.ts';
import type { ContextVariable, PolicyContext } from '../../engine/policy-context.ts';
import type { Operation } from '../../kubernetes/admission-review.ts';
import { labelsOf } from '../../kubernetes/label-selector.ts';
import type { GroupVersionKind, KubernetesObject } from '../../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../../kubernetes/object.ts';
import type { Policy } from '../../kyverno/policy.ts';
import type { Loaded } from './load-documents.ts';
import { cliLoader } from './loader.ts';
import type { TestCase } from './test-case.ts';
import { namespaceLabels, resourceValues, ruleValues, splitKey } from './values.ts';

/** What a policy is asked about: the object as it flows from policy to policy, and the kind that it came with. */
export interface Subject {
  /** Absent once a policy has answered for a deletion: then nothing is left to look at. */
  readonly object: KubernetesObject | undefined;
  readonly kind: GroupVersionKind;
  readonly subresource: string;
}

/** An object as the CLI takes it; the kind of a subresource stands for its parent. */
export function subjectOf(testCase: TestCase, object: KubernetesObject): Subject {
  const kind = gvkOf(object);
  const found = testCase.values.subresources.findLast(
    ({ subresource }) =>
      subresource.group === kind.group &&
      subresource.version === kind.version &&
      subresource.kind === kind.kind,
  );
  if (found === undefined || testCase.cluster !== undefined) return { object, kind, subresource: '' };
  const { group, version, kind: parent } = found.parentResource;
  return {
    object,
    kind: { group, version, kind: parent },
    subresource: found.subresource.name.split('/')[1] ?? '',
  };
}

const NOT_AN_OBJECT = { error: 'the object retrieved from the json context is not valid' };

/**
 * The engine's input for one policy (policy_processor.go, makePolicyContext): values are written over the request, and the
 * objects are read back from it. `operation` is empty unless a result asks for one.
 */
export function policyContext(
  testCase: TestCase,
  policy: Policy,
  subject: Subject,
  operation: string,
): Loaded<PolicyContext> {
  const { values, world } = testCase;
  const { object } = subject;
  const labels = labelsOfNamespace(testCase, object);
  if ('error' in labels) return labels;
  const stated = resourceValues(values, policy.name, nameOf(object));
  const all: JsonObject = operation === '' ? stated : { ...stated, 'request.operation': operation };
  const wanted = get(all, 'request.operation');
  const effective: Operation = wanted === 'DELETE' || wanted === 'UPDATE' ? wanted : 'CREATE';
  const variables: ContextVariable[] = [];
  for (const [key, value] of Object.entries(all)) {
    const path = splitKey(key);
    if (path === undefined) return { error: `failed to add variable to context ${key}` };
    variables.push({ path, value });
  }
  const context: PolicyContext = {
    policy,
    operation: effective,
    kind: subject.kind,
    subresource: subject.subresource,
    ...(object === undefined || effective === 'DELETE' ? {} : { newObject: object }),
    ...(object === undefined || effective === 'CREATE' ? {} : { oldObject: object }),
    ...(testCase.user === undefined ? { withoutUser: true } : { admissionInfo: testCase.user }),
    request: { namespace: namespaceOf(object) },
    namespaceLabels: labels.labels,
    exceptions: testCase.exceptions,
    configuration: { isExcluded: () => false, isFiltered: () => false },
    loader: cliLoader(testCase),
    behaviour: world.behaviour,
    now: world.now,
    random: seededRandom(1),
    libraries: world.libraries,
    explain: false,
    ruleVariables: (rule) => ruleValues(values, policy.name, rule),
  };
  return withValues(context, variables);
}

/** With cluster resources the namespace itself must be among them, unless values tell its labels. */
function labelsOfNamespace(
  { cluster, values }: TestCase,
  object: KubernetesObject | undefined,
): Loaded<{ readonly labels: Readonly<Record<string, string>> }> {
  const name = namespaceOf(object);
  const labels = namespaceLabels(values, name);
  const isKnown = Object.keys(labels).length > 0 || name === '' || object?.kind === 'Namespace';
  if (cluster === undefined || isKnown) return { labels };
  const found = cluster.find(
    (one) => one.apiVersion === 'v1' && one.kind === 'Namespace' && nameOf(one) === name,
  );
  if (found !== undefined) return { labels: Object.fromEntries(labelsOf(found)) };
  return { error: `failed to get the resource's namespace (namespaces "${name}" not found)` };
}

/** Writes values into the request; those that change an object change what the policy is asked about. */
function withValues(context: PolicyContext, variables: readonly ContextVariable[]): Loaded<PolicyContext> {
  const root = variables.reduce<Json>(
    (data, { path, value }) => put(data, path, value),
    jsonContext(context),
  );
  const { newObject, oldObject, ...rest } = context;
  const read = (field: 'object' | 'oldObject', before: KubernetesObject | undefined) => {
    const value = getPath(root, ['request', field]);
    if (before === undefined || value === undefined || value === null) return { object: undefined };
    return isObject(value) ? { object: value as KubernetesObject } : NOT_AN_OBJECT;
  };
  const current = read('object', newObject);
  if ('error' in current) return current;
  const old = read('oldObject', oldObject);
  if ('error' in old) return old;
  const isOfObject = ({ path }: ContextVariable): boolean =>
    path[0] === 'request' &&
    ((path[1] === 'object' && newObject !== undefined) ||
      (path[1] === 'oldObject' && oldObject !== undefined));
  return {
    ...rest,
    ...(current.object === undefined ? {} : { newObject: current.object }),
    ...(old.object === undefined ? {} : { oldObject: old.object }),
    variables: variables.filter((variable) => !isOfObject(variable)),
  };
}

/** A value put at a path; maps merge, as in Kyverno's JSON context. */
function put(data: Json | undefined, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return merge(data, value);
  const object = isObject(data) ? data : {};
  return { ...object, [key]: put(get(object, key), rest, value) };
}

function merge(old: Json | undefined, added: Json): Json {
  if (!isObject(old) || !isObject(added)) return added;
  const merged = Object.entries(added).map(([key, value]) => [key, merge(get(old, key), value)] as const);
  return { ...old, ...Object.fromEntries(merged) };
}
