import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFile } from '../manifest/parse.ts';
import { readSteps } from './editable-steps.ts';
import { quoteWord, readScript } from './script-lines.ts';
import { applyEdits } from './step-text.ts';
import { type StepChange, writeStep } from './write-step.ts';

const PATH = 'chainsaw-test.yaml';
const parsed = (text: string) => parseFile({ path: PATH, text });
const edited = (text: string, change: StepChange): string =>
  applyEdits(text, writeStep(parsed(text), change).edits);
const lines = (text: string): readonly string[] =>
  (readSteps(parsed(text))?.steps ?? []).map((step) => `${step.command || `wait ${step.duration}`}`);

const HEAD = `# A story.
apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: t
spec:
  namespace: default
  steps:
    - name: setup
      try:
        - apply:
            file: policies.yaml
`;
const STORY = `${HEAD}    # first the bad one
    - name: create bad
      try:
        - create: # denied
            file: bad.yaml
            expect:
              - check:
                  ($error != null): true
    - name: wait
      try:
        - sleep:
            duration: 5s # a while
    # two things at once
    - name: both
      try:
        - script:
            content: |
              # bob first
              kubectl delete ns a --as bob
              kubectl delete ns b
        # then the rest
        - delete:
            ref:
              apiVersion: v1
              kind: Namespace
              name: c
`;

