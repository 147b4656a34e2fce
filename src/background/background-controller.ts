import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { WatchEvent } from '../cluster/api.ts';
import { nameOf } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import { isPolicy, PolicyCache, policyKeyOf } from '../kyverno/policy-informer.ts';
import {
  isUpdateRequest,
  readUpdateRequest,
  readUpdateRequestStatus,
  updateRequestsOf,
} from '../kyverno/update-request.ts';
import type { UpdateRequestEvent } from '../trace/event.ts';
import { attemptUpdateRequest } from './attempt.ts';
import type { BackgroundEnvironment } from './environment.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { mutateExisting } from './parts.ts';
import { PolicyController } from './policy-controller.ts';
import { remove, retry } from './update-request-status.ts';
import type { WorkItem } from './work-item.ts';

/** More than that are never busy at once. */
const MOST_WORKERS = 10_000;

/** Kyverno's background controller: a queue of UpdateRequests and its workers (house: background/controller.ts). */
export class BackgroundController {
  readonly #env: BackgroundEnvironment;
  readonly #policies: PolicyCache;
  readonly #policyController: PolicyController;
  /** Names that wait for a worker, in order; a name is worked on by one worker at a time. */
  readonly #queue: string[] = [];
  readonly #working = new Set<string>();
  /** Names that changed while they were worked on. */
  readonly #again = new Set<string>();
  readonly #paces = new Map<string, WorkItem['pace']>();
  /** The `update-request` event of an UpdateRequest's present state. */
  readonly #states = new Map<string, EventId>();
  /** Whether it stands still, or is to stand still at the next failure. */
  #halt: 'no' | 'at-failure' | 'now' = 'no';
  /** While it is scaled to nothing: the last event of each policy that changed meanwhile. */
  #missed: Map<string, WatchEvent> | undefined;
  readonly #idle: number[];

