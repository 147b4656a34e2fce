import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import { type AssertionOptions, assertTree } from './assert-tree.ts';
import { formatAssertionError } from './assertion-error.ts';
import { bind, bindLazily, NO_BINDINGS } from './bindings.ts';
import { communityJmesPath } from './community.ts';
import { type CompilerMark, parseAssertionExpression } from './expression.ts';

const environment = { now: 0, random: seededRandom(1), libraries: {} };
const jp = communityJmesPath(environment);

function asserted(
  tree: Json,
  value: Json,
  bindings = NO_BINDINGS,
  mark: CompilerMark = ';',
): readonly string[] | string {
  const options: AssertionOptions = { compilers: { jp }, mark };
  const outcome = assertTree(tree, value, bindings, options);
  return 'failure' in outcome
    ? formatAssertionError(outcome.failure)
    : outcome.errors.map(formatAssertionError);
}

const evaluated = (statement: string, value: Json = null, bindings = NO_BINDINGS) =>
  jp(statement, value, bindings);

describe('an assertion tree', () => {
  const pod = {
    metadata: { name: 'p', labels: { app: 'a' } },
    spec: { replicas: 2, containers: [{ image: 'x:1' }, { image: 'y' }] },
  };

  it('holds for a part of a value, and says where it does not', () => {
    expect(asserted({ metadata: { name: 'p' } }, pod)).toEqual([]);
    expect(asserted({ metadata: { name: 'q' }, spec: { replicas: 3 } }, pod)).toEqual([
      'metadata.name: Invalid value: "p": Expected value: "q"',
      'spec.replicas: Invalid value: 2: Expected value: 3',
    ]);
  });

  it('asks for fields that are not there, and for lists of the same length', () => {
    expect(asserted({ spec: { nodeName: 'n' } }, pod)).toEqual([
      'spec.nodeName: Required value: field not found in the input object',
    ]);
    expect(asserted({ spec: { containers: [{}] } }, pod)).toEqual([
      'spec.containers: Invalid value: [{"image":"x:1"},{"image":"y"}]: lengths of slices don\'t match',
    ]);
    expect(asserted({ spec: { containers: [{}, { image: 'z' }] } }, pod)).toEqual([
      'spec.containers[1].image: Invalid value: "y": Expected value: "z"',
    ]);
  });

  it('with an empty map asks for anything but null', () => {
    expect(asserted({ a: {} }, { a: 1 })).toEqual([]);
    expect(asserted({ a: {} }, { a: null })).toEqual([
      'a: Invalid value: "null": invalid value, must not be null',
    ]);
  });

  it('projects with expressions', () => {
    expect(asserted({ spec: { '(length(containers))': 2 } }, pod)).toEqual([]);
    expect(asserted({ spec: { '(replicas > `3`)': true } }, pod)).toEqual([
      'spec.(replicas > `3`): Invalid value: false: Expected value: true',
    ]);
    expect(asserted({ spec: { replicas: '(`1` + `1`)' } }, pod)).toEqual([]);
  });

  it('asserts something of each element, with its index or key as a binding', () => {
    const each = { spec: { '~.containers': { "(contains(image, ':'))": true } } };
    expect(asserted(each, pod)).toEqual([
      "spec.~.containers[1].(contains(image, ':')): Invalid value: false: Expected value: true",
    ]);
    expect(asserted({ spec: { '~i.containers': { '($i < `2`)': true } } }, pod)).toEqual([]);
    expect(asserted({ metadata: { '~key.labels': { '($key)': 'app' } } }, pod)).toEqual([]);
    expect(asserted({ spec: { '~.replicas': {} } }, pod)).toBe(
      'spec.~.replicas: Invalid value: 2: expected a slice or a map',
    );
  });

  it('keeps what it found under a name for what comes after', () => {
    expect(asserted({ spec: { 'replicas->count': 2, '(length(containers))': '($count)' } }, pod)).toEqual([]);
    expect(asserted({ '(spec.replicas)->n': { '(@ == $n)': true } }, pod)).toEqual([]);
  });

  it('takes escaped keys as they are', () => {
    expect(asserted({ '\\(a)\\': 1 }, { '(a)': 1 })).toEqual([]);
  });

  it('stops where values cannot be compared or an expression fails', () => {
    expect(asserted({ spec: { replicas: '2' } }, pod)).toBe(
      'spec.replicas: Internal error: types are not comparable, string - int64',
    );
    expect(asserted({ '(nope(@))': true }, pod)).toBe('(nope(@)): Internal error: unknown function: nope');
    expect(asserted({ metadata: { name: { a: 1 } } }, pod)).toBe(
      'metadata.name.a: Internal error: projection not recognized',
    );
    expect(asserted({ '(cel;object)': true }, pod)).toBe(
      '(cel;object): Internal error: the compiler cel is not simulated',
    );
  });

  it('names the value as a whole <nil>', () => {
    expect(asserted(1, 2)).toEqual(['<nil>: Invalid value: 2: Expected value: 1']);
  });

  it('has an older form, in which a plain text is compared as it is', () => {
    expect(asserted({ a: 'x->y' }, { a: 'x->y' }, NO_BINDINGS, ':')).toEqual([]);
    expect(asserted({ a: 'x->y' }, { a: 'x->y' })).toBe(
      'a: Invalid value: "x->y": binding is not supported in scalar projections',
    );
  });

  it('bears with hostile keys and depth', () => {
    expect(asserted(JSON.parse('{"__proto__": {"a": 1}}'), {})).toEqual([
      '__proto__: Required value: field not found in the input object',
    ]);
    let tree: Json = 1;
    let value: Json = 1;
    for (let i = 0; i < 5000; i += 1) {
      tree = { a: tree };
      value = { a: value };
    }
    expect(asserted(tree, value)).toMatch(/nested too deeply$/);
  });

  it('holds for every value that is its own tree, and fails with one key more', () => {
    const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.stringMatching(/^[a-z ]*$/));
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie('value'), { minKeys: 1, maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, (value) => {
        expect(asserted(value as Json, value as Json)).toEqual([]);
        expect(asserted({ a: value as Json, zzzzz: 1 }, { a: value as Json })).toHaveLength(1);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('a key', () => {
  it.each([
    ['name', { statement: 'name', compiler: '' }],
    ['(a)', { statement: 'a', compiler: 'default' }],
    ['(jp;a)', { statement: 'a', compiler: 'jp' }],
    ['~.(a)->b', { foreach: true, foreachName: '', statement: 'a', binding: 'b', compiler: 'default' }],
    ['~i.a', { foreach: true, foreachName: 'i', statement: 'a', compiler: '' }],
    // A blank before the arrow belongs to the key.
    ['(a) -> b', { statement: '(a) ', binding: 'b', compiler: '' }],
    ['a.b/c', { statement: 'a.b/c', compiler: '', foreach: false }],
  ])('%s is taken apart', (text, parts) => {
    expect(parseAssertionExpression(text)).toMatchObject(parts);
  });
});

describe('the community’s JMESPath', () => {
  const data = { a: { b: [1, 2, 3] }, s: 'hello', m: { x: 1, y: 2 } };

  it.each<[string, Json]>([
    ['a.c.d', null],
    ['missing || `1`', 1],
    ['length(a.b) * `2` - `1`', 5],
    ['`7` // `2`', 3],
    ['`7` % `4`', 3],
    ['-`3`', -3],
    ['`1` / `2`', 0.5],
    ['s + `1`', null],
    ['s[1:3]', 'el'],
    ['s[::-1]', 'olleh'],
    ['let $x = a.b[0] in $x', 1],
    ['let $x = `1`, $y = `2` in [$x, $y]', [1, 2]],
    ['m.*', [1, 2]],
    ['a.nope[*].x', null],
    ['[a.b[0], nope]', [1, null]],
    ["concat('a', 'b')", 'ab'],
    ["wildcard('h*', s)", true],
    ["find_first(s, 'l')", 2],
    ["find_last(s, 'l')", 3],
    ["pad_left('5', `3`, '0')", '005'],
    ['zip(a.b, a.b)[0]', [1, 1]],
    ["from_items([['k', `1`]])", { k: 1 }],
    ["group_by([{k: 'a'}, {k: 'b'}, {k: 'a'}], &k) | keys(@)", ['a', 'b']],
    ["trim_left('--x-', '-')", 'x-'],
    ['upper(s)', 'HELLO'],
    ['to_upper(s)', 'HELLO'],
    ["json_parse('[1]')", [1]],
    ['truncate(s, `2`)', 'he'],
    ['$', null],
  ])('evaluates %s', (statement, expected) => {
    expect(evaluated(statement, data)).toEqual({ value: expected });
  });

  it('knows bindings, and computes lazy ones once', () => {
    let computed = 0;
    const lazy = bindLazily(NO_BINDINGS, 'late', () => {
      computed += 1;
      return { value: 4 };
    });
    const bindings = bind(lazy, 'now', { k: 'v' });
    expect(evaluated('$now.k', null, bindings)).toEqual({ value: 'v' });
    expect(computed).toBe(0);
    expect(evaluated('$late + $late', null, bindings)).toEqual({ value: 8 });
    expect(computed).toBe(1);
    expect(evaluated('$nope', null, bindings)).toEqual({ error: 'variable not defined: $nope' });
  });

  it('lets bindings of let end with it', () => {
    expect(evaluated('[let $x = `1` in $x, $x]')).toEqual({ error: 'variable not defined: $x' });
  });

  it.each([
    ['a ++', 'SyntaxError: Incomplete expression'],
    ['a b', 'SyntaxError: Unexpected token at the end of the expression: tUnquotedIdentifier'],
    ['let $x = `1`', 'SyntaxError: Incomplete expression'],
    ['"q"(a)', "SyntaxError: Can't have quoted identifier as function Name."],
    ['#', "SyntaxError: Unknown char: '#'"],
  ])('refuses %s', (statement, error) => {
    expect(evaluated(statement)).toEqual({ error });
  });

  it('takes further functions, which come first', () => {
    const functions = new Map([
      ['x_k8s_get', { parameters: [['string' as const]], run: () => 'found' }],
      ['upper', { parameters: [['string' as const]], run: () => 'mine' }],
    ]);
    const run = communityJmesPath(environment, functions);
    expect(run("x_k8s_get('a')", null, NO_BINDINGS)).toEqual({ value: 'found' });
    expect(run("upper('a')", null, NO_BINDINGS)).toEqual({ value: 'mine' });
  });

  it('never throws, whatever it is given', () => {
    const piece = fc.constantFrom(
      'a',
      '.',
      '$x',
      '`1`',
      '+',
      '-',
      '*',
      '[',
      ']',
      '(',
      ')',
      'let ',
      ' in ',
      '=',
      '{',
      '}',
      ':',
      "'",
      '&',
      '|',
      '/',
      '%',
      ',',
      '@',
      '!',
      '?',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const outcome = evaluated(pieces.join(''), data);
        expect('value' in outcome || typeof outcome.error === 'string').toBe(true);
      }),
      { seed: 3, numRuns: 3000 },
    );
  });
});
