import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type KyvernoVersion, readClusterBase, runScenario, type Trace } from '../../../src/index.ts';
import { readMoments } from '../../timeline/moments.ts';
import { stageAt } from './stage-model.ts';
import { stageText } from './stage-text.ts';

const root = resolve(import.meta.dirname, '../../../public');
interface Story {
  readonly id: string;
  readonly files: readonly string[];
  readonly version: KyvernoVersion;
  readonly seed: number;
}
const stories = JSON.parse(readFileSync(join(root, 'scenarios/index.json'), 'utf8')) as readonly Story[];

function traceOf({ id, files, version, seed }: Story): Trace {
  const base = readClusterBase(
    JSON.parse(readFileSync(join(root, `cluster/base-${version}.json`), 'utf8')),
    version,
  );
  if (base === undefined) throw new Error(`no base of ${version}`);
  const texts = files.map((path) => ({
    path,
    text: readFileSync(join(root, 'scenarios', id, path), 'utf8'),
  }));
  const { trace } = runScenario(texts, { version, seed, base });
  if (trace === undefined) throw new Error(`${id} does not run`);
  return trace;
}

describe.each(stories.map((story) => [story.id, story] as const))('the Stage of %s', (_id, story) => {
  it('has a sentence and a place for everything at every moment', () => {
    const trace = traceOf(story);
    const moments = readMoments(trace);
    for (const { time } of moments) {
      const model = stageAt(trace, moments, time);
      expect(model.caption.text).not.toBe('');
      expect(stageText(model)).toMatch(/^(Step|Before)/);
      for (const { progress } of model.tokens) {
        expect(progress).toBeGreaterThanOrEqual(0);
        expect(progress).toBeLessThanOrEqual(5);
      }
    }
  });
});
