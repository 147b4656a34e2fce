import type {
  ClusterBase,
  Diagnostic,
  DocumentPath,
  Json,
  KyvernoVersion,
  Libraries,
  LibraryName,
  Scenario,
  SourceLocation,
  TextFile,
  Trace,
} from '../../src/index.ts';
import {
  advise,
  behaviourOf,
  loadLibraries,
  neededLibraries,
  parseFile,
  parseFiles,
  readClusterBase,
  readPolicy,
  readScenario,
  simulate,
} from '../../src/index.ts';
import type { Answers, Question, RunOutcome, RunRequest } from './protocol.ts';

const bases = new Map<KyvernoVersion, ClusterBase>();
let loaded: Libraries = {};
const loadedNames = new Set<LibraryName>();

/** Takes in what a cluster with this Kyverno starts from. */
export function takeBase(version: KyvernoVersion, json: string): void {
  if (bases.has(version)) return;
  const base = readClusterBase(JSON.parse(json) as Json, version);
  if (base === undefined) throw new Error(`The cluster of Kyverno ${version} cannot be read.`);
  bases.set(version, base);
}

/** parse → read → simulate → advise. No trace while a file cannot be read. */
export async function run(request: RunRequest): Promise<RunOutcome> {
  await loadWhatIsNeeded(request.files);
  const began = performance.now();
  const parsed = parseFiles(request.files);
  const scenario = readScenario(parsed);
  const diagnostics = [...parsed.flatMap((file) => file.diagnostics), ...scenario.diagnostics];
  const stopped = diagnostics.some(({ severity }) => severity === 'error');
  const trace = stopped ? undefined : simulateWithin(request, scenario, began);
  return {
    ...(trace === undefined ? {} : { trace }),
    diagnostics: [...diagnostics, ...unsupportedOf(trace)],
    advice:
      trace === undefined ? [] : advise(scenario, policiesOf(scenario), trace, behaviourOf(request.version)),
    duration: performance.now() - began,
  };
}

function simulateWithin(request: RunRequest, scenario: Scenario, began: number): Trace {
  const { version, seed, budget, maxEvents } = request;
  const base = bases.get(version);
  if (base === undefined) throw new Error(`The cluster of Kyverno ${version} is not there yet.`);
  return simulate(scenario, {
    version,
    seed,
    base,
    libraries: loaded,
    shouldStop: () => (performance.now() - began > budget ? 'time-budget' : undefined),
    ...(maxEvents === undefined ? {} : { maxEvents }),
  });
}

/** Regular expressions and certificates come with the first text that needs them. */
async function loadWhatIsNeeded(files: readonly TextFile[]): Promise<void> {
  const missing = new Set(
    files.flatMap((file) => neededLibraries(file.text)).filter((name) => !loadedNames.has(name)),
  );
  if (missing.size === 0) return;
  loaded = { ...loaded, ...(await loadLibraries([...missing])) };
  for (const name of missing) loadedNames.add(name);
}

const policiesOf = (scenario: Scenario) =>
  scenario.before.flatMap(({ object }) => (object === undefined ? [] : (readPolicy(object) ?? [])));

/** What the run met and does not simulate, said once each. */
function unsupportedOf(trace: Trace | undefined): readonly Diagnostic[] {
  const messages = new Set(
    trace?.events.flatMap((event) => (event.kind === 'unsupported' ? [event.message] : [])) ?? [],
  );
  return [...messages].map((message) => ({ code: 'run-unsupported', severity: 'warning', message }));
}

export async function answer(question: Question): Promise<Answers[keyof Answers]> {
  switch (question.type) {
    case 'preview':
      return run(question.request);
    case 'locate':
      return locate(question.path, question.part, question.text);
    default: {
      const { answerAboutDocuments } = await import('./documents.ts');
      return answerAboutDocuments(question);
    }
  }
}

function locate(path: DocumentPath, part: 'key' | 'value', text: string): SourceLocation | undefined {
  const file: TextFile = { path: path.file, text };
  return parseFile(file).documents[path.document]?.locate(path.path, part);
}
