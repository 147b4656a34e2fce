/**
 * What a person waits for in the page, measured in headless Chromium on the production build: how much JavaScript comes
 * before the first painted trace, and how long it is from a key press to the painted trace of the changed text.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type Page } from 'playwright';
import { preview } from 'vite';
import { findChromium } from '../scripts/setup.mjs';
import { type Benchmark, CHROMIUM_FLAGS, type Figure, percentile } from './figures.ts';

const root = join(import.meta.dirname, '..');
/** Set by the page each time a run's trace has been drawn (app/timeline). */
const PAINTED = 'studio:trace-painted';
const KEYS = 80;
const WARM_UP = 10;

export const pageBenchmark: Benchmark = {
  prefixes: ['load.', 'type-to-trace.'],
  async run() {
    // A folder of its own: nothing else is disturbed, and only JSON goes to stdout.
    const outDir = mkdtempSync(join(tmpdir(), 'studio-bench-'));
    const built = spawnSync('npx', ['vite', 'build', '--logLevel', 'error', '--outDir', outDir], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (built.status !== 0) throw new Error('the build failed');
    const server = await preview({
      root,
      build: { outDir },
      preview: { port: 4180, host: 'localhost' },
      logLevel: 'error',
    });
    const executablePath = findChromium();
    const browser = await chromium.launch({
      args: CHROMIUM_FLAGS,
      ...(executablePath === undefined ? {} : { executablePath }),
    });
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      const [url = ''] = server.resolvedUrls?.local ?? [];
      return [...(await measureLoad(page, url)), ...(await measureTyping(page))];
    } finally {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true });
    }
  },
};

async function measureLoad(page: Page, url: string): Promise<readonly Figure[]> {
  const scripts: { readonly began: number; readonly body: Promise<Buffer> }[] = [];
  page.on('response', (response) => {
    const isScript = /javascript/.test(response.headers()['content-type'] ?? '');
    // Wall clock of the request, milliseconds; the worker's requests are among them.
    if (isScript) scripts.push({ began: response.request().timing().startTime, body: response.body() });
  });
  await page.goto(url);
  await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, PAINTED);
  const { time, origin } = await page.evaluate(
    (name) => ({
      time: performance.getEntriesByName(name)[0]?.startTime ?? Number.NaN,
      origin: performance.timeOrigin,
    }),
    PAINTED,
  );
  const before = scripts.filter(({ began }) => began <= origin + time);
  const bodies = await Promise.all(before.map(({ body }) => body));
  return [
    {
      name: 'load.js.gzip',
      value: bodies.reduce((sum, body) => sum + gzipSync(body).length, 0),
      unit: 'bytes',
    },
    { name: 'load.trace-painted', value: time, unit: 'ms' },
  ];
}

/** Types into a message of the policy, one key at a time, each after the former's trace was painted. */
async function measureTyping(page: Page): Promise<readonly Figure[]> {
  const editor = page.locator('.monaco-editor').first();
  await editor.waitFor();
  await page.evaluate(() => {
    const pressed: number[] = [];
    Object.assign(window, { studioPressed: pressed });
    window.addEventListener('keydown', (event) => pressed.push(event.timeStamp), { capture: true });
  });
  await page.getByText('message:').first().click();
  await page.keyboard.press('End');
  const samples: number[] = [];
  for (let i = 0; i < WARM_UP + KEYS; i++) {
    const before = await page.evaluate((name) => performance.getEntriesByName(name).length, PAINTED);
    await page.keyboard.press(i % 2 === 0 ? 'x' : 'Backspace');
    await page.waitForFunction(([name, count]) => performance.getEntriesByName(name).length > count, [
      PAINTED,
      before,
    ] as const);
    const sample = await page.evaluate((name) => {
      const painted = performance.getEntriesByName(name).at(-1)?.startTime ?? Number.NaN;
      const pressed = (window as unknown as { studioPressed: number[] }).studioPressed.at(-1) ?? Number.NaN;
      return painted - pressed;
    }, PAINTED);
    if (i >= WARM_UP) samples.push(sample);
  }
  return [
    { name: 'type-to-trace.p50', value: percentile(samples, 0.5), unit: 'ms' },
    { name: 'type-to-trace.p95', value: percentile(samples, 0.95), unit: 'ms' },
  ];
}
