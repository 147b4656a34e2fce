import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { caretPlace } from './caret-place.ts';
import { type Completion, completionsAt } from './complete.ts';
import { hoverAt } from './hover.ts';
import type { SchemaLibrary } from './library.ts';
import { testLibrary, withCaret } from './test-library.ts';

let library: SchemaLibrary;
const KINDS = [
  'Pod',
  'Deployment',
  'ConfigMap',
  'Secret',
  'NetworkPolicy',
  'ClusterPolicy',
  'Role',
  'CustomResourceDefinition',
];

beforeAll(async () => {
  library = testLibrary();
  await library.load(KINDS.map((kind) => `kind: ${kind}`));
});

const complete = (marked: string): readonly Completion[] => {
  const { text, offset } = withCaret(marked);
  return completionsAt(text, offset, library);
};
const labels = (marked: string): readonly string[] =>
  complete(marked)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ label }) => label);

/** The text after a completion was accepted; `│` where the first place to fill in is. */
function accepted(marked: string, label: string): string {
  const { text } = withCaret(marked);
  const found = complete(marked).find((one) => one.label === label);
  if (found === undefined) throw new Error(`${label} is not offered: ${labels(marked).join(', ')}`);
  const insert = found.insert
    .replace(/\$\{1:[^}]*\}|\$1|\$0(?!.*\$1)/s, '│')
    .replaceAll(/\$\{\d+:([^}]*)\}/g, '$1')
    .replaceAll(/\$\d/g, '')
    .replaceAll(/\\([\\$}])/g, '$1');
  const edits = [{ start: found.start, end: found.end, text: insert }, ...(found.also ? [found.also] : [])];
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((now, { start, end, text: piece }) => now.slice(0, start) + piece + now.slice(end), text);
}

const POLICY = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: p
spec:
  rules:
    - name: r
      match:
        any:
          - resources:
              kinds: [Pod]
