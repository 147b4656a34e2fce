import { soakFiles } from '../bench/soak-scenario.ts';
import { encodeLink } from '../src/index.ts';
import { expect, test } from './fixtures.ts';

const STEPS = 1500;
const LINK = encodeLink({
  name: 'soak',
  version: '1.19',
  seed: 1,
  view: {},
  files: soakFiles({ steps: STEPS, namespaces: 100, seed: 7 }),
});

test.describe('A run of 1,500 steps', () => {
  test.setTimeout(120_000);

  test('tells how far it has got and, cancelled, keeps what was traced until then', async ({
    studio,
    page,
  }) => {
    await page.goto(`/${LINK}`);
    const strip = page.getByRole('region', { name: 'The run under way' });
    await expect(strip).toContainText(/Running: [\d,]+ of 1,500 steps/, { timeout: 60_000 });
    const progress = strip.getByRole('progressbar');
    await expect(progress).toHaveAttribute('max', String(STEPS));
    const first = Number(await progress.getAttribute('value'));
    await expect
      .poll(async () => Number(await progress.getAttribute('value')), { timeout: 30_000 })
      .toBeGreaterThan(first);
    await strip.getByRole('button', { name: 'Cancel' }).click();
    await expect(strip).toHaveCount(0, { timeout: 30_000 });
    await expect(studio.alert).toContainText(/You stopped the run in step [\d,]+/);
    await expect(studio.alert.getByRole('button', { name: 'Run again' })).toBeVisible();
    await studio.idle();
    await expect(page.getByText(/event 1 of \d+/)).toBeVisible();
  });

  test('ends for a newer text, whose run is shown', async ({ studio, page }) => {
    await page.goto(`/${LINK}`);
    const strip = page.getByRole('region', { name: 'The run under way' });
    await expect(strip).toBeVisible({ timeout: 60_000 });
    await page.evaluate(() => {
      location.hash = '#story=bad-namespace';
    });
    await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: bad-namespace');
    await expect(strip).toHaveCount(0, { timeout: 30_000 });
    await studio.idle();
    await expect(page.getByText(/event 1 of \d+/)).toBeVisible();
  });
});
