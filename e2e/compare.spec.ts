import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

/** The comparison as a person meets it. */
class Comparison {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get room(): Locator {
    return this.page.getByRole('region', { name: 'Comparison of two runs' });
  }
  get table(): Locator {
    return this.room.getByRole('grid', { name: 'Differences' });
  }
  get rows(): Locator {
    return this.table.getByRole('row', { name: /^Difference \d+ of \d+/ });
  }
  get chosen(): Locator {
    return this.table.getByRole('row', { selected: true });
  }
  get transport(): Locator {
    return this.room.getByRole('toolbar', { name: 'Playback of both runs' });
  }
  run(name: string): Locator {
    return this.room.getByRole('img', { name: new RegExp(`^Timeline of ${name}: `) });
  }
  select(side: 'above' | 'below'): Locator {
    return this.room.getByRole('combobox', { name: side });
  }
  /** What screen readers are told of the chosen difference. */
  get said(): Locator {
    return this.page.locator('[data-compare-said]');
  }

  async choose(above: string, below: string): Promise<void> {
    await this.select('above').selectOption(above);
    await this.select('below').selectOption(below);
    await expect(this.run(`Kyverno ${above}`)).toBeVisible();
    await expect(this.run(`Kyverno ${below}`)).toBeVisible();
  }
}

async function openComparison(studio: StudioPage, page: Page): Promise<Comparison> {
  await studio.openStory('bad-namespace');
  await studio.versionButton.click();
  await page.getByRole('menuitem', { name: 'Compare with another version' }).click();
  const comparison = new Comparison(page);
  await expect(comparison.room).toBeVisible();
  await comparison.choose('1.15', '1.19');
  return comparison;
}

const NUMBERED = /^Difference (\d+) of \d+, (only above|only below|other outcome): (.+)$/;

const names = async (rows: Locator): Promise<readonly string[]> =>
  (await rows.all()).length === 0
    ? []
    : rows.evaluateAll((found) => found.map((row) => row.getAttribute('aria-label') ?? ''));

test('two versions of Kyverno: what differs in a sentence, in numbered rows and in both runs', async ({
  studio,
  page,
}) => {
  const comparison = await openComparison(studio, page);
  await expect(
    comparison.room.getByRole('heading', {
      name: '1.15 completes the UpdateRequest and logs an error. 1.19 tries 5 times, drops it and logs none.',
    }),
  ).toBeVisible();
  await expect(comparison.room).toContainText('In both, Kyverno denies 1 of 2 steps and makes one target.');
  await expect(studio.header).toContainText('1.15 and 1.19');

  const told = (await names(comparison.rows)).map((name) => NUMBERED.exec(name) ?? []);
  expect(told.map(([, number]) => Number(number))).toEqual(told.map((_, index) => index + 1));
  expect(told.map(([, , kind, title]) => `${kind}: ${title}`)).toEqual(
    expect.arrayContaining([
      'other outcome: Text of the denial',
      'only above: POST networkpolicies',
      'only below: Attempts 2 to 5',
      'only above: Event PolicyError',
      'other outcome: End of the UpdateRequest',
    ]),
  );

  // N walks through all of them and round again; each marks its events where it has some.
  for (const [index, [name = '', , kind]] of told.entries()) {
    await studio.press('n');
    await expect(comparison.chosen).toHaveAccessibleName(name);
    await expect(comparison.said).toContainText(name);
    const has = { above: kind !== 'only below', below: kind !== 'only above' };
    for (const side of ['above', 'below'] as const) {
      const canvas = comparison.room.locator(`[data-side="${side}"] canvas`);
      if (has[side]) await expect(canvas, `${index + 1} ${side}`).not.toHaveAttribute('data-outlined', '0');
      else await expect(canvas, `${index + 1} ${side}`).toHaveAttribute('data-outlined', '0');
    }
  }
  await studio.press('n');
  await expect(comparison.chosen).toHaveAccessibleName(/^Difference 1 of/);

  // The end of the UpdateRequest: one place on the scale, each run at its own time.
  await comparison.rows.filter({ hasText: 'End of the UpdateRequest' }).click();
  await expect(comparison.run('Kyverno 1.15')).toHaveAccessibleName(/1 mark of the chosen difference/);
  await expect(comparison.run('Kyverno 1.19')).toHaveAccessibleName(/1 mark of the chosen difference/);
  await expect(comparison.run('Kyverno 1.19')).toHaveAttribute('data-playhead', '+444 ms');
  await expect(comparison.transport).toContainText('End of the UpdateRequest');
});

