/**
 * The timeline with 1,000, 10,000 and 100,000 events in headless Chromium: how long until its layout stands, until it is
 * drawn, the script time of each frame while panning, zooming and playing, and the memory it takes. The trace is made of
 * the stories, repeated (bench/timeline/repeat-trace.ts).
 *
 * `frame.seen` is the share of the script time that the browser itself counted which these frames account for: were it
 * far below 1, a frame's script would go unseen.
 *
 * What a frame costs follows the marks in the picture, not the events in the run: `same.*` shows the same marks whatever the
 * run's length, `whole.*` the whole run. `growth.same` is how much dearer the same marks are in the longest run than in the
 * shortest; `growth.whole` how much faster cost grew than the number of marks drawn, at most 1 if it grew no faster.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { type CDPSession, chromium, type Page } from 'playwright';
import { build, preview } from 'vite';
import { findChromium } from '../scripts/setup.mjs';
import { LATEST_KYVERNO, loadParts, runScenario, type Trace } from '../src/index.ts';
import { type Benchmark, CHROMIUM_FLAGS, type Figure, percentile } from './figures.ts';
import { readBase, storyFiles } from './stories.ts';
import type { TimelineBench } from './timeline/page.ts';

const SIZES = [1_000, 10_000, 100_000];
const STORIES = ['bad-namespace', 'keep-in-sync', 'configmap-notification'];
const FRAMES = 160;

declare global {
  interface Window {
    readonly bench: TimelineBench;
  }
}

export const timelineBenchmark: Benchmark = {
  prefixes: ['timeline.'],
  async run() {
    await loadParts();
    const base = readBase();
    const stories = STORIES.flatMap((id): readonly Trace[] => {
      const { trace } = runScenario(storyFiles(id), { version: LATEST_KYVERNO, seed: 1, base });
      return trace === undefined ? [] : [trace];
    });
    const outDir = mkdtempSync(join(tmpdir(), 'studio-bench-'));
    const root = join(import.meta.dirname, 'timeline');
    await build({
      configFile: false,
      root,
      base: './',
      plugins: [react()],
      logLevel: 'error',
      build: { outDir, target: 'es2023', chunkSizeWarningLimit: 4096 },
    });
    const server = await preview({
      configFile: false,
      root,
      build: { outDir },
      preview: { port: 4181, host: 'localhost' },
      logLevel: 'error',
    });
    const executablePath = findChromium();
    const browser = await chromium.launch({
      args: [...CHROMIUM_FLAGS, '--enable-precise-memory-info'],
      ...(executablePath === undefined ? {} : { executablePath }),
    });
    try {
      const figures: Figure[] = [];
      const [url = ''] = server.resolvedUrls?.local ?? [];
      for (const size of SIZES) {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
        await page.goto(url);
        await page.waitForFunction(() => 'bench' in window);
        figures.push(...(await measure(page, stories, size)));
        await page.close();
      }
      return [...figures, ...growth(figures)];
    } finally {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true });
    }
  },
};

/** From the shortest run to the longest. */
function growth(figures: readonly Figure[]): readonly Figure[] {
  const times = (what: string): number => {
    const of = (size: number | undefined) =>
      figures.find(({ name }) => name === `timeline.${size}.${what}`)?.value ?? Number.NaN;
    return of(SIZES.at(-1)) / of(SIZES[0]);
  };
  return [
    { name: 'timeline.growth.same', value: times('same.p50'), unit: 'ratio' },
    { name: 'timeline.growth.whole', value: times('whole.p50') / times('whole.marks'), unit: 'ratio' },
  ];
}

/** Script time so far as the browser counts it, milliseconds. */
async function scriptTime(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? Number.NaN) * 1000;
}

async function measure(page: Page, stories: readonly Trace[], size: number): Promise<readonly Figure[]> {
  const name = (what: string) => `timeline.${size}.${what}`;
  const ms = (what: string, value: number): Figure => ({ name: name(what), value, unit: 'ms' });
  // As text: the type of a trace is too deep for what Playwright makes of an argument's type.
  const events = await page.evaluate(({ json, count }) => window.bench.make(JSON.parse(json), count), {
    json: JSON.stringify(stories),
    count: size,
  });
  const layout = await page.evaluate(() => window.bench.layout());
  const open = await page.evaluate(() => window.bench.open());
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  let script = 0;
  /** Samples of frames, with what the browser counted for them. */
  const watched = async (act: () => Promise<readonly number[]>): Promise<readonly number[]> => {
    const began = await scriptTime(session);
    const samples = await act();
    script += (await scriptTime(session)) - began;
    return samples;
  };
  const pan = await watched(() => page.evaluate((frames) => window.bench.pan(frames), FRAMES));
  const zoom = await watched(() => page.evaluate((frames) => window.bench.zoom(frames), FRAMES));
  // Once more with all in the picture, which is where most is to be drawn.
  await page.evaluate(() => window.bench.fit());
  const wholeMarks = await page.evaluate(() => window.bench.visibleMarks());
  const all = await page.evaluate((frames) => window.bench.shake(frames), FRAMES);
  await page.evaluate(() => window.bench.fit());
  const whole = await watched(() => page.evaluate((frames) => window.bench.zoom(frames), FRAMES));
  await page.evaluate(() => window.bench.middle());
  const play = await watched(() => page.evaluate((frames) => window.bench.play(frames), FRAMES));
  const sameMarks = await page.evaluate(() => window.bench.sameMarks());
  const same = await page.evaluate((frames) => window.bench.shake(frames), FRAMES);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const moves = { pan, zoom: [...zoom, ...whole], play };
  return [
    { name: name('events'), value: events, unit: 'events' },
    ms('layout', layout),
    ms('open', open),
    ...Object.entries(moves).flatMap(([move, samples]) => [
      ms(`${move}.p50`, percentile(samples, 0.5)),
      ms(`${move}.p95`, percentile(samples, 0.95)),
    ]),
    ms('frame.p50', percentile(Object.values(moves).flat(), 0.5)),
    ms('frame.p95', percentile(Object.values(moves).flat(), 0.95)),
    {
      name: name('frame.seen'),
      value:
        Object.values(moves)
          .flat()
          .reduce((sum, one) => sum + one, 0) / script,
      unit: 'ratio',
    },
    { name: name('whole.marks'), value: wholeMarks, unit: 'marks' },
    ms('whole.p50', percentile(all, 0.5)),
    { name: name('same.marks'), value: sameMarks, unit: 'marks' },
    ms('same.p50', percentile(same, 0.5)),
    { name: name('memory'), value: usedSize, unit: 'bytes' },
  ];
}
