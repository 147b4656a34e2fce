import { get, isObject, type Json, type PathSegment } from '../../base/json.ts';
import type { Behaviour } from '../behaviour.ts';

/** What the CRD of a version says against a policy. */
export interface SchemaProblem {
  readonly code: 'unknown-field' | 'unsupported-value' | 'required';
  /** The API server's text. */
  readonly text: string;
  readonly path: readonly PathSegment[];
  readonly hint?: string;
}

/** A place below `spec`: field names, with `[]` for every item of a list, and `(a|b)` for either. */
type Pattern = string;

const ACTIONS = ['audit', 'enforce', 'Audit', 'Enforce'];
const OPERATIONS = ['CREATE', 'CONNECT', 'UPDATE', 'DELETE'];
const OPERATORS = [
  'Equals',
  'NotEquals',
  'In',
  'AnyIn',
  'AllIn',
  'NotIn',
  'AnyNotIn',
  'AllNotIn',
  'GreaterThanOrEquals',
  'GreaterThan',
  'LessThanOrEquals',
  'LessThan',
  'DurationGreaterThanOrEquals',
  'DurationGreaterThan',
  'DurationLessThanOrEquals',
  'DurationLessThan',
];
const CONTROLS = [
  'HostProcess',
  'Host Namespaces',
  'Privileged Containers',
  'Capabilities',
  'HostPath Volumes',
  'Host Ports',
  'AppArmor',
  'SELinux',
  '/proc Mount Type',
  'Seccomp',
  'Sysctls',
  'Volume Types',
  'Privilege Escalation',
  'Running as Non-root',
  'Running as Non-root user',
];

/** Fields that take one of a few values (the enums of the CRD). Conditions of a rule itself are open there. */
const VALUES: readonly (readonly [Pattern, readonly string[]])[] = [
  ['applyRules', ['All', 'One']],
  ['failurePolicy', ['Ignore', 'Fail']],
  ['webhookConfiguration.failurePolicy', ['Ignore', 'Fail']],
  ['validationFailureAction', ACTIONS],
  ['validationFailureActionOverrides.[].action', ACTIONS],
  ['rules.[].(match|exclude).resources.operations.[]', OPERATIONS],
  ['rules.[].(match|exclude).(any|all).[].resources.operations.[]', OPERATIONS],
  ['rules.[].(validate|mutate|generate).foreach.[].preconditions.(any|all).[].operator', OPERATORS],
  ['rules.[].context.[].apiCall.method', ['GET', 'POST']],
  ['rules.[].mutate.foreach.[].order', ['Ascending', 'Descending']],
  ['rules.[].validate.failureAction', ['Audit', 'Enforce']],
  ['rules.[].validate.failureActionOverrides.[].action', ACTIONS],
  ['rules.[].validate.podSecurity.level', ['privileged', 'baseline', 'restricted']],
  ['rules.[].validate.podSecurity.exclude.[].controlName', CONTROLS],
  ['rules.[].verifyImages.[].failureAction', ['Audit', 'Enforce']],
  ['rules.[].verifyImages.[].type', ['Cosign', 'SigstoreBundle', 'Notary']],
];

const OF_THE_POLICY = 'Before 1.13 it is a field of the policy: `spec.validationFailureAction`.';
const SINCE_1_13 = 'Kyverno has it since 1.13.';
const SINCE_1_12 = 'Kyverno has it since 1.12.';

