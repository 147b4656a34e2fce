import { checkCel } from './checker.ts';
import type { CelEnvironment } from './environment.ts';
import { type Bindings, callFunction, evaluateCel } from './interpreter.ts';
import { type CelIssue, formatIssues } from './issues.ts';
import { parseCel } from './parser.ts';
import type { CelType } from './types.ts';
import { validateCel } from './validators.ts';
import type { CelResult } from './value.ts';

/** An expression that may be evaluated any number of times. */
export interface CelProgram {
  /** What the checker says it yields. */
  readonly type: CelType;
  /** The value, or the error that the evaluation ended with. */
  readonly evaluate: (bindings: Bindings) => CelResult;
}

export interface CelFailure {
  readonly issues: readonly CelIssue[];
  /** As cel-go displays them. */
  readonly text: string;
}

export type Compiled = { readonly program: CelProgram } | { readonly failure: CelFailure };

/** Parses, checks and validates an expression; `environment` says what it may name. */
export function compileCel(text: string, environment: CelEnvironment): Compiled {
  const fail = (issues: readonly CelIssue[]): Compiled => ({
    failure: { issues, text: formatIssues(text, issues) },
  });
  const parsed = parseCel(text);
  if ('issues' in parsed) return fail(parsed.issues);
  const { expression } = parsed;
  const checked = checkCel(expression, environment);
  if (checked.issues.length > 0) return fail(checked.issues);
  const invalid = validateCel(expression, checked, (name, args) => {
    const overloads = environment.functions.get(name) ?? [];
    const member = overloads.every((overload) => overload.member);
    return callFunction(environment, name, args, member);
  });
  if (invalid.length > 0) return fail(invalid);
  return {
    program: {
      type: checked.type,
      evaluate: (bindings) => evaluateCel(expression, checked, environment, bindings),
    },
  };
}
