import { get, getList, type Json } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import { filterBackgroundRules } from '../engine/rules/background.ts';
import { hasMutateExisting } from '../engine/rules/response.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { formatApiVersion, refOf } from '../kubernetes/object.ts';
import { matchWildcard } from '../kubernetes/wildcard.ts';
import { labelOf } from '../kyverno/labels.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { mutateLabels, planMutateRequest, updateRequestsOf } from '../kyverno/update-request.ts';
import { mutatesOnPolicyUpdate } from './background-policy.ts';
import { createPending } from './create-pending.ts';
import { ask, type BackgroundEnvironment, placeOf } from './environment.ts';
import { generateContext } from './generate-context.ts';
import { logMutate } from './mutate-log.ts';

const LOGGER = ['PolicyController'];

/**
 * UpdateRequests for every object that exists and sets off a mutate-existing rule with `mutateExistingOnPolicyUpdate`, when
 * a policy is created or changed (lifecycle D.6; pkg/policy/mutate.go). A trigger that has one already, of whatever rule of
 * the policy, gets no second.
 */
export function* mutateOnPolicyEvent(
  env: BackgroundEnvironment,
  policy: Policy,
  cause: EventId,
): Process<void> {
  for (const rule of policy.rules) {
    if (!hasMutateExisting(rule) || !mutatesOnPolicyUpdate(policy.spec, rule)) continue;
    const triggers = yield* listTriggers(env, policy, rule, cause);
    for (const trigger of triggers) {
      if (hasUpdateRequest(env, policy, trigger) || !setsOff(env, policy, rule, trigger)) continue;
      yield* create(env, policy, rule, trigger, cause);
    }
  }
}

function hasUpdateRequest(env: BackgroundEnvironment, policy: Policy, trigger: KubernetesObject): boolean {
  const wanted = Object.entries(mutateLabels(policy, refOf(trigger)));
  return env.server
    .listAll(updateRequestsOf(env.behaviour))
    .some((object) => wanted.every(([name, value]) => labelOf(object, name) === value));
}

/** Whether the rule passes for the trigger, without operation and user. */
function setsOff(env: BackgroundEnvironment, policy: Policy, rule: Rule, trigger: KubernetesObject): boolean {
  const nobody = { spec: { admissionRequest: undefined, requestInfo: undefined } };
  const context = generateContext(env, nobody, { ...policy, rules: [rule] }, trigger);
  const { rules } = filterBackgroundRules({ ...context, explain: false });
  return rules.some(({ status }) => status === 'pass');
}

function* create(
  env: BackgroundEnvironment,
  policy: Policy,
  rule: Rule,
  trigger: KubernetesObject,
  cause: EventId,
): Process<void> {
  const ref = refOf(trigger);
  logMutate(env, { line: 'creating new UR for generate', logger: LOGGER, fields: [] }, cause);
  yield* createPending(env, planMutateRequest(env.behaviour, policy, rule.name, ref), [], cause, (name) => {
    env.recorder.record({
      kind: 'plan',
      phase: 'background',
      cause,
      updateRequest: name,
      policy: policy.key,
      rule: rule.name,
      trigger: ref,
      action: 'mutate',
      targets: [],
      unknown: 'The targets are looked up when it is worked on.',
    });
  });
  const fields = [
    ['policy', policy.name],
    ['rule', rule.name],
    ['rule type', 'mutate'],
    ['target', `${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`],
  ] as const;
  logMutate(env, { line: 'successfully created UR on policy update', logger: LOGGER, fields }, cause);
}

/** The objects of the kinds that a rule matches; kinds that the background controller may not list are left out. */
function* listTriggers(
  env: BackgroundEnvironment,
  policy: Policy,
  rule: Rule,
  cause: EventId,
): Process<readonly KubernetesObject[]> {
  const triggers: KubernetesObject[] = [];
  for (const kind of new Set(kindsOf(rule))) {
    const selector = parseKindSelector(kind);
    const info = env.server
      .discovery()
      .resources.find(
        (candidate) =>
          matchWildcard(selector.group, candidate.group) &&
          matchWildcard(selector.version, candidate.version) &&
          matchWildcard(selector.kind, candidate.kind),
      );
    const listed =
      info === undefined
        ? undefined
        : yield* ask(env, { verb: 'list', ...placeOf(info, policy.namespace), cause });
    const error = listed === undefined ? `failed to find resource ${kind}` : listed.failure?.message;
    if (error !== undefined)
      logMutate(env, { line: 'failed to list matched resource', logger: LOGGER, fields: [], error }, cause);
    for (const object of listed?.items ?? [])
      if (info !== undefined)
        triggers.push({ ...object, apiVersion: formatApiVersion(info), kind: info.kind });
  }
  return triggers;
}

function kindsOf(rule: Rule): readonly string[] {
  const match: Json = get(rule.raw, 'match') ?? {};
  return [match, ...getList(match, 'any'), ...getList(match, 'all')]
    .flatMap((filter) => getList(get(filter, 'resources'), 'kinds'))
    .filter((kind): kind is string => typeof kind === 'string');
}
