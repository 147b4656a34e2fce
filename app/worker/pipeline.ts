import type {
  ClusterBase,
  Diagnostic,
  DocumentPath,
  Json,
  KyvernoVersion,
  Libraries,
  LibraryName,
  ManifestDocument,
  Scenario,
  SimulationProgress,
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
  simulateGradually,
  withParts,
  withPartsBetween,
} from '../../src/index.ts';
import type { ConsoleQuestion } from './console.ts';
import { createPacer, type RunControl, unwatched } from './control.ts';
import type { AfterRun, Answers, Question, RunOutcome, RunRequest } from './protocol.ts';

const bases = new Map<KyvernoVersion, ClusterBase>();
let loaded: Libraries = {};
const loadedNames = new Set<LibraryName>();
/** The last run that gave a trace. */
interface LastRun {
  readonly scenario: Scenario;
  readonly trace: Trace;
  readonly version: KyvernoVersion;
  readonly documents: readonly ManifestDocument[];
  /** Whether its diagnostics speak of the policies. */
  readonly judged: boolean;
}
let last: LastRun | undefined;
/** Judges policies; comes with the first advice, so that the first trace need not wait. */
let judging: Pick<typeof import('./advice.ts'), 'diagnosePolicies' | 'diagnoseRun'> | undefined;

/** Takes in what a cluster with this Kyverno starts from. */
export function takeBase(version: KyvernoVersion, json: string): void {
  if (bases.has(version)) return;
  const base = readClusterBase(JSON.parse(json) as Json, version);
  if (base === undefined) throw new Error(`The cluster of Kyverno ${version} cannot be read.`);
  bases.set(version, base);
}

/** Runs the studio's present text; what is asked about the last run is about this one. */
export async function run(request: RunRequest, control: RunControl = unwatched()): Promise<RunOutcome> {
  const { outcome, ...rest } = await simulateRequest(request, control);
  if (control.cancelled?.keep === false)
    return { diagnostics: [], duration: outcome.duration, overtaken: true };
  const { trace } = outcome;
  if (trace !== undefined) last = { ...rest, trace, version: request.version };
  return outcome;
}

/** parse → read → simulate. No trace while a file cannot be read. */
async function simulateRequest(request: RunRequest, control: RunControl): Promise<Simulated> {
  await loadWhatIsNeeded(request.files);
  const began = performance.now();
  const pacer = createPacer(control, began, request.budget);
  // Read once: the simulation alone begins anew where a part of the engine is missing.
  const text = await withParts(() => readText(request.files));
  await pacer.between({ done: 0, steps: text.scenario.steps.length, events: 0 });
  return withPartsBetween(() => simulateNow(request, text, began, pacer.shouldStop), pacer.between);
}

interface ReadText extends Pick<LastRun, 'scenario' | 'documents'> {
  /** What the reading has to say. */
  readonly diagnostics: readonly Diagnostic[];
}

function readText(files: readonly TextFile[]): ReadText {
  const parsed = parseFiles(files);
  const scenario = readScenario(parsed);
  return {
    scenario,
    documents: parsed.flatMap((file) => file.documents),
    diagnostics: [...parsed.flatMap((file) => file.diagnostics), ...scenario.diagnostics],
  };
}

interface Simulated extends Pick<LastRun, 'scenario' | 'documents' | 'judged'> {
  readonly outcome: RunOutcome;
}

function* simulateNow(
  request: RunRequest,
  { scenario, documents, diagnostics }: ReadText,
  began: number,
  shouldStop: ShouldStop,
): Generator<SimulationProgress, Simulated, void> {
  const stopped = diagnostics.some(({ severity }) => severity === 'error');
  const trace = stopped ? undefined : yield* simulateWithin(request, scenario, shouldStop);
  const duration = performance.now() - began;
  const policies = judge(documents, request.version, trace);
  const outcome = {
    ...(trace === undefined ? {} : { trace }),
    diagnostics: [...diagnostics, ...(policies ?? []), ...unsupportedOf(trace)],
    duration,
  };
  return { outcome, scenario, documents, judged: policies !== undefined };
}

/** What there is to say about the policies; undefined while that part is not loaded. */
function judge(
  documents: readonly ManifestDocument[],
  version: KyvernoVersion,
  trace: Trace | undefined,
): readonly Diagnostic[] | undefined {
  const base = bases.get(version);
  if (base === undefined || judging === undefined) return undefined;
  const found = judging.diagnosePolicies(documents, { version, base });
  return trace === undefined ? found : [...found, ...judging.diagnoseRun(trace, documents, found)];
}

type ShouldStop = ReturnType<typeof createPacer>['shouldStop'];

function* simulateWithin(
  request: RunRequest,
  scenario: Scenario,
  shouldStop: ShouldStop,
): Generator<SimulationProgress, Trace, void> {
  const { version, seed, maxEvents } = request;
  const base = bases.get(version);
  if (base === undefined) throw new Error(`The cluster of Kyverno ${version} is not there yet.`);
  return yield* simulateGradually(scenario, {
    version,
    seed,
    base,
    libraries: loaded,
    shouldStop,
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
      return (await simulateRequest(question.request, unwatched())).outcome;
    case 'advise':
      return afterRun(last);
    case 'write-kyverno-test': {
      const { writeKyvernoTest } = await import('./kyverno-test.ts');
      return last === undefined ? { files: [], left: [] } : writeKyvernoTest(last.scenario, last.trace);
    }
    case 'edit': {
      const { editCommand } = await import('./console.ts');
      return withParts(() => editCommand(question.line, question.before, question.after));
    }
    case 'console':
    case 'complete':
      return askConsole(question, last);
    case 'locate':
      return withParts(() => locate(question.path, question.part, question.text));
    default: {
      const { answerAboutDocuments } = await import('./documents.ts');
      return withParts(() => answerAboutDocuments(question));
    }
  }
}

async function askConsole(
  question: ConsoleQuestion,
  run: LastRun | undefined,
): Promise<Answers['console' | 'complete']> {
  const base = run && bases.get(run.version);
  if (run === undefined || base === undefined) throw new Error('nothing has run yet');
  const { answerConsole, bringSchemas } = await import('./console.ts');
  const answer = await withParts(() => answerConsole(question, { ...run, base }));
  const asksAgain =
    question.type === 'console' && 'exitCode' in answer && (await bringSchemas(question, answer));
  return asksAgain ? withParts(() => answerConsole(question, { ...run, base })) : answer;
}

async function afterRun(run: LastRun | undefined): Promise<AfterRun> {
  if (run === undefined) return { advice: [], diagnostics: [] };
  const part = await import('./advice.ts');
  judging = part;
  const { scenario, trace, version, documents, judged } = run;
  return withParts(() => ({
    advice: part.adviceOn(scenario, trace, version),
    diagnostics: judged ? [] : (judge(documents, version, trace) ?? []),
  }));
}

function locate(path: DocumentPath, part: 'key' | 'value', text: string): SourceLocation | undefined {
  const file: TextFile = { path: path.file, text };
  return parseFile(file).documents[path.document]?.locate(path.path, part);
}
