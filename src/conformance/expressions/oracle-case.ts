import type { Json, JsonObject } from '../../base/json.ts';
import { equal, get, getObject } from '../../base/json.ts';

/** One recorded question to Kyverno's engine and its answer. */
export interface OracleCase extends JsonObject {
  readonly id: string;
}

/** A file of cases. */
export interface OracleFile extends JsonObject {
  readonly name: string;
  /** Large inputs that several cases use, by id. */
  readonly shared: JsonObject;
  readonly cases: readonly OracleCase[];
}

export interface CaseOutcome {
  readonly outcome: 'pass' | 'fail' | 'unsupported';
  readonly reason: string;
}

/** Answers one case and compares. Never throws on a case's input. */
export type CaseRunner = (file: OracleFile, testCase: OracleCase) => CaseOutcome;

export const PASSED: CaseOutcome = { outcome: 'pass', reason: '' };

/** Input `field` of a case, or the shared value that `<field>Ref` names. */
export function input(file: OracleFile, testCase: OracleCase, field: string): Json | undefined {
  const reference = get(testCase, `${field}Ref`);
  return typeof reference === 'string' ? get(getObject(file, 'shared'), reference) : get(testCase, field);
}

/** The answers that count as right: the recorded one, and for an unstable case the others that were seen. */
export function recordedAnswers(testCase: OracleCase, fields: readonly string[]): readonly JsonObject[] {
  const pick = (from: Json): JsonObject =>
    Object.fromEntries(
      fields.flatMap((field) => {
        const value = get(from, field);
        return value === undefined ? [] : [[field, value]];
      }),
    );
  const others = get(testCase, 'alsoObserved');
  return [pick(testCase), ...(Array.isArray(others) ? others.map(pick) : [])];
}

/**
 * Compares an answer with the recorded ones, field by field. A recorded panic asks for any answer that is no crash.
 */
export function compareAnswer(
  testCase: OracleCase,
  answer: JsonObject,
  fields: readonly string[],
): CaseOutcome {
  if (get(testCase, 'panic') !== undefined) return PASSED;
  const answers = recordedAnswers(testCase, fields);
  if (answers.some((recorded) => equal(recorded, answer))) return PASSED;
  return {
    outcome: 'fail',
    reason: `expected ${JSON.stringify(answers[0])}, got ${JSON.stringify(answer)}`,
  };
}
