import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../../base/json.ts';
import { parseFile } from '../../manifest/parse.ts';
import { formatYaml } from './yaml-text.ts';

describe('-o yaml', () => {
  it('quotes what would be read as something else, as go-yaml does', () => {
    expect(formatYaml({ a: '1', b: 'yes', c: '', d: 'x: y', e: "it's", f: 'plain text', g: '*' })).toBe(
      `a: "1"\nb: "yes"\nc: ""\nd: 'x: y'\ne: it's\nf: plain text\ng: '*'\n`,
    );
  });

  it('sorts keys for people and lets lists stand at the column of their key', () => {
    expect(formatYaml({ 'step-10': 1, 'step-9': 2, list: [{ b: 1, a: [] }, 'x'] })).toBe(
      'list:\n- a: []\n  b: 1\n- x\nstep-9: 2\nstep-10: 1\n',
    );
  });

  it('breaks a long line at the first blank past column 80', () => {
    const message =
      'validation error: owner should be set. rule audit-owner failed at path /metadata/labels/owner/';
    // As recorded in S30 (`kubectl get polr -o yaml`).
    expect(formatYaml({ items: [{ results: [{ message }] }] })).toBe(
      `items:
- results:
  - message: 'validation error: owner should be set. rule audit-owner failed at path
      /metadata/labels/owner/'
`,
    );
  });

  it('writes several lines as a literal block', () => {
    expect(formatYaml({ a: 'one\ntwo\n', b: 'one\ntwo' })).toBe('a: |\n  one\n  two\nb: |-\n  one\n  two\n');
  });

  it('is read back as the same value, whatever it is', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('a', ' ', '\n', ':', '-', '#', "'", '"', '0', 'yes', '\t', 'é') }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, leaf, tie('list'), tie('map')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      map: fc.dictionary(fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' }), tie('value'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    })).map;
    fc.assert(
      fc.property(value, (map) => {
        const text = formatYaml(map as Json);
        expect(parse(text, { version: '1.2', uniqueKeys: true })).toEqual(map);
        expect(parseFile({ path: 'x.yaml', text }).documents[0]?.value).toEqual(map);
      }),
      { numRuns: 300 },
    );
  });
});
