import type { Json, JsonObject } from '../../base/json.ts';
import type { ClusterBase } from '../../cluster/cluster-base.ts';
import { type Bindings, bind, NO_BINDINGS } from '../../expressions/assertion/bindings.ts';
import { CHAINSAW_FUNCTIONS } from '../../expressions/assertion/chainsaw-functions.ts';
import { communityJmesPath } from '../../expressions/assertion/community.ts';
import type { Libraries } from '../../expressions/jmespath/environment.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { parseFile } from '../../manifest/parse.ts';
import { bindAll, type Verdict } from '../../simulation/chainsaw/judge.ts';
import { withTimeouts } from '../../simulation/chainsaw/timeouts.ts';
import type { FileTree } from '../cli/file-tree.ts';
import { ADMIN_BINDING, Restless, TestCluster } from './cluster.ts';
import { type Configuration, findConfiguration } from './configuration.ts';
import { Executor } from './executor.ts';
import { type KyvernoSettings, readSettings } from './settings.ts';
import { type Binding, type ChainsawTestFile, type Operation, readTestFile, type Step } from './test-file.ts';

/** A test and what surrounds it. */
export interface ChainsawRun {
  readonly tree: FileTree;
  readonly path: string;
  readonly folder: string;
  readonly base: ClusterBase;
  /** Helm values of Kyverno, later ones over earlier ones. */
  readonly settings: readonly string[];
  /** Files of CRDs that exist beforehand. */
  readonly preinstalled: readonly string[];
  readonly libraries: Libraries;
  /** What shell files of the test do that are not in the tree. */
  readonly programs: Json;
}

/** What a test came to; the reason names the place of the first difference. */
export interface ChainsawOutcome {
  readonly outcome: 'pass' | 'fail' | 'unsupported';
  readonly reason: string;
}

const unsupported = (reason: string): ChainsawOutcome => ({ outcome: 'unsupported', reason });

/** Runs a Chainsaw Test on a fresh cluster. */
export function runChainsawTest(run: ChainsawRun): ChainsawOutcome {
  const test = readTestFile(run.tree, run.path, run.folder);
  if ('unsupported' in test) return unsupported(test.unsupported);
  const settings = readSettings(run.tree, run.settings);
  if ('unsupported' in settings) return unsupported(settings.unsupported);
  const before = run.preinstalled.flatMap(
    (path) => parseFile({ path, text: run.tree.read(path) ?? '' }).documents,
  );
  const configuration = findConfiguration(run.tree, run.folder);
  let outcome: ChainsawOutcome = { outcome: 'pass', reason: '' };
  for (const [index, scenario] of test.scenarios.entries()) {
    const cluster = new TestCluster(
      baseWith(run.base, settings),
      before,
      { ...settings.options, libraries: run.libraries },
      test.name,
    );
    outcome = runOn(
      cluster,
      new TestRunner(run, test, cluster, configuration, { index, bindings: scenario }),
    );
    if (outcome.outcome !== 'pass') break;
  }
  return outcome;
}

/** A scenario of a test that has some: its place among them, and what it binds. */
interface TestScenario {
  readonly index: number;
  readonly bindings: readonly Binding[];
}

function runOn(cluster: TestCluster, runner: TestRunner): ChainsawOutcome {
  let outcome: ChainsawOutcome;
  try {
    outcome = runner.run();
  } catch (error) {
    if (!(error instanceof Restless)) throw error;
    outcome = { outcome: 'fail', reason: error.message };
  }
  if (outcome.outcome === 'unsupported') return outcome;
  // What rests on something that is not simulated is neither met nor missed.
  const missing = cluster.unsupported();
  return missing === undefined ? outcome : unsupported(missing);
}

const bases = new WeakMap<ClusterBase, Map<string, ClusterBase>>();

/** The base with what the settings add; the same for the same settings, so that the server prepares it once. */
function baseWith(base: ClusterBase, { objects }: KyvernoSettings): ClusterBase {
  const known = bases.get(base) ?? new Map<string, ClusterBase>();
  bases.set(base, known);
  const key = JSON.stringify(objects);
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = { ...base, objects: [...base.objects, ADMIN_BINDING, ...(objects as KubernetesObject[])] };
  known.set(key, made);
  return made;
}

