import type { CelFailure } from './compile.ts';
import { type CelEnvironment, mergeFunctions } from './environment.ts';
import { LISTS } from './functions/lists.ts';
import { OPERATORS } from './functions/operators.ts';
import { OPTIONALS, OR_VALUE_OF_ANYTHING } from './functions/optional.ts';
import { QUANTITIES } from './functions/quantities.ts';
import { STANDARD, STANDARD_TYPES } from './functions/standard.ts';
import { STRINGS } from './functions/strings.ts';
import { BOOL, type CelType, DYN, listOf, mapOf, objectOf, STRING } from './types.ts';

/**
 * Kubernetes' base environment with `orValue` of anything, as Kyverno extends it (k8s.io/apiserver, cel/environment).
 * Not there yet: url, ip, cidr, format.named, semver, authorizer.
 */
const FUNCTIONS = mergeFunctions([
  OPERATORS,
  STANDARD,
  STRINGS,
  LISTS,
  OPTIONALS,
  QUANTITIES,
  OR_VALUE_OF_ANYTHING,
]);

const KIND = objectOf('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = objectOf('kubernetes.GroupVersionResource', {
  group: STRING,
  version: STRING,
  resource: STRING,
});
const USER = objectOf('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});

/** `request` as expressions see it: no objects within (k8s.io/apiserver, admission/plugin/cel BuildRequestType). */
export const REQUEST_TYPE: CelType = objectOf('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});

/** Functions of the base environment that are not there yet. */
const NOT_SIMULATED = new Set([
  'url', 'isURL', 'ip', 'isIP', 'cidr', 'isCIDR', 'format', 'semver', 'isSemver', 'isCanonical',
  'jsonpatch',
]); // biome-ignore format: a list of names

/** The function that an expression does not compile for, if it is only because the studio does not have it. */
export function notSimulated({ issues }: CelFailure): string | undefined {
  const names = issues.map(({ message }) => /^undeclared reference to '([^']*)'/.exec(message)?.[1]);
  return names.every((name) => name !== undefined && NOT_SIMULATED.has(name)) ? names[0] : undefined;
}

/** An environment with Kubernetes' functions and types, and these variables. */
export const kubernetesEnvironment = (variables: Readonly<Record<string, CelType>>): CelEnvironment => ({
  variables: new Map(Object.entries(variables)),
  functions: FUNCTIONS,
  types: new Map(STANDARD_TYPES),
});
