import type { Json, PathSegment } from '../../base/json.ts';
import { get, getList, getString, isObject } from '../../base/json.ts';
import { differingKeys, type EvaluationNode, type VariableValue } from '../../kyverno/evaluation.ts';
import {
  type ConditionScope,
  type ConditionsExplanation,
  type ConditionsResult,
  joinNonEmpty,
} from './condition-scope.ts';
import { logOfEquality } from './operators/equality.ts';
import { findOperator } from './operators/index.ts';
import type { Operand } from './operators/operand.ts';

/** A whole-text variable brings JMESPath's floats; a literal list or map holds Go's ints. */
const operand = (raw: Json, value: Json): Operand => ({
  value,
  numbers: typeof raw === 'string' ? 'float' : 'int',
});

interface Evaluated {
  readonly result: { readonly holds: boolean; readonly message: string } | { readonly error: string };
  readonly node?: EvaluationNode;
}

interface Side {
  readonly raw: Json;
  readonly value?: Json;
  readonly error?: string;
  readonly variables: readonly VariableValue[];
}

function readSide(condition: Json, name: 'key' | 'value', scope: ConditionScope, explain: boolean): Side {
  const raw = get(condition, name) ?? null;
  const substituted = scope.substitute(raw);
  const variables = explain ? scope.drainUsed() : [];
  return 'error' in substituted
    ? { raw, error: substituted.error, variables }
    : { raw, value: substituted.value, variables };
}

function evaluateOne(condition: Json, scope: ConditionScope, explain?: Explained): Evaluated {
  const operator = getString(condition, 'operator') ?? '';
  const sides: Side[] = [];
  const finish = (result: Evaluated['result']): Evaluated =>
    explain ? { result, node: explainOne(operator, sides, result, explain) } : { result };
  for (const name of ['key', 'value'] as const) {
    const side = readSide(condition, name, scope, explain !== undefined);
    sides.push(side);
    if (side.error !== undefined)
      return finish({ error: `failed to substitute variables in condition ${name}: ${side.error}` });
  }
  const test = findOperator(operator);
  // The text is Kyverno's, with Go's mark for a nil error.
  if (!test) return finish({ error: 'failed to create handler for condition operator: %!w(<nil>)' });
  const [key, value] = sides.map((side) => operand(side.raw, side.value ?? null));
  const holds = key !== undefined && value !== undefined && test(key, value, scope.behaviour);
  const line = scope.log && key && value && logOfEquality(operator, key, value);
  if (line !== undefined) scope.log?.(line);
  return finish({ holds, message: getString(condition, 'message') ?? '' });
}

interface Explained {
  readonly index: number;
  readonly path: readonly PathSegment[];
}

const EQUALITY = /^(not)?equals?$/i;

const NAMED_PLACES = 3;

/** Where two maps or lists differ: ` at a, b`. */
function placesOf(key: Json, value: Json): string {
  const places = differingKeys(key, value);
  if (places.length === 0) return '';
  const more = places.length > NAMED_PLACES ? ' …' : '';
  return ` at ${places.slice(0, NAMED_PLACES).join(', ')}${more}`;
}

/** What comparing came to, in a few words. */
function compareInWords(operator: string, key: Json, value: Json, holds: boolean): string {
  if (!EQUALITY.test(operator)) return String(holds);
  const things =
    isObject(key) && isObject(value)
      ? 'the maps'
      : Array.isArray(key) && Array.isArray(value)
        ? 'the lists'
        : 'the values';
  const same = holds !== operator.toLowerCase().startsWith('not');
  return `${holds}: ${things} ${same ? 'are equal' : `differ${placesOf(key, value)}`}`;
}

function explainSide(name: string, side: Side, path: readonly PathSegment[]): EvaluationNode {
  return {
    label: name,
    status: side.error === undefined ? 'none' : 'error',
    path: [...path, name],
    ...(side.value === undefined ? {} : { [name === 'key' ? 'actual' : 'expected']: side.value }),
    ...(side.error === undefined ? {} : { message: side.error }),
    ...(side.variables.length === 0 ? {} : { variables: side.variables }),
  };
}

