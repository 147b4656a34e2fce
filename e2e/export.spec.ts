import { readFile } from 'node:fs/promises';
import type { Download } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

/** Chooses something of the Export menu and gives what the browser then saves. */
async function exported(
  studio: StudioPage,
  name: string,
): Promise<{ readonly file: string; readonly bytes: Buffer }> {
  const download = studio.page.waitForEvent('download');
  await studio.header.getByRole('button', { name: 'Export' }).click();
  await studio.page.getByRole('menuitem', { name, exact: true }).click();
  return saved(await download);
}

async function saved(download: Download): Promise<{ readonly file: string; readonly bytes: Buffer }> {
  return { file: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Parses an SVG in the page and tells what stands in it. */
function readSvg(studio: StudioPage, svg: string) {
  return studio.page.evaluate((text) => {
    const document = new DOMParser().parseFromString(text, 'image/svg+xml');
    const root = document.documentElement;
    return {
      error: document.querySelector('parsererror')?.textContent ?? '',
      name: root.localName,
      title: root.querySelector('title')?.textContent ?? '',
      texts: [...root.querySelectorAll('text')].map((one) => one.textContent ?? ''),
      width: Number(root.getAttribute('width')),
      height: Number(root.getAttribute('height')),
      open: text.includes('var('),
    };
  }, svg);
}

test.beforeEach(async ({ studio }) => {
  await studio.open();
  await studio.toEnd();
});

test('the Stage as SVG is a whole picture: title, marks, legend, no theme that it needs', async ({
  studio,
}) => {
  const { file, bytes } = await exported(studio, 'Stage as SVG');
  expect(file).toBe('bad-namespace-stage.svg');
  const svg = await readSvg(studio, bytes.toString());
  expect(svg).toMatchObject({ error: '', name: 'svg', open: false });
  expect(svg.title).toContain('bad-namespace: step 2');
  expect(svg.texts).toEqual(
    expect.arrayContaining(['Validating gate', 'etcd', 'UpdateRequest', 'never stored', 'expected noise']),
  );
});

test('the timeline as SVG holds the marks that the picture shows, with lanes, title and legend', async ({
  studio,
}) => {
  const { file, bytes } = await exported(studio, 'Timeline as SVG');
  expect(file).toBe('bad-namespace-timeline.svg');
  const svg = await readSvg(studio, bytes.toString());
  expect(svg).toMatchObject({ error: '', name: 'svg', open: false });
  for (const text of [
    'Steps',
    'UpdateRequests',
    'Downstream & targets',
    'create Namespace/bad-namespace',
    'never stored',
    'dropped',
    'Failed 1',
    'would be: planned or owed, not there',
  ])
    expect(svg.texts, text).toContain(text);
});

/** How many pixels a picture has of each colour of the theme, drawn by a viewer that has nothing but the file. */
function inked(studio: StudioPage, svg: string): Promise<Readonly<Record<string, number>>> {
  return studio.page.evaluate(async (text) => {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const ctx = canvas.getContext('2d');
    ctx?.drawImage(image, 0, 0);
    const { data } = ctx?.getImageData(0, 0, canvas.width, canvas.height) ?? {
      data: new Uint8ClampedArray(),
    };
    const theme = getComputedStyle(document.documentElement);
    const found: Record<string, number> = {};
    for (const role of ['allow', 'deny', 'warn', 'error', 'noise', 'thread']) {
      const color = Number.parseInt(theme.getPropertyValue(`--${role}`).trim().slice(1), 16);
      let count = 0;
      for (let i = 0; i < data.length; i += 4)
        if ((((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0)) === color) count += 1;
      found[role] = count;
    }
    return found;
  }, svg);
}

test('a viewer draws the marks of the timeline: as many as the run has, in the colours of their verdicts', async ({
  studio,
}) => {
  const svg = (await exported(studio, 'Timeline as SVG')).bytes.toString();
  const { texts } = await readSvg(studio, svg);
  const count = (text: string | RegExp) =>
    texts.filter((one) => (typeof text === 'string' ? one === text : text.test(one))).length;
  const events = await studio.events();
  const told = (wanted: RegExp) => events.filter(({ what }) => wanted.test(what)).length;
  expect(told(/^attempt \d of 5/)).toBeGreaterThan(5);
  expect(count(/^(attempt|att\.) \d$/)).toBe(told(/^attempt \d of 5/));
  expect(count(/^Failed [1-4]$/)).toBe(events.filter(({ verdict }) => /^Failed \d$/.test(verdict)).length);
  expect(count('never stored')).toBe(1 + 1); // the mark, and the legend
  expect(count(/^LIST/)).toBe(told(/^LIST /));

  const drawn = await inked(studio, svg);
  for (const [role, pixels] of Object.entries(drawn)) expect(pixels, role).toBeGreaterThan(10);
  // Were the marks of failures left out, the picture would have less of their colour.
  const without = await inked(studio, svg.replaceAll(/<text[^>]*>Failed [1-4]<\/text>/g, ''));
  expect(without['error']).toBeLessThan(drawn['error'] ?? 0);
});

test('pictures come as PNG too, and what they show is not empty', async ({ studio }) => {
  for (const name of ['Stage as PNG', 'Timeline as PNG']) {
    const { file, bytes } = await exported(studio, name);
    expect(file).toMatch(/^bad-namespace-(stage|timeline)\.png$/);
    expect([...bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    const seen = await studio.page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      const ctx = canvas.getContext('2d');
      ctx?.drawImage(image, 0, 0);
      const { data } = ctx?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      const colors = new Set<number>();
      for (let i = 0; i < data.length; i += 4 * 97)
        colors.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
      return { width: image.naturalWidth, colors: colors.size };
    }, bytes.toString('base64'));
    expect(seen.width).toBeGreaterThan(2000);
    expect(seen.colors).toBeGreaterThan(20);
  }
});

test('the chain of what is selected comes as Mermaid and as Markdown', async ({ studio }) => {
  await studio.chooseEvent(({ what }) => what.startsWith('UpdateRequest') || /^ur-/.test(what));
  const mermaid = (await exported(studio, 'Chain as Mermaid diagram')).bytes.toString();
  expect(mermaid.startsWith('sequenceDiagram\n')).toBe(true);
  expect(mermaid).toContain('attempt 5 of 5');
  expect(mermaid).toContain('participant worker as Background controller');
  const { file, bytes } = await exported(studio, 'Chain as Markdown report');
  expect(file).toBe('bad-namespace.md');
  const report = bytes.toString();
  expect(report).toContain('create Namespace/bad-namespace, as kubernetes-admin: **denied**');
  expect(report).toContain('## The chain');
  expect(report).toContain('```mermaid\nsequenceDiagram');
});

test('the trace comes as its own file and as a Chrome trace', async ({ studio }) => {
  const trace = JSON.parse((await exported(studio, 'Trace as JSON')).bytes.toString());
  expect(trace).toMatchObject({ format: 'admission-studio/trace', version: 1 });
  const chrome = JSON.parse((await exported(studio, 'Chrome trace, for Perfetto')).bytes.toString());
  const phases = new Set(chrome.traceEvents.map(({ ph }: { ph: string }) => ph));
  expect([...phases].sort()).toEqual(['M', 'X', 'f', 'i', 's']);
  expect(chrome.traceEvents).toContainEqual(
    expect.objectContaining({ ph: 'M', name: 'process_name', args: { name: 'Admission, the caller waits' } }),
  );
});

test('two compared runs come as a picture and as a table', async ({ studio, page }) => {
  await studio.press('ControlOrMeta+k');
  await expect(studio.palette).toBeVisible();
  await page.keyboard.type('compare with another version');
  await studio.press('Enter');
  const rows = page.getByRole('row', { name: /^Difference \d+ of \d+/ });
  await expect(rows.first()).toBeVisible();
  const titles = await rows.evaluateAll((found) =>
    found.map((row) => row.querySelector('b')?.textContent ?? ''),
  );
  const { file, bytes } = await exported(studio, 'Comparison as SVG');
  expect(file).toBe('bad-namespace-compared.svg');
  const svg = await readSvg(studio, bytes.toString());
  expect(svg).toMatchObject({ error: '', name: 'svg', open: false });
  expect(svg.title).toBe('bad-namespace: Kyverno 1.18 and Kyverno 1.19');
  for (const text of [...titles, 'Completed', 'dropped', 'Failed 4', 'only below', 'other outcome'])
    expect(svg.texts, text).toContain(text);
  expect(svg.texts.filter((text) => text === 'UpdateRequests')).toHaveLength(2);
  const drawn = await inked(studio, bytes.toString());
  for (const role of ['allow', 'deny', 'error', 'noise']) expect(drawn[role], role).toBeGreaterThan(20);
  const report = await exported(studio, 'Comparison as Markdown report');
  expect(report.file).toBe('bad-namespace-compared.md');
  const lines = report.bytes.toString().split('\n');
  expect(lines.filter((line) => /^\| \d/.test(line))).toHaveLength(titles.length);
});

test('every export is a command of the palette, and the menu is led by keys', async ({ studio }) => {
  await studio.press('ControlOrMeta+k');
  await studio.page.getByRole('combobox', { name: 'Find a command' }).fill('export mermaid');
  const first = studio.page.waitForEvent('download');
  await studio.press('Enter');
  expect((await saved(await first)).file).toBe('bad-namespace.mmd');
  await studio.header.getByRole('button', { name: 'Export' }).focus();
  await studio.press('Enter');
  await expect(studio.page.getByRole('menu')).toBeVisible();
  const second = studio.page.waitForEvent('download');
  await studio.press('End');
  await studio.press('Enter');
  expect((await saved(await second)).file).toBe('bad-namespace.chrome-trace.json');
  await expect(studio.notice).toContainText('Saved bad-namespace.chrome-trace.json');
});
