import { getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { seededRandom } from '../base/random.ts';
import { type EventId, type Milliseconds, milliseconds, type StepIndex, stepIndex } from '../base/units.ts';
import { createApiServer, type SimulatedApiServer } from '../cluster/api-server.ts';
import { startControllers } from '../cluster/controllers.ts';
import { API_SERVER_LATENCIES, CONTROLLER_LATENCIES } from '../cluster/latencies.ts';
import { runKubectl } from '../kubectl/run-kubectl.ts';
import { seedApplied } from '../kubectl/seed-applied.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { behaviourOf } from '../kyverno/behaviour.ts';
import { createRecorder, type TraceRecorder } from '../trace/create-recorder.ts';
import type { RequestEvent, StepEvent, StoppedEvent } from '../trace/event.ts';
import { TRACE_FORMAT, TRACE_VERSION, type Trace, type TraceStep } from '../trace/trace.ts';
import { commandText } from './command-text.ts';
import { installKyverno, type Kyverno, ready } from './kyverno.ts';
import { busiestRules, describeLoop } from './loop.ts';
import type { SimulationOptions } from './options.ts';
import { actors } from './parts.ts';
import { policySources } from './policy-sources.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';
import { createEventQueue, type EventQueue } from './scheduler.ts';

/** Events after which a run is stopped unless the caller says otherwise. */
export const DEFAULT_MAX_EVENTS = 10_000;
/** Wall clock at virtual time 0 unless the caller says otherwise: 2026-01-01T00:00:00Z. */
export const DEFAULT_START = 1_767_225_600_000;
/** A person's pause between two steps that have come to rest. */
const PAUSE = milliseconds(1000);
/** How many tasks of the queue pass between two questions to `shouldStop`. */
const ASK_EVERY = 64;

const CLUSTER_ADMIN: UserInfo = {
  username: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
};

type Stop = StoppedEvent['reason'];

/**
 * Runs a scenario and returns its trace: the cluster of the base and of `scenario.before`, then each step to its rest. The
 * same scenario, version and seed give the same trace. Stops at the limits of the options with a `stopped` event; what was
 * traced until then is whole.
 */
export function simulate(scenario: Scenario, options: SimulationOptions): Trace {
  return new Simulation(scenario, options).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #options: SimulationOptions;
  readonly #queue: EventQueue = createEventQueue();
  readonly #recorder: TraceRecorder;
  readonly #server: SimulatedApiServer;
  readonly #kyverno: Kyverno;
  readonly #steps: TraceStep[] = [];
  readonly #startedAt: number;
  #tasks = 0;

  constructor(scenario: Scenario, options: SimulationOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#startedAt = options.startedAt ?? DEFAULT_START;
    this.#recorder = createRecorder(this.#queue);
    const random = seededRandom(options.seed);
    const wallClock = (): number => this.#startedAt + this.#queue.now();
    let kyverno: Kyverno | undefined;
    this.#server = createApiServer({
      recorder: this.#recorder,
      random,
      now: () => this.#queue.now(),
      wallClock,
      admission: () => kyverno?.admission,
      latencies: API_SERVER_LATENCIES,
    });
    this.#server.load(options.base);
    startControllers({ server: this.#server, scheduler: this.#queue, latencies: CONTROLLER_LATENCIES });
    this.#setUp();
    kyverno = installKyverno({
      server: this.#server,
      scheduler: this.#queue,
      recorder: this.#recorder,
      behaviour: behaviourOf(options.version),
      random,
      wallClock,
      explain: options.explain ?? true,
      policyExceptions: options.policyExceptions ?? false,
      ...(options.exceptionNamespace === undefined ? {} : { exceptionNamespace: options.exceptionNamespace }),
      mocks: scenario.mocks,
      libraries: options.libraries ?? {},
      sources: policySources(scenario),
    });
    this.#kyverno = kyverno;
    if (scenario.actors.length > 0)
      actors.get().startActors(scenario.actors, {
        server: this.#server,
        scheduler: this.#queue,
        recorder: this.#recorder,
        jmespath: { now: this.#startedAt, random, libraries: options.libraries ?? {} },
      });
  }

  run(): Trace {
    let stopped: Stop | undefined;
    for (const step of this.#scenario.steps) {
      stopped = step.action.type === 'wait' ? this.#wait(step, step.action.duration) : this.#type(step);
      if (stopped !== undefined) break;
    }
    if (stopped !== undefined) this.#recordStop(stopped);
    this.#recorder.closeAll();
    const { events, revisions, evaluations } = this.#recorder.recording;
    return {
      format: TRACE_FORMAT,
      version: TRACE_VERSION,
      kyverno: this.#options.version,
      seed: this.#options.seed,
      startedAt: new Date(this.#startedAt).toISOString(),
      steps: this.#steps,
      events,
      revisions,
      evaluations,
      end: this.#queue.now(),
    };
  }

  /** Step 0: what exists before a person types anything. CRDs first, then Namespaces, then what lives in them. */
  #setUp(): void {
    const cause = this.#recorder.record({
      kind: 'step',
      phase: 'admission',
      exitCode: 0,
      stdout: '',
      stderr: '',
      verdict: 'none',
    });
    const objects = this.#scenario.before.flatMap(({ object }) => (object === undefined ? [] : [object]));
    const rank = ({ kind }: KubernetesObject): number =>
      kind === 'CustomResourceDefinition' ? 0 : kind === 'Namespace' ? 1 : 2;
    const inOrder = [...objects].sort((left, right) => rank(left) - rank(right));
    const refused = seedApplied(this.#server, inOrder.map(ready), CLUSTER_ADMIN, cause);
    for (const object of refused)
      this.#recorder.record({
        kind: 'unsupported',
        phase: 'admission',
        cause,
        what: `${object.apiVersion} ${object.kind}`,
        message: `No CRD or built-in resource serves ${object.apiVersion} ${object.kind}, so ${getString(object.metadata, 'name') ?? 'it'} is not in the cluster.`,
      });
    this.#queue.runToRest(() => undefined);
    this.#addStep({
      kind: 'before',
      title: 'before',
      command: '',
      username: CLUSTER_ADMIN.username,
      time: milliseconds(0),
    });
  }

  #addStep(step: Omit<TraceStep, 'index' | 'settled'>): void {
    this.#steps.push({ ...step, index: stepIndex(this.#steps.length), settled: this.#queue.now() });
  }

  #begin(): StepIndex {
    const index = stepIndex(this.#steps.length);
    this.#recorder.beginStep(index);
    return index;
  }

  #wait(step: ScenarioStep, duration: Milliseconds): Stop | undefined {
    this.#begin();
    const time = this.#queue.now();
    const end = this.#queue.runUntil(milliseconds(time + duration), () => this.#stop());
    const rest = end.rest ? this.#queue.runToRest(() => this.#stop()) : end;
    this.#addStep({ ...this.#told(step), kind: 'wait', command: '', time });
    return rest.rest ? undefined : rest.stop;
  }

  #type(step: ScenarioStep): Stop | undefined {
    const before = this.#steps.at(-1)?.kind;
    if (before === 'command') {
      const paused = this.#queue.runUntil(milliseconds(this.#queue.now() + PAUSE), () => this.#stop());
      if (!paused.rest) return paused.stop;
    }
    this.#begin();
    const time = this.#queue.now();
    this.#queue.spawn(this.#command(step));
    const end = this.#queue.runToRest(() => this.#stop());
    this.#addStep({ ...this.#told(step), kind: 'command', command: commandText(step), time });
    return end.rest ? undefined : end.stop;
  }

  #told(step: ScenarioStep): Pick<TraceStep, 'title' | 'username' | 'source'> {
    const { title, user, source } = step;
    return { title, username: user.username, ...(source === undefined ? {} : { source }) };
  }

  *#command(step: ScenarioStep): Process<void> {
    if (step.action.type !== 'kubectl') return;
    const { argv, files } = step.action;
    const open: Omit<StepEvent, 'id' | 'time' | 'end' | 'step' | 'cause'> = {
      kind: 'step',
      phase: 'admission',
      exitCode: 0,
      stdout: '',
      stderr: '',
      verdict: 'none',
    };
    const id = this.#recorder.open(open);
    if (step.backgroundController === 'stops-at-failure') this.#kyverno.background.stopAtFailure();
    const result = yield* runKubectl({ argv, files, user: step.user }, this.#server, {
      cause: id,
      now: this.#startedAt + this.#queue.now(),
    });
    const { exitCode, stdout, stderr } = result;
    if (step.backgroundController === 'goes-on') this.#kyverno.background.goOn();
    this.#recorder.close(id, { exitCode, stdout, stderr, verdict: this.#verdict(id, exitCode) });
    if (result.unsupported !== undefined)
      this.#recorder.record({
        kind: 'unsupported',
        phase: 'admission',
        cause: id,
        what: commandText(step),
        message: result.unsupported,
      });
  }

  /** What the caller was told, from the requests that the command sent. */
  #verdict(step: EventId, exitCode: number): StepEvent['verdict'] {
    const writes = this.#recorder.recording.events.filter(
      (event): event is RequestEvent =>
        event.kind === 'request' && event.cause === step && event.verb !== 'get' && event.verb !== 'list',
    );
    if (exitCode === 0) return writes.length > 0 ? 'allowed' : 'none';
    const refusal = writes.find((event) => event.code >= 400)?.refusedBy;
    const denied = refusal === 'validating' || refusal === 'mutating' || refusal === 'authorization';
    return denied ? 'denied' : 'error';
  }

  #stop(): Stop | undefined {
    if (this.#recorder.recording.events.length > (this.#options.maxEvents ?? DEFAULT_MAX_EVENTS))
      return busiestRules(this.#recorder.recording.events).length > 0 ? 'loop' : 'event-budget';
    this.#tasks += 1;
    const asked = this.#tasks % ASK_EVERY === 0 ? this.#options.shouldStop?.() : undefined;
    // A chain that feeds itself may reach the end of its time before that of its events: it is named all the same.
    const loops = asked === 'time-budget' && busiestRules(this.#recorder.recording.events).length > 0;
    return loops ? 'loop' : asked;
  }

  #recordStop(reason: Stop): void {
    const { events } = this.#recorder.recording;
    const loop = reason === 'loop' ? busiestRules(events) : [];
    this.#recorder.record({
      kind: 'stopped',
      phase: 'background',
      reason,
      message: describeLoop(reason, loop, events.length),
      ...(loop.length === 0 ? {} : { loop }),
    });
  }
}
