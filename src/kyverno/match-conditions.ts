import { getList, getString, type Json, type JsonObject } from '../base/json.ts';
import { type CelProgram, compileCel } from '../expressions/cel/compile.ts';
import { kubernetesEnvironment, notSimulated, REQUEST_TYPE } from '../expressions/cel/kubernetes.ts';
import { BOOL, DYN, sameType } from '../expressions/cel/types.ts';
import { CelError, fromJson } from '../expressions/cel/value.ts';
import type { Policy } from './policy.ts';

/** One of `spec.webhookConfiguration.matchConditions`. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

/** What a condition looks at; null where the request has no such object. */
export interface ConditionInput {
  readonly object: Json;
  readonly oldObject: Json;
  /** As in an AdmissionReview; the objects in it are not seen. */
  readonly request: JsonObject;
}

/** How one condition came out; those behind a false one are not looked at. */
export interface ConditionOutcome {
  readonly condition: MatchCondition;
  readonly value?: boolean;
  readonly error?: string;
  /** A function that is not simulated: the condition counts as true. */
  readonly unsupported?: string;
}

/** Whether the webhook is called: a false condition wins over an error (k8s.io/apiserver, webhook/matchconditions). */
export interface ConditionsVerdict {
  readonly outcomes: readonly ConditionOutcome[];
  readonly matches: boolean;
  /** The condition that is false. */
  readonly failed?: string;
  /** Errors of conditions, where none is false; what follows is the failure policy's to say. */
  readonly error?: string;
}

type Compiled =
  | { readonly program: CelProgram }
  | { readonly error: string }
  | { readonly unsupported: string };

const ENVIRONMENT = kubernetesEnvironment({ object: DYN, oldObject: DYN, request: REQUEST_TYPE });

const PROGRAMS = new Map<string, Compiled>();
const MAX_PROGRAMS = 500;

function compile(expression: string): Compiled {
  const known = PROGRAMS.get(expression);
  if (known !== undefined) return known;
  if (PROGRAMS.size >= MAX_PROGRAMS) PROGRAMS.clear();
  const compiled = compileNow(expression);
  PROGRAMS.set(expression, compiled);
  return compiled;
}

function compileNow(expression: string): Compiled {
  const compiled = compileCel(expression, ENVIRONMENT);
  if ('failure' in compiled) {
    const missing = notSimulated(compiled.failure);
    return missing === undefined
      ? { error: `compilation failed: ${compiled.failure.text}` }
      : { unsupported: missing };
  }
  return sameType(compiled.program.type, BOOL) ? compiled : { error: 'must evaluate to bool' };
}

export const matchConditionsOf = (policy: Policy): readonly MatchCondition[] =>
  getList(policy.spec, 'webhookConfiguration', 'matchConditions').map((condition) => ({
    name: getString(condition, 'name') ?? '',
    expression: getString(condition, 'expression') ?? '',
  }));

/** Functions in a policy's conditions that are not simulated, with the index of the condition. */
export const unsupportedConditions = (
  policy: Policy,
): readonly { readonly index: number; readonly what: string }[] =>
  matchConditionsOf(policy).flatMap(({ expression }, index) => {
    const compiled = compile(expression);
    return 'unsupported' in compiled ? [{ index, what: compiled.unsupported }] : [];
  });

/** Kyverno's text on conditions that do not compile, and the first of them (lifecycle F.1, 4). */
export function conditionErrors(
  policy: Policy,
): { readonly text: string; readonly index: number } | undefined {
  const errors = matchConditionsOf(policy).flatMap(({ expression }, index) => {
    const compiled = compile(expression);
    return 'error' in compiled ? [{ index, error: compiled.error }] : [];
  });
  const [first] = errors;
  if (first === undefined) return undefined;
  const listed = errors.map(({ error }) => error).join(' ');
  return { text: `match conditions compilation errors: [${listed}]`, index: first.index };
}

/** Fields that an AdmissionRequest leaves out when they are empty. */
const OMITTED = ['subResource', 'requestSubResource', 'name', 'namespace'];

/** The request as expressions see it: without the objects, without what is empty. */
function visibleRequest(request: JsonObject): Json {
  return Object.fromEntries(
    Object.entries(request).filter(
      ([key, value]) =>
        key !== 'object' &&
        key !== 'oldObject' &&
        key !== 'uid' &&
        value !== null &&
        !(OMITTED.includes(key) && value === ''),
    ),
  );
}

/** Evaluates the conditions of a policy in their order. */
export function evaluateMatchConditions(
  policy: Policy,
  { object, oldObject, request }: ConditionInput,
): ConditionsVerdict {
  const bindings = new Map([
    ['object', fromJson(object)],
    ['oldObject', fromJson(oldObject)],
    ['request', fromJson(visibleRequest(request))],
  ]);
  const outcomes: ConditionOutcome[] = [];
  const errors: string[] = [];
  for (const condition of matchConditionsOf(policy)) {
    const outcome = outcomeOf(condition, bindings);
    outcomes.push(outcome);
    if (outcome.value === false) return { outcomes, matches: false, failed: condition.name };
    if (outcome.error !== undefined) errors.push(outcome.error);
  }
  if (errors.length === 0) return { outcomes, matches: true };
  return { outcomes, matches: false, error: aggregated(errors) };
}

function outcomeOf(
  condition: MatchCondition,
  bindings: Parameters<CelProgram['evaluate']>[0],
): ConditionOutcome {
  const compiled = compile(condition.expression);
  if ('unsupported' in compiled) return { condition, value: true, unsupported: compiled.unsupported };
  if ('error' in compiled) return { condition, error: `compilation error: ${compiled.error}` };
  const value = compiled.program.evaluate(bindings);
  if (value instanceof CelError)
    return {
      condition,
      error: `expression '${condition.expression}' resulted in error: ${value.message}`,
    };
  return { condition, value: value === true };
}

/** utilerrors.Aggregate: one error by itself, several in brackets, the same one once. */
function aggregated(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
