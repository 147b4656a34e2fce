import { equal, type Json, type JsonObject } from '../base/json.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';

/** An Event that a Kyverno controller raises (lifecycle H.1). */
export interface KyvernoEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'PolicyViolation' | 'PolicyApplied' | 'PolicyError' | 'PolicySkipped';
  readonly action:
    | 'Resource Blocked'
    | 'Resource Passed'
    | 'Resource Generated'
    | 'Resource Mutated'
    | 'Resource Cleaned Up'
    | 'Retrying'
    | 'None';
  readonly message: string;
  readonly reportingComponent:
    | 'kyverno-admission'
    | 'kyverno-scan'
    | 'kyverno-generate'
    | 'kyverno-mutate'
    | 'kyverno-cleanup'
    | 'globalcontext-controller';
  readonly regarding: ObjectRef;
  readonly related?: ObjectRef;
}

/** Longest note that events.k8s.io takes. */
const MAX_NOTE = 1024;

/** The resource under which Kyverno writes Events. */
export const EVENTS = { group: 'events.k8s.io', version: 'v1', resource: 'events' } as const;

/**
 * The Event object as it is sent to the API server; `time` in milliseconds since the Unix epoch. `regardingVersion` is the
 * resourceVersion of the regarded object, where the version tells it (up to 1.11, by client-go's recorder).
 */
export function formatEvent(
  event: KyvernoEvent,
  time: number,
  serial: number,
  regardingVersion?: string,
): KubernetesObject {
  const namespace = event.regarding.namespace ?? 'default';
  const stamp = (BigInt(Math.floor(time)) * 1_000_000n + BigInt(serial)).toString(16).padStart(16, '0');
  const note = event.message.length > MAX_NOTE ? `${event.message.slice(0, MAX_NOTE - 3)}...` : event.message;
  const at = new Date(time).toISOString();
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${event.regarding.name}.${stamp}`, namespace },
    eventTime: `${at.slice(0, 23)}000Z`,
    reportingController: event.reportingComponent,
    reportingInstance: `${event.reportingComponent}-1`,
    action: event.action,
    reason: event.reason,
    type: event.type,
    regarding: formatRef(event.regarding, regardingVersion),
    ...(event.related === undefined ? {} : { related: formatRef(event.related) }),
    note,
  };
}

function formatRef(ref: ObjectRef, resourceVersion?: string): JsonObject {
  // Targets of mutate-existing rules are named without a version.
  const versioned = ref.apiVersion === '' ? {} : { apiVersion: ref.apiVersion };
  const fields: Record<string, Json> = { ...versioned, kind: ref.kind, name: ref.name };
  if (ref.namespace !== undefined) fields['namespace'] = ref.namespace;
  if (ref.uid !== undefined) fields['uid'] = ref.uid;
  if (resourceVersion !== undefined) fields['resourceVersion'] = resourceVersion;
  return fields;
}

/**
 * The Event of the same kind that a series would count, if there is one; the text does not matter, but the regarded object
 * must not have changed (client-go, up to 1.11).
 */
export const findRepeated = (
  event: KyvernoEvent,
  events: readonly KubernetesObject[],
  regardingVersion?: string,
): KubernetesObject | undefined =>
  events.find(
    (known) =>
      known['type'] === event.type &&
      known['reason'] === event.reason &&
      known['action'] === event.action &&
      known['reportingController'] === event.reportingComponent &&
      equal(known['regarding'], formatRef(event.regarding, regardingVersion)) &&
      equal(known['related'], event.related && formatRef(event.related)),
  );

/** The patch that begins a series; undefined if there is one already: it is counted in memory for a while. */
export const seriesPatch = (known: KubernetesObject, time: number): JsonObject | undefined =>
  known['series'] === undefined
    ? { series: { count: 2, lastObservedTime: `${new Date(time).toISOString().slice(0, 23)}000Z` } }
    : undefined;

/** `Namespace prod`, `ConfigMap team-a/settings`: an object as Event texts name it. */
export const eventSubject = (ref: ObjectRef): string =>
  `${ref.kind} ${ref.namespace === undefined || ref.namespace === '' ? '' : `${ref.namespace}/`}${ref.name}`;
