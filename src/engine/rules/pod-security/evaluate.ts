import type { Json, JsonObject } from '../../../base/json.ts';
import { getList, getString, isObject, setKey } from '../../../base/json.ts';
import { matchWildcard } from '../../../kubernetes/wildcard.ts';
import { BASELINE } from './baseline.ts';
import type { BadValue, Check, ContainerField, FieldError, Pod } from './check.ts';
import { CONTAINER_FIELDS } from './check.ts';
import { RESTRICTED } from './restricted.ts';

/** A check that a Pod does not pass. */
export interface Violation {
  readonly id: string;
  readonly reason: string;
  readonly errors: readonly FieldError[];
}

/** Level and Kubernetes minor version; `latest` is Infinity. */
export interface LevelVersion {
  readonly level: string;
  readonly minor: number;
}

/** Kyverno lists violations in the order of the checks' ids, upper case first. */
const CHECKS: readonly Check[] = [...BASELINE, ...RESTRICTED].sort((left, right) =>
  left.id < right.id ? -1 : 1,
);

/** Reads `podSecurity.version`. */
export function parseVersion(version: string): number | undefined {
  if (version === '' || version === 'latest') return Number.POSITIVE_INFINITY;
  const match = /^v1\.(0|[1-9]\d*)$/.exec(version);
  return match ? Number(match[1]) : undefined;
}

/** All levels but baseline ask everything, `privileged` included (a Kyverno peculiarity). */
export function evaluateChecks({ level, minor }: LevelVersion, pod: Pod): readonly Violation[] {
  return CHECKS.filter((check) => level !== 'baseline' || check.level === 'baseline').flatMap((check) => {
    const version = check.versions.findLast(({ since }) => since <= minor) ?? check.versions[0];
    const result = version?.check(pod);
    return result ? [{ id: check.id, ...result }] : [];
  });
}

/** Which checks a control of the Pod Security Standards stands for. */
const CONTROLS: Readonly<Record<string, readonly string[]>> = {
  Capabilities: ['capabilities_baseline', 'capabilities_restricted'],
  Seccomp: ['seccompProfile_baseline', 'seccompProfile_restricted'],
  'Privileged Containers': ['privileged'],
  'Host Ports': ['hostPorts'],
  '/proc Mount Type': ['procMount'],
  HostProcess: ['windowsHostProcess'],
  SELinux: ['seLinuxOptions'],
  'Host Namespaces': ['hostNamespaces'],
  'HostPath Volumes': ['hostPathVolumes'],
  Sysctls: ['sysctls'],
  AppArmor: ['appArmorProfile'],
  'Privilege Escalation': ['allowPrivilegeEscalation'],
  'Running as Non-root': ['runAsNonRoot'],
  'Running as Non-root user': ['runAsUser'],
  'Volume Types': ['restrictedVolumes'],
};

/** The control that a check belongs to, as the Pod Security Standards call it. */
export const controlOf = (id: string): string =>
  Object.entries(CONTROLS).find(([, ids]) => ids.includes(id))?.[0] ?? '';

const texts = (value: Json, field: string): readonly string[] =>
  getList(value, field).filter((item): item is string => typeof item === 'string');

/** The part of the Pod that an exclusion speaks of: containers with these images, or all but the containers. */
function excludedPart(exclude: Json, pod: Pod): Pod {
  const images = texts(exclude, 'images');
  if (images.length === 0) {
    const spec: Record<string, Json> = isObject(pod.spec) ? { ...pod.spec } : {};
    setKey(spec, 'containers', [{ name: 'fake' }]);
    setKey(spec, 'initContainers', []);
    setKey(spec, 'ephemeralContainers', []);
    return { annotations: pod.annotations, spec };
  }
  const matches = (container: Json): boolean =>
    images.some((image) => matchWildcard(image, getString(container, 'image') ?? ''));
  const spec: JsonObject = Object.fromEntries(
    CONTAINER_FIELDS.map((field) => [field, getList(pod.spec, field).filter(matches)]),
  );
  return { annotations: [], spec };
}

const withStars = (field: string): string => field.replace(/\d+/g, '*');

/** The name of the container that a field belongs to; undefined for fields of the Pod. */
function containerName(field: string, pod: Pod): string | undefined {
  const match = /^spec\.(containers|initContainers|ephemeralContainers)\[(\d+)\]/.exec(field);
  if (!match) return undefined;
  const container = getList(pod.spec, match[1] as ContainerField)[Number(match[2])];
  return getString(container, 'name') ?? '';
}

function badTexts(value: BadValue | undefined): readonly string[] {
  if (value === undefined || value === '') return [];
  return typeof value === 'object' ? value : [String(value)];
}

function isExcepted(exclude: Json, error: FieldError): boolean {
  const field = getString(exclude, 'restrictedField') ?? '';
  if (field !== '' && field !== withStars(error.field)) return false;
  const values = texts(exclude, 'values');
  return (
    values.length === 0 ||
    badTexts(error.badValue).every((bad) => values.some((value) => matchWildcard(value, bad)))
  );
}

/** As Go does it: the last one takes the place of the one that is removed. */
function without(errors: readonly FieldError[], index: number): readonly FieldError[] {
  const rest = [...errors];
  const last = rest.pop();
  if (last && index < rest.length) rest[index] = last;
  return rest;
}

/** Takes out the errors that one exclusion covers: each error of the excluded part removes one of its kind. */
function applyExclusion(
  version: LevelVersion,
  exclude: Json,
  violations: readonly Violation[],
  pod: Pod,
): readonly Violation[] {
  const part = excludedPart(exclude, pod);
  const byContainer = getList(exclude, 'images').length > 0;
  const left = new Map(violations.map((violation) => [violation.id, violation]));
  const ids = CONTROLS[getString(exclude, 'controlName') ?? ''] ?? [];
  const excluded = evaluateChecks(version, part).filter(({ id }) => ids.includes(id));
  for (const { id, errors } of excluded)
    for (const error of errors.filter((candidate) => isExcepted(exclude, candidate))) {
      const violation = left.get(id);
      if (!violation) continue;
      const index = violation.errors.findIndex(
        ({ field }) =>
          withStars(field) === withStars(error.field) &&
          (!byContainer || containerName(field, pod) === containerName(error.field, part)),
      );
      if (index < 0) continue;
      const remaining = without(violation.errors, index);
      if (remaining.length === 0) left.delete(id);
      else left.set(id, { ...violation, errors: remaining });
    }
  return [...left.values()];
}

/** Applies exclusions (`podSecurity.exclude`, or of policy exceptions) one after the other. */
export const applyExclusions = (
  version: LevelVersion,
  excludes: readonly Json[],
  violations: readonly Violation[],
  pod: Pod,
): readonly Violation[] =>
  excludes.reduce<readonly Violation[]>(
    (left, exclude) => applyExclusion(version, exclude, left, pod),
    violations,
  );

/** A field of the Pod that a check objects to. */
export function formatError({ field, type, badValue }: FieldError): string {
  if (type === 'required') return `${field}: Required value`;
  if (badValue === undefined || badValue === '') return `${field}: Forbidden`;
  const value = typeof badValue === 'object' ? `[${badValue.join(' ')}]` : String(badValue);
  return `${field} is forbidden, forbidden values found: ${value}`;
}

/** `(Forbidden reason: …, field error list: […])` of every violation, without separator. */
export const formatViolations = (violations: readonly Violation[]): string =>
  violations
    .map(
      ({ reason, errors }) =>
        `(Forbidden reason: ${reason}, field error list: [${errors.map(formatError).join(', ')}])`,
    )
    .join('');
