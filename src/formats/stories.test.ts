import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFile } from '../manifest/parse.ts';
import { readStoryLink } from './moment.ts';
import { encodeLink } from './permalink.ts';
import { readScenario } from './read-scenario.ts';
import { readRunLink } from './run-link.ts';

const root = resolve(import.meta.dirname, '../../public/scenarios');
interface Story {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly files: readonly string[];
  readonly notes: readonly string[];
  readonly version: '1.18' | '1.19';
  readonly seed: number;
}
const stories = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as readonly Story[];
const filesOf = (story: Story) =>
  story.files.map((path) => ({ path, text: readFileSync(join(root, story.id, path), 'utf8') }));

describe.each(stories.map((story) => [story.id, story] as const))('the story %s', (_id, story) => {
  const parsed = filesOf(story).map((file) => parseFile(file));
  const scenario = readScenario(parsed);

  it('is read without a diagnostic', () => {
    expect(parsed.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
    expect(scenario.diagnostics).toEqual([]);
    expect(scenario.name).toBe(story.id);
  });

  it('has steps, and lists all its files', () => {
    expect(scenario.steps.length).toBeGreaterThan(0);
    expect([...story.files].sort()).toEqual(readdirSync(join(root, story.id)).sort());
  });

  it('has notes whose links lead to versions or to moments of its steps', () => {
    const links = story.notes.flatMap((note) =>
      [...note.matchAll(/\]\((#[^)]*)\)/g)].map((match) => match[1] ?? ''),
    );
    for (const link of links) {
      if (readRunLink(link) !== undefined) continue;
      const moment = readStoryLink(link)?.moment;
      expect(moment, link).toBeDefined();
      expect(moment?.step).toBeLessThanOrEqual(scenario.steps.length);
    }
  });
});

describe('the first story', () => {
  it('fits into a link of 1,500 characters', () => {
    const [story] = stories;
    if (story === undefined) throw new Error('no story');
    const link = encodeLink({
      name: story.id,
      files: filesOf(story),
      version: story.version,
      seed: story.seed,
      view: {
        playhead: 7.4,
        event: 19,
        selection: { event: 19 },
        viewport: { scale: 'chapters', from: 0, to: 5012 },
      },
    });
    expect(link.length).toBeLessThanOrEqual(1500);
  });
});
