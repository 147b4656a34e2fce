import { get, getList, isObject, type Json } from '../../../src/index.ts';
import type { Schema } from './schema.ts';

const MAX_DEPTH = 80;
const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'] as const;
const NUMBERS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'] as const;
const FLAGS = [
  'nullable',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-int-or-string',
  'x-kubernetes-embedded-resource',
] as const;

/**
 * Reads the schema of a person's CRD; what is malformed says nothing. Patterns are left out: they are Go's, and run on a
 * person's text they could take for ever.
 */
export function readSchema(json: Json | undefined, depth = 0): Schema {
  if (!isObject(json) || depth > MAX_DEPTH) return { 'x-kubernetes-preserve-unknown-fields': true };
  const type = TYPES.find((name) => name === get(json, 'type'));
  const properties = get(json, 'properties');
  const items = get(json, 'items');
  const additional = get(json, 'additionalProperties');
  const values = getList(json, 'enum');
  const required = getList(json, 'required').filter((name) => typeof name === 'string');
  const fallback = get(json, 'default');
  return {
    ...textOf(json, 'description'),
    ...textOf(json, 'format'),
    ...(type === undefined ? {} : { type }),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(values.length === 0 ? {} : { enum: values }),
    ...(required.length === 0 ? {} : { required }),
    ...(isObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, part]) => [name, readSchema(part, depth + 1)]),
          ),
        }
      : {}),
    ...(isObject(items) ? { items: readSchema(items, depth + 1) } : {}),
    ...(isObject(additional) ? { additionalProperties: readSchema(additional, depth + 1) } : {}),
    ...(additional === true ? { additionalProperties: true } : {}),
    ...Object.fromEntries(
      NUMBERS.flatMap((name) => (typeof get(json, name) === 'number' ? [[name, get(json, name)]] : [])),
    ),
    ...Object.fromEntries(FLAGS.flatMap((name) => (get(json, name) === true ? [[name, true]] : []))),
  };
}

function textOf(json: Json, key: 'description' | 'format'): Schema {
  const text = get(json, key);
  return typeof text === 'string' ? { [key]: text } : {};
}