function explainOne(
  operator: string,
  sides: readonly Side[],
  result: Evaluated['result'],
  { index, path }: Explained,
): EvaluationNode {
  const [key, value] = sides;
  const failed = 'error' in result;
  const message = failed
    ? result.error
    : compareInWords(operator, key?.value ?? null, value?.value ?? null, result.holds);
  return {
    label: `[${index}] ${operator}`,
    status: failed ? 'error' : result.holds ? 'pass' : 'fail',
    message: failed || result.message === '' ? message : `${message}. ${result.message}`,
    path,
    ...(key?.value === undefined ? {} : { actual: key.value }),
    ...(value?.value === undefined ? {} : { expected: value.value }),
    children: [
      ...(key ? [explainSide('key', key, path)] : []),
      ...(value ? [explainSide('value', value, path)] : []),
    ],
  };
}

interface BlockResult {
  readonly holds: boolean;
  readonly error?: string;
  readonly trueMessages: readonly string[];
  readonly falseMessages: readonly string[];
}

/** One of the blocks: `any` ends at the first true condition, `all` (and the legacy list) at the first false one. */
function evaluateBlock(
  conditions: readonly Json[],
  mode: 'any' | 'all',
  scope: ConditionScope,
  explanation: ConditionsExplanation | undefined,
  step: readonly PathSegment[],
): BlockResult {
  const trueMessages: string[] = [];
  const falseMessages: string[] = [];
  const children: EvaluationNode[] = [];
  let holds = mode === 'all';
  let error: string | undefined;
  for (const [index, condition] of conditions.entries()) {
    const path = explanation ? [...explanation.path, ...step, index] : [];
    const { result, node } = evaluateOne(condition, scope, explanation && { index, path });
    if (node) children.push(node);
    if ('error' in result) {
      error = result.error;
      break;
    }
    (result.holds ? trueMessages : falseMessages).push(result.message);
    holds = result.holds;
    if (result.holds === (mode === 'any')) break;
  }
  explanation?.nodes.push({
    label: [explanation.label, ...step].join(' '),
    status: error !== undefined ? 'error' : holds ? 'pass' : 'fail',
    path: [...explanation.path, ...step],
    children,
  });
  return { holds, trueMessages, falseMessages, ...(error === undefined ? {} : { error }) };
}

/** The legacy form: a list, all of which must hold. */
function evaluateList(
  conditions: readonly Json[],
  scope: ConditionScope,
  explanation: ConditionsExplanation | undefined,
): ConditionsResult {
  const block = evaluateBlock(conditions, 'all', scope, explanation, []);
  if (block.error !== undefined) return { error: block.error };
  return block.holds
    ? { holds: true, message: joinNonEmpty(block.trueMessages, ';') }
    : { holds: false, message: block.falseMessages[0] ?? '' };
}

/**
 * Evaluates `preconditions` or `deny.conditions`: `{any, all}` or the legacy list (lifecycle I.4). Nothing at all holds;
 * an `any` that is there but empty does not. An error of any evaluated condition is the result.
 */
export function evaluateConditions(
  conditions: Json | undefined,
  scope: ConditionScope,
  explanation?: ConditionsExplanation,
): ConditionsResult {
  if (Array.isArray(conditions)) return evaluateList(conditions, scope, explanation);
  const hasAny = Array.isArray(get(conditions, 'any'));
  const trueMessages: string[] = [];
  const falseMessages: string[] = [];
  let holds = true;
  for (const mode of ['any', 'all'] as const) {
    const listed = getList(conditions, mode);
    if (listed.length === 0 && !(mode === 'any' && hasAny)) continue;
    const block = evaluateBlock(listed, mode, scope, explanation, [mode]);
    if (block.error !== undefined) return { error: block.error };
    holds = block.holds && holds;
    trueMessages.push(...block.trueMessages);
    falseMessages.push(...block.falseMessages);
  }
  return { holds, message: joinNonEmpty(holds ? trueMessages : falseMessages, '; ') };
}

/** As a PolicyException's conditions are read: `all` first, then `any` (utils/conditions). */
export function evaluateExceptionConditions(conditions: Json, scope: ConditionScope): ConditionsResult {
  for (const mode of ['all', 'any'] as const) {
    const listed = getList(conditions, mode);
    if (listed.length === 0) continue;
    const block = evaluateBlock(listed, mode, scope, undefined, [mode]);
    if (block.error !== undefined) return { error: block.error };
    if (!block.holds) return { holds: false, message: '' };
  }
  return { holds: true, message: '' };
}
