import { readClusterBase } from '../../cluster/cluster-base.ts';
import { KYVERNO_VERSIONS, type KyvernoVersion } from '../../kyverno/versions.ts';
import { loadParts } from '../../parts.ts';
import { simulate } from '../../simulation/simulate.ts';
import type { CaseResult } from '../index.ts';
import { Bindings } from './bindings.ts';
import { compareReports, compareScanEvents, compareStep } from './compare.ts';
import { type ObservedStep, observeStep } from './observe.ts';
import type { Recording, TypedStep } from './recording.ts';
import { readRecordedScenario } from './scenario.ts';

await loadParts();

const SEED = 1;

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
  const { scenario, indexOf } = readRecordedScenario(id, files, steps);
  const trace = simulate(scenario, {
    version,
    seed: SEED,
    base,
    policyExceptions: JSON.stringify(recording.settings ?? '').includes('xception'),
  });
  const watched = [...new Set(recording.steps.flatMap((step) => step.objects.map((object) => object.kind)))];
  const bindings = new Bindings();
  const observed: ObservedStep[] = [];
  for (const step of recording.steps) {
    const index = indexOf.get(step.n);
    if (index === undefined) continue;
    const seen = observeStep(trace, index, watched);
    observed.push(seen);
    const difference = compareStep(step, seen, bindings);
    if (difference !== undefined) {
      const cel = step.n >= firstCelStep(files, steps);
      return cel
        ? { id, group, outcome: 'unsupported', reason: `CEL policies are not simulated; ${difference}` }
        : { id, group, outcome: 'fail', reason: difference };
    }
  }
  const difference =
    compareReports(recording.steps, observed, bindings) ??
    compareScanEvents(recording.steps, observed, bindings);
  if (difference !== undefined) return { id, group, outcome: 'fail', reason: difference };
  return { id, group, outcome: 'pass', reason: '' };
}

/** The step from which on a CEL policy is in the cluster; infinite if there never is one. */
function firstCelStep(files: Readonly<Record<string, string>>, steps: readonly TypedStep[]): number {
  const holdsCel = (name: string | null | undefined): boolean =>
    /^apiVersion: policies\.kyverno\.io\//m.test(files[name ?? ''] ?? '');
  if (holdsCel('before.yaml')) return 0;
  return Math.min(...steps.filter((step) => holdsCel(step.file)).map((step) => step.n));
}

/** The minor version that a recording's `kyverno` text names. */
function versionOf(recording: Recording): KyvernoVersion | undefined {
  const minor = /^v?(\d+\.\d+)/.exec(recording.kyverno)?.[1];
  return KYVERNO_VERSIONS.find((version) => version === minor);
}
