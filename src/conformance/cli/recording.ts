import { get, getList, getString, type Json } from '../../base/json.ts';
import type { CaseResult } from '../index.ts';
import type { ResultRow } from './check-results.ts';
import type { CliTestRun } from './run.ts';

/** What the real CLI answered for one test file. */
export interface CliRecording {
  readonly failed: boolean;
  readonly rows: readonly ResultRow[];
}

/** Recordings by the path of the test file; one line of JSON each. */
export function readCliRecordings(text: string): ReadonlyMap<string, CliRecording> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line) => {
      const value = JSON.parse(line) as Json;
      return [
        getString(value, 'test') ?? '',
        { failed: get(value, 'exitCode') !== 0, rows: getList(value, 'rows').map(readRow) },
      ];
    }),
  );
}

function readRow(row: Json): ResultRow {
  const text = (field: string): string => getString(row, field) ?? '';
  const result = text('result');
  return {
    policy: text('policy'),
    rule: text('rule'),
    resource: text('resource'),
    result: result === 'Pass' || result === 'Skip' ? result : 'Fail',
    reason: text('reason'),
    message: text('message'),
  };
}

/**
 * Rows have no order of their own: each is held against one that was recorded, equal ones first. `isWhole`: the recording has
 * no other rows than these.
 */
export function compareRows(
  runs: readonly CliTestRun[],
  recording: CliRecording,
  isWhole: boolean,
): NonNullable<CaseResult['rows']> {
  const left = [...recording.rows];
  const take = (matches: (row: ResultRow) => boolean): ResultRow | undefined => {
    const at = left.findIndex(matches);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const ours = runs.flatMap(({ rows }) => rows);
  const others = ours.filter(
    (row) => take((one) => sameRow(one, row) && one.message === row.message) === undefined,
  );
  const differences: string[] = [];
  for (const row of others) {
    const recorded = take((one) => sameRow(one, row));
    differences.push(
      recorded === undefined
        ? `row ${formatRow(row)} was not recorded`
        : `${row.policy} ${row.rule} ${row.resource}: message ${JSON.stringify(row.message)}, recorded ${JSON.stringify(recorded.message)}`,
    );
  }
  if (isWhole) differences.push(...left.map((row) => `recorded row ${formatRow(row)} is missing`));
  const [difference] = differences;
  return {
    recorded: isWhole ? recording.rows.length : ours.length,
    agreeing: ours.length - others.length,
    ...(difference === undefined ? {} : { difference }),
  };
}

const sameRow = (left: ResultRow, right: ResultRow): boolean =>
  left.policy === right.policy &&
  left.rule === right.rule &&
  left.resource === right.resource &&
  left.result === right.result &&
  left.reason === right.reason;

const formatRow = ({ policy, rule, resource, result, reason, message }: ResultRow): string =>
  [policy, rule, resource, result, reason, JSON.stringify(message)].join(' ');
