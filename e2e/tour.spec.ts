import { readFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

/** A person who has only keys: presses, types, and looks at the page. Nothing here clicks, points or sets the focus. */
class Keyboard {
  readonly studio: StudioPage;

  constructor(studio: StudioPage) {
    this.studio = studio;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.studio.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.studio.page.keyboard.type(text);
  }

  /** Presses Tab until the place has the focus; the editor is left as its note says, by Escape. */
  async tabTo(place: Locator, key: 'Tab' | 'Shift+Tab'): Promise<void> {
    for (let i = 0; i < 200; i += 1) {
      const inEditor = await this.studio.page.evaluate(
        () => document.activeElement?.closest('.monaco-editor') !== null,
      );
      await this.press(...(inEditor ? ['Escape', key] : [key]));
      if (await this.isFocused(place)) return;
    }
    throw new Error(`${key} never came to ${place}`);
  }

  /** Presses a key until something holds, as a person does who looks after every press. */
  async pressUntil(key: string, holds: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 80; i += 1) {
      if (await holds()) return;
      await this.press(key);
    }
    throw new Error(`${key}, pressed 80 times, did not bring it about`);
  }

  /** Runs a command by what it is called. */
  async command(words: string): Promise<void> {
    await this.press('ControlOrMeta+k');
    await expect(this.studio.palette).toBeVisible();
    await this.type(words);
    await this.press('Enter');
    await expect(this.studio.palette).toBeHidden();
  }

  /** What a command saves to the person's downloads. */
  async saved(act: () => Promise<void>): Promise<{ readonly file: string; readonly text: string }> {
    const download = this.studio.page.waitForEvent('download');
    await act();
    const saved = await download;
    return { file: saved.suggestedFilename(), text: await readFile(await saved.path(), 'utf8') };
  }

  isFocused(place: Locator): Promise<boolean> {
    return place.evaluateAll((found) => found.some((one) => one === document.activeElement));
  }
}

