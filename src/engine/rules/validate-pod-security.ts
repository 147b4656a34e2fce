import type { Json, PathSegment } from '../../base/json.ts';
import { get, getList, getPath, getString } from '../../base/json.ts';
import { stringEntries } from '../../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import type { PolicyException } from '../../kyverno/policy.ts';
import { extractImages } from '../context/images.ts';
import type { RuleResponse } from '../engine-response.ts';
import { exceptionKey } from './exceptions.ts';
import { addNode, innermost } from './explanation.ts';
import type { RuleTask } from './old-object.ts';
import { enforces, isDelete, isUpdate, withOldObject } from './old-object.ts';
import type { Pod } from './pod-security/check.ts';
import type { Violation } from './pod-security/evaluate.ts';
import {
  applyExclusions,
  controlOf,
  evaluateChecks,
  formatError,
  formatViolations,
  parseVersion,
} from './pod-security/evaluate.ts';
import { respond } from './response.ts';

const TEMPLATED = new Set([
  'DaemonSet',
  'Deployment',
  'Job',
  'StatefulSet',
  'ReplicaSet',
  'ReplicationController',
]);

/** Where a kind keeps its Pod: path of the spec, and of the metadata whose annotations count. */
function pathsOf(kind: string): { readonly spec: string[]; readonly metadata: string[] } | undefined {
  if (kind === 'Pod') return { spec: ['spec'], metadata: ['metadata'] };
  if (TEMPLATED.has(kind))
    return { spec: ['spec', 'template', 'spec'], metadata: ['spec', 'template', 'metadata'] };
  if (kind === 'CronJob')
    return {
      spec: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
      metadata: ['spec', 'jobTemplate', 'metadata'],
    };
  return undefined;
}

function podOf(object: KubernetesObject | undefined): Pod | undefined {
  const paths = object && pathsOf(object.kind);
  if (!paths) return undefined;
  return {
    annotations: stringEntries(get(getPath(object, paths.metadata), 'annotations')),
    spec: getPath(object, paths.spec) ?? {},
  };
}

/** Field paths as they are in the object rather than in its Pod. */
function inObject(violations: readonly Violation[], kind: string): readonly Violation[] {
  const spec = pathsOf(kind)?.spec.join('.') ?? 'spec';
  return violations.map((violation) => ({
    ...violation,
    errors: violation.errors.map((error) => ({
      ...error,
      field: error.field.replaceAll('spec', spec).replaceAll('metadata', 'spec.template.metadata'),
    })),
  }));
}

const exclusionsOf = (exception: PolicyException): readonly Json[] => getList(exception.spec, 'podSecurity');

/** `validate.podSecurity` of a rule that matches and whose preconditions hold (handlers/validation/validate_pss.go). */
export function validatePodSecurity(
  task: RuleTask,
  exceptions: readonly PolicyException[],
): RuleResponse | undefined {
  const { rule, context, trace } = task;
  if (isDelete(context)) return undefined;
  const answer = (
    status: RuleResponse['status'],
    message: string,
    properties: Readonly<Record<string, string>> = {},
    violations: readonly Violation[] = [],
  ): RuleResponse => {
    if (trace) {
      const node = explainChecks(status, message, path, violations);
      addNode(trace, node);
      trace.decided = innermost(node);
    }
    const isMore = Object.keys(properties).length > 0;
    const parts = isMore
      ? { ...task.parts, properties: { ...task.parts.properties, ...properties } }
      : task.parts;
    return respond(rule, 'validate', status, message, parts);
  };
  const path = [...rule.path, 'validate', 'podSecurity'];
  const blanket = exceptions.find((exception) => exclusionsOf(exception).length === 0);
  if (blanket)
    return answer(
      'skip',
      `rule is skipped due to policy exception ${exceptionKey(blanket)}`,
      exceptionsProperty([blanket]),
    );

  const object = context.newObject ?? context.oldObject;
  const pod = podOf(object);
  if (!object || !pod)
    return answer('error', 'Error while getting new resource: could not find correct resource type');
  const podSecurity = get(get(rule.raw, 'validate'), 'podSecurity') ?? {};
  const level = getString(podSecurity, 'level') ?? '';
  const version = getString(podSecurity, 'version') ?? '';
  const minor = parseVersion(version);
  if (minor === undefined)
    return answer('error', 'failed to parse pod security api version: must be "latest" or "v1.x"');
  const levelVersion = { level, minor };
  const found = evaluateChecks(levelVersion, pod);
  const violations = applyExclusions(levelVersion, getList(podSecurity, 'exclude'), found, pod);
  if (violations.length === 0) return answer('pass', `Validation rule '${rule.name}' passed.`);
  const left = applyExclusions(levelVersion, exceptions.flatMap(exclusionsOf), violations, pod);
  if (left.length === 0)
    return answer(
      'skip',
      `rule is skipped due to policy exceptions ${exceptions.map(exceptionKey).join(', ')}`,
      exceptionsProperty(exceptions),
    );
  const shown = inObject(left, object.kind);
  const response = answer(
    'fail',
    `Validation rule '${rule.name}' failed. It violates PodSecurity "${level}:${version}": ${formatViolations(shown)}`,
    { standard: level, version, ...controlProperties(left, found, object, pod) },
    shown,
  );
  if (!comparesOldObject(task) || violatedBefore(task, exceptions) === false) return response;
  return answer('skip', 'skipping the rule evaluation as pre-existing violations are allowed');
}

