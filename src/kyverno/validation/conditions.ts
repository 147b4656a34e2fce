import type { PathSegment } from '../../base/json.ts';
import { get, getList, getString, type Json } from '../../base/json.ts';

/** What is wrong with a condition: Kyverno's path for it, its text, and the place below the conditions. */
export interface ConditionProblem {
  readonly at: string;
  readonly error: string;
  readonly path: readonly PathSegment[];
}

/** The operators, in one of the orders in which Kyverno prints them (it walks a Go map). */
export const OPERATORS = [
  'NotIn',
  'DurationGreaterThanOrEquals',
  'DurationLessThan',
  'Equals',
  'NotEquals',
  'AllIn',
  'GreaterThanOrEquals',
  'LessThanOrEquals',
  'In',
  'AnyIn',
  'AllNotIn',
  'GreaterThan',
  'DurationGreaterThan',
  'DurationLessThanOrEquals',
  'Equal',
  'NotEqual',
  'AnyNotIn',
  'LessThan',
] as const;

interface Placed {
  readonly condition: Json;
  readonly at: string;
  readonly path: readonly PathSegment[];
}

/** Conditions of a plain list or an any/all block, `any` first. */
function place(conditions: Json, name: string): readonly Placed[] {
  if (Array.isArray(conditions))
    return conditions.map((condition: Json, index) => ({
      condition,
      at: `${name}[${index}].`,
      path: [index],
    }));
  return ['any', 'all'].flatMap((mode) =>
    getList(conditions, mode).map((condition, index) => ({
      condition,
      at: `${name}.${mode}[${index}].`,
      path: [mode, index],
    })),
  );
}

/** All conditions of a block, for warnings. */
export const conditionsOf = (conditions: Json | undefined): readonly Json[] =>
  conditions === undefined ? [] : place(conditions, '').map(({ condition }) => condition);

/** Keys, operators and values that a rule's conditions must have (validateConditions, validateRawJSONConditionOperator). */
export function checkConditions(conditions: Json | undefined, name: string): ConditionProblem | undefined {
  if (conditions === undefined) return undefined;
  for (const { condition, at, path } of place(conditions, name)) {
    const found = checkValues(condition);
    if (found !== undefined)
      return { at: `${at}${found.at}`, error: found.error, path: [...path, ...(found.path ?? [])] };
  }
  return checkOperators(conditions, name);
}

/** Operators alone. Kyverno calls conditions below `all` `any` as well. */
export function checkOperators(conditions: Json | undefined, name: string): ConditionProblem | undefined {
  if (conditions === undefined) return undefined;
  for (const { condition, at, path } of place(conditions, name)) {
    const operator = getString(condition, 'operator') ?? '';
    if (OPERATORS.some((known) => known === operator)) continue;
    const listed = OPERATORS.map((known) => `"${known}"`).join(' ');
    return {
      at: at.replace(`${name}.all[`, `${name}.any[`),
      error: `entered value of \`operator\` is invalid. valid values: [${listed}]`,
      path: [...path, 'operator'],
    };
  }
  return undefined;
}

interface ValueProblem {
  readonly at: string;
  readonly error: string;
  /** Place below the condition. */
  readonly path?: readonly PathSegment[];
}

function checkValues(condition: Json): ValueProblem | undefined {
  const key = get(condition, 'key') ?? null;
  const value = get(condition, 'value') ?? null;
  if (key === null || value === null || (getString(condition, 'operator') ?? '') === '')
    return { at: '', error: 'entered value of `key`, `value` or `operator` is missing or misspelled' };
  const isOperation = typeof key === 'string' && key.replaceAll(' ', '') === '{{request.operation}}';
  return isOperation ? checkOperations(value) : undefined;
}

const REQUEST_OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];

const unknownOperation = (value: string): string =>
  `unknown value '${value}' found under the 'value' field. Only the following values are allowed: [CREATE, UPDATE, DELETE, CONNECT]`;

function checkOperations(value: Json): ValueProblem | undefined {
  if (typeof value === 'string') {
    const isVariable = value.length >= 4 && value.startsWith('{{') && value.endsWith('}}');
    if (isVariable || REQUEST_OPERATIONS.includes(value)) return undefined;
    return { at: `value: ${value}`, error: unknownOperation(value), path: ['value'] };
  }
  if (!Array.isArray(value))
    return {
      at: 'value',
      error: `'value' field found to be of the type ${goKind(value)}. The provided value/values are expected to be either in the form of a string or list`,
    };
  for (const [index, one] of (value as readonly Json[]).entries()) {
    if (typeof one !== 'string')
      return {
        at: `value[${index}]`,
        error: `'value[${index}]' found to be of the type ${goType(one)}. The provided values are expected to be strings`,
      };
    if (!REQUEST_OPERATIONS.includes(one))
      return { at: `value[${index}]`, error: unknownOperation(one), path: ['value', index] };
  }
  return undefined;
}

const isInteger = (value: Json): boolean => typeof value === 'number' && Number.isInteger(value);

function goKind(value: Json): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return isInteger(value) ? 'int64' : 'float64';
  return 'map';
}

function goType(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  return typeof value === 'object' ? 'map[string]interface {}' : goKind(value);
}
