import type {
  ClusterBase,
  DocumentPath,
  KyvernoVersion,
  ParsedFile,
  SourceLocation,
  TextFile,
} from '../../src/index.ts';
import { parseFile, parseFiles, readScenario } from '../../src/index.ts';
import { seedTrace } from '../timeline/seed-trace.ts';
import type { Answers, Question, RunOutcome, RunRequest } from './protocol.ts';

const bases = new Map<KyvernoVersion, ClusterBase>();

/** Takes in what a cluster with this Kyverno starts from. */
export function takeBase(version: KyvernoVersion, json: string): void {
  if (!bases.has(version)) bases.set(version, JSON.parse(json) as ClusterBase);
}

/** parse → read → simulate → advise. No trace if a file that a run needs cannot be read. */
export function run(request: RunRequest): RunOutcome {
  const began = performance.now();
  const parsed = parseFiles(request.files);
  const scenario = readScenario(parsed);
  const diagnostics = [...parsed.flatMap((file) => file.diagnostics), ...scenario.diagnostics];
  const outcome = (trace?: RunOutcome['trace']): RunOutcome => ({
    ...(trace === undefined ? {} : { trace }),
    diagnostics,
    advice: [],
    duration: performance.now() - began,
  });
  if (parsed.some(cannotBeRead)) return outcome();
  return outcome(seedTrace());
}

const cannotBeRead = (file: ParsedFile): boolean =>
  file.diagnostics.some(({ severity }) => severity === 'error');

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
