import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

/** The Stage as a person meets it. */
class Stage {
  readonly studio: StudioPage;
  constructor(studio: StudioPage) {
    this.studio = studio;
  }
  async open(): Promise<void> {
    await this.studio.page.getByRole('tab', { name: 'Stage', exact: true }).click();
    await expect(this.picture).toBeVisible();
  }
  get picture() {
    return this.studio.page.getByRole('group', { name: 'Stage', exact: true });
  }
  /** What the picture says to who does not see it. */
  get words() {
    return this.studio.page.locator('#stage-text');
  }
  get caption() {
    return this.studio.page.locator('.stage-caption').last();
  }
  get presenter() {
    return this.studio.page.getByRole('dialog', { name: 'Stage, full screen' });
  }
  part(name: string) {
    return this.picture.locator(`[data-part="${name}"]`);
  }
  /** Steps on until the caption says something. */
  async stepTo(caption: RegExp, key = '.'): Promise<void> {
    for (let i = 0; i < 60; i++) {
      if (caption.test((await this.caption.textContent()) ?? '')) return;
      await this.studio.press(key);
    }
    await expect(this.caption).toContainText(caption);
  }
}

async function findings(studio: StudioPage): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page: studio.page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(' ')}`));
}

test('the denied object stops at the validating gate, its outline stays, and its UpdateRequest goes on all the same', async ({
  studio,
}) => {
  await studio.open();
  const stage = new Stage(studio);
  await stage.open();
  await expect(stage.words).toContainText('Namespace/bad-namespace leaves its sender');
  await stage.stepTo(/Nothing is stored/);
  await expect(stage.words).toContainText('is denied at the validating gate');
  await expect(stage.picture.getByRole('button', { name: /^Validating gate: Denied/ })).toBeVisible();
  await expect(
    stage.picture.getByRole('button', { name: 'Namespace/bad-namespace was never stored' }),
  ).toBeVisible();
  await stage.stepTo(/is born, whatever the verdict/);
  await expect(stage.picture.getByRole('button', { name: /^UpdateRequest ur-\w+: Pending/ })).toBeVisible();
  await stage.stepTo(/Attempt 3 asks/);
  await expect(stage.part('question-dot')).toBeVisible();
  await expect(stage.picture.locator('[data-pip="failed"]')).toHaveCount(2);
  await expect(stage.picture.locator('[data-pip="now"]')).toHaveCount(1);
  await expect(stage.picture).toContainText('not found in the cluster');
  await expect(stage.caption).toContainText(
    'The Namespace was refused, so the answer will be “not found” again.',
  );
  await stage.stepTo(/is dropped after its last attempt/);
  await expect(stage.picture.locator('[data-pip="failed"]')).toHaveCount(5);
  await expect(
    stage.picture.getByRole('button', { name: /^Downstream NetworkPolicy .*: would be, not made$/ }),
  ).toBeVisible();
});

test('tokens travel while it plays, and stand where they were when the playhead goes back', async ({
  studio,
}) => {
  await studio.open();
  const stage = new Stage(studio);
  await stage.open();
  const placeOf = async () => stage.part('token-above').locator('rect').last().getAttribute('x');
  const start = await placeOf();
  await studio.button('Play').click();
  await expect.poll(placeOf).not.toBe(start);
  await studio.button('Pause').click();
  await studio.toStart();
  expect(await placeOf()).toBe(start);
});

test('a press on something selects its event, by mouse and by keyboard', async ({ studio }) => {
  await studio.open();
  const stage = new Stage(studio);
  await stage.open();
  await stage.stepTo(/Attempt 3 asks/);
  const ticket = stage.picture.getByRole('button', { name: /^UpdateRequest ur-/ });
  await ticket.click();
  await expect(ticket).toHaveAttribute('aria-pressed', 'true');
  await expect(studio.caption).toContainText('Chain of');
  const gate = stage.picture.getByRole('button', { name: /^Validating gate/ });
  await gate.focus();
  await studio.press('Enter');
  await expect(gate).toHaveAttribute('aria-pressed', 'true');
  await expect(ticket).toHaveAttribute('aria-pressed', 'false');
  await studio.press('Escape');
  await expect(gate).toHaveAttribute('aria-pressed', 'false');
});

test('what the controller writes passes admission too', async ({ studio }) => {
  await studio.open();
  const stage = new Stage(studio);
  await stage.open();
  await stage.stepTo(/^svc-fail allows the request|svc-fail allows the request/);
  await expect(stage.words).toContainText(
    'NetworkPolicy good-namespace/default-deny is at the validating gate',
  );
  await stage.stepTo(/default-deny is created/);
  await expect(
    stage.picture.getByRole('button', { name: /^Downstream NetworkPolicy .*: made, kept in sync$/ }),
  ).toBeVisible();
});

test('the full screen is led by a clicker, lights what is selected, and Escape leaves it', async ({
  studio,
}) => {
  await studio.page.setViewportSize({ width: 1280, height: 720 });
  await studio.open();
  const stage = new Stage(studio);
  await stage.open();
  await studio.press('ControlOrMeta+Shift+f');
  await expect(stage.presenter).toBeVisible();
  const said = stage.presenter.locator('.stage-caption');
  const first = await said.textContent();
  await studio.press('PageDown');
  await expect(said).not.toHaveText(first ?? '');
  await studio.press('PageUp');
  await expect(said).toHaveText(first ?? '');
  await studio.press(' ');
  await studio.press('ArrowRight');
  await expect(said).toContainText('Nothing is stored');
  expect(await studio.page.evaluate(() => document.documentElement.scrollTop)).toBe(0);
  const gate = stage.presenter.getByRole('button', { name: /^Validating gate/ });
  await gate.focus();
  await studio.press('Enter');
  await expect(gate).toHaveAttribute('aria-pressed', 'true');
  await expect(stage.presenter.locator('.stage-item.dimmed').first()).toBeVisible();
  await expect(gate).not.toHaveClass(/dimmed/);
  await stage.presenter.getByRole('button', { name: 'Put the light out' }).click();
  await expect(stage.presenter.locator('.stage-item.dimmed')).toHaveCount(0);
  const size = await stage.presenter
    .locator('svg.stage-picture text')
    .first()
    .evaluate((text) => text.getBoundingClientRect().height);
  expect(size).toBeGreaterThan(16);
  expect(await findings(studio)).toEqual([]);
  await studio.press('Escape');
  await expect(stage.presenter).toBeHidden();
  await expect(stage.picture).toBeVisible();
});

test('with less motion asked for, tokens stand at stations', async ({ studio, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await studio.open();
  const stage = new Stage(studio);
  await stage.open();
  await stage.stepTo(/matches/);
  const x = await stage.part('token-above').locator('rect').last().getAttribute('x');
  await studio.press(',');
  await studio.press('.');
  expect(await stage.part('token-above').locator('rect').last().getAttribute('x')).toBe(x);
});

test('the workspace makes room for the Stage and comes back', async ({ studio }) => {
  await studio.open();
  const stage = new Stage(studio);
  await stage.open();
  await expect(studio.workspace).toBeHidden();
  await studio.page.getByRole('region', { name: 'Files, folded' }).getByRole('button').click();
  await expect(studio.workspace).toBeVisible();
  await expect(stage.picture).toBeVisible();
});

for (const theme of ['light', 'dark'] as const)
  for (const [screen, viewport] of [
    ['a laptop', { width: 1440, height: 900 }],
    ['a phone', { width: 390, height: 844 }],
  ] as const)
    test.describe(`on ${screen}, ${theme}`, () => {
      test.use({ viewport });
      test('axe finds nothing on the Stage', async ({ studio, page }) => {
        await page.addInitScript((name) => localStorage.setItem('admission-studio/theme', name), theme);
        await studio.open();
        const stage = new Stage(studio);
        await stage.open();
        expect.soft(await findings(studio), 'at the start').toEqual([]);
        await stage.stepTo(/Attempt 3 asks/);
        expect.soft(await findings(studio), 'at the third question').toEqual([]);
      });
    });

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });
  test('it has a player of its own and nothing runs out at the side', async ({ studio }) => {
    await studio.open();
    const stage = new Stage(studio);
    await stage.open();
    const player = studio.page.getByRole('group', { name: 'Playback of the Stage' });
    await player.getByRole('button', { name: 'Next event' }).tap();
    await player.getByRole('button', { name: 'Next event' }).tap();
    await expect(stage.caption).toContainText('Nothing is stored');
    const width = await studio.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(390);
  });
});
