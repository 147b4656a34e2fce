/**
 * How fast the rule engine is: 50 policies of Kyverno's policy library against 100 Pods. One evaluation is one policy for
 * one Pod, as admission does it: mutate, validate what that left, and the filter of background rules, with the plan of
 * each generate rule that passes it. A request is one Pod under all policies.
 *
 * Rates and percentiles are by the clock; ratios and the times of growing work are by processor time.
 * Bytes are what a request adds to the used heap (`process.memoryUsage().heapUsed`); each Pod's median over the runs is
 * taken, since a collection in between makes single differences useless.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { seededRandom } from '../src/base/random.ts';
import type { Loaded, PolicyContext } from '../src/engine/policy-context.ts';
import { filterBackgroundRules } from '../src/engine/rules/background.ts';
import { planGenerate } from '../src/engine/rules/generate.ts';
import { mutate } from '../src/engine/rules/mutate.ts';
import { validate } from '../src/engine/rules/validate.ts';
import {
  behaviourOf,
  type KubernetesObject,
  LATEST_KYVERNO,
  type Libraries,
  loadLibraries,
  loadParts,
  parseFile,
  readPolicy,
} from '../src/index.ts';
import { readConfiguration } from '../src/kyverno/configuration.ts';
import type { Policy } from '../src/kyverno/policy.ts';
import { type Benchmark, type Figure, percentile } from './figures.ts';
import { makePods } from './pods.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/kyverno/bench');
const PODS = 100;
const WARM_UP = 5;
const RUNS = 20;
const LINEAR_RUNS = 7;

const readObjects = (): readonly KubernetesObject[] =>
  readdirSync(FOLDER)
    .sort()
    .flatMap((path) => parseFile({ path, text: readFileSync(join(FOLDER, path), 'utf8') }).documents)
    .flatMap(({ object }) => (object === undefined ? [] : [object]));

/** `copies` of each policy, under names of their own. */
function readPolicies(objects: readonly KubernetesObject[], copies = 1): readonly Policy[] {
  const copied = Array.from({ length: copies }, (_, copy) =>
    objects.map((object) => ({
      ...object,
      metadata: { ...object.metadata, name: `${object.metadata['name']}-${copy}` },
    })),
  );
  return copied.flat().flatMap((object) => readPolicy(structuredClone(object)) ?? []);
}

const missing = (): Loaded => ({ error: 'not available' });
const configMap: Loaded = { value: { data: { exclude: '["default", "kube-system"]' }, metadata: {} } };
const base = {
  operation: 'CREATE',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  subresource: '',
  admissionInfo: {
    userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
    roles: [],
    clusterRoles: ['cluster-admin'],
  },
  namespaceLabels: { 'kubernetes.io/metadata.name': 'default' },
  exceptions: [],
  configuration: readConfiguration(undefined),
  loader: {
    configMap: () => configMap,
    apiCall: missing,
    service: missing,
    globalContext: missing,
    imageData: missing,
  },
  behaviour: behaviourOf(LATEST_KYVERNO),
  now: 1_700_000_000_000,
  random: seededRandom(1),
} satisfies Partial<PolicyContext>;

interface Engine {
  readonly explain: boolean;
  readonly libraries: Libraries;
}

/** One policy for one Pod; the Pod as mutation left it. */
function evaluate(policy: Policy, pod: KubernetesObject, engine: Engine): KubernetesObject {
  const request = {
    uid: 'u',
    operation: 'CREATE',
    name: String(pod.metadata['name']),
    namespace: String(pod.metadata['namespace']),
  };
  const context: PolicyContext = { ...base, ...engine, policy, newObject: pod, request };
  const object = mutate(context).patched ?? pod;
  const after = object === pod ? context : { ...context, newObject: object };
  validate(after);
  for (const { rule, status, ruleType } of filterBackgroundRules(after).rules)
    if (status === 'pass' && ruleType === 'generate') planGenerate(after, rule);
  return object;
}

function request(policies: readonly Policy[], pod: KubernetesObject, engine: Engine): void {
  let object = pod;
  for (const policy of policies) object = evaluate(policy, object, engine);
}

/** Milliseconds of processor time that the work takes: what else the machine does at that time is not in it. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** All Pods under all policies. */
const pass = (policies: readonly Policy[], pods: readonly KubernetesObject[], engine: Engine): number =>
  processorTime(() => {
    for (const pod of pods) request(policies, pod, engine);
  });

