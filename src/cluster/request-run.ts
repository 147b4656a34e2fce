import type { JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId, Milliseconds } from '../base/units.ts';
import type { Operation } from '../kubernetes/admission-review.ts';
import type { KubernetesObject, ObjectRef, UserInfo } from '../kubernetes/object.ts';
import { formatApiVersion } from '../kubernetes/object.ts';
import type { RequestEvent, RequestPhaseName } from '../trace/event.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { ApiRequest, ApiResponse, ResourceInfo, StatusFailure } from './api.ts';

export type RefusedBy = NonNullable<RequestEvent['refusedBy']>;

/** A request that does not get through: the answer, and the part that gave it. */
export interface Refusal {
  readonly failure: StatusFailure;
  readonly by: RefusedBy;
}

/** What a request comes to. */
export type Outcome =
  | Refusal
  | {
      readonly code: number;
      readonly object?: KubernetesObject;
      readonly items?: readonly KubernetesObject[];
    };

export const refuse = (by: RefusedBy, failure: StatusFailure): Refusal => ({ failure, by });

/** A request under way: its event in the trace, the phases that it went through, warnings so far. */
export class RequestRun {
  readonly request: ApiRequest;
  readonly user: UserInfo;
  readonly event: EventId;
  readonly warnings: string[] = [];
  /** What the request asks to change; known better as it goes on (generated names, uids). */
  target: ObjectRef;
  mutations: RequestEvent['mutations'];
  readonly #recorder: Recorder;
  readonly #now: () => Milliseconds;
  readonly #phases: { name: RequestPhaseName; time: Milliseconds; end: Milliseconds }[] = [];

  constructor(
    request: ApiRequest,
    user: UserInfo,
    target: ObjectRef,
    recorder: Recorder,
    now: () => Milliseconds,
  ) {
    this.request = request;
    this.user = user;
    this.target = target;
    this.#recorder = recorder;
    this.#now = now;
    this.event = recorder.open({
      kind: 'request',
      phase: phaseOf(request),
      ...(request.cause === undefined ? {} : { cause: request.cause }),
      verb: request.verb,
      resource: request.resource,
      subresource: request.subresource ?? '',
      target,
      username: user.username,
      component: request.component,
      path: pathOf(request),
      dryRun: request.dryRun === true,
      phases: [],
      code: 0,
      warnings: [],
    });
  }

  /** Goes on to a phase and stays there for `latency`, or as long as its work takes. */
  *enter(name: RequestPhaseName, latency: Milliseconds): Process<void> {
    this.#endPhase();
    const now = this.#now();
    this.#phases.push({ name, time: now, end: now });
    yield latency;
  }

  /** Answers: closes the event. */
  finish(outcome: Outcome): ApiResponse {
    this.#endPhase();
    const failure = 'failure' in outcome ? outcome.failure : undefined;
    const code = 'failure' in outcome ? outcome.failure.code : outcome.code;
    const warnings = [...new Set(this.warnings)];
    this.#recorder.close(this.event, {
      phases: this.#phases,
      code,
      warnings,
      target: this.target,
      ...(failure === undefined ? {} : { message: failure.message, reason: failure.reason }),
      ...('failure' in outcome ? { refusedBy: outcome.by } : {}),
      ...(this.mutations === undefined ? {} : { mutations: this.mutations }),
    });
    if ('failure' in outcome) return { code, failure: outcome.failure, warnings, event: this.event };
    return {
      code,
      warnings,
      event: this.event,
      ...(outcome.object === undefined ? {} : { object: outcome.object }),
      ...(outcome.items === undefined ? {} : { items: outcome.items }),
    };
  }

  #endPhase(): void {
    const last = this.#phases[this.#phases.length - 1];
    if (last !== undefined) last.end = this.#now();
  }
}

/** Somebody waits for a person's requests and for what admission itself asks; nobody waits for controllers. */
export const phaseOf = ({ component }: Pick<ApiRequest, 'component'>): 'admission' | 'background' =>
  component === 'client' || component === 'api-server' || component === 'admission-controller'
    ? 'admission'
    : 'background';

/** The request's path as on the wire: `/apis/kyverno.io/v1/clusterpolicies/x`. */
export function pathOf(request: ApiRequest): string {
  const root = request.resource.group === '' ? '/api' : '/apis';
  const namespace = request.namespace === undefined ? [] : ['namespaces', request.namespace];
  const name = request.name === undefined ? [] : [request.name];
  const subresource = request.subresource === undefined ? [] : [request.subresource];
  return [
    root,
    formatApiVersion(request.resource),
    ...namespace,
    request.resource.resource,
    ...name,
    ...subresource,
  ]
    .filter((part) => part !== '')
    .join('/');
}

/** The reference of what a request is about; without discovery the resource's name stands for its kind. */
export function targetOf(request: ApiRequest, info: ResourceInfo | undefined, name: string): ObjectRef {
  return {
    apiVersion: formatApiVersion(request.resource),
    kind: info?.kind ?? request.resource.resource,
    name,
    ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
  };
}

const OPTIONS = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
} as const;

/** The options object of a write, as webhooks see it: that of the operation, which for a patch is an update. */
export function optionsOf(request: ApiRequest, operation: Exclude<Operation, 'CONNECT'>): JsonObject {
  const { dryRun, fieldManager, fieldValidation, propagationPolicy = 'Background' } = request;
  return {
    kind: OPTIONS[operation],
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
    ...(operation === 'DELETE' ? { propagationPolicy } : { fieldManager }),
    ...(operation !== 'DELETE' && fieldValidation !== undefined ? { fieldValidation } : {}),
  };
}
