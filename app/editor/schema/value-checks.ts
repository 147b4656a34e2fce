import { isObject, type Json, nearest } from '../../../src/index.ts';
import type { Schema } from './schema.ts';

/** What is wrong with a value, in the API server's words where it is a CRD that speaks. */
export interface ValueProblem {
  readonly message: string;
  readonly hint: string;
  readonly note: string;
}

/** Whether the API server can read a value as its schema's type; `null` stands for nothing. */
export function isOfType(value: Json, schema: Schema): boolean {
  if (value === null) return true;
  if (schema['x-kubernetes-int-or-string'] === true)
    return typeof value === 'number' || typeof value === 'string';
  switch (schema.type) {
    case undefined:
      return true;
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    default:
      return typeof value === schema.type;
  }
}

/** `integer`, `string` and so on, as OpenAPI calls what stands there. */
function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  string: 'text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  null: 'nothing',
};

/** A value of another type than its schema's. */
export function typeProblem(value: Json, schema: Schema, path: string, isCustom: boolean): ValueProblem {
  const wanted =
    schema['x-kubernetes-int-or-string'] === true
      ? 'an integer or text'
      : (NAMES[schema.type ?? ''] ?? 'another value');
  const there = typeOf(value);
  const hint =
    schema.type === 'string' && typeof value !== 'object'
      ? 'Put it in quotes.'
      : typeof value === 'string' && schema.type !== 'object' && schema.type !== 'array'
        ? 'Write it without quotes.'
        : '';
  const message = isCustom
    ? `${path}: Invalid value: ${JSON.stringify(there)}: ${path} in body must be of type ${schema.type ?? 'integer,string'}: ${JSON.stringify(there)}`
    : `${path} is ${NAMES[there] ?? there}, and must be ${wanted}.`;
  return { message, hint, note: `must be ${wanted}` };
}

/** A scalar out of its bounds: values, limits, pattern. */
export function boundProblem(
  value: Json,
  schema: Schema,
  path: string,
): (ValueProblem & { readonly code: string; readonly suggestion?: string }) | undefined {
  const { enum: values, minimum, maximum, maxLength, minLength, pattern } = schema;
  if (values !== undefined && !values.includes(value as string)) {
    const list = values.map((one) => JSON.stringify(one)).join(', ');
    const near = nearest(
      String(value),
      values.filter((one) => typeof one === 'string'),
    );
    return {
      code: 'value',
      message: `${path}: Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
      hint: near === undefined ? '' : `Did you mean ${near}?`,
      note: near === undefined ? 'no such value' : `${near}?`,
      ...(near === undefined ? {} : { suggestion: near }),
    };
  }
  const invalid = (said: string): ValueProblem & { readonly code: string } => ({
    code: 'bounds',
    message: `${path}: Invalid value: ${JSON.stringify(value)}: ${path} in body ${said}`,
    hint: '',
    note: 'out of bounds',
  });
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum)
      return invalid(`should be greater than or equal to ${minimum}`);
    if (maximum !== undefined && value > maximum)
      return invalid(`should be less than or equal to ${maximum}`);
  }
  if (typeof value === 'string') {
    if (maxLength !== undefined && value.length > maxLength)
      return {
        ...invalid(''),
        message: `${path}: Too long: may not be more than ${maxLength} bytes`,
        note: 'too long',
      };
    if (minLength !== undefined && value.length < minLength)
      return invalid(`should be at least ${minLength} chars long`);
    if (pattern !== undefined && !matches(pattern, value))
      return { ...invalid(`should match '${pattern}'`), note: 'not of this form' };
  }
  return undefined;
}

/** Patterns are those of Kyverno's own CRDs: simple, and the same in both engines. */
function matches(pattern: string, value: string): boolean {
  try {
    return value.length > 1000 || new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}
