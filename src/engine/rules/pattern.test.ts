import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/json.ts';
import { matchPattern } from './pattern.ts';

/** Objects whose keys and texts mean nothing special in a pattern. */
const key = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 3 });
const leaf = fc.oneof(
  fc.string({ unit: fc.constantFrom('x', 'y', 'z'), minLength: 1 }),
  fc.integer(),
  fc.boolean(),
);
const object = fc.letrec<{ value: Json; object: Json }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('object')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
})).object;

describe('a structure pattern', () => {
  it('matches what it is', () => {
    fc.assert(fc.property(object, (value) => matchPattern(value, value).status === 'pass'));
  });

  it('does not mind further fields', () => {
    fc.assert(
      fc.property(
        object,
        leaf,
        (value, extra) => matchPattern({ ...(value as object), extra }, value).status === 'pass',
      ),
    );
  });

  it('fails at the field that differs, and says what and where in pattern and resource', () => {
    const result = matchPattern(
      {
        spec: {
          containers: [
            { name: 'a', image: 'nginx' },
            { name: 'b', image: 'redis:latest' },
          ],
        },
      },
      { spec: { containers: [{ image: '!*:latest' }] } },
    );
    expect(result).toMatchObject({
      status: 'fail',
      path: '/spec/containers/1/image/',
      patternPath: ['spec', 'containers', 0, 'image'],
      expected: '!*:latest',
      actual: 'redis:latest',
    });
  });

  it('blames the parent for a missing field that must be anything', () => {
    expect(matchPattern({ metadata: {} }, { metadata: { labels: '*' } })).toMatchObject({
      path: '/metadata/',
    });
  });

  it('is skipped when its condition does not hold', () => {
    expect(matchPattern({ kind: 'b', x: 1 }, { '(kind)': 'a', x: 2 }).status).toBe('skip');
  });

  it('leaves out list elements whose condition does not hold', () => {
    const pattern = { list: [{ '(name)': 'a*', ok: true }] };
    expect(
      matchPattern(
        {
          list: [
            { name: 'b', ok: false },
            { name: 'a1', ok: true },
          ],
        },
        pattern,
      ).status,
    ).toBe('pass');
    expect(matchPattern({ list: [{ name: 'b', ok: false }] }, pattern).status).toBe('skip');
  });

  it('loses the path when a condition’s key is nowhere and something else fails', () => {
    expect(matchPattern({ list: [{ x: 1 }] }, { list: [{ '^(missing)': [{}], x: 2 }] })).toMatchObject({
      status: 'error',
      path: '',
    });
  });

  it('treats keys that every object has as plain data', () => {
    expect(matchPattern({}, { constructor: '?*' }).status).toBe('fail');
    expect(matchPattern(JSON.parse('{"__proto__": "a"}'), JSON.parse('{"__proto__": "a"}')).status).toBe(
      'pass',
    );
  });

  it('answers for any resource and pattern, however deep', () => {
    let pattern: Json = 'x';
    let resource: Json = 'x';
    for (let depth = 0; depth < 20_000; depth += 1) {
      pattern = { a: pattern };
      resource = { a: resource };
    }
    expect(matchPattern(resource, pattern).status).toBe('fail');
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (r, p) => matchPattern(r as Json, p as Json) !== undefined),
    );
  });
});