/** One row a check that the Pod violates, with the fields that it is about; the whole text where there is none. */
function explainChecks(
  status: RuleResponse['status'],
  message: string,
  path: readonly PathSegment[],
  violations: readonly Violation[],
): EvaluationNode {
  const whole = { label: 'podSecurity', status: status === 'warn' ? ('fail' as const) : status, path };
  if (violations.length === 0) return { ...whole, message };
  const children = violations.map(({ id, reason, errors }): EvaluationNode => {
    const fields = errors.map(formatError).join(', ');
    return { label: id, status: 'fail', message: fields === '' ? reason : `${reason}: ${fields}`, path };
  });
  return { ...whole, children };
}

const exceptionsProperty = (exceptions: readonly PolicyException[]): Readonly<Record<string, string>> => ({
  exceptions: exceptions.map(({ name }) => name).join(','),
});

/**
 * What reports say of the controls that were violated, with the images that violate them (utils/report/results.go). Kyverno
 * takes the images from a text of the check that no exclusion changes: those of excluded containers are among them.
 */
function controlProperties(
  violations: readonly Violation[],
  found: readonly Violation[],
  object: KubernetesObject,
  pod: Pod,
): Readonly<Record<string, string>> {
  const extracted = extractImages(object);
  const images = extracted !== undefined && 'value' in extracted ? extracted.value : {};
  const controls = violations.map(({ id }) => {
    const errors = found.flatMap((one) => (one.id === id ? one.errors : []));
    const named = [...new Set(errors.flatMap(({ field }) => imageOf(field, pod, images) ?? []))];
    return { ID: id, Name: controlOf(id), Images: named.length === 0 ? null : named };
  });
  return { controls: violations.map(({ id }) => id).join(','), controlsJSON: JSON.stringify(controls) };
}

/** The image of the container that a field belongs to, or its name where the image is unknown. */
function imageOf(field: string, pod: Pod, images: Json): string | undefined {
  const place = /^spec\.(containers|initContainers|ephemeralContainers)\[(\d+)\]/.exec(field);
  if (place === null) return undefined;
  const name = getString(pod.spec, place[1] ?? '', Number(place[2]), 'name') ?? '';
  return getString(images, place[1] ?? '', name, 'reference') ?? name;
}

const comparesOldObject = (task: RuleTask): boolean =>
  task.context.behaviour.ruleLevelFailureAction &&
  enforces(task) &&
  isUpdate(task.context) &&
  get(get(task.rule.raw, 'validate'), 'allowExistingViolations') !== false;

/** Whether the old object fails the rule as well. */
function violatedBefore(task: RuleTask, exceptions: readonly PolicyException[]): boolean {
  if (task.context.operation !== 'UPDATE') return false;
  const before = withOldObject(task, (old) => validatePodSecurity({ ...old, trace: undefined }, exceptions));
  return before !== 'not matched' && before?.status === 'fail';
}