  constructor(env: BackgroundEnvironment) {
    this.#env = env;
    this.#idle = Array.from(
      { length: Math.min(env.flags.genWorkers, MOST_WORKERS) },
      (_, index) => index + 1,
    );
    this.#policies = new PolicyCache((object) => env.readPolicy(object));
    this.#policyController = new PolicyController(env, this.#policies);
  }

  /** Takes up what the cluster holds and watches from now on. */
  start(): void {
    const { server } = this.#env;
    for (const resource of ['clusterpolicies', 'policies'])
      for (const object of server.listAll({ group: 'kyverno.io', version: 'v1', resource }))
        this.#policies.set(object);
    server.watch((event) => this.#see(event));
    this.#policyController.start(() => this.#missed === undefined);
  }

  /** Stands still from the moment on at which an UpdateRequest shows Failed. */
  stopAtFailure(): void {
    this.#halt = 'at-failure';
  }

  /** Scaled to nothing: UpdateRequests stay as they are, policies are not watched. */
  stop(): void {
    this.#halt = 'now';
    this.#missed = new Map();
  }

  /** Goes on with all UpdateRequests that there are. A policy that came or changed meanwhile is new to it. */
  goOn(): void {
    this.#halt = 'no';
    const missed = this.#missed?.values() ?? [];
    this.#missed = undefined;
    for (const { previous: _previous, ...event } of missed)
      this.#policyController.see(event.type === 'DELETED' ? event : { ...event, type: 'ADDED' });
    for (const name of this.#states.keys()) this.#enqueue(name);
  }

  #see(event: WatchEvent): void {
    const { object, type } = event;
    if (isPolicy(object)) {
      if (this.#missed === undefined) this.#policyController.see(event);
      else this.#missed.set(policyKeyOf(object), event);
    }
    if (!isUpdateRequest(object)) return;
    const name = nameOf(object);
    this.#states.set(name, recordState(this.#env, event));
    if (type === 'DELETED') {
      this.#paces.delete(name);
      this.#states.delete(name);
      return;
    }
    const { state } = readUpdateRequestStatus(object);
    if (state === 'Failed' && this.#halt === 'at-failure') this.#halt = 'now';
    if (type === 'ADDED' || (state !== 'Completed' && state !== 'Skip')) this.#enqueue(name);
  }

  #enqueue(name: string): void {
    if (this.#working.has(name)) this.#again.add(name);
    else if (!this.#queue.includes(name)) this.#queue.push(name);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#halt !== 'now' && this.#queue.length > 0 && this.#idle.length > 0) {
      const name = this.#queue.shift() ?? '';
      const worker = this.#idle.shift() ?? 0;
      this.#working.add(name);
      this.#env.scheduler.spawn(this.#work(name, worker), BACKGROUND_LATENCIES.pickUp);
    }
  }

  *#work(name: string, worker: number): Process<void> {
    yield* this.#sync(name, worker);
    this.#working.delete(name);
    this.#idle.push(worker);
    this.#idle.sort((left, right) => left - right);
    if (this.#again.delete(name) && this.#states.has(name)) this.#enqueue(name);
    this.#dispatch();
  }

  /** One pass over an UpdateRequest: process if Pending, then reconcile its state (lifecycle B.6). */
  *#sync(name: string, worker: number): Process<void> {
    const env = this.#env;
    const find = () => env.server.lookup(updateRequestsOf(env.behaviour), KYVERNO_NAMESPACE, name);
    const object = find();
    const cause = this.#states.get(name);
    if (object === undefined || cause === undefined) return;
    const spec = readUpdateRequest(object);
    if (spec.requestType === 'mutate' && this.#policies.get(spec.policy) === undefined)
      return yield* mutateExisting.get().removeOfPolicy(env, spec.policy, cause);
    if (readUpdateRequestStatus(object).state === 'Pending') {
      const pace = this.#paces.get(name) ?? { lastList: undefined };
      this.#paces.set(name, pace);
      const policy = this.#policies.get(spec.policy);
      if (spec.requestType === 'generate')
        yield* attemptUpdateRequest(env, object, policy, pace, worker, cause);
      else if (spec.requestType === 'mutate' && policy !== undefined)
        yield* mutateExisting.get().attemptMutate(env, object, policy, pace, worker, cause);
      else this.#refuse(spec.requestType, cause);
    }
    const after = find();
    const state = after === undefined ? '' : readUpdateRequestStatus(after).state;
    if (this.#halt === 'now' || after === undefined || (state !== 'Completed' && state !== 'Failed')) return;
    yield BACKGROUND_LATENCIES.reconcile;
    const reason = this.#states.get(name) ?? cause;
    if (state === 'Completed') yield* remove(env, after, reason);
    else yield* retry(env, after, reason);
  }

  #refuse(requestType: string, cause: EventId): void {
    this.#env.recorder.record({
      kind: 'unsupported',
      phase: 'background',
      cause,
      what: `UpdateRequest of type ${requestType}`,
      message: `UpdateRequests of type ${requestType} are not simulated yet; this one stays Pending.`,
    });
  }
}

/** Tells the trace of an UpdateRequest's new state. */
function recordState(env: BackgroundEnvironment, event: WatchEvent): EventId {
  const spec = readUpdateRequest(event.object);
  const status = readUpdateRequestStatus(event.object);
  const [first] = spec.ruleContext;
  const gone = status.state === 'Completed' ? 'deleted' : 'dropped';
  return env.recorder.record({
    kind: 'update-request',
    phase: 'background',
    cause: event.event,
    name: nameOf(event.object),
    policy: spec.policy,
    requestType: spec.requestType as UpdateRequestEvent['requestType'],
    rules: spec.ruleContext.map(({ rule }) => rule),
    ...(first === undefined ? {} : { trigger: first.trigger }),
    state: event.type === 'DELETED' ? gone : (status.state as UpdateRequestEvent['state']),
    retryCount: status.retryCount,
    message: status.message,
    revision: event.revision,
  });
}