/** Fields that not every version has (lifecycle J). */
const YOUNG: readonly (readonly [
  Pattern,
  'ruleLevelFailureAction' | 'matchConditionsPerPolicy' | 'globalContext',
  string,
])[] = [
  ['rules.[].validate.failureAction', 'ruleLevelFailureAction', OF_THE_POLICY],
  [
    'rules.[].validate.failureActionOverrides',
    'ruleLevelFailureAction',
    'Before 1.13 it is a field of the policy: `spec.validationFailureActionOverrides`.',
  ],
  ['rules.[].validate.allowExistingViolations', 'ruleLevelFailureAction', SINCE_1_13],
  ['rules.[].verifyImages.[].failureAction', 'ruleLevelFailureAction', OF_THE_POLICY],
  [
    'rules.[].generate.generateExisting',
    'ruleLevelFailureAction',
    'Before 1.13 it is a field of the policy: `spec.generateExisting`.',
  ],
  ['rules.[].generate.foreach', 'ruleLevelFailureAction', SINCE_1_13],
  [
    'rules.[].mutate.mutateExistingOnPolicyUpdate',
    'ruleLevelFailureAction',
    'Before 1.13 it is a field of the policy: `spec.mutateExistingOnPolicyUpdate`.',
  ],
  ['emitWarning', 'ruleLevelFailureAction', SINCE_1_13],
  ['webhookConfiguration', 'matchConditionsPerPolicy', SINCE_1_12],
  ['rules.[].context.[].globalReference', 'globalContext', SINCE_1_12],
];

const REQUIRED = ['name', 'match'] as const;

/**
 * What the API server says to a policy before any webhook sees it: values out of range, required fields, fields that came
 * with a later version. Fields that no version has are found by `unknownFields`.
 */
export function checkSchemaValues(spec: Json | undefined, behaviour: Behaviour): readonly SchemaProblem[] {
  const young = YOUNG.filter(([, since]) => !behaviour[since]).flatMap(([pattern, , hint]) =>
    placesOf(spec, pattern).map(({ path }): SchemaProblem => {
      const text = `unknown field "${formatFieldPath(path)}"`;
      return { code: 'unknown-field', text, path, hint };
    }),
  );
  const values = VALUES.flatMap(([pattern, allowed]) =>
    placesOf(spec, pattern).flatMap(({ path, value }): readonly SchemaProblem[] =>
      typeof value !== 'string' || allowed.includes(value) ? [] : [unsupportedValue(path, value, allowed)],
    ),
  );
  const required = placesOf(spec, 'rules.[]').flatMap(({ path, value }) =>
    REQUIRED.filter((name) => isObject(value) && get(value, name) === undefined).map(
      (name): SchemaProblem => ({
        code: 'required',
        text: `${formatFieldPath([...path, name])}: Required value`,
        path,
      }),
    ),
  );
  return [...young, ...values, ...required];
}

function unsupportedValue(
  path: readonly PathSegment[],
  value: string,
  allowed: readonly string[],
): SchemaProblem {
  const list = allowed.map((one) => JSON.stringify(one)).join(', ');
  return {
    code: 'unsupported-value',
    text: `${formatFieldPath(path)}: Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
    path,
  };
}

interface Place {
  readonly path: readonly PathSegment[];
  readonly value: Json;
}

/** Places of a policy's spec that a pattern names and that are there. */
function placesOf(spec: Json | undefined, pattern: Pattern): readonly Place[] {
  let places: readonly Place[] = spec === undefined ? [] : [{ path: ['spec'], value: spec }];
  for (const step of pattern.split('.')) {
    if (places.length === 0) return places;
    const names = step.startsWith('(') ? step.slice(1, -1).split('|') : [step];
    places = places.flatMap((place) =>
      step === '[]' ? itemsOf(place) : names.flatMap((name) => memberOf(place, name)),
    );
  }
  return places;
}

const itemsOf = ({ path, value }: Place): readonly Place[] =>
  Array.isArray(value) ? value.map((item: Json, i) => ({ path: [...path, i], value: item })) : [];

function memberOf({ path, value }: Place, name: string): readonly Place[] {
  const member = isObject(value) ? get(value, name) : undefined;
  return member === undefined ? [] : [{ path: [...path, name], value: member }];
}

/** `spec.rules[0].validate`, as the API server prints paths. */
const formatFieldPath = (path: readonly PathSegment[]): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
