import type { Json, JsonObject } from '../../base/json.ts';
import { get, isObject, setKey } from '../../base/json.ts';
import type { EvaluateStatement } from './assert-tree.ts';
import type { Bindings } from './bindings.ts';
import { parseAssertionExpression } from './expression.ts';

export type Templated = { readonly value: Json } | { readonly error: string };

/** What templates are evaluated with. */
export interface Templating {
  readonly evaluate: EvaluateStatement;
  readonly bindings: Bindings;
  /** What expressions look at; nothing if absent. */
  readonly input?: Json;
}

/** Replaces every text that is wholly `(…)` by what its JMESPath yields over the bindings. */
export function templateValue(value: Json, templating: Templating): Templated {
  if (typeof value === 'string') return templateText(value, templating);
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const item of value as readonly Json[]) {
      const templated = templateValue(item, templating);
      if ('error' in templated) return templated;
      items.push(templated.value);
    }
    return { value: items };
  }
  if (!isObject(value)) return { value };
  const templated: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    const result = templateValue(item, templating);
    if ('error' in result) return result;
    setKey(templated, key, result.value);
  }
  return { value: templated };
}

function templateText(text: string, { evaluate, bindings, input }: Templating): Templated {
  const { compiler, statement, foreach, binding } = parseAssertionExpression(text);
  if (foreach || binding !== '') return { value: text };
  if (compiler === '') return { value: statement };
  if (compiler !== 'default' && compiler !== 'jp')
    return { error: `the compiler ${compiler} is not simulated` };
  return evaluate(statement, input ?? null, bindings);
}

/** In assertions only what finds the object is templated: apiVersion, kind, name, namespace and labels. */
export function templateReference(object: JsonObject, templating: Templating): Templated {
  const metadata = get(object, 'metadata');
  const part: Record<string, Json> = {};
  for (const key of ['apiVersion', 'kind']) {
    const value = get(object, key);
    if (value !== undefined) part[key] = value;
  }
  const named: Record<string, Json> = {};
  for (const key of ['name', 'namespace', 'labels']) {
    const value = get(metadata, key);
    if (value !== undefined) named[key] = value;
  }
  const templated = templateValue({ ...part, metadata: named }, templating);
  if ('error' in templated || !isObject(templated.value)) return templated;
  const own = get(templated.value, 'metadata');
  return {
    value: {
      ...object,
      ...omitMetadata(templated.value),
      ...(isObject(metadata) ? { metadata: { ...metadata, ...(isObject(own) ? own : {}) } } : {}),
    },
  };
}

const omitMetadata = ({ metadata: _, ...rest }: JsonObject): JsonObject => rest;
