import { get, getPath, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import { createClusterLoader } from '../../engine/cluster-loader.ts';
import { jsonContext } from '../../engine/context/rule-context.ts';
import type {
  ContextLoader,
  ContextVariable,
  OutsideEntry,
  PolicyContext,
} from '../../engine/policy-context.ts';
import type { Operation } from '../../kubernetes/admission-review.ts';
import type { GroupVersionKind, KubernetesObject } from '../../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { NO_MOCKS } from '../../kyverno/mocks.ts';
import type { Policy } from '../../kyverno/policy.ts';
import type { Loaded } from './load-documents.ts';
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
  if (found === undefined) return { object, kind, subresource: '' };
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
    namespaceLabels: namespaceLabels(values, namespaceOf(object)),
    exceptions: testCase.exceptions,
    configuration: { isExcluded: () => false, isFiltered: () => false },
    loader: offlineLoader(testCase),
    behaviour: world.behaviour,
    now: world.now,
    random: seededRandom(1),
    libraries: world.libraries,
    explain: false,
    ruleVariables: (rule) => ruleValues(values, policy.name, rule),
  };
  return withValues(context, variables);
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

const NOBODY = { username: '', groups: [] };

/** Without a cluster most entries of a context are left out; what the test declares is there. */
function offlineLoader(testCase: TestCase): ContextLoader {
  const { test, values, world } = testCase;
  const mocks = {
    ...NO_MOCKS,
    globalContextEntries: [...test.globalContextEntries, ...values.globalContextEntries],
  };
  const calls = [...test.apiCallResponses, ...values.apiCallResponses];
  const inner = createClusterLoader({ lookup: () => undefined, raw: () => undefined }, NOBODY, {
    mocks,
    behaviour: world.behaviour,
    random: seededRandom(1),
    libraries: world.libraries,
    wallClock: () => world.now,
  });
  const without = new Set<OutsideEntry>(['configMap', 'apiCall', 'imageRegistry']);
  if (mocks.globalContextEntries.length === 0) without.add('globalReference');
  if (calls.length === 0) return { ...inner, without };
  return {
    ...inner,
    without,
    declaredAnswer: (method, url) =>
      calls.find((call) => call.url === url && call.method === method) ??
      calls.find((call) => call.url === url && call.method === undefined),
  };
}
