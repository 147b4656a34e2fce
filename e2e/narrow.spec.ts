import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

/** Nothing sticks out to the side of the page. */
async function expectNoSidewaysScroll(studio: StudioPage): Promise<void> {
  const [content, view] = await studio.page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(content).toBeLessThanOrEqual(view ?? 0);
}

test.describe('On a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the studio is a reader: play, step, inspect', async ({ studio }) => {
    await studio.open();
    await expectNoSidewaysScroll(studio);
    const trace = studio.page.getByRole('region', { name: 'Trace' });
    await expect(trace.getByRole('listitem').first()).toContainText('create Namespace/bad-namespace');
    await expect(trace).toContainText('Background, nobody waits');
    await studio.button('Next event').click();
    expect((await studio.moment()).at).toBe(2);
    await studio.button('Play').click();
    await expect(studio.button('Pause')).toBeVisible();
    await studio.button('Pause').click();

    await trace.getByRole('button', { name: /never stored/ }).click();
    await studio.showPane('Details');
    await expect(studio.selectedEvent).toContainText('Namespace/bad-namespace');
    await studio.showPane('Outcome');
    await expect(studio.step(1)).toContainText('Denied');
    await studio.showPane('Cluster');
    await expectNoSidewaysScroll(studio);
  });

  test('editing stands behind a button', async ({ studio }) => {
    await studio.open();
    await expect(studio.workspace).toHaveCount(0);
    await studio.header.getByRole('button', { name: 'Edit' }).click();
    await expect(studio.workspace).toBeVisible();
    expect(await studio.read('policies.yaml')).toContain('require-team');
    await studio.header.getByRole('button', { name: 'Done' }).click();
    await expect(studio.workspace).toHaveCount(0);
  });

  test('the version can be changed and a link copied', async ({ studio }) => {
    await studio.open();
    await studio.chooseVersion('1.11');
    await studio.share();
  });
});

test.describe('Below 900 pixels', () => {
  test.use({ viewport: { width: 800, height: 900 } });

  test('the panes are tabs and the timeline keeps the full width', async ({ studio }) => {
    await studio.open();
    await expectNoSidewaysScroll(studio);
    const views = studio.page.getByRole('tablist', { name: 'Views' });
    await expect(views.getByRole('tab')).toHaveText([
      'Outcome',
      'Stage',
      'Details',
      'Cluster',
      'Console',
      'Notes',
      'Files',
    ]);
    expect((await studio.timeline.boundingBox())?.width).toBe(800);
    await views.getByRole('tab', { name: 'Files' }).click();
    await expect(studio.fileTab('policies.yaml')).toBeVisible();
  });
});

for (const [what, size] of [
  ['320 pixels wide', { width: 320, height: 640 }],
  ['at 200 % zoom of a small laptop', { width: 640, height: 400 }],
] as const)
  test.describe(what, () => {
    test.use({ viewport: size });

    test('no content is lost', async ({ studio }) => {
      await studio.open();
      await expectNoSidewaysScroll(studio);
      for (const name of ['Play', 'Next event', 'Previous event', 'Next step', 'Previous step'])
        await expect(studio.button(name)).toBeInViewport();
      await expect(studio.header.getByRole('button', { name: 'Share' })).toBeInViewport({ ratio: 1 });
      await expect(studio.versionButton).toBeInViewport({ ratio: 1 });
      await expect(studio.scenarioButton).toBeInViewport();
      await studio.button('Next step').click();
      for (const pane of ['Outcome', 'Details', 'Cluster', 'Notes'] as const) {
        await studio.showPane(pane);
        await expect(studio.page.getByRole('tab', { name: pane, exact: true })).toBeInViewport();
        await expectNoSidewaysScroll(studio);
      }
      await studio.showPane('Outcome');
      await studio.step(1).locator('pre').scrollIntoViewIfNeeded();
      await expect(studio.step(1).locator('pre')).toBeInViewport();
    });
  });
