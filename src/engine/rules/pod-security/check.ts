import type { Json } from '../../../base/json.ts';
import { get, getList, getString } from '../../../base/json.ts';
import { oncePerObject } from '../../../base/remember.ts';

/** A bad value as Kyverno prints it: `true`, `0`, a text, a sorted list of texts. */
export type BadValue = boolean | number | string | readonly string[];

/** One field that a check objects to. */
export interface FieldError {
  /** `spec.containers[0].securityContext.privileged`. */
  readonly field: string;
  readonly type: 'forbidden' | 'required';
  readonly badValue?: BadValue;
}

/** What is checked: metadata and spec of a Pod or of a Pod template. */
export interface Pod {
  readonly annotations: readonly (readonly [string, string])[];
  readonly spec: Json;
}

export interface CheckResult {
  /** `host namespaces`. */
  readonly reason: string;
  readonly errors: readonly FieldError[];
}

/** Undefined: the Pod is allowed. */
export type CheckPod = (pod: Pod) => CheckResult | undefined;

/** A check of the Pod Security Standards; `versions` begin at the minor version `since` of Kubernetes 1. */
export interface Check {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  readonly versions: readonly { readonly since: number; readonly check: CheckPod }[];
}

export const forbidden = (field: string, badValue?: BadValue): FieldError => ({
  field,
  type: 'forbidden',
  ...(badValue === undefined ? {} : { badValue }),
});

export const required = (field: string): FieldError => ({ field, type: 'required' });

/** The result of a check whose errors are these. */
export const objection = (reason: string, errors: readonly FieldError[]): CheckResult | undefined =>
  errors.length === 0 ? undefined : { reason, errors };

export const CONTAINER_FIELDS = ['initContainers', 'containers', 'ephemeralContainers'] as const;
export type ContainerField = (typeof CONTAINER_FIELDS)[number];

/** A container, and where it stands: `spec.containers[0]`. */
interface PlacedContainer {
  readonly container: Json;
  readonly path: string;
}

/** Every container with its path, in Kubernetes' order: init, main, ephemeral. All checks ask for the same ones. */
export const containersOf = oncePerObject((pod: Pod): readonly PlacedContainer[] =>
  CONTAINER_FIELDS.flatMap((field) =>
    getList(pod.spec, field).map((container, index) => ({ container, path: `spec.${field}[${index}]` })),
  ),
);

/** A field of a security context that is there (null counts as absent), or undefined. */
export function contextField(holder: Json, ...path: readonly string[]): Json | undefined {
  let value: Json | undefined = get(holder, 'securityContext');
  for (const step of path) value = get(value, step);
  return value ?? undefined;
}

/** Errors of the Pod's own security context first, then of the containers'. */
export function visit(
  pod: Pod,
  look: (holder: Json, path: string, isPod: boolean) => readonly FieldError[],
): readonly FieldError[] {
  const errors = [...look(pod.spec, 'spec.securityContext', true)];
  for (const { container, path } of containersOf(pod))
    errors.push(...look(container, `${path}.securityContext`, false));
  return errors;
}

/** Errors of the containers alone. */
export function visitContainers(
  pod: Pod,
  look: (container: Json, path: string) => readonly FieldError[],
): readonly FieldError[] {
  return containersOf(pod).flatMap(({ container, path }) => look(container, path));
}

/** Windows Pods are let off some checks from 1.25 on. */
export const exceptOnWindows =
  (check: CheckPod): CheckPod =>
  (pod) =>
    getString(pod.spec, 'os', 'name') === 'windows' ? undefined : check(pod);

export const sortedTexts = (values: readonly Json[]): readonly string[] =>
  [...new Set(values.filter((value): value is string => typeof value === 'string'))].sort();
