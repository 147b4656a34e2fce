import { get, getString, type Json, type JsonObject, setKey } from '../../base/json.ts';
import { compileCel } from '../../expressions/cel/compile.ts';
import type { Bindings } from '../../expressions/cel/interpreter.ts';
import { kubernetesEnvironment, REQUEST_TYPE } from '../../expressions/cel/kubernetes.ts';
import { DYN } from '../../expressions/cel/types.ts';
import {
  CelDuration,
  CelError,
  type CelMap,
  CelOpaque,
  CelOptional,
  type CelResult,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
  formatTimestamp,
  fromJson,
  isList,
  isMap,
} from '../../expressions/cel/value.ts';
import { encodeBase64 } from '../../expressions/jmespath/base64.ts';
import { formatDuration } from '../../kubernetes/duration.ts';
import { type CaseRunner, compareAnswer, input, type OracleFile } from './oracle-case.ts';

const ENVIRONMENT = kubernetesEnvironment({ object: DYN, oldObject: DYN, request: REQUEST_TYPE });

/** A value in the recordings' form. */
function encode(value: CelValue): Json {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number')
    return Number.isInteger(value) || !Number.isFinite(value) ? { $double: String(value) } : value;
  if (value instanceof CelUint) return { $uint: String(value.value) };
  if (value instanceof Uint8Array) return { $bytes: encodeBase64(value) };
  if (value instanceof CelTimestamp) return { $timestamp: formatTimestamp(value) };
  if (value instanceof CelDuration) return { $duration: formatDuration(value.nanos) };
  if (value instanceof CelOptional)
    return { $optional: value.value === undefined ? 'none' : encode(value.value) };
  if (value instanceof CelTypeValue) return { $type: value.name };
  if (value instanceof CelOpaque) return { $opaque: value.type, text: value.text };
  if (isList(value)) return value.map(encode);
  return isMap(value) ? encodeMap(value) : value;
}

function encodeMap(map: CelMap): Json {
  const pairs = map.keys().map((key) => [key, map.get(key) ?? null] as const);
  if (!pairs.every(([key]) => typeof key === 'string'))
    return { $map: pairs.map(([key, item]) => [encode(key), encode(item)]) };
  const out: Record<string, Json> = {};
  for (const [key, item] of pairs) setKey(out, String(key), encode(item));
  return out;
}

/** Values in the form of API requests: empty fields are not there. */
function bindingsOf(file: OracleFile, testCase: Parameters<CaseRunner>[1]): Bindings {
  const given = input(file, testCase, 'bindings');
  return new Map(
    ['object', 'oldObject', 'request'].map((name) => [name, fromJson(get(given, name) ?? null)]),
  );
}

const answerOf = (result: CelResult): JsonObject =>
  result instanceof CelError ? { error: result.message } : { result: encode(result) };

/** Expressions in Kubernetes' environment; one with variables of a policy, or with a function of a library that is not there yet is unsupported. */
export const runCelCase: CaseRunner = (file, testCase) => {
  const text = getString(testCase, 'expr') ?? '';
  if (get(input(file, testCase, 'bindings'), 'variables') !== undefined)
    return { outcome: 'unsupported', reason: 'cel: variables of a policy are not simulated yet' };
  const compiled = compileCel(text, ENVIRONMENT);
  if ('program' in compiled)
    return compareAnswer(testCase, answerOf(compiled.program.evaluate(bindingsOf(file, testCase))), [
      'result',
      'error',
    ]);
  const recorded = getString(testCase, 'error') ?? '';
  const missing = /undeclared reference to '([^']*)'/.exec(compiled.failure.text);
  if (missing !== null && !recorded.includes('undeclared reference'))
    return { outcome: 'unsupported', reason: `cel: ${missing[1]} is not simulated yet` };
  return compareAnswer(testCase, { error: compiled.failure.text }, ['result', 'error']);
};
