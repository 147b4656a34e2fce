import type { Json } from '../../base/json.ts';
import type { Node } from './ast.ts';
import type { JmesPathEnvironment } from './environment.ts';
import { Interpreter } from './interpreter.ts';
import { parseExpression } from './parser.ts';
import { Failure, isModest, toJson, type Value } from './value.ts';

/** A compiled expression. */
export interface Query {
  readonly text: string;
  readonly node: Node;
}

export type Compiled = { readonly query: Query } | { readonly error: string };
/** A query's result; `notFound` tells that a missing key stopped it. */
export type Searched = { readonly value: Json } | { readonly error: string; readonly notFound: boolean };

/** Expressions that were compiled lately; policies use few, but values inserted into them make many. */
const CACHE_SIZE = 1000;
const cache = new Map<string, Compiled>();

/** Parses an expression once; errors are go-jmespath's (`SyntaxError: …`). */
export function compileJmesPath(text: string): Compiled {
  const known = cache.get(text);
  if (known) return known;
  const parsed = parseExpression(text);
  const compiled: Compiled = 'error' in parsed ? parsed : { query: { text, node: parsed.node } };
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? '');
  cache.set(text, compiled);
  return compiled;
}

/**
 * Evaluates a compiled expression. `data` may hold Go ints (foreach indices); pass `holdsGoTypes` then, so that a result
 * that copies them is converted.
 */
export function search(
  query: Query,
  data: Value,
  environment: JmesPathEnvironment,
  holdsGoTypes = false,
): Searched {
  const interpreter = new Interpreter(environment);
  interpreter.sawGoType = holdsGoTypes;
  const outcome = interpreter.evaluate(query.node, data);
  if (outcome instanceof Failure) return { error: outcome.message, notFound: outcome.notFound };
  if (interpreter.built && !isModest(outcome))
    return { error: 'the expression builds a value that is too large', notFound: false };
  return { value: interpreter.sawGoType ? toJson(outcome) : (outcome as Json) };
}
