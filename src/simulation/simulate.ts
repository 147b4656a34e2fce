import type { Process } from '../base/process.ts';
import { type EventId, type Milliseconds, milliseconds, type StepIndex, stepIndex } from '../base/units.ts';
import { logLines } from '../kubectl/log-lines.ts';
import { runKubectl } from '../kubectl/run-kubectl.ts';
import type { TraceRecorder } from '../trace/create-recorder.ts';
import type { Expectation, RequestEvent, StepEvent, StoppedEvent } from '../trace/event.ts';
import { TRACE_FORMAT, TRACE_VERSION, type Trace, type TraceStep } from '../trace/trace.ts';
import type { TestRun } from './chainsaw/test-run.ts';
import { commandText } from './command-text.ts';
import { CLUSTER_ADMIN, LiveCluster } from './live-cluster.ts';
import { busiestRules, describeLoop } from './loop.ts';
import type { SimulationOptions } from './options.ts';
import { testRuns } from './parts.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';
import type { EventQueue, RunEnd } from './scheduler.ts';

/** Events of one step after which a run is stopped unless the caller says otherwise. */
export const DEFAULT_MAX_EVENTS = 10_000;
/**
 * What others cause while a step runs, the hourly scan of every object among them, is not the step's doing: that may be so
 * many times its budget.
 */
const OTHERS = 10;
/** Events of a whole run, however many steps it has: what a page can hold. */
const MAX_TRACE_EVENTS = 1_000_000;
/** A person's pause between two steps that have come to rest. */
const PAUSE = milliseconds(1000);
/** How many tasks of the queue pass between two questions to `shouldStop`. */
const ASK_EVERY = 64;

type Stop = StoppedEvent['reason'];
type KubectlAction = Extract<ScenarioStep['action'], { readonly type: 'kubectl' }>;

/** How far a run has got. */
export interface SimulationProgress {
  /** Steps that have come to rest. */
  readonly done: number;
  readonly steps: number;
  readonly events: number;
}

type Stretch = Generator<SimulationProgress, Stop | undefined, void>;

/**
 * Runs a scenario and returns its trace: the cluster of the base and of `scenario.before`, then each step to its rest. The
 * same scenario, version and seed give the same trace. Stops at the limits of the options with a `stopped` event; what was
 * traced until then is whole.
 */
export function simulate(scenario: Scenario, options: SimulationOptions): Trace {
  const run = simulateGradually(scenario, options);
  for (let next = run.next(); ; next = run.next()) if (next.done === true) return next.value;
}

/**
 * The same run, which pauses after every few tasks and tells how far it has got, so that its caller can do something else
 * meanwhile. The trace does not depend on the pauses.
 */
