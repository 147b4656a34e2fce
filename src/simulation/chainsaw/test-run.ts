import type { DocumentPath } from '../../base/document-path.ts';
import { get, getList, getString, isObject, type Json, type JsonObject } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import { type EventId, type Milliseconds, milliseconds } from '../../base/units.ts';
import type { SimulatedApiServer } from '../../cluster/api-server.ts';
import type { EvaluateStatement } from '../../expressions/assertion/assert-tree.ts';
import { formatAssertionError } from '../../expressions/assertion/assertion-error.ts';
import { type Bindings, bind, NO_BINDINGS } from '../../expressions/assertion/bindings.ts';
import { CHAINSAW_FUNCTIONS } from '../../expressions/assertion/chainsaw-functions.ts';
import { communityJmesPath } from '../../expressions/assertion/community.ts';
import { templateReference, templateValue } from '../../expressions/assertion/templating.ts';
import type { KubectlResult } from '../../kubectl/run-kubectl.ts';
import { type KubernetesObject, nameOf, namespaceOf } from '../../kubernetes/object.ts';
import type { ManifestDocument } from '../../manifest/manifest.ts';
import type { TraceRecorder } from '../../trace/create-recorder.ts';
import type { Expectation, RequestEvent } from '../../trace/event.ts';
import type { ScenarioStep, StepTest, TestDocument, TestStep } from '../scenario.ts';
import {
  bindAll,
  bindTold,
  judgeScript,
  judgeWrite,
  MET,
  type Output,
  readOutputs,
  type Sight,
  titleOf,
  unsupported,
  type Verdict,
} from './judge.ts';
import { KUBECTL_OPERATIONS, kubectlArguments } from './kubectl-operations.ts';
import { infoOf, lookOnce } from './look.ts';
import { asObject, inNamespace } from './objects.ts';
import { placeOf } from './place-of.ts';
import { millisecondsOf } from './timeouts.ts';

/** What a run of a Test needs of the simulation. */
export interface TestWorld {
  readonly server: SimulatedApiServer;
  readonly recorder: TraceRecorder;
  readonly now: () => Milliseconds;
  readonly wallClock: () => number;
}

type Operation = Extract<StepTest, { readonly type: 'operation' }>;
type Kubectl = Extract<ScenarioStep['action'], { readonly type: 'kubectl' }>;

/** What a step turns out to be when its turn has come. */
export type Prepared =
  | Kubectl
  | { readonly type: 'look' }
  /** It cannot be done; `unsupported` if that is for want of the simulation. */
  | { readonly type: 'problem'; readonly verdict: Exclude<Verdict, { readonly type: 'met' }> };

/** Chainsaw looks again every 50 ms. */
const POLL = milliseconds(50);
const DEFAULT_TIMEOUT = 30_000;

/** What is known of a Chainsaw step while its operations run. */
interface Known {
  bindings: Bindings;
  failed: boolean;
  /** Why its bindings cannot be evaluated. */
  readonly problem?: string;
}

/** What a Test knows and expects while a scenario runs: bindings, outputs, failures by Chainsaw step. */
export class TestRun {
  readonly #world: TestWorld;
  readonly #evaluate: EvaluateStatement;
  readonly #steps = new Map<TestStep, Known>();
  /** What the lines of a script printed so far, by what stands behind `script`. */
  readonly #printed = new Map<JsonObject, { readonly stdout: string; readonly stderr: string }>();
  /** The bindings of the present operation. */
  #bindings: Bindings = NO_BINDINGS;
  /** Where the first difference of the present operation is. */
  #expectations: Expectation[] = [];

