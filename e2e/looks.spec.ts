import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

/*
 * The look, held by pictures that were reviewed against the design. They are renewed by `npm run e2e -- looks
 * --update-snapshots` and then looked at, each, before they are committed.
 *
 * Letters are drawn a little differently from one machine to the next, so no pixel is compared with its own alone. The picture
 * is cut into cells of 8 by 8, and the mean colour of each is compared: a cell of one colour may be off by FLAT of 255, any other
 * by TEXTURED. Measured: another hinting changes nothing, glyphs at whole pixels change a cell by 29 at most. And tried, each
 * alone: the role deny in the colour of warn 33 to 37, the role desk in that of paper 23 in a thousand flat cells, the
 * caption half a pixel larger 41 to 63, a rule's line above its name with other words 56; a mark that is missing is one of the
 * latter kind. What moves by a few pixels moves edges, which is more than any of these.
 */
const CELL = 8;
const FLAT = 6;
const TEXTURED = 31;

const LAPTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

type Theme = 'light' | 'dark';

/** One story, one seed, one moment: attempt 3 asks for the trigger, as in the design. */
const STORY = '#story=bad-namespace';

test.use({ contextOptions: { reducedMotion: 'reduce' }, deviceScaleFactor: 1 });

async function openIn(studio: StudioPage, theme: Theme): Promise<void> {
  await studio.page.addInitScript((name) => localStorage.setItem('admission-studio/theme', name), theme);
  await studio.open(STORY);
}

/** Goes to attempt 3 from the start, and has nothing selected, hovered or focused. */
async function toTheMoment(studio: StudioPage): Promise<void> {
  const { page } = studio;
  await studio.press('ControlOrMeta+k');
  await expect(studio.palette).toBeVisible();
  await page.keyboard.type(':1:156');
  await expect(studio.palette.getByRole('option').first()).toBeVisible();
  await studio.press('Enter');
  await expect(studio.palette).toBeHidden();
  await studio.idle();
}

/** Compares what is shown with the stored picture, once fonts are there. */
async function looksAs(studio: StudioPage, name: string): Promise<void> {
  const { page } = studio;
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.mouse.move(0, 0);
  // What the machine's speed decides.
  await page.locator('.run-time').evaluateAll((found) => {
    for (const one of found) if (one instanceof HTMLElement) one.style.visibility = 'hidden';
  });
  const still = { animations: 'disabled', caret: 'hide' } as const;
  // This one stores and renews the pictures, and waits until nothing moves; what differs is for the cells to say.
  await expect(page).toHaveScreenshot(`${name}.png`, { ...still, threshold: 0.2, maxDiffPixelRatio: 0.03 });
  const stored = await readFile(test.info().snapshotPath(`${name}.png`));
  expect(await otherCells(page, stored, await page.screenshot(still)), `cells of ${name}.png`).toEqual([]);
}

/** Cells of two pictures of one size whose mean colours are too far apart, as `x,y: by how much`; at most ten. */
function otherCells(page: Page, stored: Buffer, now: Buffer): Promise<readonly string[]> {
  return page.evaluate(
    async ({ pictures, cell, flat, textured }) => {
      const read = async (base64: string): Promise<ImageData> => {
        const image = new Image();
        image.src = `data:image/png;base64,${base64}`;
        await image.decode();
        const ctx = new OffscreenCanvas(image.width, image.height).getContext('2d');
        if (ctx === null) throw new Error('no canvas');
        ctx.drawImage(image, 0, 0);
        return ctx.getImageData(0, 0, image.width, image.height);
      };
      /** Mean of each channel, and whether all pixels are nearly alike. */
      const mean = ({ data, width }: ImageData, x: number, y: number) => {
        const sums = [0, 0, 0];
        const low = [255, 255, 255];
        const high = [0, 0, 0];
        for (let i = 0; i < cell * cell; i += 1)
          for (let channel = 0; channel < 3; channel += 1) {
            const at = ((y + Math.floor(i / cell)) * width + x + (i % cell)) * 4 + channel;
            const value = data[at] ?? 0;
            sums[channel] = (sums[channel] ?? 0) + value / cell / cell;
            low[channel] = Math.min(low[channel] ?? 0, value);
            high[channel] = Math.max(high[channel] ?? 0, value);
          }
        return { sums, isFlat: low.every((value, channel) => (high[channel] ?? 0) - value < 6) };
      };
      const [one, other] = [await read(pictures[0]), await read(pictures[1])];
      const found: string[] = [];
      for (let y = 0; y + cell <= one.height && found.length < 10; y += cell)
        for (let x = 0; x + cell <= one.width; x += cell) {
          const [left, right] = [mean(one, x, y), mean(other, x, y)];
          const by = Math.max(...left.sums.map((sum, channel) => Math.abs(sum - (right.sums[channel] ?? 0))));
          if (by > (left.isFlat && right.isFlat ? flat : textured))
            found.push(`${x},${y}: ${Math.round(by)}`);
        }
      return found;
    },
    {
      pictures: [stored.toString('base64'), now.toString('base64')] as const,
      cell: CELL,
      flat: FLAT,
      textured: TEXTURED,
    },
  );
}

for (const theme of ['light', 'dark'] as const)
  test.describe(theme, () => {
    test.use({ viewport: LAPTOP, colorScheme: theme });

    test(`the timeline of a denial, and the Stage at the same moment, ${theme}`, async ({ studio, page }) => {
      await openIn(studio, theme);
      await studio.editor('policies.yaml');
      await studio.showPane('Outcome');
      await toTheMoment(studio);
      // The line above each rule follows the playhead when it rests.
      await expect(studio.workspace).toContainText('1 failed');
      await looksAs(studio, `timeline-${theme}`);
      await page.getByRole('tab', { name: 'Stage', exact: true }).click();
      await expect(page.getByRole('tabpanel', { name: 'Stage' }).locator('svg').first()).toBeVisible();
      await looksAs(studio, `stage-${theme}`);
    });
  });

test.describe('on a projector', () => {
  test.use({ viewport: LAPTOP, colorScheme: 'dark' });

  test('the presenter', async ({ studio, page }) => {
    await openIn(studio, 'dark');
    await toTheMoment(studio);
    await studio.press('ControlOrMeta+Shift+f');
    await expect(page.getByRole('dialog', { name: 'Stage, full screen' })).toBeVisible();
    await looksAs(studio, 'presenter');
  });
});

test.describe('two runs', () => {
  test.use({ viewport: LAPTOP, colorScheme: 'light' });

  test('the comparison of 1.15 with 1.19', async ({ studio, page }) => {
    await openIn(studio, 'light');
    await studio.versionButton.click();
    await page.getByRole('menuitem', { name: 'Compare with another version' }).click();
    await page.getByRole('combobox', { name: 'above' }).selectOption('1.15');
    const row = page.getByRole('row', { name: /End of the UpdateRequest/ });
    await row.click();
    await expect(row).toHaveAttribute('aria-selected', 'true');
    await looksAs(studio, 'compare');
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: PHONE, colorScheme: 'light', hasTouch: true });

  test('the upright trace', async ({ studio }) => {
    await openIn(studio, 'light');
    await toTheMoment(studio);
    await looksAs(studio, 'phone');
  });
});
