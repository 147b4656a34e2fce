import type { ClusterBase, Scenario, Trace } from '../../src/index.ts';
import { clusterAt, completeKubectl, runKubectlAt } from '../../src/index.ts';
import type { Answers, Question } from './protocol.ts';

/** The run that the console looks into. */
export interface ConsoleRun {
  readonly trace: Trace;
  readonly scenario: Scenario;
  readonly base: ClusterBase;
}

export type ConsoleQuestion = Extract<Question, { readonly type: 'console' | 'complete' }>;

/** Answers of the console; loaded with its first line. */
export function answerConsole(
  question: ConsoleQuestion,
  { trace, scenario, base }: ConsoleRun,
): Answers[ConsoleQuestion['type']] {
  if (question.type === 'complete')
    return completeKubectl(question.line, clusterAt(trace, base, question.at).server);
  const { line, at, until } = question;
  return runKubectlAt(trace, base, at, line, { until, workloads: scenario.actors });
}
