import type { ClusterBase, ConsoleResult, KyvernoVersion, Scenario, Trace } from '../../src/index.ts';
import {
  clusterAt,
  completeKubectl,
  runKubectlAt,
  serveNode,
  serveWebhookConfigurations,
} from '../../src/index.ts';
import type { Answers, Question } from './protocol.ts';
import { SchemaFiles } from './schema-files.ts';

/** The run that the console looks into. */
export interface ConsoleRun {
  readonly trace: Trace;
  readonly scenario: Scenario;
  readonly base: ClusterBase;
  readonly version: KyvernoVersion;
}

export { editCommand } from '../../src/index.ts';

export type ConsoleQuestion = Extract<Question, { readonly type: 'console' | 'complete' }>;
type Line = Extract<Question, { readonly type: 'console' }>;

const schemas = new SchemaFiles();

/** Answers of the console; loaded with its first line. */
export function answerConsole(question: ConsoleQuestion, run: ConsoleRun): Answers[ConsoleQuestion['type']] {
  if (question.type === 'complete') {
    const { server } = clusterAt(run.trace, run.base, question.at);
    prepare(server, run.version);
    return completeKubectl(question.line, server);
  }
  return runLine(question, run);
}

/** Fetches the documents of the kind that an answer lacked; true if they are there now, and the line is worth asking again. */
export async function bringSchemas({ schemas: folder }: Line, answer: ConsoleResult): Promise<boolean> {
  const wanted = answer.wantsSchemaOf;
  if (wanted === undefined || folder === undefined) return false;
  await schemas.load(folder, wanted.apiVersion, wanted.kind).catch(() => undefined);
  return schemas.find(wanted.apiVersion, wanted.kind) !== undefined;
}

/** What is made when it is read. */
function prepare(server: ReturnType<typeof clusterAt>['server'], version: KyvernoVersion): void {
  serveWebhookConfigurations(server, version);
  serveNode(server);
}

function runLine({ line, at, until }: Line, { trace, base, scenario, version }: ConsoleRun): ConsoleResult {
  return runKubectlAt(trace, base, at, line, {
    until,
    workloads: scenario.actors,
    prepare: (server) => prepare(server, version),
    ...(schemas.isEmpty ? {} : { schemas }),
  });
}
