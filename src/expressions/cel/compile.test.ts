import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../base/json.ts';
import { compileCel } from './compile.ts';
import { kubernetesEnvironment, REQUEST_TYPE } from './kubernetes.ts';
import { regexes } from './parts.ts';
import { BOOL, DYN } from './types.ts';
import { CelError, fromJson, toJson } from './value.ts';

const environment = kubernetesEnvironment({ object: DYN, request: REQUEST_TYPE });
const OBJECT: Json = {
  metadata: { name: 'web', labels: { team: 'a' } },
  spec: { replicas: 3, ratio: 0.5, nothing: null, containers: [{ image: 'nginx:1' }, { image: 'redis' }] },
};
const REQUEST: Json = { operation: 'CREATE', userInfo: { username: 'jane', groups: ['dev'] } };

beforeAll(() => regexes.load());

/** The value as JSON, or the text of the failure: of the compilation, or `error: …` of the evaluation. */
function answer(text: string): Json {
  const compiled = compileCel(text, environment);
  if ('failure' in compiled) return compiled.failure.text;
  const result = compiled.program.evaluate(
    new Map([
      ['object', fromJson(OBJECT)],
      ['request', fromJson(REQUEST)],
    ]),
  );
  return result instanceof CelError ? `error: ${result.message}` : (toJson(result) ?? null);
}

describe('expressions of match conditions', () => {
  it.each<[string, Json]>([
    ['object.metadata.name == "web" && request.operation in ["CREATE", "UPDATE"]', true],
    ['has(object.metadata.annotations)', false],
    ['object.metadata.?annotations[?"a"].orValue("none")', 'none'],
    ['object.spec.containers.exists(c, c.image.matches("^nginx:[0-9]+$"))', true],
    ['object.spec.containers.map(c, c.image.split(":")[0]).join(",")', 'nginx,redis'],
    ['object.spec.replicas + 1', 4],
    ['object.spec.nothing == null', true],
    ['object.spec.replicas == 3.0', true],
    ['!("system:nodes" in request.userInfo.groups)', true],
    ['object.metadata.labels.all(key, value, key == "team" && value == "a")', true],
    ['cel.bind(n, object.spec.replicas, n * n)', 9],
    ['[3, 1, 2].sort() == lists.range(4).slice(1, 4)', true],
    ['quantity("1Gi").isGreaterThan(quantity("1G"))', true],
    ['sets.contains(["a", "b"], ["b"])', true],
    ['"%s-%d".format(["a", 1])', 'a-1'],
  ])('%s', (text, expected) => {
    expect(answer(text)).toEqual(expected);
  });

  it.each([
    ['object.metadata.labels.app == "x"', 'error: no such key: app'],
    ['object.spec.ratio * 2', 'error: no such overload'],
    ['9223372036854775807 + object.spec.replicas', 'error: integer overflow'],
    ['object.spec.containers[2]', 'error: index out of bounds: 2'],
    [
      'object.metadata.name.startsWith(object.spec.replicas)',
      'error: no such overload: startsWith(string, int)',
    ],
  ])('%s cannot be evaluated', (text, expected) => {
    expect(answer(text)).toBe(expected);
  });

  it.each([
    ['authorizer.x', "undeclared reference to 'authorizer' (in container '')"],
    ['request.foo', "undefined field 'foo'"],
    ['1 + "a"', "found no matching overload for '_+_' applied to '(int, string)'"],
    ['[1, "a"]', "expected type 'int' but found 'string'"],
    ['"a".matches("[")', 'invalid matches argument'],
    ['object.items.all(1, true)', 'argument must be a simple name'],
    ['a b', "Syntax error: extraneous input 'b' expecting <EOF>"],
  ])('%s does not compile', (text, message) => {
    expect(String(answer(text))).toContain(message);
  });

  it('points at the place as cel-go does', () => {
    expect(answer('true &&\n  foo')).toBe(
      "ERROR: <input>:2:3: undeclared reference to 'foo' (in container '')\n |   foo\n | ..^",
    );
  });

  it('goes on without an error where the other side decides', () => {
    expect(answer('object.missing.x == 1 || true')).toBe(true);
    expect(answer('object.spec.containers.exists(c, c.missing == 1 || c.image == "redis")')).toBe(true);
    expect(answer('object.missing.x == 1 && true')).toBe('error: no such key: missing');
  });

  it('knows the type that it yields', () => {
    const compiled = compileCel('object.metadata.name == "x"', environment);
    expect('program' in compiled && compiled.program.type).toEqual(BOOL);
  });

  it('reads a key that is no key of JavaScript’s own', () => {
    expect(answer('has(object.__proto__)')).toBe(false);
  });

  it('stops where an expression would never end', () => {
    const nested = 'lists.range(1000).map(a, lists.range(1000).map(b, lists.range(1000).map(c, a + b + c)))';
    expect(answer(nested)).toBe('error: operation cancelled: actual cost limit exceeded');
  });

  it('answers any text with a value or an error', () => {
    const pieces = fc.constantFrom(
      'object', '.', '?', '[', ']', '(', ')', '{', '}', ',', '1', '"a"', "'", '!', '-', '+', '&&', '||', '==', ':',
      'has', 'all', 'map', ' ', 'x', 'in', 'null', '\\', 'b"', '0x', '1e', '`',
    ); // biome-ignore format: pieces of expressions
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        expect(() => answer(parts.join(''))).not.toThrow();
      }),
      { numRuns: 600 },
    );
  });

  it('keeps to its depth', () => {
    for (const text of [
      '('.repeat(5000),
      '!'.repeat(5000),
      '['.repeat(90_000),
      `1${'+1'.repeat(40_000)}`,
      `x${'.a'.repeat(40_000)}`,
    ])
      expect(String(answer(text))).toContain('ERROR: <input>:');
  });
});