  constructor(world: TestWorld) {
    this.#world = world;
    this.#evaluate = communityJmesPath(
      { now: world.wallClock(), random: () => 0, libraries: {} },
      CHAINSAW_FUNCTIONS,
    );
  }

  /** Whether the step's turn comes at all: what is to be caught must have happened. */
  isDue({ test }: ScenarioStep): boolean {
    return test?.type !== 'operation' || test.section !== 'catch' || this.#known(test.step).failed;
  }

  /** What the step does, with templates and bindings put in. */
  prepare({ action, test }: ScenarioStep): Prepared {
    if (test?.type !== 'operation') return action.type === 'kubectl' ? action : { type: 'look' };
    this.#expectations = [];
    const known = this.#known(test.step);
    this.#bindings = known.bindings;
    if (known.problem !== undefined) return problem(unsupported(`bindings: ${known.problem}`));
    const bound = bindAll(getList(test.body, 'bindings'), this.#sight, null);
    if ('error' in bound) return problem(unsupported(`bindings: ${bound.error}`));
    this.#bindings = bound.bindings;
    if (action.type === 'kubectl') return this.#templated(action, test);
    const type = KUBECTL_OPERATIONS.find((name) => name === test.operation);
    if (type === undefined) return { type: 'look' };
    const args = kubectlArguments(type, test.body, {
      namespace: test.step.namespace,
      timeout: getString(test.body, 'timeout') ?? getString(test.step.timeouts, 'exec') ?? '5s',
      templating: this.#sight,
      infoOf: (kind) => this.#world.server.discovery().byKind(kind),
    });
    return 'error' in args
      ? problem({ type: 'missed', reason: args.error })
      : { type: 'kubectl', argv: args.argv, files: {} };
  }

  /** Looks until every document is as the Test wants it, or its time is up. */
  *look({ test }: ScenarioStep): Process<void> {
    if (test?.type !== 'operation') return;
    const type = test.operation === 'error' ? 'error' : 'assert';
    for (const document of test.documents) {
      const verdict = yield* this.#lookAt(type, document, test);
      const title = asObject(document.value);
      const text = `${type} ${title === undefined ? '' : titleOf(title)}`.trim();
      this.#tell(text, verdict, document, test);
    }
  }

  *#lookAt(type: 'assert' | 'error', document: TestDocument, test: Operation): Process<Verdict> {
    const templated = isTemplated(test)
      ? templateReference(document.value, this.#sight)
      : { value: document.value };
    if ('error' in templated) return unsupported(templated.error);
    if (!isObject(templated.value)) return unsupported('an assertion that is no object');
    const place = { server: this.#world.server, namespace: test.step.namespace };
    const deadline = this.#world.now() + timeoutOf(test);
    let seen = -1;
    let verdict: Verdict = MET;
    for (;;) {
      // Nothing was stored since the last look: it would see the same.
      const stored = this.#world.recorder.recording.revisions.length;
      if (stored !== seen) verdict = lookOnce(type, templated.value, place, this.#sight);
      seen = stored;
      if (verdict.type !== 'missed' || this.#world.now() + POLL > deadline) return verdict;
      yield POLL;
    }
  }

  /** What the Test expected of a command, now that it has returned. `step`: its event. */
  judge({ test, action }: ScenarioStep, step: EventId, result: KubectlResult): void {
    if (test?.type !== 'operation') return;
    switch (test.operation) {
      case 'script':
      case 'command':
        this.#judgeScript(test, result);
        return;
      case 'get':
      case 'describe':
      case 'events':
      case 'podLogs':
      case 'wait':
        // A look that shows something expects nothing of it, save that what is waited for comes.
        if (test.operation === 'wait')
          this.#tell('the condition that is waited for', ofExit(result), undefined, test);
        else if (result.exitCode !== 0) this.#known(test.step).failed = true;
        return;
      default:
        this.#judgeWrites(
          test,
          action.type === 'kubectl' ? Object.values(action.files).flat() : [],
          step,
          result,
        );
    }
  }

  /** It could not be done at all. */
  fail({ test }: ScenarioStep, verdict: Verdict): void {
    if (test?.type === 'operation') this.#tell(test.operation, verdict, undefined, test);
  }

  /** Ends the step's operation: what it put out is known from now on. */
  end(): readonly Expectation[] {
    return this.#expectations;
  }

  #judgeWrites(
    test: Operation,
    sent: readonly ManifestDocument[],
    step: EventId,
    result: KubectlResult,
  ): void {
    const explicit = get(test.body, 'expect') !== undefined;
    for (const { object, error, source } of this.#written(test, sent, step, result)) {
      const verdict = judgeWrite(object, test.body, error, this.#sight);
      if (explicit)
        this.#tell(
          `${titleOf(object)} with ${checkText(test.body)}`,
          verdict,
          { value: test.body, source },
          test,
        );
      else if (verdict.type !== 'met') this.#known(test.step).failed = true;
      if (verdict.type === 'met' && error === undefined)
        this.#putOut(test, object, bind(this.#bindings, 'error', null));
    }
  }

  /** The objects that a command was about, as they are now or were sent, and what the server said against it. */
  #written(
    test: Operation,
    sent: readonly ManifestDocument[],
    step: EventId,
    result: KubectlResult,
  ): readonly {
    readonly object: KubernetesObject;
    readonly error?: string;
    readonly source: DocumentPath;
  }[] {
    const source = sourceOf(test);
    const writes = this.#world.recorder.recording.events
      .slice(step)
      .filter(
        (event): event is RequestEvent =>
          event.kind === 'request' && event.cause === step && event.verb !== 'get' && event.verb !== 'list',
      );
    const objects = sent.flatMap(({ value }) => asObject(value) ?? []);
    const last = new Map(
      writes.map((write) => [
        `${write.target.kind}/${write.target.namespace ?? ''}/${write.target.name}`,
        write,
      ]),
    );
    if (last.size === 0) {
      const [object = asObject({ apiVersion: 'v1', kind: 'Status' })] = objects;
      if (object === undefined) return [];
      if (result.exitCode !== 0) return [{ object, error: result.stderr.trim(), source }];
      return objects.map((one) => ({ object: this.#stored(one, test) ?? one, source }));
    }
    return [...last.values()].map((write) => {
      const { target, code, message } = write;
      const named = asObject({
        apiVersion: target.apiVersion,
        kind: target.kind,
        metadata: {
          name: target.name,
          ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
        },
      });
      const own = objects.find((one) => one.kind === target.kind && nameOf(one) === target.name);
      const stored = named === undefined ? undefined : this.#stored(named, test);
      const object = (code < 400 ? stored : undefined) ?? own ?? stored ?? named;
      const shown = object ?? {
        apiVersion: target.apiVersion,
        kind: target.kind,
        metadata: { name: target.name },
      };
      return code < 400
        ? { object: shown, source }
        : { object: shown, error: message ?? `HTTP ${code}`, source };
    });
  }

  #stored(object: KubernetesObject, test: Operation): KubernetesObject | undefined {
    const { server } = this.#world;
    const info = infoOf(server, object);
    if (info === undefined || nameOf(object) === '') return undefined;
    const placed = inNamespace(object, info, test.step.namespace);
    return server.lookup(info, info.namespaced ? namespaceOf(placed) : '', nameOf(object));
  }

  /** A script's lines are commands of their own; its `check` sees what all of them printed. */
  #judgeScript(test: Operation, { stdout, stderr, exitCode }: KubectlResult): void {
    const before = this.#printed.get(test.body);
    const printed = { stdout: (before?.stdout ?? '') + stdout, stderr: (before?.stderr ?? '') + stderr };
    this.#printed.set(test.body, printed);
    if (!test.last) return;
    const told = { ...printed, error: exitCode === 0 ? null : `exit status ${exitCode}` };
    const verdict = judgeScript(test.body, told, this.#sight);
    if (get(test.body, 'check') !== undefined)
      this.#tell('check', verdict, { value: test.body, source: sourceOf(test) }, test);
    else if (verdict.type !== 'met') this.#known(test.step).failed = true;
    if (verdict.type === 'met') this.#putOut(test, null, bindTold(this.#bindings, told));
  }

  #putOut(test: Operation, input: Json, seen: Bindings): void {
    const read = readOutputs(test.body, input, { evaluate: this.#evaluate, bindings: seen });
    if ('unsupported' in read) {
      this.#tell('outputs', unsupported(read.unsupported), undefined, test);
      return;
    }
    const known = this.#known(test.step);
    known.bindings = read.outputs.reduce(
      (bindings: Bindings, { name, value }: Output) => bind(bindings, name, value),
      known.bindings,
    );
  }

  #tell(text: string, verdict: Verdict, document: TestDocument | undefined, test: Operation): void {
    if (verdict.type !== 'met') this.#known(test.step).failed = true;
    const { difference } = verdict.type === 'met' ? { difference: undefined } : verdict;
    const source = document?.source ?? sourceOf(test);
    this.#expectations.push({
      text,
      result: verdict.type === 'met' ? 'met' : verdict.type === 'missed' ? 'missed' : 'unknown',
      at: this.#world.now(),
      ...(verdict.type === 'met'
        ? {}
        : { difference: difference === undefined ? verdict.reason : formatAssertionError(difference) }),
      source:
        difference === undefined || document === undefined || document.value === test.body
          ? source
          : { ...source, path: [...source.path, ...placeOf(difference.path, document.value)] },
    });
  }

  /** The command with `(…)` replaced, in the objects that it sends and in its own words. */
  #templated(action: Kubectl, test: Operation): Prepared {
    if (!isTemplated(test) || test.operation === 'script' || test.operation === 'command') return action;
    const files: Record<string, readonly ManifestDocument[]> = {};
    for (const [name, documents] of Object.entries(action.files)) {
      const templated: ManifestDocument[] = [];
      for (const document of documents) {
        const result = templateValue(document.value, this.#sight);
        if ('error' in result) return problem(unsupported(`a template: ${result.error}`));
        const object = asObject(result.value);
        templated.push({ ...document, value: result.value, ...(object === undefined ? {} : { object }) });
      }
      Object.defineProperty(files, name, { value: templated, enumerable: true });
    }
    const argv: string[] = [];
    for (const word of action.argv) {
      const result = this.#word(word);
      if ('error' in result) return problem(unsupported(`a template: ${result.error}`));
      argv.push(result.text);
    }
    return { type: 'kubectl', argv, files };
  }

  /** A word of a command line: a name, or the JSON of a patch. */
  #word(word: string): { readonly text: string } | { readonly error: string } {
    if (!word.startsWith('{') && !word.startsWith('(')) return { text: word };
    const result = templateValue(word.startsWith('{') ? jsonOf(word) : word, this.#sight);
    if ('error' in result) return result;
    return { text: typeof result.value === 'string' ? result.value : JSON.stringify(result.value) };
  }

  get #sight(): Sight {
    return { evaluate: this.#evaluate, bindings: this.#bindings };
  }

  #known(step: TestStep): Known {
    const known = this.#steps.get(step);
    if (known !== undefined) return known;
    const test = { id: 1, scenarioId: 1, metadata: step.metadata };
    const start = bind(bind(bind(NO_BINDINGS, 'namespace', step.namespace), 'test', test), 'config', {});
    const outer = bindAll(step.testBindings, { evaluate: this.#evaluate, bindings: start });
    const inner =
      'error' in outer
        ? outer
        : bindAll(step.bindings, {
            evaluate: this.#evaluate,
            bindings: bind(outer.bindings, 'step', { id: step.id }),
          });
    const made: Known =
      'error' in inner
        ? { bindings: start, failed: false, problem: inner.error }
        : { bindings: inner.bindings, failed: false };
    this.#steps.set(step, made);
    return made;
  }
}

/** What is expected, on one line: `($error != null): true`. */
const checkText = (body: JsonObject): string =>
  getList(body, 'expect')
    .map((entry) => get(entry, 'check') ?? null)
    .map((check) =>
      isObject(check)
        ? Object.entries(check)
            .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
            .join(', ')
        : JSON.stringify(check),
    )
    .join('; ');

const problem = (verdict: Verdict): Prepared =>
  verdict.type === 'met' ? { type: 'look' } : { type: 'problem', verdict };

const ofExit = ({ exitCode, stderr }: KubectlResult): Verdict =>
  exitCode === 0 ? MET : { type: 'missed', reason: stderr.trim() };

function isTemplated({ body, step }: Operation): boolean {
  const own = get(body, 'template');
  return own === undefined ? step.template : own !== false;
}

function timeoutOf({ operation, body, step }: Operation): number {
  return millisecondsOf(getString(body, 'timeout') ?? getString(step.timeouts, operation)) ?? DEFAULT_TIMEOUT;
}

/** Where the operation is written. */
const sourceOf = ({ source }: Operation): DocumentPath => source;

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