`;

describe('where the caret stands', () => {
  const where = (marked: string) => {
    const { text, offset } = withCaret(marked);
    const place = caretPlace(text, offset);
    return place && `${place.part} ${place.path.join('.')} ${JSON.stringify(place.typed)}`;
  };
  it.each([
    ['¦', 'key  ""'],
    ['ki¦', 'either  "ki"'],
    ['kind: Po¦', 'value kind "Po"'],
    ['kind:¦', 'value kind ""'],
    ['kind: ¦\nmetadata: {}', 'value kind ""'],
    ['spec:\n  ¦', 'either spec ""'],
    ['spec:\n  ¦\n  rules: []', 'either spec ""'],
    ['spec:\n  ru¦', 'either spec "ru"'],
    ['spec:\n  a: 1\n  ru¦', 'key spec "ru"'],
    ['spec:\n  a: 1\n  ¦', 'key spec ""'],
    ['spec:\n  a: 1\n¦', 'key  ""'],
    ['spec:\n  - ¦', 'either spec.0 ""'],
    ['spec:\n  - na¦', 'either spec.0 "na"'],
    ['spec:\n  - a: 1\n    na¦', 'key spec.0 "na"'],
    ['spec:\n  b:\n    - a: 1\n  na¦', 'key spec "na"'],
    ['spec:\n  - a\n  - b¦', 'either spec.1 "b"'],
    ['spec:\n- a: 1\n  ¦', 'key spec.0 ""'],
    ['spec:\n- a: 1\n¦', 'key  ""'],
    ['a:\n  - b:\n      c: 1\n    ¦', 'key a.0 ""'],
    ['a: {b: [1, 2], c¦}', 'key a "c"'],
    ['a: {b: [1, 2¦], c: 3}', 'either a.b.1 "2"'],
    ['a: {b: {c: tr¦', 'value a.b.c "tr"'],
    ['- {x: ¦}', 'value 0.x ""'],
    ['a: "Po¦"', 'value a "Po"'],
    ['x: 1\n---\nkind: Se¦\n---\ny: 2', 'value kind "Se"'],
  ])('%j', (marked, place) => {
    expect(where(marked)).toBe(place);
  });

  it.each(['# ki¦', 'a: 1 # ki¦', 'a: |\n  ki¦', 'a: >-\n  x\n  ki¦\nb: 1', 'a: *x¦', 'a: "x\n  y¦"'])(
    'tells nothing in comments, block scalars and aliases: %j',
    (marked) => {
      expect(where(marked)).toBeUndefined();
    },
  );

  it('knows the keys that are there, above and below', () => {
    const { text, offset } = withCaret('spec:\n  a: 1\n  ¦\n  b: {c: 1}\nd: 2\n');
    expect(caretPlace(text, offset)?.present).toEqual(['a', 'b']);
  });
});

describe('completions of keys', () => {
  it('offers what a container has and does not have yet, required first', () => {
    const found = labels('apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: nginx\n      ¦\n');
    expect(found[0]).toBe('name');
    expect(found).toContain('ports');
    expect(found).not.toContain('image');
  });

  it('writes required structure with the right indentation', () => {
    expect(accepted('apiVersion: v1\nkind: Pod\nspec:\n  ¦', 'containers')).toBe(
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: │',
    );
    expect(
      accepted('kind: Pod\napiVersion: v1\nspec:\n  containers:\n    - name: a\n      po¦', 'ports'),
    ).toBe(
      'kind: Pod\napiVersion: v1\nspec:\n  containers:\n    - name: a\n      ports:\n        - containerPort: │',
    );
  });

  it('offers a dash where a list is due', () => {
    expect(accepted('apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    ¦', '- item')).toBe(
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: │',
    );
  });

  it('replaces a key that has its colon without a second one', () => {
    expect(accepted('apiVersion: v1\nkind: Pod\nspec:\n  host¦: true\n', 'hostNetwork')).toBe(
      'apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n',
    );
  });

  it('stays on one line in a flow collection', () => {
    expect(accepted('apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, im¦}]}', 'image')).toBe(
      'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: │}]}',
    );
  });

  it('writes a whole document of a kind', () => {
    expect(accepted('¦', 'ConfigMap')).toBe('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: │\n');
    expect(accepted('a: 1\n---\n¦', 'Pod')).toContain('spec:\n  containers:\n    - name: ');
  });
});

describe('completions of values', () => {
  it('offers enums and booleans', () => {
    expect(labels('apiVersion: v1\nkind: Pod\nspec:\n  restartPolicy: ¦')).toEqual([
      'Always',
      'Never',
      'OnFailure',
    ]);
    expect(labels('apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: t¦')).toEqual(['true', 'false']);
    expect(labels(`${POLICY.replace('spec:\n', 'spec:\n  background: ¦\n')}`)).toEqual(['true', 'false']);
  });

  it('puts a blank where only the colon stands', () => {
    expect(accepted('apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork:¦', 'true')).toContain(
      'hostNetwork: true',
    );
  });

  it('completes a kind together with its apiVersion', () => {
    expect(accepted('kind: Depl¦\n', 'Deployment')).toBe('apiVersion: apps/v1\nkind: Deployment\n');
    expect(accepted('apiVersion: v1\nkind: Depl¦\n', 'Deployment')).toBe(
      'apiVersion: apps/v1\nkind: Deployment\n',
    );
    expect(labels('apiVersion: ¦\nkind: Deployment\n')).toEqual(['apps/v1']);
  });

  it('offers kinds where a rule matches', () => {
    expect(labels(POLICY.replace('[Pod]', '[¦]'))).toContain('Deployment');
    expect(labels(POLICY.replace('kinds: [Pod]', 'kinds:\n                - Sec¦'))).toContain('Secret');
  });
});

describe('inside policies', () => {
  const inRule = (body: string) => `${POLICY}${body}`;

  it('completes a pattern by the kinds that the rule matches', () => {
    expect(labels(inRule('      validate:\n        pattern:\n          spec:\n            ¦'))).toContain(
      'hostNetwork',
    );
    expect(
      labels(inRule('      validate:\n        anyPattern:\n          - spec:\n              ¦')),
    ).toContain('hostNetwork');
  });

  it('goes through anchors, and keeps the one that is typed', () => {
    const marked = inRule(
      '      validate:\n        pattern:\n          spec:\n            =(containers):\n              - (na¦',
    );
    expect(labels(marked)).toContain('(name)');
    expect(accepted(marked, '(name)')).toMatch(/- \(name\): │$/);
  });

  it('completes generated data by the kind that is generated', () => {
    const marked = inRule(
      '      generate:\n        apiVersion: networking.k8s.io/v1\n        kind: NetworkPolicy\n        name: n\n        data:\n          spec:\n            ¦',
    );
    expect(labels(marked)).toContain('podSelector');
  });

  it('completes patches, conditions, and elements of a foreach', () => {
    expect(
      labels(inRule('      mutate:\n        patchStrategicMerge:\n          spec:\n            +(¦')),
    ).toContain('+(hostNetwork)');
    expect(labels(inRule('      preconditions:\n        all:\n          - key: a\n            ¦'))).toEqual([
      'operator',
      'value',
      'message',
    ]);
    expect(labels(inRule('      preconditions: {all: [{key: a, operator: ¦}]}'))).toContain('AnyNotIn');
    expect(
      labels(
        inRule(
          '      validate:\n        foreach:\n          - list: request.object.spec.containers\n            pattern:\n              ¦',
        ),
      ),
    ).toContain('image');
  });
});

describe("the studio's own files", () => {
  it('completes operations and the object within', () => {
    const test =
      'apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nspec:\n  steps:\n    - name: a\n      try:\n        - ';
    expect(labels(`${test}¦`)).toEqual(expect.arrayContaining(['apply', 'create', 'sleep', 'script']));
    const pod = `${test}create:\n            resource:\n              apiVersion: v1\n              kind: Pod\n              spec:\n                ¦`;
    expect(labels(pod)).toContain('containers');
  });

  it('completes actors, values and contexts', () => {
    expect(labels('apiVersion: admission-studio/v1\nkind: Actor\nspec:\n  ¦')).toEqual([
      'watch',
      'webhook',
      'reactions',
    ]);
    expect(labels('apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\n¦')).toContain('globalValues');
    expect(labels('apiVersion: cli.kyverno.io/v1alpha1\nkind: Context\nspec:\n  ¦')).toEqual(
      ['resources', 'images', '- item'].slice(0, 2),
    );
  });
});

describe('hover', () => {
  const hover = (marked: string): string => {
    const { text, offset } = withCaret(marked);
    return hoverAt(text, offset, library)?.paragraphs.join('\n') ?? '';
  };

  it('says type, requirement, description, default and values', () => {
    expect(hover('apiVersion: v1\nkind: Pod\nspec:\n  conta¦iners: []')).toMatch(
      /^\*\*containers\*\*: list of objects, required\nList of containers/,
    );
    expect(hover(POLICY.replace('rules:', 'backgro¦und: true\n  rules:'))).toMatch(
      /boolean\n.*\nDefault: `true`$/s,
    );
    expect(
      hover(
        `${POLICY}      validate:\n        pattern:\n          spec:\n            =(host¦Network): false\n`,
      ),
    ).toContain('hostNetwork');
  });

  it('says what a kind is, and that a version is deprecated', () => {
    expect(hover('apiVersion: v1\nkind: P¦od\n')).toMatch(
      /^\*\*Pod\*\*: object\nPod is a collection of containers/,
    );
    expect(hover('apiVersion: kyverno.io/v2be¦ta1\nkind: CleanupPolicy\n')).toContain('Deprecated');
  });

  it('says nothing where no schema is', () => {
    expect(hover('apiVersion: example.com/v1\nkind: Unknown\nspec:\n  a¦: 1')).toBe('');
    expect(hover('# com¦ment')).toBe('');
  });
});

const scenarios = resolve(import.meta.dirname, '../../../public/scenarios');
const seeds = readdirSync(scenarios)
  .map((name) => join(scenarios, name))
  .filter((path) => statSync(path).isDirectory())
  .flatMap((folder) => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')));

describe('at any offset of any text', () => {
  it('never throws, and says the same twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.nat(), fc.boolean(), (seed, at, isCut) => {
        const offset = at % (seed.length + 1);
        const text = isCut ? seed.slice(0, offset) : seed;
        const first = completionsAt(text, offset, library);
        expect(completionsAt(text, offset, library)).toEqual(first);
        for (const { start, end } of first.slice(0, 3)) expect(start <= offset && offset <= end).toBe(true);
        hoverAt(text, offset, library);
      }),
      { numRuns: 400 },
    );
  });

  it('takes time in proportion to the text, whatever it is made of', () => {
    // Each of these takes minutes where a blank, a quote or a bracket leads to another look at the whole rest.
    const long = [
      ' ',
      'a ',
      '"',
      "'",
      '[',
      '{',
      '- ',
      'a: ',
      '&a ',
      '#',
      ': ',
      '\n "',
      '[\n',
      "'\n",
      '- - ',
    ].map((piece) => `x${piece.repeat(30_000 / piece.length)}`);
    for (const text of long) {
      completionsAt(text, text.length, library);
      completionsAt(`kind: Pod\n${text}`, 15_000, library);
      hoverAt(text, 15_000, library);
    }
    expect(long).toHaveLength(15);
  });

  it('never throws on what is no YAML', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '#',
      '|',
      '>',
      '&x ',
      '*x',
      '__proto__',
      'kind: Pod',
      '---',
      '\t',
      '?',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.nat(), (pieces, at) => {
        const text = pieces.join('');
        completionsAt(text, at % (text.length + 1), library);
        hoverAt(text, at % (text.length + 1), library);
      }),
      { numRuns: 2000 },
    );
  });
});