test('the whole tour by keyboard alone: play, the denial, its ghost, why, two versions, export, and back', async ({
  studio,
  page,
}) => {
  // A long way, on foot.
  test.slow();
  const keys = new Keyboard(studio);
  await studio.open();

  await test.step('play, and pause', async () => {
    await keys.press('Space');
    await expect(studio.button('Pause')).toBeVisible();
    await expect.poll(async () => (await studio.moment()).at).toBeGreaterThan(1);
    await keys.press('Space');
    await expect(studio.button('Play')).toBeVisible();
  });

  await test.step('find the denial, and select it', async () => {
    await keys.press('/');
    const field = page.getByRole('textbox', { name: 'Find in the run' });
    await expect(field).toBeFocused();
    await keys.type('denied');
    const hit = studio.timeline.locator('.find-line');
    await keys.pressUntil('Enter', async () =>
      /^Hit \d of \d\s*svc-fail · denied/.test((await hit.textContent()) ?? ''),
    );
    await expect(studio.caption).toContainText('selected: svc-fail');
    await keys.press('Escape');
    await expect(field).toBeHidden();
    await expect(studio.picture).toBeFocused();
  });

  await test.step('follow the flow to the NetworkPolicy that was never made', async () => {
    const isGhost = async (): Promise<boolean> =>
      /selected: .*NetworkPolicy bad-namespace\/default-deny/.test(
        (await studio.caption.textContent()) ?? '',
      );
    await keys.pressUntil(']', isGhost);
  });

  await test.step('read why', async () => {
    await keys.tabTo(page.getByRole('tab', { name: 'Outcome', exact: true }), 'Shift+Tab');
    await keys.press('ArrowRight', 'ArrowRight');
    await expect(page.getByRole('tab', { name: 'Details', exact: true })).toBeFocused();
    await expect(studio.selectedEvent).toContainText('NetworkPolicy bad-namespace/default-deny: never.');
    await expect(studio.selectedEvent).toContainText('the request that would have stored it was refused');
    // And on, from the reason to what decided it, by a link like any other.
    await keys.tabTo(studio.selectedEvent.getByRole('button', { name: 'What decided it' }), 'Tab');
    await keys.press('Enter');
    await expect(studio.selectedEvent).toContainText('dropped');
  });

  await test.step('take the chain along, as a diagram and as a picture', async () => {
    const diagram = await keys.saved(() => keys.command('export chain mermaid'));
    expect(diagram.file).toBe('bad-namespace.mmd');
    expect(diagram.text).toMatch(/^sequenceDiagram\n/);
    expect(diagram.text).toContain('attempt 5 of 5');
    const picture = await keys.saved(async () => {
      await keys.tabTo(studio.header.getByRole('button', { name: 'Export' }), 'Shift+Tab');
      await keys.press('Enter');
      await expect(page.getByRole('menu')).toBeVisible();
      await keys.pressUntil('ArrowDown', () =>
        keys.isFocused(page.getByRole('menuitem', { name: 'Timeline as SVG' })),
      );
      await keys.press('Enter');
    });
    expect(picture.file).toBe('bad-namespace-timeline.svg');
    expect(picture.text).toContain('never stored');
  });

  const comparison = page.getByRole('region', { name: 'Comparison of two runs' });
  const rows = comparison.getByRole('row', { name: /^Difference \d+ of \d+/ });
  const chosen = comparison.getByRole('row', { selected: true });

  await test.step('compare 1.18 with 1.19', async () => {
    await keys.tabTo(studio.versionButton, 'Shift+Tab');
    // The menu comes with its first use. Keys that are pressed before it is there are its keys all the same.
    await keys.press('Enter', 'End', 'ArrowUp', 'Enter');
    await expect(comparison).toBeVisible();
    await expect(comparison.getByRole('combobox', { name: 'above' })).toHaveValue('1.18');
    await expect(comparison.getByRole('combobox', { name: 'below' })).toHaveValue('1.19');
    await expect(comparison.getByRole('heading', { level: 3 }).first()).toHaveText(
      '1.18 completes the UpdateRequest. 1.19 tries 5 times and drops it.',
    );
  });

  await test.step('step through the differences', async () => {
    const names = await rows.evaluateAll((found) => found.map((row) => row.getAttribute('aria-label') ?? ''));
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      await keys.press('n');
      await expect(chosen).toHaveAccessibleName(name);
      await expect(page.locator('[data-compare-said]')).toContainText(name);
    }
    await keys.press('Shift+N');
    await expect(chosen).toHaveAccessibleName(names.at(-2) ?? '');
    // Another pair of versions, by the selects of the bar.
    const above = comparison.getByRole('combobox', { name: 'above' });
    await keys.tabTo(above, 'Tab');
    await keys.pressUntil('ArrowDown', async () => (await above.inputValue()) === '1.15');
    await expect(comparison.getByRole('heading', { level: 3 }).first()).toHaveText(
      '1.15 completes the UpdateRequest and logs an error. 1.19 tries 5 times, drops it and logs none.',
    );
  });

  await test.step('take the comparison along', async () => {
    const picture = await keys.saved(() => keys.command('export comparison svg'));
    expect(picture.file).toBe('bad-namespace-compared.svg');
    expect(picture.text).toContain('Kyverno 1.15');
    const report = await keys.saved(() => keys.command('export comparison markdown'));
    expect(report.file).toBe('bad-namespace-compared.md');
    expect(report.text).toContain('End of the UpdateRequest');
  });

  await test.step('and come back', async () => {
    await keys.tabTo(comparison.getByRole('button', { name: 'Close the comparison' }), 'Tab');
    await keys.press('Enter');
    await expect(comparison).toBeHidden();
    await expect(studio.versionButton).toHaveAccessibleName('Kyverno version: 1.19');
    await expect(studio.picture).toBeFocused();
    // The story stands where it was left, and goes on from its beginning.
    await expect(studio.caption).toContainText('selected: ');
    await keys.press('Escape', 'Home');
    await expect.poll(async () => (await studio.moment()).at).toBe(1);
  });
});
