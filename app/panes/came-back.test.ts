import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ClusterBase,
  loadParts,
  milliseconds,
  type ObjectRef,
  readClusterBase,
  runScenario,
  type Trace,
} from '../../src/index.ts';
import { cameBack } from './came-back.ts';

const root = join(import.meta.dirname, '../../public');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

let base: ClusterBase;
beforeAll(async () => {
  await loadParts();
  const known = readClusterBase(JSON.parse(read('cluster/base-1.19.json')), '1.19');
  if (known === undefined) throw new Error('no base');
  base = known;
});

/** The story of a downstream that bob edits and then deletes, its policies changed. */
function run(change: (policies: string) => string = (text) => text): Trace {
  const files = ['policies.yaml', 'cluster.yaml', 'chainsaw-test.yaml'].map((path) => ({
    path,
    text: read(`scenarios/keep-in-sync/${path}`),
  }));
  const changed = files.map((file) =>
    file.path === 'policies.yaml' ? { ...file, text: change(file.text) } : file,
  );
  const { trace } = runScenario(changed, { version: '1.19', seed: 1, base });
  if (trace === undefined) throw new Error('the story runs');
  return trace;
}

/** The downstream, and when it was made, edited, put back, deleted and made again. */
function life(trace: Trace): { readonly ref: ObjectRef; readonly times: readonly number[] } {
  const stored = trace.events.filter(
    (event) => event.kind === 'stored' && event.object.kind === 'NetworkPolicy',
  );
  const [first] = stored;
  if (first?.kind !== 'stored') throw new Error('nothing was generated');
  return { ref: first.object, times: stored.map(({ time }) => time) };
}

describe('why a downstream came back', () => {
  it('is told once Kyverno has answered an edit or a deletion, and only then', () => {
    const trace = run();
    const { ref, times } = life(trace);
    const titles = times.map((time) => cameBack(trace, ref, milliseconds(time))?.title);
    expect(titles).toEqual([undefined, undefined, 'Why it was put back.', undefined, 'Why it came back.']);
  });

  it('names what holds it: synchronize, the living trigger, a rule without operations', () => {
    const trace = run();
    const { ref } = life(trace);
    expect(cameBack(trace, ref, trace.end)?.text).toBe(
      'synchronize is true, the Namespace lives under the same uid, and the rule names no operations. With operations set, Kyverno would leave it deleted.',
    );
  });

  it('is not told where nothing is kept in sync', () => {
    const trace = run((text) => text.replaceAll('synchronize: true', 'synchronize: false'));
    const { ref } = life(trace);
    expect(cameBack(trace, ref, trace.end)).toBeUndefined();
  });
});
