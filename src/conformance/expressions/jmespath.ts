import type { Json, JsonObject } from '../../base/json.ts';
import { equal, get, getString, isObject } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import type { JmesPathEnvironment } from '../../expressions/jmespath/environment.ts';
import { loadLibraries } from '../../expressions/jmespath/libraries.ts';
import { compileJmesPath, search } from '../../expressions/jmespath/query.ts';
import type { CaseRunner } from './oracle-case.ts';
import { compareAnswer, input, PASSED } from './oracle-case.ts';

/** The clock of the recordings. */
const NOW = Date.UTC(2026, 10, 22, 9, 13, 48);

const libraries = await loadLibraries(['regex', 'x509']);

/** What expressions see in the recordings: their clock, a fixed seed, all libraries. */
export const ORACLE_ENVIRONMENT: JmesPathEnvironment = { now: NOW, random: seededRandom(1), libraries };

/** Numbers that JSON cannot hold, in the recordings' form. */
export function encodeNumbers(value: Json): Json {
  if (typeof value === 'number' && !Number.isFinite(value))
    return { $float: Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf' };
  if (Array.isArray(value)) return value.map(encodeNumbers);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encodeNumbers(item)]));
}

function answer(expression: string, data: Json): JsonObject {
  const compiled = compileJmesPath(expression);
  if ('error' in compiled) return { error: compiled.error, phase: 'compile' };
  const found = search(compiled.query, data, ORACLE_ENVIRONMENT);
  return 'error' in found ? { error: found.error, phase: 'search' } : { result: encodeNumbers(found.value) };
}

/** A list's elements in an order of their own: Go walks maps at random, so unstable cases recorded one order of many. */
function unordered(value: Json | undefined): Json {
  if (Array.isArray(value))
    return value
      .map(unordered)
      .sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  return value ?? null;
}

export const runJmespathCase: CaseRunner = (file, testCase) => {
  const data = input(file, testCase, 'data') ?? null;
  const given = answer(getString(testCase, 'expr') ?? '', data);
  const sameButOrder = equal(unordered(given['result']), unordered(get(testCase, 'result')));
  if (get(testCase, 'unstable') === true && sameButOrder) return PASSED;
  return compareAnswer(testCase, given, ['result', 'error', 'phase']);
};
