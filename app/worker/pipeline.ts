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
  loadLibraries,
  neededLibraries,
  parseFile,
  parseFiles,
  readClusterBase,
  readScenario,
  simulate,
  withParts,
} from '../../src/index.ts';
import type { Answers, Question, RunOutcome, RunRequest } from './protocol.ts';

const bases = new Map<KyvernoVersion, ClusterBase>();
let loaded: Libraries = {};
const loadedNames = new Set<LibraryName>();
let last:
  | { readonly scenario: Scenario; readonly trace: Trace; readonly version: KyvernoVersion }
  | undefined;

/** Takes in what a cluster with this Kyverno starts from. */
export function takeBase(version: KyvernoVersion, json: string): void {
  if (bases.has(version)) return;
  const base = readClusterBase(JSON.parse(json) as Json, version);
  if (base === undefined) throw new Error(`The cluster of Kyverno ${version} cannot be read.`);
  bases.set(version, base);
}

/** Runs the studio's present text; what is asked about the last run is about this one. */
export async function run(request: RunRequest): Promise<RunOutcome> {
  const { outcome, scenario } = await simulateRequest(request);
  const { trace } = outcome;
  if (trace !== undefined) last = { scenario, trace, version: request.version };
  return outcome;
}

/** parse → read → simulate. No trace while a file cannot be read. */
async function simulateRequest(
  request: RunRequest,
): Promise<{ readonly outcome: RunOutcome; readonly scenario: Scenario }> {
  await loadWhatIsNeeded(request.files);
  return withParts(() => simulateNow(request));
}

function simulateNow(request: RunRequest): { readonly outcome: RunOutcome; readonly scenario: Scenario } {
  const began = performance.now();
  const parsed = parseFiles(request.files);
  const scenario = readScenario(parsed);
  const diagnostics = [...parsed.flatMap((file) => file.diagnostics), ...scenario.diagnostics];
  const stopped = diagnostics.some(({ severity }) => severity === 'error');
  const trace = stopped ? undefined : simulateWithin(request, scenario, began);
  const outcome = {
    ...(trace === undefined ? {} : { trace }),
    diagnostics: [...diagnostics, ...unsupportedOf(trace)],
    duration: performance.now() - began,
  };
  return { outcome, scenario };
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
      return (await simulateRequest(question.request)).outcome;
    case 'advise': {
      if (last === undefined) return [];
      const { adviceOn } = await import('./advice.ts');
      const { scenario, trace, version } = last;
      return withParts(() => adviceOn(scenario, trace, version));
    }
    case 'locate':
      return withParts(() => locate(question.path, question.part, question.text));
    default: {
      const { answerAboutDocuments } = await import('./documents.ts');
      return withParts(() => answerAboutDocuments(question));
    }
  }
}

function locate(path: DocumentPath, part: 'key' | 'value', text: string): SourceLocation | undefined {
  const file: TextFile = { path: path.file, text };
  return parseFile(file).documents[path.document]?.locate(path.path, part);
}
