import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { equal, getPath, isObject, type Json, type PathSegment } from '../base/json.ts';
import type { Diagnostic } from './diagnostic.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { parseFile } from './parse.ts';

const parse = (text: string) => parseFile({ path: 'f.yaml', text });
const values = (text: string): Json[] => parse(text).documents.map(({ value }) => value);
const codes = (text: string): string[] => parse(text).diagnostics.map(({ code }) => code);

/** The text after the fix of its first diagnostic. */
function fixed(text: string): string {
  const edits = parse(text).diagnostics[0]?.fix?.edits ?? [];
  return edits.toReversed().reduce((now, { range, text: inserted }) => {
    return now.slice(0, range.start) + inserted + now.slice(range.end);
  }, text);
}

const where = ({ location }: Diagnostic): string => `${location?.line}:${location?.column}`;

/** All paths of a value, itself included. */
function paths(value: Json, path: readonly PathSegment[] = []): (readonly PathSegment[])[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, i) => paths(item, [...path, i]))];
  if (!isObject(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => paths(item, [...path, key]))];
}

describe('reading values', () => {
  it.each([
    ['yes', true],
    ['off', false],
    ['y', true],
    ['~', null],
    ['010', 8],
    ['08', 8],
    ['0o14', 12],
    ['0x1F', 31],
    ['1_000', 1000],
    ['.5', 0.5],
    ['1e3', 1000],
    ['12:30', '12:30'],
    ['2020-01-01', '2020-01-01'],
    ['1.2.3', '1.2.3'],
    ['-', ['-']],
    ['"yes"', 'yes'],
    ['!!str 5', '5'],
    ['!!int "5"', 5],
    ['!Ref x', 'x'],
  ])('reads %s as kubectl does', (text, value) => {
    expect(values(text === '-' ? "- '-'" : `- ${text}`)).toEqual([Array.isArray(value) ? value : [value]]);
  });

  it('keeps __proto__ and constructor as plain keys', () => {
    const [value] = values('__proto__: {polluted: true}\nconstructor: 1\n');
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('follows aliases and merge keys', () => {
    expect(values('a: &x {b: 1, c: 2}\nd: *x\ne: {<<: *x, c: 3}\n')).toEqual([
      { a: { b: 1, c: 2 }, d: { b: 1, c: 2 }, e: { b: 1, c: 3 } },
    ]);
  });

  it('skips empty documents, comments and the document end', () => {
    expect(values('# c\n---\na: 1\n---\n---\n# x\n...\nb: 2\n')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('keeps the other documents when one is broken', () => {
    const file = parse('a: {\n---\nb: 2\n');
    expect(file.documents.map(({ index, value }) => [index, value])).toEqual([[1, { b: 2 }]]);
  });

  it('gives the same objects again for documents whose text did not change', () => {
    const first = parse('a: 1\n---\nb: {c: 1}\n').documents[1]?.value;
    expect(parse('a: 2\n---\nb: {c: 1}\n').documents[1]?.value).toBe(first);
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const [read] = values(stringify({ value }, { version: '1.1' }));
        expect(equal(read, { value: value as Json })).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('reads JSON as JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const [read = null] = values(text);
        expect(equal(read, JSON.parse(text) as Json)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('locating', () => {
  it('points to the text of every value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.boolean(), (data, inFlow) => {
        const text = `# first\n---\n${inFlow ? JSON.stringify({ data }) : stringify({ data })}`;
        const document = parse(text).documents[0];
        for (const path of paths(document?.value ?? null)) {
          const place = document?.locate(path);
          const snippet = text.slice(place?.range.start, place?.range.end);
          const indent = ' '.repeat((place?.column ?? 1) - 1);
          const here = getPath(document?.value, path);
          if (typeof here === 'string' && /[\n|>]/.test(snippet)) continue;
          expect(equal(values(indent + snippet)[0] ?? null, here)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('tells key and value apart and stops at the nearest ancestor', () => {
    const [document] = parse('x: 0\n---\nspec:\n  rules:\n    - name: "a"\n').documents.slice(1);
    const at = (path: PathSegment[], part?: 'key' | 'value'): string => {
      const place = document?.locate(path, part);
      return `${place?.line}:${place?.column}-${place?.endLine}:${place?.endColumn}`;
    };
    expect(at(['spec', 'rules', 0, 'name'])).toBe('5:13-5:16');
    expect(at(['spec', 'rules', 0, 'name'], 'key')).toBe('5:7-5:11');
    expect(at(['spec', 'rules', 0, 'match', 'any'])).toBe('5:7-5:16');
    expect(at(['spec', 'rules', 7])).toBe('5:5-5:16');
    expect(at([])).toBe('3:1-5:16');
  });

  it('follows an alias to where the text stands', () => {
    const [document] = parse('a: &x\n  b: 1\nc: *x\nd: {<<: *x}\n').documents;
    expect(document?.locate(['c', 'b']).line).toBe(2);
    expect(document?.locate(['d', 'b']).line).toBe(2);
  });
});

describe('explaining broken YAML', () => {
  it('names the bracket that is not closed and where to close it', () => {
    const text = 'spec:\n  pattern:\n    metadata: {labels: {team: "?*"}\n---\na: 1\n';
    const [found] = parse(text).diagnostics;
    expect(found).toMatchObject({
      code: 'yaml-unclosed-flow',
      message: 'The { at column 15 is not closed.',
      hint: 'Close it before line 4.',
      note: 'this { is not closed',
      fix: { title: 'Insert }' },
    });
    expect(found && where(found)).toBe('3:15');
    expect(codes(fixed(text))).toEqual([]);
  });

  it.each([
    ['yaml-unclosed-flow', 'a: [1, 2\nb: 3\n', '1:4'],
    ['yaml-mismatched-bracket', 'a: [1, 2}\n', '1:9'],
    ['yaml-mismatched-bracket', 'a: {b: [1, 2}\n', '1:13'],
    ['yaml-mismatched-bracket', 'a: }\n', '1:4'],
    ['yaml-tab', 'a:\n\tb: 1\n', '2:1'],
    ['yaml-indentation', 'a:\n  b: 1\n c: 2\n', '3:2'],
    ['yaml-indentation', 'a:\n  b: 1\n   c: 2\n', '3:4'],
    ['yaml-nested-mapping', 'a: b: c\n', '1:4'],
    ['yaml-unclosed-quote', 'a: "x\nb: 2\n', '1:4'],
    ['yaml-reserved-character', 'a: @x\n', '1:4'],
    ['yaml-unquoted-variable', 'a:\n  name: {{ request.name }}-x\n', '2:9'],
    ['yaml-unquoted-variable', 'a:\n  name: {{ request.name }}\n', '2:9'],
    ['yaml-missing-colon', 'a: 1\nb\nc: 2\n', '2:1'],
    ['yaml-missing-colon', 'a:1\nc: 2\n', '1:1'],
    ['yaml-alias', 'a: *.example.com\n', '1:4'],
  ])('reports %s in %j with a fix that helps', (code, text, place) => {
    const [found] = parse(text).diagnostics;
    expect(found?.code).toBe(code);
    expect(found && where(found)).toBe(place);
    expect(parse(fixed(text)).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('warns of words that YAML takes for booleans', () => {
    expect(codes('on: no\nx: "yes"\nz: True\n')).toEqual(['yaml-boolean', 'yaml-boolean']);
    expect(codes(fixed('a: n\n'))).toEqual([]);
  });

  it('warns of duplicate keys, and the last one counts', () => {
    expect(codes('a: 1\na: 2\n')).toEqual(['yaml-duplicate-key']);
    expect(values('a: 1\na: 2\n')).toEqual([{ a: 2 }]);
  });

  it('says where in the file, not in the document, the place is', () => {
    const [found] = parse('a: 1\n---\nb: 1\nb: 2\n').diagnostics;
    expect(found?.location?.line).toBe(4);
    expect(found?.message).toContain('line 3');
  });
});

describe('limits', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi']
    .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`)
    .join('\n')}\n`;

  it.each([
    ['limit-size', 'a: b\n'.repeat(1_000_000)],
    ['limit-aliases', bomb],
    ['limit-depth', '['.repeat(500_000)],
    ['limit-depth', '- '.repeat(300_000)],
    ['limit-depth', Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['limit-documents', '---\na: 1\n'.repeat(DEFAULT_LIMITS.documents + 1)],
    ['yaml-alias', 'a: &a [*a]\n'],
  ])('answers with %s', (code, text) => {
    const file = parse(text);
    expect(file.documents).toEqual([]);
    expect(file.diagnostics.map((found) => found.code)).toEqual([code]);
  });

  it('reads text that is only long', () => {
    expect(values('\n'.repeat(100_000))).toEqual([]);
    expect(values(`a: |\n${'  [{\n'.repeat(5_000)}`)).toHaveLength(1);
  });

  it('never throws, and puts every diagnostic inside the text', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        ': ',
        '\n',
        '  ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '&x ',
        '*x',
        '<<',
        '|',
        '\t',
        '#',
        '---\n',
        '? ',
        '!',
      ],
      ...['{{ a }}', '%', ', ', '\r\n', '...\n', '!!int ', '.inf', '\\', 'é', '\u0000', '\ufeff'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        for (const { location, fix } of parse(text).diagnostics) {
          expect(location?.range.start).toBeGreaterThanOrEqual(0);
          expect(location?.range.end).toBeLessThanOrEqual(text.length);
          for (const { range } of fix?.edits ?? []) expect(range.end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