test('what happens in both runs stands at the same place, and both play together', async ({
  studio,
  page,
}) => {
  const comparison = await openComparison(studio, page);
  const playheads = async () =>
    Promise.all(
      ['1.15', '1.19'].map((version) => comparison.run(`Kyverno ${version}`).getAttribute('data-playhead')),
    );
  await studio.press('Home');
  await expect.poll(playheads).toEqual(['+0.0 ms', '+0.0 ms']);
  await comparison.transport.getByRole('button', { name: 'Next step' }).click();
  await expect.poll(playheads).toEqual(['+0.0 ms', '+0.0 ms']);
  await studio.press('Home');
  await comparison.transport.getByRole('button', { name: 'Play both runs' }).click();
  await expect.poll(playheads).not.toEqual(['+0.0 ms', '+0.0 ms']);
  await comparison.transport.getByRole('button', { name: 'Pause' }).click();
  await comparison.room.getByRole('button', { name: 'Clock' }).click();
  await expect(comparison.room.getByRole('button', { name: 'Clock' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await comparison.room.getByRole('button', { name: 'Differences', exact: true }).click();
  await expect(comparison.run('Kyverno 1.15')).toBeVisible();
});

test('swapped, what was only above is only below', async ({ studio, page }) => {
  const comparison = await openComparison(studio, page);
  const kinds = async (kind: string): Promise<number> =>
    (await names(comparison.rows)).filter((name) => name.includes(kind)).length;
  const [above, below] = [await kinds('only above'), await kinds('only below')];
  expect(above).toBeGreaterThan(below);
  await comparison.room.getByRole('button', { name: 'Swap' }).click();
  await expect(comparison.select('above')).toHaveValue('1.19');
  await expect.poll(() => kinds('only above')).toBe(below);
  expect(await kinds('only below')).toBe(above);
});

test('a pinned run shows at once what an edit changes', async ({ studio, page }) => {
  await studio.openStory('bad-namespace');
  const text = await studio.read('policies.yaml');
  await studio.versionButton.click();
  await page.getByRole('menuitem', { name: 'Pin this run' }).click();
  const comparison = new Comparison(page);
  await expect(comparison.room).toContainText('Both runs are the same, event for event.');
  await studio.write('policies.yaml', text.replace('Enforce', 'Audit'));
  const answer = comparison.rows.filter({ hasText: 'Answer to create Namespace/bad-namespace' });
  await expect(answer).toHaveAccessibleName(/other outcome/);
  await expect(answer).toContainText('denied');
  await expect(answer).toContainText('allowed');
  await expect(comparison.room.getByRole('heading', { level: 3 }).first()).toContainText(
    'The pinned run denies 1 of 2 steps',
  );
  // The link has the versions that are compared; a pinned run is no text, and it says so.
  await studio.header.getByRole('button', { name: 'Share' }).click();
  await expect(studio.notice).toContainText('The pinned run is not in it');
  await comparison.room.getByRole('button', { name: 'Close the comparison' }).click();
  await expect(comparison.room).toBeHidden();
  await expect(studio.timeline).toBeVisible();
});

test('a link opens the comparison that its sender saw', async ({ studio, page, otherBrowser }) => {
  const comparison = await openComparison(studio, page);
  await studio.press('n');
  await studio.press('n');
  const name = (await names(comparison.chosen))[0] ?? '';
  expect(name).toMatch(/^Difference 2 of/);
  const url = await studio.share();
  const other = await otherBrowser();
  await other.page.goto(url);
  const theirs = new Comparison(other.page);
  await expect(theirs.select('above')).toHaveValue('1.15');
  await expect(theirs.select('below')).toHaveValue('1.19');
  await expect(theirs.chosen).toHaveAccessibleName(name);
});

test('by keyboard alone: open, walk, swap, close', async ({ studio, page }) => {
  await studio.openStory('bad-namespace');
  const comparison = new Comparison(page);
  const command = async (words: string): Promise<void> => {
    await studio.press('ControlOrMeta+k');
    await expect(studio.palette).toBeVisible();
    await page.keyboard.type(words);
    await studio.press('Enter');
    await expect(studio.palette).toBeHidden();
  };
  await command('compare with another version');
  await expect(comparison.rows.first()).toBeVisible();
  await comparison.rows.first().focus();
  await studio.press('ArrowDown');
  await expect(comparison.chosen).toHaveAccessibleName(/^Difference 2 of/);
  await expect(comparison.chosen).toBeFocused();
  await studio.press('End');
  await expect(comparison.rows.last()).toBeFocused();
  await studio.press('n');
  await expect(comparison.rows.first()).toBeFocused();
  await studio.press('Shift+N');
  await expect(comparison.rows.last()).toBeFocused();
  await studio.press('Escape');
  await expect(comparison.chosen).toHaveCount(0);
  const before = await comparison.select('above').inputValue();
  await command('swap the compared');
  await expect(comparison.select('below')).toHaveValue(before);
  await command('close the comparison');
  await expect(comparison.room).toBeHidden();
  await expect(studio.picture).toBeVisible();
});

for (const theme of ['light', 'dark'] as const)
  for (const [screen, viewport] of [
    ['a laptop', { width: 1440, height: 900 }],
    ['a phone', { width: 390, height: 844 }],
  ] as const)
    test.describe(`on ${screen}, ${theme}`, () => {
      test.use({ viewport });

      test('axe finds nothing in the comparison', async ({ studio, page }) => {
        await page.addInitScript((name) => {
          localStorage.setItem('admission-studio/theme', name);
        }, theme);
        await studio.open('#story=bad-namespace');
        await studio.versionButton.click();
        await page.getByRole('menuitem', { name: 'Compare with another version' }).click();
        const comparison = new Comparison(page);
        await comparison.select('above').selectOption('1.15');
        await expect(comparison.rows.filter({ hasText: 'Attempts 2 to 5' })).toBeVisible();
        await comparison.rows.filter({ hasText: 'Attempts 2 to 5' }).click();
        if (screen === 'a phone') {
          // One run at a time: the one that has the difference is in front.
          await expect(comparison.run('Kyverno 1.19')).toBeVisible();
          await expect(comparison.run('Kyverno 1.15')).toHaveCount(0);
          await comparison.room.getByRole('button', { name: 'Kyverno 1.15' }).click();
          await expect(comparison.run('Kyverno 1.15')).toBeVisible();
          const sideways = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          expect(sideways).toBe(0);
        }
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(
          violations.flatMap(({ id, nodes }) =>
            nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary ?? ''}`),
          ),
        ).toEqual([]);
      });
    });
