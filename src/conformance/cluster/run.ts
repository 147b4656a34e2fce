import { type ClusterBase, readClusterBase } from '../../cluster/cluster-base.ts';
import { KYVERNO_VERSIONS, type KyvernoVersion } from '../../kyverno/versions.ts';
import { loadParts } from '../../parts.ts';
import { simulate } from '../../simulation/simulate.ts';
import type { CaseResult } from '../index.ts';
import { Bindings } from './bindings.ts';
import { compareReports, compareScanEvents, compareStep } from './compare.ts';
import { withoutLeftovers } from './leftovers.ts';
import { type ObservedStep, observeStep } from './observe.ts';
import type { Recording, TypedStep } from './recording.ts';
import { type RecordedScenario, readRecordedScenario } from './scenario.ts';

await loadParts();

/** What a recording leaves open: who won its races, and whether its CRDs came before Kyverno or after. */
interface Attempt {
  readonly seed: number;
  readonly crdsAfterKyverno: boolean;
}

const OTHER_SEEDS = 8;

/** The usual case first. A recording is one outcome of several: it agrees if the simulation can come to it. */
function attemptsAt(before: string): readonly Attempt[] {
  const holdsCrds = /^kind: CustomResourceDefinition$/m.test(before);
  const seeds = Array.from({ length: OTHER_SEEDS }, (_, index) => index + 2);
  return [
    { seed: 1, crdsAfterKyverno: false },
    ...(holdsCrds ? [{ seed: 1, crdsAfterKyverno: true }] : []),
    ...seeds.map((seed) => ({ seed, crdsAfterKyverno: false })),
  ];
}

/**
 * Plays a recording's input and compares what happens with what was recorded. `files` are the recording folder's files by
 * name; `readBase` gives the text of `base-<version>.json`.
 */
export async function runRecording(
  id: string,
  files: Readonly<Record<string, string>>,
  readBase: (name: string) => string | undefined,
): Promise<CaseResult> {
  const recording = JSON.parse(files['recording.json'] ?? '{"steps":[]}') as Recording;
  const steps = JSON.parse(files['steps.json'] ?? '[]') as TypedStep[];
  const version = versionOf(recording);
  const group = `cluster ${version ?? '?'}`;
  if (version === undefined)
    return {
      id,
      group,
      outcome: 'unsupported',
      reason: `Kyverno version ${recording.kyverno} is not simulated`,
    };
  const text = readBase(`base-${version}.json`);
  const base = text === undefined ? undefined : readClusterBase(JSON.parse(text), version);
  if (base === undefined) return { id, group, outcome: 'fail', reason: `no cluster base for ${version}` };
  const scene = readRecordedScenario(id, files, steps);
  const play = (attempt: Attempt): CaseResult => {
    const { outcome, reason } = playOnce(recording, scene, { version, base, ...attempt }, files, steps);
    return { id, group, outcome, reason };
  };
  const attempts = attemptsAt(files['before.yaml'] ?? '');
  const [usual = { seed: 1, crdsAfterKyverno: false }, ...others] = attempts;
  const first = play(usual);
  if (first.outcome !== 'fail') return first;
  for (const attempt of others) {
    const other = play(attempt);
    if (other.outcome === 'pass') return other;
  }
  return first;
}

/** Plays the input once and compares. */
function playOnce(
  recording: Recording,
  { scenario, indexOf }: RecordedScenario,
  {
    version,
    base,
    seed,
    crdsAfterKyverno,
  }: Attempt & { readonly version: KyvernoVersion; readonly base: ClusterBase },
  files: Readonly<Record<string, string>>,
  steps: readonly TypedStep[],
): Pick<CaseResult, 'outcome' | 'reason'> {
  const trace = simulate(
    { ...scenario, crdsAfterKyverno },
    {
      version,
      seed,
      base,
      node: false,
      policyExceptions: JSON.stringify(recording.settings ?? '').includes('xception'),
    },
  );
  const watched = [...new Set(recording.steps.flatMap((step) => step.objects.map((object) => object.kind)))];
  const bindings = new Bindings();
  const observed: ObservedStep[] = [];
  const cel = celSteps(files, steps);
  const left: number[] = [];
  for (const step of recording.steps) {
    const index = indexOf.get(step.n);
    if (index === undefined) continue;
    const seen = observeStep(trace, index, watched);
    observed.push(seen);
    const difference = compareStep(withoutLeftovers(step, recording.steps), seen, bindings);
    if (difference === undefined) continue;
    if (step.n >= cel.present)
      return { outcome: 'unsupported', reason: `CEL policies are not simulated; ${difference}` };
    if (!cel.tried.has(step.n)) return { outcome: 'fail', reason: difference };
    left.push(step.n);
  }
  const difference =
    compareReports(recording.steps, observed, bindings) ??
    compareScanEvents(recording.steps, observed, bindings);
  if (difference !== undefined) return { outcome: 'fail', reason: difference };
  if (left.length === 0) return { outcome: 'pass', reason: '' };
  const reason = `CEL policies are not simulated: steps ${left.join(', ')}; all others match`;
  return { outcome: 'unsupported', reason };
}

/**
 * The step from which on a CEL policy is in the cluster, infinite if there never is one; and the steps that only try one, of
 * which nothing stays.
 */
function celSteps(
  files: Readonly<Record<string, string>>,
  steps: readonly TypedStep[],
): { readonly present: number; readonly tried: ReadonlySet<number> } {
  const holdsCel = (name: string | null | undefined): boolean =>
    /^apiVersion: policies\.kyverno\.io\//m.test(files[name ?? ''] ?? '');
  const typed = steps.filter((step) => holdsCel(step.file));
  const tries = ({ cmd }: TypedStep): boolean => (cmd ?? '').includes('--dry-run=server');
  const present = typed.filter((step) => !tries(step)).map((step) => step.n);
  return {
    present: holdsCel('before.yaml') ? 0 : Math.min(...present),
    tried: new Set(typed.filter(tries).map((step) => step.n)),
  };
}

/** The minor version that a recording's `kyverno` text names. */
function versionOf(recording: Recording): KyvernoVersion | undefined {
  const minor = /^v?(\d+\.\d+)/.exec(recording.kyverno)?.[1];
  return KYVERNO_VERSIONS.find((version) => version === minor);
}