const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** Median times of several measurements that take turns, so that the machine's moods meet all of them. */
function inTurns(measurements: readonly (() => number)[], runs: number): readonly number[] {
  for (const measure of measurements) measure();
  const samples = measurements.map((): number[] => []);
  for (let run = 0; run < runs; run += 1)
    for (const [index, measure] of measurements.entries()) samples[index]?.push(measure());
  return samples.map(median);
}

function measureRequests(policies: readonly Policy[], pods: readonly KubernetesObject[], engine: Engine) {
  for (let run = 0; run < WARM_UP; run += 1) pass(policies, pods, engine);
  const times: number[] = [];
  const grown = pods.map((): number[] => []);
  for (let run = 0; run < RUNS; run += 1)
    for (const pod of pods) {
      const started = performance.now();
      request(policies, pod, engine);
      times.push(performance.now() - started);
    }
  // Apart from the times: asking for the heap's size is not free.
  for (let run = 0; run < RUNS; run += 1)
    for (const [index, pod] of pods.entries()) {
      const before = process.memoryUsage().heapUsed;
      request(policies, pod, engine);
      grown[index]?.push(process.memoryUsage().heapUsed - before);
    }
  const bytes = grown.reduce((sum, samples) => sum + Math.max(0, median(samples)), 0);
  return { times, bytes };
}

export const engineBenchmark: Benchmark = {
  prefixes: ['engine.'],
  async run() {
    await loadParts();
    const engine: Engine = { explain: false, libraries: await loadLibraries(['regex']) };
    const objects = readObjects();
    const policies = readPolicies(objects);
    const pods = makePods(PODS);
    const size = `engine.${policies.length}x${pods.length}`;
    const evaluations = policies.length * pods.length;
    const { times, bytes } = measureRequests(policies, pods, engine);
    const total = times.reduce((sum, time) => sum + time, 0);
    const [off = Number.NaN, on = Number.NaN, anew = Number.NaN] = inTurns(
      [
        () => pass(policies, pods, engine),
        () => pass(policies, pods, { ...engine, explain: true }),
        () => passAnew(objects, pods, engine),
      ],
      LINEAR_RUNS,
    );
    return [
      {
        name: `${size}.evaluations-per-second`,
        value: (evaluations * RUNS * 1000) / total,
        unit: '1/s',
      },
      { name: `${size}.bytes-per-evaluation`, value: bytes / evaluations, unit: 'bytes' },
      { name: `${size}.request.p50`, value: median(times), unit: 'ms' },
      { name: `${size}.request.p95`, value: percentile(times, 0.95), unit: 'ms' },
      { name: 'engine.explain.ratio', value: on / off, unit: 'ratio' },
      { name: 'engine.plan.ratio', value: anew / off, unit: 'ratio' },
      ...linear('resources', (factor) => {
        const many = makePods(PODS * factor);
        return () => pass(policies, many, engine);
      }),
      ...linear('policies', (factor) => {
        const many = readPolicies(objects, factor);
        return () => pass(many, pods, engine);
      }),
    ];
  },
};

/** As {@link pass}, with policies that are read anew for every Pod: what reusing them saves. */
function passAnew(
  objects: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
  engine: Engine,
): number {
  const sets = pods.map(() => objects.map((object) => structuredClone(object)));
  return processorTime(() => {
    for (const [index, pod] of pods.entries())
      request(
        (sets[index] ?? []).flatMap((object) => readPolicy(object) ?? []),
        pod,
        engine,
      );
  });
}

/** Times of once, twice and four times as much, and how far four times as much is from four times the time (1: linear). */
function linear(what: string, prepare: (factor: number) => () => number): readonly Figure[] {
  const factors = [1, 2, 4];
  const times = inTurns(factors.map(prepare), LINEAR_RUNS);
  const [once = Number.NaN, , four = Number.NaN] = times;
  return [
    ...factors.map(
      (factor, index): Figure => ({
        name: `engine.linear.${what}.x${factor}`,
        value: times[index] ?? Number.NaN,
        unit: 'ms',
      }),
    ),
    { name: `engine.linear.${what}`, value: four / (4 * once), unit: 'ratio' },
  ];
}