/** Chainsaw gives a test's own namespace a name of two random words. */
const OWN_NAMESPACE = 'chainsaw-able-otter';

class TestRunner {
  readonly #run: ChainsawRun;
  readonly #test: ChainsawTestFile;
  readonly #cluster: TestCluster;
  readonly #configuration: Configuration;
  readonly #scenario: TestScenario;
  readonly #written = new Map<string, string>();

  constructor(
    run: ChainsawRun,
    test: ChainsawTestFile,
    cluster: TestCluster,
    configuration: Configuration,
    scenario: TestScenario,
  ) {
    this.#scenario = scenario;
    this.#run = run;
    this.#test = test;
    this.#cluster = cluster;
    this.#configuration = configuration;
  }

  run(): ChainsawOutcome {
    const namespace = this.#test.namespace || OWN_NAMESPACE;
    const start = bind(bind(NO_BINDINGS, 'namespace', namespace), 'test', {
      id: 1,
      scenarioId: this.#scenario.index + 1,
      metadata: this.#test.metadata,
    });
    const bindings = this.#bound(bind(start, 'config', {}), [
      ...this.#scenario.bindings,
      ...this.#test.bindings,
    ]);
    if ('error' in bindings) return unsupported(`bindings: ${bindings.error}`);
    const timeouts = withTimeouts(this.#configuration.timeouts, this.#test.timeouts);
    const first = this.#executor(namespace, bindings, timeouts, {});
    first.makeNamespace();
    let verdict: Verdict = { type: 'met' };
    const cleanups: { executor: Executor; operations: readonly Operation[] }[] = [];
    for (const [index, step] of this.#test.steps.entries()) {
      const inner = this.#bound(bind(bindings, 'step', { id: index + 1 }), step.bindings);
      if ('error' in inner) return unsupported(`bindings: ${inner.error}`);
      const executor = this.#executor(namespace, inner, withTimeouts(timeouts, step.timeouts), step);
      cleanups.unshift({ executor, operations: step.cleanup });
      verdict = this.#step(executor, step);
      if (verdict.type !== 'met') break;
    }
    for (const { executor, operations } of cleanups) {
      const cleaned = this.#all(executor, operations);
      if (verdict.type === 'met') verdict = cleaned;
    }
    if (verdict.type === 'met') return { outcome: 'pass', reason: '' };
    return { outcome: verdict.type === 'missed' ? 'fail' : 'unsupported', reason: verdict.reason };
  }

  #step(executor: Executor, step: Step): Verdict {
    const tried = this.#all(executor, step.operations);
    const ended = this.#all(executor, step.finally);
    return tried.type === 'met' ? ended : tried;
  }

  /** An operation that continues on error has failed all the same: the first failure is the verdict. */
  #all(executor: Executor, operations: readonly Operation[]): Verdict {
    let worst: Verdict = { type: 'met' };
    for (const operation of operations) {
      const verdict = executor.run(operation);
      if (verdict.type === 'met') continue;
      if (worst.type === 'met') worst = { ...verdict, reason: `${operation.place}: ${verdict.reason}` };
      if (!operation.continues) return worst;
    }
    return worst;
  }

  #executor(
    namespace: string,
    bindings: Bindings,
    timeouts: JsonObject,
    step: Pick<Step, 'template' | 'propagation'>,
  ): Executor {
    const grace = this.#test.forceTerminationGracePeriod ?? this.#configuration.forceTerminationGracePeriod;
    return new Executor({
      tree: this.#run.tree,
      programs: this.#run.programs,
      folder: this.#test.folder,
      cluster: this.#cluster,
      namespace,
      bindings,
      timeouts,
      template: step.template ?? this.#test.template ?? this.#configuration.template,
      namespaceTemplate: this.#test.namespaceTemplate,
      propagation: step.propagation ?? this.#test.propagation ?? 'Background',
      written: this.#written,
      ...(grace === undefined ? {} : { gracePeriod: grace }),
    });
  }

  #bound(bindings: Bindings, more: readonly Binding[]): Bindings | { readonly error: string } {
    const evaluate = communityJmesPath(
      { now: this.#cluster.live.wallClock(), random: () => 0, libraries: {} },
      CHAINSAW_FUNCTIONS,
    );
    const bound = bindAll(more, { evaluate, bindings });
    return 'error' in bound ? bound : bound.bindings;
  }
}
