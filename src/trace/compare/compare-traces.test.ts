import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compareTraces,
  type KyvernoVersion,
  loadParts,
  readClusterBase,
  runScenario,
  type TextFile,
  type Trace,
} from '../../index.ts';

const root = join(import.meta.dirname, '../../../public');
const story = (name: string): readonly TextFile[] =>
  readdirSync(join(root, 'scenarios', name)).map((path) => ({
    path,
    text: readFileSync(join(root, 'scenarios', name, path), 'utf8'),
  }));

function run(files: readonly TextFile[], version: KyvernoVersion): Trace {
  const base = readClusterBase(
    JSON.parse(readFileSync(join(root, `cluster/base-${version}.json`), 'utf8')),
    version,
  );
  if (base === undefined) throw new Error('no base');
  const { trace } = runScenario(files, { version, seed: 1, base });
  if (trace === undefined) throw new Error('cannot be read');
  return trace;
}

const compare = (above: Trace, below: Trace) => compareTraces(above, below, { above: 'A', below: 'B' });

describe('two runs, held against each other', () => {
  beforeAll(loadParts);

  it('are the same event for event if nothing differs', () => {
    const trace = run(story('bad-namespace'), '1.19');
    const { differences, summary } = compare(trace, run(story('bad-namespace'), '1.19'));
    expect(differences).toEqual([]);
    expect(summary.headline).toBe('Both runs are the same, event for event.');
  });

  it('differ by what each version does with the UpdateRequest of a denied trigger', () => {
    const { differences, summary } = compare(
      run(story('bad-namespace'), '1.15'),
      run(story('bad-namespace'), '1.19'),
    );
    const rows = differences.map(({ kind, title }) => `${kind}: ${title}`);
    expect(rows).toEqual([
      'other outcome: Text of the denial',
      'other outcome: Attempt 1',
      'only above: Lines without a level',
      'only above: POST networkpolicies',
      'only below: Attempts 2 to 5',
      'only above: Event PolicyError',
      'only above: ClusterEphemeralReport',
      'other outcome: End of the UpdateRequest',
      'only above: Lines without a level',
    ]);
    expect(summary.headline).toBe(
      'A completes the UpdateRequest and logs an error. B tries 5 times, drops it and logs none.',
    );
    const told = new Map(differences.map(({ title, above, below }) => [title, [above, below]]));
    expect(told.get('Attempts 2 to 5')).toEqual(['', 'Failed 1 to 4, about 100 ms apart']);
    expect(told.get('End of the UpdateRequest')).toEqual([
      'Completed, then deleted',
      'dropped after attempt 5',
    ]);
    expect(summary.rest).toContain('denies 1 of 2 steps');
  });

  it('tell a denial that an edit takes away once, by the answer that a person sees', () => {
    const files = story('bad-namespace');
    const edited = files.map((file) => ({ ...file, text: file.text.replace('Enforce', 'Audit') }));
    const { differences } = compare(run(files, '1.19'), run(edited, '1.19'));
    const answers = differences.filter(({ title }) => title.startsWith('Answer to'));
    expect(answers).toMatchObject([{ kind: 'other outcome' }]);
    expect(answers[0]?.above).toMatch(/^denied/);
    expect(answers[0]?.below).toMatch(/^allowed/);
  });

  it('say of a run with one more step that it has more UpdateRequests, and of no other verdict', () => {
    const files = story('bad-namespace');
    const step = (name: string): string =>
      `    - name: create ${name}\n      try:\n        - create:\n            resource:\n              apiVersion: v1\n              kind: Namespace\n              metadata:\n                name: ${name}\n                labels:\n                  team: beta\n`;
    const longer = files.map((file) =>
      file.path === 'chainsaw-test.yaml' ? { ...file, text: `${file.text}${step('other-namespace')}` } : file,
    );
    const { differences, summary } = compare(run(files, '1.19'), run(longer, '1.19'));
    expect(new Set(differences.map(({ kind }) => kind))).toEqual(new Set(['only below']));
    expect(summary.headline).toBe(
      'A denies 1 of 2 steps, completes an UpdateRequest and drops one after 5 attempts, and makes one target. B denies 1 of 3 steps, completes 2 UpdateRequests and drops one after 5 attempts, and makes 2 targets.',
    );
  });

  it('say of another outcome what each run does', () => {
    const files = story('bad-namespace');
    const edited = files.map((file) => ({ ...file, text: file.text.replace('Enforce', 'Audit') }));
    const { summary } = compare(run(files, '1.19'), run(edited, '1.19'));
    expect(summary.headline).toBe(
      'A denies 1 of 2 steps, tries 5 times, drops the UpdateRequest and makes one target. B allows every step, completes it and makes 2 targets.',
    );
  });

  it('pass over resource versions in names and values', () => {
    const files = story('configmap-notification');
    const { differences } = compare(run(files, '1.15'), run(files, '1.19'));
    expect(differences.map(({ title }) => title)).toEqual(['LIST configmaps']);
  });

  it('tell stored objects by the first place where they part', () => {
    const files = story('keep-in-sync');
    const edited = files.map((file) => ({ ...file, text: file.text.replaceAll('- Egress', '- Ingress') }));
    const { differences } = compare(run(files, '1.19'), run(edited, '1.19'));
    const stored = differences.find(({ title }) => title.startsWith('etcd: NetworkPolicy'));
    expect(stored?.above).toBe('spec.policyTypes[1]: Egress');
    expect(stored?.below).toBe('spec.policyTypes[1]: Ingress');
  });

  it('are the mirror of the comparison the other way round', () => {
    const [left, right] = [run(story('bad-namespace'), '1.15'), run(story('bad-namespace'), '1.19')];
    const one = compare(left, right);
    const other = compare(right, left);
    const count = (kind: string, of: typeof one) =>
      of.differences
        .filter((difference) => difference.kind === kind)
        .flatMap(({ aboveEvents, belowEvents }) => [...aboveEvents, ...belowEvents]).length;
    expect(count('only above', one)).toBe(count('only below', other));
    expect(one.pairs.length).toBe(other.pairs.length);
  });

  it('lose no event: each is in a pair or in a difference', () => {
    const [left, right] = [
      run(story('configmap-notification'), '1.11'),
      run(story('configmap-notification'), '1.19'),
    ];
    const { pairs, differences } = compare(left, right);
    const only = differences
      .filter(({ kind }) => kind !== 'other outcome')
      .flatMap(({ aboveEvents }) => aboveEvents);
    const seen = [...pairs.map(({ above }) => above.id), ...only];
    expect(new Set(seen).size).toBe(seen.length);
  });
});
