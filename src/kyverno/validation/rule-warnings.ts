import { get, getList, getObject, getString, type Json, type JsonObject } from '../../base/json.ts';
import { parseKindSelector } from '../../kubernetes/kind-selector.ts';
import { AUTOGEN_ANNOTATION } from '../autogen.ts';
import { goJson, isSet } from '../go-types.ts';
import type { Policy } from '../policy.ts';
import { conditionsOf } from './conditions.ts';

export const LOWER_CASE_ACTIONS =
  'Validation failure actions enforce/audit are deprecated, use Enforce/Audit instead.';
const PATCH_ON_POD =
  'Pods managed by workload controllers should not be directly mutated using policies. Use the autogen feature or write policies that match Pod controllers.';
const EXCLUDED_CONTROLLERS =
  'Policies that match Pods apply to all Pods including those created and managed by controllers excluded from autogen. Use preconditions to exclude the Pods managed by controllers which are excluded from autogen. Refer to https://kyverno.io/docs/policy-types/cluster-policy/autogen/ for details.';

const isLowerCase = (action: Json | undefined): boolean => action === 'enforce' || action === 'audit';

/** Warnings about failure actions in the old spelling, one for the policy and one for each rule. */
export function actionWarnings(spec: JsonObject): readonly string[] {
  const isOld = (action: Json | undefined, overrides: readonly Json[]): boolean =>
    isLowerCase(action) || overrides.some((override) => isLowerCase(get(override, 'action')));
  const rules = getList(spec, 'rules').map((rule) => getObject(rule, 'validate'));
  return [
    isOld(get(spec, 'validationFailureAction'), getList(spec, 'validationFailureActionOverrides')),
    ...rules.map(
      (validate) =>
        get(validate, 'failureAction') !== undefined &&
        isOld(get(validate, 'failureAction'), getList(validate, 'failureActionOverrides')),
    ),
  ].flatMap((old) => (old ? [LOWER_CASE_ACTIONS] : []));
}

/** Kinds that a block names, filters of any and all included. */
export function kindsOf(block: Json | undefined): readonly string[] {
  const filters = [block ?? null, ...getList(block, 'all'), ...getList(block, 'any')];
  return filters.flatMap((filter) => getList(getObject(filter, 'resources'), 'kinds').map(String));
}

export function patchOnPodWarning(rule: JsonObject): readonly string[] {
  const own = getList(getObject(getObject(rule, 'match'), 'resources'), 'kinds');
  const patches = getString(getObject(rule, 'mutate'), 'patchesJson6902') ?? '';
  return own.includes('Pod') && patches !== '' ? [PATCH_ON_POD] : [];
}

const ALL_CONTROLLERS = 'cronjob,daemonset,deployment,job,statefulset';

/** Rules for Pods alone, while the annotation leaves controllers out. */
export function excludedControllersWarning(policy: Policy, rule: JsonObject): readonly string[] {
  const kinds = new Set(kindsOf(get(rule, 'match')).map((kind) => parseKindSelector(kind).kind));
  const annotation = getString(policy.object, 'metadata', 'annotations', AUTOGEN_ANNOTATION);
  if (kinds.size !== 1 || !kinds.has('Pod') || annotation === undefined || annotation === 'none') return [];
  return annotation.toLowerCase().split(',').toSorted().join(',') === ALL_CONTROLLERS
    ? []
    : [EXCLUDED_CONTROLLERS];
}

/** Warnings about what the rule's body looks at (validate.go, checkForScaleSubresource and its like). */
export function bodyWarnings(rule: JsonObject): readonly string[] {
  const kinds = [...kindsOf(get(rule, 'match')), ...kindsOf(get(rule, 'exclude'))];
  const warnings: string[] = [];
  const validate = get(rule, 'validate');
  const mutate = get(rule, 'mutate');
  if (isSet('Validation', validate))
    warnings.push(...subresourceWarnings(withoutConditions(validate ?? null), kinds));
  if (isSet('Mutation', mutate)) {
    const targets = getList(mutate, 'targets').map((target) => getString(target, 'kind') ?? '');
    warnings.push(...subresourceWarnings(mutate ?? null, [...kinds, ...targets]));
  }
  for (const image of getList(rule, 'verifyImages')) {
    for (const { predicateType } of getList(image, 'attestations') as readonly JsonObject[])
      if (typeof predicateType === 'string' && predicateType !== '')
        warnings.push(
          `predicateType has been deprecated use 'type: ${predicateType}' instead of 'predicateType: ${predicateType}'`,
        );
  }
  return [...warnings, ...operatorWarnings(rule)];
}

function withoutConditions(validate: Json): Json {
  if (get(validate, 'deny') === undefined) return validate;
  return { ...(validate as JsonObject), deny: {} };
}

function subresourceWarnings(body: Json, kinds: readonly string[]): readonly string[] {
  const text = goJson(body);
  const names = (part: string): boolean => kinds.some((kind) => kind.toLowerCase().includes(part));
  const warnings: string[] = [];
  if (text.includes('replicas') && !names('scale'))
    warnings.push('You are matching on replicas but not including the scale subresource in the policy.');
  if ((text.includes('.status') || text.includes('"status":')) && !names('status'))
    warnings.push('You are matching on status but not including the status subresource in the policy.');
  return warnings;
}

const ALTERNATIVES: ReadonlyMap<string, string> = new Map([
  ['In', '["AllIn" "AnyIn"]'],
  ['NotIn', '["AllNotIn" "AnyNotIn"]'],
]);

function operatorWarnings(rule: JsonObject): readonly string[] {
  const validate = get(rule, 'validate');
  const blocks = [
    get(get(validate, 'deny'), 'conditions'),
    ...getList(validate, 'foreach').flatMap((foreach) => [
      get(foreach, 'preconditions'),
      get(get(foreach, 'deny'), 'conditions'),
    ]),
    ...getList(rule, 'verifyImages')
      .flatMap((image) => getList(image, 'attestations'))
      .flatMap((attestation) => getList(attestation, 'conditions')),
  ];
  return blocks.flatMap(conditionsOf).flatMap((condition) => {
    const operator = getString(condition, 'operator') ?? '';
    const alternatives = ALTERNATIVES.get(operator);
    return alternatives === undefined
      ? []
      : [
          `Operator ${operator} has been deprecated and will be removed soon. Use these instead: ${alternatives}`,
        ];
  });
}
