import { kyvernoFunctions } from '../../parts.ts';
import { ExpRef, Failure, formatGo, isList, isMap, type Outcome, sliceOf, type Value } from '../value.ts';
import { CORE } from './core.ts';
import type { ArgumentType, Evaluator, FunctionSpec } from './signature.ts';

const FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map(Object.entries(CORE));

/** Bound of ours on texts that functions build: they can double with each step. */
const MAX_RESULT = 8 * 1024 * 1024;

function hasType(value: Value, type: ArgumentType): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'string':
    case 'number':
      return typeof value === type;
    case 'array':
      return sliceOf(value) !== undefined;
    case 'object':
      return isMap(value);
    case 'expref':
      return value instanceof ExpRef;
    case 'array[number]':
      return isList(value) && value.every((item) => typeof item === 'number');
    case 'array[string]':
      return isList(value) && value.every((item) => typeof item === 'string');
  }
}

function checkArguments(spec: FunctionSpec, values: readonly Value[]): Failure | undefined {
  const { parameters } = spec;
  if (parameters.length === 0) return undefined;
  if (spec.variadic) return values.length < parameters.length ? new Failure('Invalid arity.') : undefined;
  if (parameters.length !== values.length) return new Failure('incorrect number of args');
  for (const [i, types] of parameters.entries()) {
    const value = values[i] ?? null;
    if (types.some((type) => hasType(value, type))) continue;
    const expected = types.map((type) => `"${type}"`).join(', ');
    return new Failure(`Invalid type for: ${formatGo(value)}, expected: []jmespath.JpType{${expected}}`);
  }
  return undefined;
}

/** Calls a function by name, after go-jmespath's check of its arguments. */
export function callFunction(name: string, values: readonly Value[], evaluator: Evaluator): Outcome {
  const spec = FUNCTIONS.get(name) ?? kyvernoFunctions.get().KYVERNO_FUNCTIONS.get(name);
  return spec ? runFunction(spec, values, evaluator) : new Failure(`unknown function: ${name}`);
}

/** Calls a function after the check of its arguments. */
export function runFunction(spec: FunctionSpec, values: readonly Value[], evaluator: Evaluator): Outcome {
  const refused = checkArguments(spec, values);
  if (refused) return refused;
  const outcome = spec.run(values, evaluator);
  if (typeof outcome !== 'string') return outcome;
  if (outcome.length > MAX_RESULT || evaluator.spend(outcome.length >> 6))
    return new Failure('the expression builds a text that is too long');
  return outcome;
}
