import type { Json, PathSegment } from '../../base/json.ts';
import { equal, get, getList, getString, isObject, type JsonObject } from '../../base/json.ts';
import { oncePerObject } from '../../base/remember.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import { toGoStruct } from '../../kyverno/go-types.ts';
import type { RuleResponse } from '../engine-response.ts';
import { evaluateConditions } from '../match/conditions.ts';
import { addNode, innermost } from './explanation.ts';
import { evaluateList, listRow } from './foreach.ts';
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
  const rows: EvaluationNode[] | undefined = trace && [];
  if (rows) task.scope.drainUsed();
  const mutation = Array.isArray(foreach)
    ? mutateForEach(
        { ...task, path: [...rule.path, 'mutate', 'foreach'], rows, nesting: 0 },
        task.scope,
        resource,
        foreach,
      )
    : mutateOnce(task, resource, rows);
  const isPass = mutation.status === 'pass';
  const message = isPass ? successMessage(mutation.resource) : mutation.message;
  if (trace) {
    const label = patchKind(get(rule.raw, 'mutate'));
    const path: readonly PathSegment[] = [...rule.path, 'mutate', ...(label === 'mutate' ? [] : [label])];
    const message =
      mutation.status === 'pass' && mutation.message === '' ? {} : { message: mutation.message };
    const [whole] = rows?.filter((row) => row.label === '') ?? [];
    const node: EvaluationNode = {
      label,
      status: mutation.status,
      path,
      ...message,
      ...(whole?.actual === undefined ? {} : { actual: whole.actual }),
      ...(whole?.variables === undefined ? {} : { variables: whole.variables }),
      ...(whole === undefined && rows !== undefined && rows.length > 0 ? { children: rows } : {}),
    };
    addNode(trace, node);
    trace.decided = innermost(node);
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
function mutateOnce(
  { rule, scope }: RuleTask,
  resource: KubernetesObject,
  rows: EvaluationNode[] | undefined,
): Mutation {
  const substituted = scope.substitute(asGoRule(rule.raw));
  if ('error' in substituted) return failed(`variable substitution failed: ${substituted.error}`);
  const mutate = get(substituted.value, 'mutate');
  if (!isObject(mutate)) return failed('empty mutate rule');
  rows?.push(patchRow('', mutate, [...rule.path, 'mutate'], scope, get(rule.raw, 'mutate') ?? null));
  return applyPatches(
    resource,
    get(mutate, 'patchStrategicMerge') ?? null,
    getString(mutate, 'patchesJson6902') ?? '',
  );
}

/** The patch as it is applied, with the variables that went into it. */
function patchRow(
  label: string,
  patches: Json,
  path: readonly PathSegment[],
  scope: RuleScope,
  raw: Json,
): EvaluationNode {
  const written = JSON.stringify(raw);
  const kind = (get(patches, 'patchStrategicMerge') ?? undefined) ? 'patchStrategicMerge' : 'patchesJson6902';
  // The whole rule may have been substituted: only what the patch names is shown.
  const variables = scope.drainUsed().filter(({ expression }) => written.includes(expression));
  return {
    label: label === '' ? '' : kind,
    status: 'none',
    actual: get(patches, kind) ?? null,
    path: [...path, kind],
    ...(variables.length === 0 ? {} : { variables }),
  };
}

/** A foreach list while it is carried out; `rows` only if somebody wants an explanation. */
interface ForEachTask extends RuleTask {
  /** Place of the foreach list in the policy document. */
  readonly path: readonly PathSegment[];
  readonly rows: EvaluationNode[] | undefined;
  readonly nesting: number;
}

function mutateForEach(
  task: ForEachTask,
  scope: RuleScope,
  resource: KubernetesObject,
  entries: readonly Json[],
): Mutation {
  let current = resource;
  let applied = 0;
  const { oldObject, operation } = task.context;
  for (const [index, entry] of entries.entries()) {
    const at = { ...task, path: [...task.path, index] };
    const run = (inner: RuleScope): Mutation => mutateEntry(at, inner, entry, current);
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

function mutateEntry(task: ForEachTask, scope: RuleScope, entry: Json, resource: KubernetesObject): Mutation {
  const expression = getString(entry, 'list') ?? '';
  const list = evaluateList(expression, scope);
  task.rows?.push(listRow(expression, list, [...task.path, 'list'], scope));
  if ('error' in list) return failed(`failed to evaluate list ${expression}: ${list.error}: ${list.error}`);
  const mutation = mutateElements(task, scope, entry, list.elements, resource);
  return mutation.status === 'error' ? failed(`failed to mutate elements: ${mutation.message}`) : mutation;
}

/** Strategic merge patches go from the last element to the first, unless an order is given. */
function isDescending(entry: Json): boolean {
  const order = getString(entry, 'order');
  return order === undefined ? (get(entry, 'patchStrategicMerge') ?? null) !== null : order === 'Descending';
}

function mutateElements(
  task: ForEachTask,
  scope: RuleScope,
  entry: Json,
  elements: readonly Json[],
  resource: KubernetesObject,
): Mutation {
  let current = resource;
  const indexed = [...elements.entries()];
  for (const [index, element] of isDescending(entry) ? indexed.toReversed() : indexed) {
    if (element === null) continue;
    const rows: EvaluationNode[] | undefined = task.rows && [];
    const mutation = scope.withElement(element, index, task.nesting, (inner) =>
      mutateElement({ ...task, rows }, inner, entry, index, current),
    );
    task.rows?.push(elementRow(task, index, element, mutation, rows ?? []));
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

function elementRow(
  { path }: ForEachTask,
  index: number,
  element: Json,
  mutation: Mutation,
  children: readonly EvaluationNode[],
): EvaluationNode {
  return {
    label: `${path.slice(-2).join('[')}] element[${index}]`,
    status: mutation.status,
    actual: element,
    path,
    ...(mutation.message === undefined || mutation.message === '' ? {} : { message: mutation.message }),
    ...(children.length === 0 ? {} : { children }),
  };
}

function mutateElement(
  task: ForEachTask,
  scope: RuleScope,
  entry: Json,
  index: number,
  resource: KubernetesObject,
): Mutation {
  const loaded = scope.addEntries(getList(entry, 'context'));
  if (loaded !== undefined) return failed(`failed to load to mutate.foreach[${index}].context: ${loaded}`);
  const explained = task.rows && {
    label: 'preconditions',
    path: [...task.path, 'preconditions'],
    nodes: task.rows,
  };
  const preconditions = evaluateConditions(get(entry, 'preconditions'), scope, explained);
  if ('error' in preconditions)
    return failed(`failed to evaluate mutate.foreach[${index}].preconditions: ${preconditions.error}`);
  if (!preconditions.holds) return { status: 'skip', message: 'preconditions not met' };
  const nested = getList(entry, 'foreach');
  if (nested.length > 0)
    return mutateForEach(
      { ...task, path: [...task.path, 'foreach'], nesting: task.nesting + 1 },
      scope,
      resource,
      nested,
    );
  const substituted = scope.substitute(isObject(entry) ? patchesOf(entry) : preparePatches(entry));
  if ('error' in substituted) return failed(`variable substitution failed: ${substituted.error}`);
  task.rows?.push(patchRow('patch', substituted.value, task.path, scope, entry));
  return applyPatches(
    resource,
    get(substituted.value, 'patchStrategicMerge') ?? null,
    getString(substituted.value, 'patchesJson6902') ?? '',
  );
}
