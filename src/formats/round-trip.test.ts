import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../base/json.ts';
import { isObject } from '../base/json.ts';
import { KYVERNO_VERSIONS } from '../kyverno/versions.ts';
import type { TextFile } from '../manifest/manifest.ts';
import { parseFile } from '../manifest/parse.ts';
import type { Scenario } from '../simulation/scenario.ts';
import { newTest } from './arrange.ts';
import { readSteps } from './editable-steps.ts';
import { formatMoment, formatStoryLink, type Moment, readMoment, readStoryLink } from './moment.ts';
import { decodeLink, encodeLink } from './permalink.ts';
import { readScenario } from './read-scenario.ts';
import { quoteWord, readScript } from './script-lines.ts';
import { applyEdits, formatItem, formatScalar, toBlockStyle } from './step-text.ts';
import { formatState, readState, type StudioState } from './studio-state.ts';
import { writeStep } from './write-step.ts';

const parse = (files: readonly TextFile[]): Scenario => readScenario(files.map((file) => parseFile(file)));

/** What a scenario says, without the places in the text. */
const told = ({ name, before, steps, actors, diagnostics }: Scenario) => ({
  name,
  before: before.map(({ object }) => object),
  steps: steps.map(({ title, user, action }) => ({
    title,
    user,
    action:
      action.type === 'kubectl'
        ? {
            argv: action.argv,
            files: Object.entries(action.files).map(([path, list]) => [path, list.length]),
          }
        : action,
  })),
  actors: actors.map(({ watch, reactions }) => ({ watch, reactions })),
  codes: diagnostics.map(({ code }) => code),
});

const word = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
const anyStep = fc.oneof(
  fc.nat(999).map((n) => ({ kind: 'wait' as const, duration: `${n + 1}s` })),
  fc
    .tuple(word, fc.constantFrom('', ' --as bob', ' --as-group=devs --as eve'))
    .map(([name, user]) => ({ kind: 'kubectl' as const, command: `kubectl create ns ${name}${user}` })),
  fc.tuple(word, fc.string()).map(([name, value]) => ({
    kind: 'kubectl' as const,
    command: `kubectl annotate ns ${name} ${quoteWord(`note=${value.replaceAll(/[\r\n]/g, '')}`)}`,
  })),
);
const CLUSTER: TextFile = {
  path: 'cluster.yaml',
  text: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: one\n',
};

/** A new Test with the steps, each written behind the last. */
function written(name: string, steps: readonly (typeof anyStep extends fc.Arbitrary<infer T> ? T : never)[]) {
  let text = newTest(name, [CLUSTER.path]);
  for (const [at, step] of steps.entries()) {
    const file = parseFile({ path: 'chainsaw-test.yaml', text });
    const { edits } = writeStep(file, { type: 'add', at, step }, [file, parseFile(CLUSTER)]);
    if (edits.length === 0) throw new Error('a step can always be added');
    text = applyEdits(text, edits);
  }
  return [CLUSTER, { path: 'chainsaw-test.yaml', text }];
}

describe('a scenario', () => {
  const anyName = fc.oneof(word, fc.string({ minLength: 1 }));
  const any = fc.tuple(anyName, fc.array(anyStep, { maxLength: 4 }));

  it('that is written step by step is read with those steps', () => {
    fc.assert(
      fc.property(any, ([name, steps]) => {
        const files = written(name, steps);
        const scenario = parse(files);
        expect(scenario.name).toBe(name);
        expect(scenario.steps.length).toBe(steps.length);
        const [, test] = files;
        const listed = test && readSteps(parseFile(test))?.steps;
        expect(listed?.length).toBe(steps.length);
      }),
      { numRuns: 50 },
    );
  });

  it('is the same behind a link, and in block style', () => {
    fc.assert(
      fc.property(any, fc.constantFrom(...KYVERNO_VERSIONS), ([name, steps], version) => {
        const files = written(name, steps);
        const decoded = decodeLink(encodeLink({ name, files, version, seed: 1, view: {} }));
        if (!('state' in decoded)) throw new Error(decoded.problem.code);
        expect(told(parse(decoded.state.files))).toEqual(told(parse(files)));
        const again = files.map(({ path, text }) => ({ path, text: toBlockStyle(text) }));
        expect(told(parse(again))).toEqual(told(parse(files)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('what is printed is read back', () => {
  it('as a state', () => {
    const state: fc.Arbitrary<StudioState> = fc.record({
      name: fc.string({ unit: 'binary' }),
      files: fc.array(fc.record({ path: fc.string(), text: fc.string({ unit: 'binary' }) }), {
        maxLength: 4,
      }),
      version: fc.constantFrom(...KYVERNO_VERSIONS),
      seed: fc.nat(),
      view: fc.record({ event: fc.nat(), notes: fc.string() }, { requiredKeys: [] }),
    });
    fc.assert(
      fc.property(state, (given) => {
        expect(readState(JSON.parse(JSON.stringify(formatState(given))) as Json)).toEqual({ state: given });
      }),
    );
  });

  const moment: fc.Arbitrary<Moment> = fc.record({
    step: fc.nat(999_999),
    kind: fc.constantFrom('update-request', 'never-stored', 'step', 'webhook') as fc.Arbitrary<
      Moment['kind']
    >,
    word: fc.constantFrom('', 'last', 'denied', 'a/b'),
  });

  it('as a moment', () => {
    fc.assert(
      fc.property(moment, (given) => {
        expect(readMoment(formatMoment(given))).toEqual(given);
      }),
    );
  });

  it('as a link to a story', () => {
    const link = fc
      .record(
        { story: word, moment, version: fc.constantFrom(...KYVERNO_VERSIONS) },
        { requiredKeys: ['story'] },
      )
      .map((given) => ({ ...given, story: given.story ?? '' }));
    fc.assert(
      fc.property(link, (given) => {
        expect(readStoryLink(formatStoryLink(given))).toEqual(given);
      }),
    );
  });

  it('as a YAML scalar, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const [document] = parseFile({ path: 'a.yaml', text: `key: ${formatScalar(text)}\n` }).documents;
        expect(document?.value).toEqual({ key: text });
      }),
    );
  });

  it('as an item of a list, at any column', () => {
    const item = fc
      .jsonValue({ maxDepth: 3 })
      .map((value) => JSON.parse(JSON.stringify(value)) as Json)
      .filter((value): value is JsonObject => isObject(value) && Object.keys(value).length > 0);
    fc.assert(
      fc.property(item, fc.nat(6), (value, indent) => {
        const [document] = parseFile({ path: 'a.yaml', text: `l:\n${formatItem(value, indent)}` }).documents;
        expect(document?.value).toEqual({ l: [value] });
      }),
    );
  });

  it('as words of a command line', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
        const line = words.map((text) => quoteWord(text.replaceAll(/[\r\n]/g, ''))).join(' ');
        const [command] = readScript(line);
        expect(command?.words.map(({ text }) => text)).toEqual(
          words.map((text) => text.replaceAll(/[\r\n]/g, '')),
        );
      }),
    );
  });
});
