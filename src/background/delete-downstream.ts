import { get, getList, getString, type Json } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { gvkOf, refOf } from '../kubernetes/object.ts';
import { downstreamLabels, RULE_NAME, selectorText } from '../kyverno/labels.ts';
import type { Rule } from '../kyverno/policy.ts';
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
  const labels = Object.entries(downstreamLabels(item.policy, rule.name, trigger));
  const labelSelector = selectorText(Object.fromEntries(labels.filter(([name]) => name !== RULE_NAME)));
  const refs: ObjectRef[] = [];
  for (const info of downstreamKinds(env, rule)) {
    const listed = yield* ask(env, { verb: 'list', resource: info, labelSelector, cause });
    if (listed.failure !== undefined)
      return `failed to fetch downstream resources: ${listed.failure.message}`;
    refs.push(...(listed.items ?? []).map((object) => refOf(object)));
  }
  const why = 'Its trigger is gone or no longer matches the rule.';
  const failed = yield* deleteEach(env, refs, task, why);
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

/** Kinds that a rule may have made: its target, its cloneList, each foreach. */
export function downstreamKinds(env: BackgroundEnvironment, rule: Rule): readonly ResourceInfo[] {
  const generate = get(rule.raw, 'generate');
  const found = new Map<string, ResourceInfo>();
  const add = (info: ResourceInfo | undefined): void => {
    if (info !== undefined) found.set(`${info.group}/${info.resource}`, info);
  };
  for (const body of [generate, ...getList(generate, 'foreach')]) {
    const apiVersion = getString(body, 'apiVersion');
    const kind = getString(body, 'kind');
    if (apiVersion !== undefined && kind !== undefined)
      add(env.server.discovery().byKind(gvkOf({ apiVersion, kind })));
    for (const text of getList(get(body, 'cloneList'), 'kinds')) {
      const selector = parseKindSelector(String(text));
      add(
        env.server
          .discovery()
          .resources.find(
            (info) =>
              info.kind === selector.kind && info.group === (selector.group === '*' ? '' : selector.group),
          ),
      );
    }
  }
  return [...found.values()];
}