export function* simulateGradually(
  scenario: Scenario,
  options: SimulationOptions,
): Generator<SimulationProgress, Trace, void> {
  return yield* new Simulation(scenario, options).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #options: SimulationOptions;
  readonly #cluster: LiveCluster;
  readonly #queue: EventQueue;
  readonly #recorder: TraceRecorder;
  readonly #steps: TraceStep[] = [];
  #tasks = 0;
  /** The command line of the present step; empty if it only looks. */
  #command = '';
  #test: TestRun | undefined;
  /** How many events there were when the present step began. */
  #from = 0;
  /** Events since then that the step itself caused, and how far they are counted. */
  #own = 0;
  #counted = 0;

  constructor(scenario: Scenario, options: SimulationOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#cluster = new LiveCluster(scenario, options);
    this.#queue = this.#cluster.queue;
    this.#recorder = this.#cluster.recorder;
    this.#steps.push({
      index: stepIndex(0),
      kind: 'before',
      title: 'before',
      command: '',
      username: CLUSTER_ADMIN.username,
      time: milliseconds(0),
      settled: this.#queue.now(),
    });
  }

  *run(): Generator<SimulationProgress, Trace, void> {
    let stopped: Stop | undefined;
    for (const step of this.#scenario.steps) {
      if (!(this.#testRun(step)?.isDue(step) ?? true)) continue;
      stopped = yield* step.action.type === 'wait' ? this.#wait(step, step.action.duration) : this.#act(step);
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
      startedAt: new Date(this.#cluster.startedAt).toISOString(),
      ...(this.#cluster.settings.length === 0 ? {} : { settings: this.#cluster.settings }),
      steps: this.#steps,
      events,
      revisions,
      evaluations,
      end: this.#queue.now(),
    };
  }

  #addStep(step: Omit<TraceStep, 'index' | 'settled'>): void {
    this.#steps.push({ ...step, index: stepIndex(this.#steps.length), settled: this.#queue.now() });
  }

  #begin(): StepIndex {
    const index = stepIndex(this.#steps.length);
    this.#from = this.#recorder.recording.events.length;
    this.#own = 0;
    this.#counted = this.#from;
    this.#recorder.beginStep(index);
    return index;
  }

  *#wait(step: ScenarioStep, duration: Milliseconds): Stretch {
    this.#begin();
    this.#cluster.setWebhooks(step.webhooks ?? {});
    const time = this.#queue.now();
    const until = milliseconds(time + duration);
    const stopped =
      (yield* this.#go((stop) => this.#queue.runUntil(until, stop))) ??
      (yield* this.#go((stop) => this.#queue.runToRest(stop)));
    this.#addStep({ ...this.#told(step), kind: 'wait', command: '', time });
    return stopped;
  }

  *#act(step: ScenarioStep): Stretch {
    const before = this.#steps.at(-1)?.kind;
    const looks = step.action.type === 'check';
    if (before === 'command' && !looks) {
      const until = milliseconds(this.#queue.now() + PAUSE);
      const stopped = yield* this.#go((stop) => this.#queue.runUntil(until, stop));
      if (stopped !== undefined) return stopped;
    }
    this.#begin();
    const time = this.#queue.now();
    this.#command = '';
    this.#queue.spawn(this.#perform(step));
    const stopped = yield* this.#go((stop) => this.#queue.runToRest(stop));
    const kind = this.#command === '' ? 'check' : 'command';
    this.#addStep({ ...this.#told(step), kind, command: this.#command, time });
    return stopped;
  }

  /** Runs the queue, with a pause after every few tasks. */
  *#go(run: (stop: () => Stop | 'pause' | undefined) => RunEnd<Stop | 'pause'>): Stretch {
    for (;;) {
      const end = run(() => this.#stop());
      if (end.rest) return undefined;
      if (end.stop !== 'pause') return end.stop;
      yield this.#progress();
    }
  }

  #progress(): SimulationProgress {
    return {
      done: this.#steps.length - 1,
      steps: this.#scenario.steps.length,
      events: this.#recorder.recording.events.length,
    };
  }

  #told(step: ScenarioStep): Pick<TraceStep, 'title' | 'username' | 'source'> {
    const { title, user, source } = step;
    return { title, username: user.username, ...(source === undefined ? {} : { source }) };
  }

  /** What runs beside a step whose Test says more than what is done. */
  #testRun({ test }: ScenarioStep): TestRun | undefined {
    if (test?.type !== 'operation') return undefined;
    this.#test ??= new (testRuns.get().TestRun)({
      server: this.#cluster.server,
      recorder: this.#recorder,
      now: () => this.#queue.now(),
      wallClock: () => this.#cluster.wallClock(),
    });
    return this.#test;
  }

  *#perform(step: ScenarioStep): Process<void> {
    const open: Omit<StepEvent, 'id' | 'time' | 'end' | 'step' | 'cause'> = {
      kind: 'step',
      phase: 'admission',
      exitCode: 0,
      stdout: '',
      stderr: '',
      verdict: 'none',
    };
    const id = this.#recorder.open(open);
    this.#cluster.setWebhooks(step.webhooks ?? {});
    const run = this.#testRun(step);
    const action = run?.prepare(step) ?? step.action;
    if (action.type === 'kubectl') return yield* this.#type(step, action, id);
    if (action.type === 'problem') run?.fail(step, action.verdict);
    else if (run !== undefined) yield* run.look(step);
    this.#recorder.close(id, { expectations: run?.end() ?? [] });
  }

  *#type(step: ScenarioStep, { argv, files }: KubectlAction, id: EventId): Process<void> {
    this.#command = commandText(argv);
    if (step.backgroundController === 'stops-at-failure') this.#cluster.kyverno.background.stopAtFailure();
    const result = yield* runKubectl({ argv, files, user: step.user }, this.#cluster.server, {
      cause: id,
      now: this.#cluster.wallClock(),
      clock: () => this.#cluster.wallClock(),
      logs: () => logLines(this.#recorder.recording.events, this.#cluster.startedAt),
    });
    const { exitCode, stdout, stderr } = result;
    if (step.backgroundController === 'goes-on') this.#cluster.kyverno.background.goOn();
    const run = this.#testRun(step);
    run?.judge(step, id, result);
    const expectations = run?.end() ?? this.#refusal(step, exitCode);
    this.#recorder.close(id, {
      exitCode,
      stdout,
      stderr,
      verdict: this.#verdict(id, exitCode),
      ...(expectations.length === 0 ? {} : { expectations }),
    });
    if (result.unsupported !== undefined)
      this.#recorder.record({
        kind: 'unsupported',
        phase: 'admission',
        cause: id,
        what: this.#command,
        message: result.unsupported,
      });
  }

  /** A step that expects to be refused, and was or was not. */
  #refusal({ test }: ScenarioStep, exitCode: number): readonly Expectation[] {
    if (test?.type !== 'refusal') return [];
    const told = { text: 'an error', at: this.#queue.now(), source: test.source };
    return [
      exitCode === 0
        ? { ...told, result: 'missed', difference: 'the server answered that it is done' }
        : { ...told, result: 'met' },
    ];
  }

  /** What the caller was told, from the requests that the command sent. */
  #verdict(step: EventId, exitCode: number): StepEvent['verdict'] {
    // What a command caused came after it.
    const writes = this.#recorder.recording.events
      .slice(step)
      .filter(
        (event): event is RequestEvent =>
          event.kind === 'request' && event.cause === step && event.verb !== 'get' && event.verb !== 'list',
      );
    if (exitCode === 0) return writes.length > 0 ? 'allowed' : 'none';
    const refusal = writes.find((event) => event.code >= 400)?.refusedBy;
    const denied = refusal === 'validating' || refusal === 'mutating' || refusal === 'authorization';
    return denied ? 'denied' : 'error';
  }

  #stop(): Stop | 'pause' | undefined {
    const total = this.#recorder.recording.events.length;
    const most = this.#options.maxEvents ?? DEFAULT_MAX_EVENTS;
    if (this.#countOwn() > most || total - this.#from > most * OTHERS || total > MAX_TRACE_EVENTS)
      return this.#loop().length > 0 ? 'loop' : 'event-budget';
    this.#tasks += 1;
    if (this.#tasks % ASK_EVERY !== 0) return undefined;
    const asked = this.#options.shouldStop?.();
    // A chain that feeds itself may reach the end of its time before that of its events: it is named all the same.
    return asked === 'time-budget' && this.#loop().length > 0 ? 'loop' : (asked ?? 'pause');
  }

  #countOwn(): number {
    const { events } = this.#recorder.recording;
    for (; this.#counted < events.length; this.#counted += 1)
      if (events[this.#counted]?.step === this.#steps.length) this.#own += 1;
    return this.#own;
  }

  /** The rules that keep the present step running. */
  #loop(): ReturnType<typeof busiestRules> {
    return busiestRules(this.#recorder.recording.events.slice(this.#from));
  }

  #recordStop(reason: Stop): void {
    const { events } = this.#recorder.recording;
    const loop = reason === 'loop' ? this.#loop() : [];
    this.#recorder.record({
      kind: 'stopped',
      phase: 'background',
      reason,
      message: describeLoop(reason, loop, events.length),
      ...(loop.length === 0 ? {} : { loop }),
    });
  }
}
