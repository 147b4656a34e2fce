import type { Advice } from './advice/advice.ts';
import { advise } from './advice/advise.ts';
import type { ClusterBase } from './cluster/cluster-base.ts';
import type { Libraries } from './expressions/jmespath/environment.ts';
import { readScenario } from './formats/read-scenario.ts';
import { behaviourOf } from './kyverno/behaviour.ts';
import type { Policy } from './kyverno/policy.ts';
import { readPolicy } from './kyverno/read-policy.ts';
import type { KyvernoVersion } from './kyverno/versions.ts';
import type { Diagnostic } from './manifest/diagnostic.ts';
import type { TextFile } from './manifest/manifest.ts';
import { parseFiles } from './manifest/parse.ts';
import { diagnosePolicies } from './simulation/diagnose-policies.ts';
import { diagnoseRun } from './simulation/diagnose-run.ts';
import type { Scenario } from './simulation/scenario.ts';
import { simulate } from './simulation/simulate.ts';
import type { Trace } from './trace/trace.ts';

export interface RunScenarioOptions {
  readonly version: KyvernoVersion;
  readonly seed: number;
  readonly base: ClusterBase;
  readonly libraries?: Libraries;
  readonly maxEvents?: number;
  readonly shouldStop?: () => 'time-budget' | 'cancelled' | undefined;
}

/** What came of a folder of files. `trace` is absent if a file cannot be read. */
export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly trace?: Trace;
  readonly diagnostics: readonly Diagnostic[];
  readonly advice: readonly Advice[];
}

/** parse → read → judge → simulate → advise, in one call: the composition of the stages that the page and the tools run. */
export function runScenario(files: readonly TextFile[], options: RunScenarioOptions): ScenarioRun {
  const parsed = parseFiles(files);
  const scenario = readScenario(parsed);
  const documents = parsed.flatMap((file) => file.documents);
  const judged = diagnosePolicies(documents, options);
  const diagnostics = [...parsed.flatMap((file) => file.diagnostics), ...scenario.diagnostics, ...judged];
  if (parsed.some((file) => file.diagnostics.some(({ severity }) => severity === 'error')))
    return { scenario, diagnostics, advice: [] };
  const trace = simulate(scenario, options);
  const advice = advise(scenario, policiesOf(scenario), trace, behaviourOf(options.version));
  const refused = diagnoseRun(trace, documents, judged);
  return { scenario, trace, diagnostics: [...diagnostics, ...refused], advice };
}

/** Every policy that a scenario's files hold, those of its steps too; of one key the last. */
export function policiesOf(scenario: Scenario): readonly Policy[] {
  const inSteps = scenario.steps.flatMap(({ action }) =>
    action.type === 'kubectl' ? Object.values(action.files).flat() : [],
  );
  const policies = [...scenario.before, ...inSteps].flatMap(({ object }) =>
    object === undefined ? [] : (readPolicy(object) ?? []),
  );
  return [...new Map(policies.map((policy) => [policy.key, policy])).values()];
}
