import { isObject, type Json } from '../../base/json.ts';
import {
  type AssertionError,
  AssertionPath,
  expectedText,
  internal,
  invalid,
  required,
} from './assertion-error.ts';
import { type Bindings, bind } from './bindings.ts';
import { type AssertionExpression, type CompilerMark, parseAssertionExpression } from './expression.ts';
import { matchValue } from './match.ts';

/** Evaluates a statement of an assertion tree over a value. */
export type EvaluateStatement = (
  statement: string,
  value: Json,
  bindings: Bindings,
) => { readonly value: Json } | { readonly error: string };

export interface AssertionOptions {
  /** By compiler: `jp`, `cel`. A compiler that is missing cannot be used. */
  readonly compilers: Readonly<Record<string, EvaluateStatement>>;
  /** The compiler of `(…)` without a name; `jp` if it does not say. */
  readonly defaultCompiler?: string;
  readonly mark?: CompilerMark;
}

/**
 * What an assertion came to: the places where it does not hold, none if it holds; or the failure that stopped it, in which
 * case Kyverno tells of nothing else.
 */
export type Asserted = { readonly errors: readonly AssertionError[] } | { readonly failure: AssertionError };

/** Bound of ours on nesting: trees and values are user texts. */
const MAX_DEPTH = 200;

/**
 * Asserts a tree of a value (kyverno-json: core/assertion). A map projects its keys (fields or expressions, each element
 * with `~.`) and asserts what they yield; a list is compared element by element and must be as long; a leaf is a value or
 * an expression whose result is compared. Keys are looked at in the order of the text, where Go's order is random; a
 * binding is seen by the keys after it.
 */
export const assertTree = (
  tree: Json,
  value: Json,
  bindings: Bindings,
  options: AssertionOptions,
): Asserted => new Assertion(options).node(AssertionPath.root, tree, value, bindings, 0);

const HOLDS: Asserted = { errors: [] };
const wrong = (error: AssertionError): Asserted => ({ errors: [error] });
const stopped = (failure: AssertionError): Asserted => ({ failure });

class Assertion {
  private readonly options: AssertionOptions;

  constructor(options: AssertionOptions) {
    this.options = options;
  }

  node(path: AssertionPath, tree: Json, value: Json, bindings: Bindings, depth: number): Asserted {
    if (depth > MAX_DEPTH) return stopped(internal(path, 'the assertion is nested too deeply'));
    if (Array.isArray(tree)) return this.list(path, tree, value, bindings, depth);
    if (isObject(tree)) return this.map(path, tree, value, bindings, depth);
    return this.leaf(path, tree, value, bindings);
  }

  private list(
    path: AssertionPath,
    tree: readonly Json[],
    value: Json,
    bindings: Bindings,
    depth: number,
  ): Asserted {
    if (value === null) return wrong(invalid(path, value, 'value is null'));
    if (!Array.isArray(value)) return stopped(invalid(path, value, 'expected a slice'));
    if (value.length !== tree.length) return wrong(invalid(path, value, "lengths of slices don't match"));
    const errors: AssertionError[] = [];
    for (const [i, item] of tree.entries()) {
      const asserted = this.node(
        path.at(i),
        item,
        (value as readonly Json[])[i] ?? null,
        bindings,
        depth + 1,
      );
      if ('failure' in asserted) return asserted;
      errors.push(...asserted.errors);
    }
    return { errors };
  }

  private map(
    path: AssertionPath,
    tree: Readonly<Record<string, Json>>,
    value: Json,
    bindings: Bindings,
    depth: number,
  ): Asserted {
    const entries = Object.entries(tree);
    if (entries.length === 0)
      return value === null ? wrong(invalid(path, value, 'invalid value, must not be null')) : HOLDS;
    const errors: AssertionError[] = [];
    let known = bindings;
    for (const [key, expected] of entries) {
      const place = path.child(key);
      const expression = parseAssertionExpression(key, this.options.mark);
      const projected = this.project(expression, value, known);
      if ('error' in projected) return stopped(internal(place, projected.error));
      if (projected.value === undefined) {
        errors.push(required(place, 'field not found in the input object'));
        continue;
      }
      const found = projected.value;
      if (expression.binding !== '') known = bind(known, expression.binding, found);
      const asserted = expression.foreach
        ? this.each(place, expression, expected, found, known, depth)
        : this.node(place, expected, found, known, depth + 1);
      if ('failure' in asserted) return asserted;
      errors.push(...asserted.errors);
    }
    return { errors };
  }

  private each(
    path: AssertionPath,
    { foreachName }: AssertionExpression,
    tree: Json,
    found: Json,
    bindings: Bindings,
    depth: number,
  ): Asserted {
    const elements: readonly (readonly [number | string, Json])[] | undefined = Array.isArray(found)
      ? [...(found as readonly Json[]).entries()]
      : isObject(found)
        ? Object.entries(found)
        : undefined;
    if (elements === undefined) return stopped(invalid(path, found, 'expected a slice or a map'));
    const errors: AssertionError[] = [];
    for (const [key, element] of elements) {
      const known = foreachName === '' ? bindings : bind(bindings, foreachName, key);
      const asserted = this.node(path.at(key), tree, element, known, depth + 1);
      if ('failure' in asserted) return asserted;
      errors.push(...asserted.errors);
    }
    return { errors };
  }

  /** What a key yields; undefined if the value has no such field. */
  private project(
    { compiler, statement }: AssertionExpression,
    value: Json,
    bindings: Bindings,
  ): { readonly value: Json | undefined } | { readonly error: string } {
    if (compiler !== '') return this.evaluate(compiler, statement, value, bindings);
    if (value === null) return { value: undefined };
    if (!isObject(value)) return { error: 'projection not recognized' };
    return { value: Object.hasOwn(value, statement) ? value[statement] : undefined };
  }

  private leaf(path: AssertionPath, tree: Json, value: Json, bindings: Bindings): Asserted {
    const expected = this.expected(path, tree, value, bindings);
    if ('failure' in expected) return expected;
    const matched = matchValue(expected.value, value);
    if ('error' in matched) return stopped(internal(path, matched.error));
    return matched.matches ? HOLDS : wrong(invalid(path, value, expectedText(expected.value)));
  }

  private expected(
    path: AssertionPath,
    tree: Json,
    value: Json,
    bindings: Bindings,
  ): { readonly value: Json } | { readonly failure: AssertionError } {
    if (typeof tree !== 'string') return { value: tree };
    const { foreach, binding, compiler, statement } = parseAssertionExpression(tree, this.options.mark);
    const isOlder = this.options.mark === ':';
    if (isOlder && compiler === '') return { value: tree };
    const place = isOlder ? 'on the RHS' : 'in scalar projections';
    if (foreach) return { failure: invalid(path, tree, `foreach is not supported ${place}`) };
    if (binding !== '') return { failure: invalid(path, tree, `binding is not supported ${place}`) };
    if (compiler === '') return { value: statement };
    const evaluated = this.evaluate(compiler, statement, value, bindings);
    return 'error' in evaluated ? { failure: internal(path, evaluated.error) } : evaluated;
  }

  private evaluate(
    compiler: string,
    statement: string,
    value: Json,
    bindings: Bindings,
  ): { readonly value: Json } | { readonly error: string } {
    const name = compiler === 'default' ? (this.options.defaultCompiler ?? 'jp') : compiler;
    const { compilers } = this.options;
    const run = Object.hasOwn(compilers, name) ? compilers[name] : undefined;
    return run === undefined
      ? { error: `the compiler ${name} is not simulated` }
      : run(statement, value, bindings);
  }
}
