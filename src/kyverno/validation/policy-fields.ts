import { get, getList, getObject, getPath, getString, type Json, type JsonObject } from '../../base/json.ts';
import { AUTOGEN_ANNOTATION } from '../autogen.ts';
import { isSet, toGoStruct } from '../go-types.ts';
import type { Policy } from '../policy.ts';
import { matchesEmptySet } from './empty-set.ts';
import { child, type FieldPath, forbidden, invalid, item, tooLong } from './field-error.ts';
import { checkGenerate, type GenerateScope } from './generate-fields.ts';
import { checkMatch } from './match-fields.ts';
import type { Problem } from './problem.ts';

const SPEC: FieldPath = { text: 'spec', path: ['spec'] };
const EMPTY_SET = 'Rule is matching an empty set';

export interface FieldFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** The checks of the policy's own types (api/kyverno/v1, Validate; lifecycle F.2): all of them, then one text. */
export function checkFields(policy: Policy, spec: JsonObject, scope: GenerateScope): FieldFindings {
  const raw = getList(policy.spec, 'rules');
  const rules = getList(spec, 'rules').map((rule, index) =>
    checkRule(rule as JsonObject, raw[index] ?? rule, index, scope),
  );
  const problems = [
    ...checkMetadata(policy),
    ...checkDeprecated(spec),
    ...checkMutateTargets(spec),
    ...checkTimeouts(spec),
    ...checkRuleNames(spec),
    ...rules.flatMap((found) => found.problems),
  ];
  if (scope.namespaced && getList(spec, 'validationFailureActionOverrides').length > 0)
    problems.push(
      forbidden(
        child(SPEC, 'validationFailureActionOverrides'),
        'Use of validationFailureActionOverrides is supported only with ClusterPolicy',
      ),
    );
  return { problems, warnings: rules.flatMap((found) => found.warnings) };
}

function checkMetadata(policy: Policy): readonly Problem[] {
  const problems: Problem[] = [];
  if (getString(policy.object, 'metadata', 'annotations', AUTOGEN_ANNOTATION) === 'all')
    problems.push(
      forbidden(
        { text: 'metadata.annotations', path: ['metadata', 'annotations', AUTOGEN_ANNOTATION] },
        "Autogen annotation does not support 'all' anymore, remove the annotation or set it to a valid value",
      ),
    );
  if (policy.name.length > 63) problems.push(tooLong({ text: 'name', path: ['metadata', 'name'] }, 63));
  return problems;
}

function checkDeprecated(spec: JsonObject): readonly Problem[] {
  const webhook = get(spec, 'webhookConfiguration');
  const problems: Problem[] = [];
  if (get(spec, 'webhookTimeoutSeconds') !== undefined && get(webhook, 'timeoutSeconds') !== undefined)
    problems.push(
      forbidden(
        child(SPEC, 'webhookTimeoutSeconds'),
        'remove the deprecated field and use spec.webhookConfiguration.timeoutSeconds instead',
      ),
    );
  if (get(spec, 'failurePolicy') !== undefined && get(webhook, 'failurePolicy') !== undefined)
    problems.push(
      forbidden(
        child(SPEC, 'failurePolicy'),
        'remove the deprecated field and use spec.webhookConfiguration.failurePolicy instead',
      ),
    );
  if (get(spec, 'generateExistingOnPolicyUpdate') !== undefined)
    problems.push(
      forbidden(
        child(SPEC, 'generateExistingOnPolicyUpdate'),
        'remove the deprecated field and use spec.generate[*].generateExisting instead',
      ),
    );
  return problems;
}

function checkMutateTargets(spec: JsonObject): readonly Problem[] {
  return getList(spec, 'rules').flatMap((rule, index) => {
    const mutate = get(rule, 'mutate');
    const wanted =
      get(spec, 'mutateExistingOnPolicyUpdate') === true ||
      get(mutate, 'mutateExistingOnPolicyUpdate') === true;
    if (!isSet('Mutation', mutate) || !wanted || getList(mutate, 'targets').length > 0) return [];
    const text = `rules[${index}].mutate.targets has to be specified when mutateExistingOnPolicyUpdate is set`;
    return [forbidden(child(SPEC, 'mutateExistingOnPolicyUpdate', ['rules', index, 'mutate']), text)];
  });
}

function checkTimeouts(spec: JsonObject): readonly Problem[] {
  const places: readonly (readonly [FieldPath, Json | undefined])[] = [
    [child(SPEC, 'webhookTimeoutSeconds'), get(spec, 'webhookTimeoutSeconds')],
    [
      child(SPEC, 'webhookConfiguration.timeoutSeconds', ['webhookConfiguration', 'timeoutSeconds']),
      getPath(spec, ['webhookConfiguration', 'timeoutSeconds']),
    ],
  ];
  return places.flatMap(([path, value]) =>
    typeof value === 'number' && (value < 1 || value > 30)
      ? [invalid(path, value, 'the timeout value must be between 1 and 30 seconds')]
      : [],
  );
}

function checkRuleNames(spec: JsonObject): readonly Problem[] {
  const names = new Set<string>();
  return getList(spec, 'rules').flatMap((rule, index) => {
    const name = getString(rule, 'name') ?? '';
    const isTaken = names.has(name);
    names.add(name);
    const path = child(item(child(SPEC, 'rules'), index), 'name');
    return isTaken ? [invalid(path, rule, `Duplicate rule name: '${name}'`)] : [];
  });
}

