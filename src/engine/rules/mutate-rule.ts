import type { Json, PathSegment } from '../../base/json.ts';
import { equal, get, getList, getString, isObject, type JsonObject } from '../../base/json.ts';
import { oncePerObject } from '../../base/remember.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { toGoStruct } from '../../kyverno/go-types.ts';
import type { RuleResponse } from '../engine-response.ts';
import { evaluateConditions } from '../match/conditions.ts';
import { addNode } from './explanation.ts';
import { evaluateList } from './foreach.ts';
import { applyPatches, type Mutation } from './mutate-patch.ts';
import type { RuleTask } from './old-object.ts';
import { respond } from './response.ts';
import type { RuleScope } from './rule-scope.ts';

/** A rule's result and the resource after it. */
export interface MutatedRule {
  readonly response: RuleResponse;
  /** Absent if the rule changed nothing. */
  readonly patched?: KubernetesObject;
}

/** Carries out a mutate rule on a resource: patches, or foreach (lifecycle A.11; handlers/mutation). */
export function mutateRule(task: RuleTask, resource: KubernetesObject): MutatedRule {
  const { rule, trace, parts } = task;
  const foreach = get(get(rule.raw, 'mutate'), 'foreach');
  const mutation = Array.isArray(foreach)
    ? mutateForEach(task, task.scope, foreach as readonly Json[], resource, 0)
    : mutateOnce(task, resource);
  const isPass = mutation.status === 'pass';
  const message = isPass ? successMessage(mutation.resource) : mutation.message;
  if (trace) {
    const label = patchKind(get(rule.raw, 'mutate'));
    const path: readonly PathSegment[] = [...rule.path, 'mutate', ...(label === 'mutate' ? [] : [label])];
    addNode(trace, { label, status: mutation.status, message: mutation.message, path }, true);
  }
  const response = respond(rule, 'mutate', mutation.status, message, parts);
  return isPass ? { response, patched: mutation.resource } : { response };
}

const patchKind = (mutate: Json | undefined): string =>
  ['foreach', 'patchStrategicMerge', 'patchesJson6902'].find((kind) => get(mutate, kind) !== undefined) ??
  'mutate';

function successMessage(resource: KubernetesObject): string {
  const namespace = namespaceOf(resource);
  const place = namespace === '' ? '' : ` in namespace ${namespace}`;
  return `mutated ${resource.kind}/${nameOf(resource)}${place}`;
}

const failed = (message: string): Mutation => ({ status: 'error', message });

const asGoRule = oncePerObject((raw: JsonObject) => toGoStruct('Rule', raw));

/** The whole rule is substituted, so that a variable anywhere in it can stop the mutation. */
function mutateOnce({ rule, scope }: RuleTask, resource: KubernetesObject): Mutation {
  const substituted = scope.substitute(asGoRule(rule.raw));
  if ('error' in substituted) return failed(`variable substitution failed: ${substituted.error}`);
  const mutate = get(substituted.value, 'mutate');
  if (!isObject(mutate)) return failed('empty mutate rule');
  return applyPatches(
    resource,
    get(mutate, 'patchStrategicMerge') ?? null,
    getString(mutate, 'patchesJson6902') ?? '',
  );
}

function mutateForEach(
  task: RuleTask,
  scope: RuleScope,
  entries: readonly Json[],
  resource: KubernetesObject,
  nesting: number,
): Mutation {
  let current = resource;
  let applied = 0;
  const { oldObject, operation } = task.context;
  for (const entry of entries) {
    const run = (inner: RuleScope): Mutation => mutateEntry(task, inner, entry, current, nesting);
    const mutation =
      current === resource ? run(scope) : scope.withObjects(current, oldObject, operation, run);
    if (mutation.status === 'error') return mutation;
    if (mutation.status !== 'pass') continue;
    applied += 1;
    current = mutation.resource;
  }
  const message = `${applied} elements processed`;
  return applied === 0 ? { status: 'skip', message } : { status: 'pass', resource: current, message };
}

function mutateEntry(
  task: RuleTask,
  scope: RuleScope,
  entry: Json,
  resource: KubernetesObject,
  nesting: number,
): Mutation {
  const expression = getString(entry, 'list') ?? '';
  const list = evaluateList(expression, scope);
  if ('error' in list) return failed(`failed to evaluate list ${expression}: ${list.error}: ${list.error}`);
  const mutation = mutateElements(task, scope, entry, list.elements, resource, nesting);
  return mutation.status === 'error' ? failed(`failed to mutate elements: ${mutation.message}`) : mutation;
}

/** Strategic merge patches go from the last element to the first, unless an order is given. */
function isDescending(entry: Json): boolean {
  const order = getString(entry, 'order');
  return order === undefined ? (get(entry, 'patchStrategicMerge') ?? null) !== null : order === 'Descending';
}

function mutateElements(
  task: RuleTask,
  scope: RuleScope,
  entry: Json,
  elements: readonly Json[],
  resource: KubernetesObject,
  nesting: number,
): Mutation {
  let current = resource;
  const indexed = [...elements.entries()];
  for (const [index, element] of isDescending(entry) ? indexed.toReversed() : indexed) {
    if (element === null) continue;
    const mutation = scope.withElement(element, index, nesting, (inner) =>
      mutateElement(task, inner, entry, index, current, nesting),
    );
    if (mutation.status === 'error') return mutation;
    if (mutation.status === 'pass') current = mutation.resource;
  }
  return equal(current, resource)
    ? { status: 'skip', message: 'no patches applied' }
    : { status: 'pass', resource: current, message: '' };
}

/** The part of a foreach entry that is substituted as one document. */
const preparePatches = (entry: Json): JsonObject => ({
  patchStrategicMerge: get(entry, 'patchStrategicMerge') ?? null,
  patchesJson6902: getString(entry, 'patchesJson6902') ?? '',
});
const patchesOf = oncePerObject<JsonObject, JsonObject>(preparePatches);

function mutateElement(
  task: RuleTask,
  scope: RuleScope,
  entry: Json,
  index: number,
  resource: KubernetesObject,
  nesting: number,
): Mutation {
  const loaded = scope.addEntries(getList(entry, 'context'));
  if (loaded !== undefined) return failed(`failed to load to mutate.foreach[${index}].context: ${loaded}`);
  const preconditions = evaluateConditions(get(entry, 'preconditions'), scope, undefined);
  if ('error' in preconditions)
    return failed(`failed to evaluate mutate.foreach[${index}].preconditions: ${preconditions.error}`);
  if (!preconditions.holds) return { status: 'skip', message: 'preconditions not met' };
  const nested = getList(entry, 'foreach');
  if (nested.length > 0) return mutateForEach(task, scope, nested, resource, nesting + 1);
  const substituted = scope.substitute(isObject(entry) ? patchesOf(entry) : preparePatches(entry));
  if ('error' in substituted) return failed(`variable substitution failed: ${substituted.error}`);
  return applyPatches(
    resource,
    get(substituted.value, 'patchStrategicMerge') ?? null,
    getString(substituted.value, 'patchesJson6902') ?? '',
  );
}
