import { get, getList, getString, type Json, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import { downstreamLabels, RULE_NAME, selectorText, TRIGGER_NAME, TRIGGER_UID } from '../kyverno/labels.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import type { RuleContext } from '../kyverno/update-request.ts';
import { ask, type BackgroundEnvironment, infoOf, placeOf } from './environment.ts';
import { recordTarget } from './generate-target.ts';
import type { WorkItem } from './work-item.ts';

const ANY_RULE: Rule = { name: '', type: 'generate', raw: {}, path: [], autogen: false };

/** Deletes the downstreams of a trigger, or those that the UpdateRequest itself lists (lifecycle C.7). An answer is an error. */
export function* deleteDownstreams(
  env: BackgroundEnvironment,
  item: WorkItem,
  context: RuleContext,
  trigger: KubernetesObject,
  cause: EventId,
): Process<string | undefined> {
  const rule = item.policy?.rules.find(({ name }) => name === context.rule);
  const task = { item, rule: rule ?? ANY_RULE, context, trigger, cause };
  const { generatedResources } = item.status;
  if (generatedResources.length > 0) {
    const refs = generatedResources.map(readRef);
    const failed = yield* deleteEach(env, refs, task, 'The policy or its rule was deleted.');
    return failed && `failed to clean up downstream resources on policy deletion: ${failed}`;
  }
  if (item.policy === undefined || rule === undefined) return undefined;
  const found = yield* downstreamsOf(env, item.policy, rule, context, trigger, cause);
  if ('failure' in found) return `failed to fetch downstream resources: ${found.failure}`;
  const why = 'Its trigger is gone or no longer matches the rule.';
  const failed = yield* deleteEach(env, found.refs, task, why);
  return failed && `failed to clean up downstream resources on source deletion: ${failed}`;
}

function readRef(resource: Json): ObjectRef {
  const namespace = getString(resource, 'namespace');
  return {
    apiVersion: getString(resource, 'apiVersion') ?? '',
    kind: getString(resource, 'kind') ?? '',
    name: getString(resource, 'name') ?? '',
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function* deleteEach(
  env: BackgroundEnvironment,
  refs: readonly ObjectRef[],
  task: Omit<Parameters<typeof recordTarget>[1], 'policy'>,
  why: string,
): Process<string | undefined> {
  const errors: string[] = [];
  for (const ref of refs) {
    const info = infoOf(env, ref);
    if (info === undefined) continue;
    const place = placeOf(info, ref.namespace);
    const response = yield* ask(env, { verb: 'delete', ...place, name: ref.name, cause: task.cause });
    const { failure } = response;
    if (failure === undefined) recordTarget(env, task, ref, 'deleted', why);
    else if (failure.code !== 404) {
      recordTarget(env, task, ref, 'refused', `The API server refused the deletion: ${failure.message}`);
      errors.push(failure.message);
    }
  }
  return errors.length === 0 ? undefined : errors.join('; ');
}

type Found = { readonly refs: readonly ObjectRef[] } | { readonly failure: string };

/**
 * The downstreams of a trigger, by its uid; where there is none of a kind, by its name, as they were labelled before 1.12.
 * Of a foreach the kinds after that one are looked up by name as well (generate/cleanup.go, fetch, changes its selector).
 */
function* downstreamsOf(
  env: BackgroundEnvironment,
  policy: Policy,
  rule: Rule,
  context: RuleContext,
  trigger: KubernetesObject,
  cause: EventId,
): Process<Found> {
  const { [RULE_NAME]: _rule, ...byUid } = downstreamLabels(policy, rule.name, trigger);
  const { [TRIGGER_UID]: _uid, ...common } = byUid;
  const byName = { ...common, [TRIGGER_NAME]: context.trigger.name };
  const refs: ObjectRef[] = [];
  let labels: JsonObject = byUid;
  for (const { kinds, own } of kindsOf(env, rule))
    for (const info of kinds) {
      const first = yield* list(env, info, labels, cause);
      if ('failure' in first) return first;
      refs.push(...first.refs);
      if (first.refs.length > 0) continue;
      if (own) labels = byName;
      const second = yield* list(env, info, byName, cause);
      if ('failure' in second) return second;
      refs.push(...second.refs);
    }
  return { refs };
}

function* list(
  env: BackgroundEnvironment,
  info: ResourceInfo,
  labels: JsonObject,
  cause: EventId,
): Process<Found> {
  const labelSelector = selectorText(labels);
  const { failure, items } = yield* ask(env, { verb: 'list', resource: info, labelSelector, cause });
  return failure === undefined
    ? { refs: (items ?? []).map((object) => refOf(object)) }
    : { failure: failure.message };
}

interface BodyKinds {
  /** The body names its kind itself; otherwise they are those of its cloneList. */
  readonly own: boolean;
  readonly kinds: readonly ResourceInfo[];
}

/** Kinds that a rule may have made: of its target or cloneList, or of each foreach. */
function kindsOf(env: BackgroundEnvironment, rule: Rule): readonly BodyKinds[] {
  const generate = get(rule.raw, 'generate') ?? {};
  const foreach = getList(generate, 'foreach');
  return (foreach.length > 0 ? foreach : [generate]).map((body) => {
    const kind = getString(body, 'kind') ?? '';
    const named = { apiVersion: getString(body, 'apiVersion') ?? '', kind };
    const cloned = getList(get(body, 'cloneList'), 'kinds').map((text) => clonedKind(env, String(text)));
    const kinds = kind === '' ? cloned : [infoOf(env, named)];
    return { own: kind !== '', kinds: kinds.filter((info) => info !== undefined) };
  });
}

function clonedKind(env: BackgroundEnvironment, text: string): ResourceInfo | undefined {
  const selector = parseKindSelector(text);
  const group = selector.group === '*' ? '' : selector.group;
  return env.server.discovery().resources.find((info) => info.kind === selector.kind && info.group === group);
}