function checkRule(rule: JsonObject, raw: Json, index: number, scope: GenerateScope): FieldFindings {
  const path = item(child(SPEC, 'rules'), index);
  const generate = get(rule, 'generate');
  const generated =
    generate !== undefined && isSet('Generation', generate)
      ? checkGenerate(generate, path, scope)
      : { problems: [], warnings: [] };
  return {
    problems: [
      ...checkRuleType(rule, raw, path),
      ...(matchesEmptySet(rule) ? [invalid(path, rule, EMPTY_SET)] : []),
      ...checkMatch(get(rule, 'match'), child(path, 'match'), scope),
      ...checkMatch(get(rule, 'exclude'), child(path, 'exclude'), scope),
      ...checkTargetNamespaces(rule, path, scope),
      ...checkPodSecurity(rule, path),
      ...generated.problems,
    ],
    warnings: generated.warnings,
  };
}

const OPERATIONS = 'mutate,validate,generate,verifyImages';

/** Whether a rule verifies images at all. */
export const hasVerifyImages = (rule: Json): boolean =>
  getList(rule, 'verifyImages').some((image) => isSet('ImageVerification', image));

/** `raw` tells empty lists from absent ones. */
function checkRuleType(rule: JsonObject, raw: Json, path: FieldPath): readonly Problem[] {
  const name = getString(rule, 'name') ?? '';
  const images = hasVerifyImages(rule);
  const types = [
    isSet('Mutation', get(raw, 'mutate')),
    isSet('Validation', get(raw, 'validate')),
    isSet('Generation', get(raw, 'generate')),
    images,
  ].filter(Boolean);
  const problems: Problem[] = [];
  if (types.length === 0)
    problems.push(
      invalid(path, rule, `No operation defined in the rule '${name}'.(supported operations: ${OPERATIONS})`),
    );
  else if (types.length > 1)
    problems.push(
      invalid(
        path,
        rule,
        `Multiple operations defined in the rule '${name}', only one operation (${OPERATIONS}) is allowed per rule`,
      ),
    );
  if (get(rule, 'imageExtractors') !== undefined && !images)
    problems.push(
      invalid(
        child(path, 'imageExtractors'),
        rule,
        `Invalid rule spec for rule '${name}', imageExtractors can only be defined for verifyImages rule`,
      ),
    );
  return problems;
}

function checkTargetNamespaces(rule: JsonObject, path: FieldPath, scope: GenerateScope): readonly Problem[] {
  if (!scope.namespaced) return [];
  return getList(rule, 'mutate', 'targets').flatMap((target, index) => {
    const namespace = getString(target, 'namespace') ?? '';
    if (namespace === '' || namespace === scope.policyNamespace) return [];
    const place = child(item(child(path, 'targets', ['mutate', 'targets']), index), 'namespace');
    const text =
      'This field can be ignored or should have value of the namespace where the policy is being created';
    return [invalid(place, namespace, text)];
  });
}

const CONTAINER_CONTROLS = [
  'Capabilities',
  'Privileged Containers',
  'Host Ports',
  '/proc Mount Type',
  'Privilege Escalation',
];
const POD_CONTROLS = ['Host Namespaces', 'HostPath Volumes', 'Sysctls', 'Volume Types'];
const RESTRICTED_CONTROLS = [
  'Volume Types',
  'Privilege Escalation',
  'Running as Non-root',
  'Running as Non-root user',
];

function checkPodSecurity(rule: JsonObject, path: FieldPath): readonly Problem[] {
  const podSecurity = get(getObject(rule, 'validate'), 'podSecurity');
  const base = child(path, 'podSecurity', ['validate', 'podSecurity']);
  return getList(podSecurity, 'exclude').flatMap((exclude, index) => {
    const place = item(child(base, 'exclude'), index);
    const problems = checkExclusion(toGoStruct('PodSecurityStandard', exclude), place);
    const control = getString(exclude, 'controlName') ?? '';
    const isForbidden =
      getString(podSecurity, 'level') === 'baseline' && RESTRICTED_CONTROLS.includes(control);
    if (!isForbidden) return problems;
    return [
      ...problems,
      invalid(child(place, 'controlName'), control, 'Invalid control name defined at the given level'),
    ];
  });
}

/** An exclusion of controls, in a policy or an exception (PodSecurityStandard.Validate). */
export function checkExclusion(exclude: Json, path: FieldPath): readonly Problem[] {
  const control = getString(exclude, 'controlName') ?? '';
  const images = getList(exclude, 'images').length > 0;
  const values = getList(exclude, 'values').length > 0;
  const field = (getString(exclude, 'restrictedField') ?? '') !== '';
  const problems: Problem[] = [];
  const name = child(path, 'controlName');
  if (CONTAINER_CONTROLS.includes(control) && !images)
    problems.push(invalid(name, control, 'exclude.images must be specified for the container level control'));
  else if (POD_CONTROLS.includes(control) && images)
    problems.push(invalid(name, control, 'exclude.images must not be specified for the pod level control'));
  if (field && !values) problems.push(forbidden(child(path, 'values'), 'values is required'));
  if (!field && values)
    problems.push(forbidden(child(path, 'restrictedField'), 'restrictedField is required'));
  return problems;
}
