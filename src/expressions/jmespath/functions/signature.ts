import type { Node } from '../ast.ts';
import type { JmesPathEnvironment } from '../environment.ts';
import { Failure, isList, isMap, type Outcome, type Value, type ValueObject } from '../value.ts';

/** Argument types in the spelling of error texts. */
export type ArgumentType =
  | 'string'
  | 'number'
  | 'array'
  | 'object'
  | 'array[number]'
  | 'array[string]'
  | 'expref'
  | 'any';

/** What a function may ask of the interpreter. */
export interface Evaluator {
  readonly environment: JmesPathEnvironment;
  /** Set when a function returns a Go type that is no JSON. */
  sawGoType: boolean;
  evaluate(node: Node, value: Value): Outcome;
  /** Counts work; true once there was too much. */
  spend(steps: number): boolean;
}

/** A function's parameters, each with the types it takes, and what it does with arguments that passed the check. */
export interface FunctionSpec {
  readonly parameters: readonly (readonly ArgumentType[])[];
  /** More arguments may follow; then none is checked. */
  readonly variadic?: true;
  run(values: readonly Value[], evaluator: Evaluator): Outcome;
}

export type FunctionTable = Readonly<Record<string, FunctionSpec>>;

/** Parameter lists that many functions share. */
export const STRING: readonly ArgumentType[] = ['string'];
export const NUMBER: readonly ArgumentType[] = ['number'];
export const STRING_OR_NUMBER: readonly ArgumentType[] = ['string', 'number'];
export const ANY: readonly ArgumentType[] = ['any'];

/** An argument that the check found to be of the type; the fallback never shows. */
export const textAt = (values: readonly Value[], index: number): string => {
  const value = values[index];
  return typeof value === 'string' ? value : '';
};
export const numberAt = (values: readonly Value[], index: number): number => {
  const value = values[index];
  return typeof value === 'number' ? value : Number.NaN;
};
export const valueAt = (values: readonly Value[], index: number): Value => values[index] ?? null;

/** The argument as a plain list; the failure is Go's panic where it is the other kind of slice. */
export function listAt(values: readonly Value[], index: number): readonly Value[] | Failure {
  const value = valueAt(values, index);
  return isList(value)
    ? value
    : new Failure('interface conversion: interface {} is []map[string]interface {}, not []interface {}');
}

export function mapAt(values: readonly Value[], index: number): ValueObject {
  const value = valueAt(values, index);
  return isMap(value) ? value : {};
}

/** An error of a Kyverno function. */
export const functionError = (name: string, text: string): Failure =>
  new Failure(`JMESPath function '${name}': ${text}`);