describe('a change of the steps', () => {
  it.each<[string, StepChange, string, string]>([
    [
      'duration',
      { type: 'set-duration', index: 1, duration: '2m' },
      'duration: 5s # a while',
      'duration: 2m # a while',
    ],
    ['file', { type: 'set-file', index: 0, file: 'good.yaml' }, 'file: bad.yaml', 'file: good.yaml'],
    [
      'operation',
      { type: 'set-operation', index: 0, operation: 'apply' },
      '- create: # denied',
      '- apply: # denied',
    ],
    [
      'dry run',
      { type: 'set-dry-run', index: 0, dryRun: true },
      '            file: bad.yaml',
      '            dryRun: true\n            file: bad.yaml',
    ],
    [
      'user of a line',
      { type: 'set-user', index: 3, username: 'eve', groups: ['a b'] },
      'kubectl delete ns b',
      "kubectl delete ns b --as eve --as-group 'a b'",
    ],
    ['no user', { type: 'set-user', index: 2, username: undefined }, ' --as bob', ''],
    [
      'user of an operation',
      { type: 'set-user', index: 4, username: 'eve' },
      '- delete:\n            ref:\n              apiVersion: v1\n              kind: Namespace\n              name: c\n',
      '- script:\n            content: |\n              kubectl delete namespace c --as eve\n',
    ],
  ])('of the %s touches nothing else', (_, change, before, after) => {
    expect(edited(STORY, change)).toBe(STORY.replace(before, after));
  });

  it('takes a step out with the comments above it', () => {
    expect(edited(STORY, { type: 'remove', index: 0 })).toBe(
      HEAD + STORY.slice(STORY.indexOf('    - name: wait')),
    );
  });

  it('takes an operation and a line out', () => {
    expect(edited(STORY, { type: 'remove', index: 4 })).toBe(
      STORY.slice(0, STORY.indexOf('        # then the rest')),
    );
    expect(edited(STORY, { type: 'remove', index: 3 })).toBe(
      STORY.replace('              kubectl delete ns b\n', ''),
    );
  });

  it('moves a step with its name and its comments', () => {
    const moved = edited(STORY, { type: 'move', index: 0, to: 1 });
    expect(lines(moved)).toEqual([
      'wait 5s',
      'kubectl create -f bad.yaml',
      'kubectl delete ns a --as bob',
      'kubectl delete ns b',
      'kubectl delete namespace c',
    ]);
    expect(moved).toContain('    # first the bad one\n    - name: create bad\n');
    expect([...moved].sort()).toEqual([...STORY].sort());
  });

  it('gives an inline object a file when somebody else is to create it', () => {
    const text = `${HEAD}    - try:
        - create:
            resource:
              apiVersion: v1
              kind: Namespace
              metadata:
                name: bad
            expect:
              - check:
                  ($error != null): true
`;
    const { edits, files } = writeStep(parsed(text), { type: 'set-user', index: 0, username: 'alice' });
    expect(files).toEqual([
      { path: 'bad.yaml', text: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: bad\n' },
    ]);
    const [step] = readSteps(parsed(applyEdits(text, edits)))?.steps ?? [];
    expect(step).toMatchObject({
      command: 'kubectl create -f bad.yaml --as alice',
      username: 'alice',
      expectsError: true,
    });
  });

  it('adds the first step to a Test without any', () => {
    const change: StepChange = { type: 'add', at: 0, step: { kind: 'wait', duration: '1s' } };
    const head = HEAD.slice(0, HEAD.indexOf('  steps:'));
    for (const steps of ['', '  steps: []\n', '  steps:\n', '  steps: [] # none\n'])
      expect(lines(edited(head + steps, change)), steps).toEqual(['wait 1s']);
  });

  it('writes a Test in flow style as blocks first, comments kept', () => {
    const flow = `${HEAD}    # flow\n    - {name: a, try: [{sleep: {duration: 1s}}, {create: {file: a.yaml}}]}\n`;
    const text = edited(flow, { type: 'remove', index: 0 });
    expect(lines(text)).toEqual(['kubectl create -f a.yaml']);
    expect(text).toContain('# flow');
    expect(text).toContain('# A story.');
  });

  it('of a step that is not there, or in a file that is no Test, is no edit', () => {
    expect(writeStep(parsed(STORY), { type: 'remove', index: 9 })).toEqual({ edits: [], files: [] });
    expect(writeStep(parsed('a: 1\n'), { type: 'remove', index: 0 })).toEqual({ edits: [], files: [] });
  });
});

/** A Test with marked comments; each step is one or two operations, a script one to three lines. */
const anyOperation = fc.oneof(
  fc.nat(99).map((n) => `- sleep:\n    duration: ${n}s\n`),
  fc.nat(99).map((n) => `- create:\n    file: f${n}.yaml\n`),
  fc
    .array(fc.nat(99), { minLength: 1, maxLength: 3 })
    .map((ns) => `- script:\n    content: |\n${ns.map((n) => `      kubectl delete ns n${n}\n`).join('')}`),
);
const anyTest = fc
  .array(fc.tuple(fc.array(anyOperation, { minLength: 1, maxLength: 2 }), fc.boolean()), { maxLength: 4 })
  .map((steps) =>
    steps.reduce((text, [operations, named], at) => {
      const block = operations.map((item) => item.replace(/^(?=.)/gm, '        ')).join('');
      return `${text}    # comment ${at}\n    - ${named ? `name: s${at}\n      ` : ''}try:\n${block}`;
    }, HEAD),
  );
const anyStep = fc.oneof(
  fc.nat(99).map((n) => ({ kind: 'wait' as const, duration: `${n}m` })),
  fc.nat(99).map((n) => ({ kind: 'kubectl' as const, command: `kubectl create ns m${n}` })),
);
const anyChange = (count: number): fc.Arbitrary<StepChange> => {
  const index = fc.nat(Math.max(0, count - 1));
  const add = fc.record({ type: fc.constant('add' as const), at: fc.nat(count), step: anyStep });
  if (count === 0) return add;
  return fc.oneof(
    add,
    fc.record({ type: fc.constant('remove' as const), index }),
    fc.record({ type: fc.constant('move' as const), index, to: index }),
    fc.record({ type: fc.constant('set-duration' as const), index, duration: fc.constant('7h') }),
    fc.record({ type: fc.constant('set-user' as const), index, username: fc.constantFrom('bob', undefined) }),
  );
};

/** What the change does to the list, the slow and obvious way. */
function changed(list: readonly string[], change: StepChange): readonly string[] {
  const copy = [...list];
  if (change.type === 'add') {
    const { step } = change;
    copy.splice(
      change.at,
      0,
      step.kind === 'wait' ? `wait ${step.duration}` : 'command' in step ? step.command : '',
    );
  } else if (change.type === 'remove') copy.splice(change.index, 1);
  else if (change.type === 'move') copy.splice(change.to, 0, ...copy.splice(change.index, 1));
  else if (change.type === 'set-duration' && list[change.index]?.startsWith('wait'))
    copy[change.index] = `wait ${change.duration}`;
  else if (change.type === 'set-user' && !list[change.index]?.startsWith('wait')) {
    const line = (list[change.index] ?? '').replace(' --as bob', '');
    copy[change.index] = change.username === undefined ? line : `${line} --as ${change.username}`;
  }
  return copy;
}

describe('any row of changes', () => {
  it('does to the text what it does to the list', () => {
    const law = fc.property(anyTest, fc.gen(), (start, generate) => {
      let text = start;
      for (let round = 0; round < 4; round += 1) {
        const before = lines(text);
        const change = generate(anyChange, before.length);
        const next = edited(text, change);
        expect(lines(next), JSON.stringify({ change, text, next })).toEqual(changed(before, change));
        text = next;
      }
      expect(text.startsWith(HEAD.trimEnd())).toBe(true);
    });
    fc.assert(law, { numRuns: 300 });
  });

  it('keeps the comments of every step that stays', () => {
    const law = fc.property(anyTest, fc.gen(), (start, generate) => {
      const change = generate(anyChange, lines(start).length);
      const next = edited(start, change);
      const comments = (text: string): number => (text.match(/# comment \d/g) ?? []).length;
      expect(comments(next)).toBeGreaterThanOrEqual(comments(start) - (change.type === 'remove' ? 1 : 0));
    });
    fc.assert(law, { numRuns: 300 });
  });
});

describe('a script', () => {
  it('gives back any words that were quoted for it', () => {
    const words = fc.array(fc.string({ unit: 'binary' }), { minLength: 1 });
    fc.assert(
      fc.property(words, (given) => {
        const [command] = readScript(given.map(quoteWord).join(' '));
        expect(command?.words.map(({ text }) => text)).toEqual(given);
        expect(command?.error).toBeUndefined();
      }),
    );
  });

  it('is split at line ends, quotes and backslashes carried on, comments left out', () => {
    const commands = readScript("# c\nkubectl a \\\n  'b\nc' # d\n\nkubectl e\n");
    expect(commands.map(({ words }) => words.map(({ text }) => text))).toEqual([
      ['kubectl', 'a', 'b\nc'],
      ['kubectl', 'e'],
    ]);
  });
});
