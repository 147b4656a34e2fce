import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

/** What of the run the picture shows: where the frame of the minimap stands, in pixels. */
async function frameOf(studio: StudioPage): Promise<{ readonly left: number; readonly width: number }> {
  const style = await studio.transport
    .locator('.minimap i')
    .evaluate((frame) => ({ left: frame.style.left, width: frame.style.width }));
  return { left: Number.parseFloat(style.left), width: Number.parseFloat(style.width) };
}

async function pictureBox(studio: StudioPage) {
  const box = await studio.picture.boundingBox();
  if (box === null) throw new Error('the picture is shown');
  return box;
}

/** The playhead's time as the pane's head tells it. */
const timeOf = (studio: StudioPage): Promise<string | null> =>
  studio.panes.locator('.pane-time').textContent();

type Fingers = readonly { readonly x: number; readonly y: number; readonly id: number }[];

/** Fingers on the page: put down, moved, lifted. */
async function fingersOf(page: Page) {
  const session = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: Fingers) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: [...points] });
  return {
    down: (points: Fingers) => send('touchStart', points),
    move: (points: Fingers) => send('touchMove', points),
    up: () => send('touchEnd', []),
  };
}

test.beforeEach(async ({ studio }) => {
  await studio.open('#story=keep-in-sync');
  await expect(studio.transport.locator('.minimap i')).toBeVisible();
});

test.describe('moving the picture', () => {
  test('the wheel pans, with Ctrl it zooms at the pointer', async ({ studio, page }) => {
    const { x, y } = await pictureBox(studio);
    const start = await frameOf(studio);
    await page.mouse.move(x + 400, y + 100);
    await page.mouse.wheel(300, 0);
    await expect.poll(async () => (await frameOf(studio)).left).toBeGreaterThan(start.left);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -400);
    await page.keyboard.up('Control');
    await expect.poll(async () => (await frameOf(studio)).width).toBeLessThan(start.width * 0.7);
  });

  test('a drag pans, and a double-click fits everything', async ({ studio, page }) => {
    const { x, y, height } = await pictureBox(studio);
    await page.mouse.move(x + 700, y + height - 6);
    await page.mouse.down();
    await page.mouse.move(x + 300, y + height - 6, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await frameOf(studio)).left).toBeGreaterThan(2);
    await page.mouse.dblclick(x + 700, y + height - 6);
    await expect.poll(async () => (await frameOf(studio)).left).toBeLessThan(1);
    expect((await frameOf(studio)).width).toBeGreaterThan(160);
  });

  test('A D and arrows pan, W S + and − zoom, 0 fits', async ({ studio }) => {
    const start = await frameOf(studio);
    await studio.press('d');
    await expect.poll(async () => (await frameOf(studio)).left).toBeGreaterThan(start.left);
    await studio.press('a');
    await expect.poll(async () => (await frameOf(studio)).left).toBeCloseTo(start.left, 0);
    await studio.picture.focus();
    await studio.press('ArrowRight');
    await expect.poll(async () => (await frameOf(studio)).left).toBeGreaterThan(start.left);
    await studio.press('ArrowLeft');
    for (const [into, out] of [
      ['w', 's'],
      ['+', '-'],
    ] as const) {
      const before = await frameOf(studio);
      await studio.press(into);
      await expect.poll(async () => (await frameOf(studio)).width).toBeLessThan(before.width);
      await studio.press(out);
      await expect.poll(async () => (await frameOf(studio)).width).toBeCloseTo(before.width, 0);
    }
    await studio.press('0');
    await expect.poll(async () => (await frameOf(studio)).width).toBeGreaterThan(160);
  });

  test('a key that is held goes on by itself and stops when it is let go', async ({ studio, page }) => {
    await studio.press('w');
    await studio.press('w');
    await studio.press('w');
    const tap = await frameOf(studio);
    await page.keyboard.down('d');
    await expect.poll(async () => (await frameOf(studio)).left).toBeGreaterThan(tap.left + tap.width);
    await page.keyboard.up('d');
    const rest = await frameOf(studio);
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    expect((await frameOf(studio)).left).toBe(rest.left);
  });

  test('F shows the selection, F once more fills the picture with it', async ({ studio }) => {
    await studio.press(']');
    await studio.press(']');
    const before = await frameOf(studio);
    await studio.press('f');
    await studio.press('f');
    await expect.poll(async () => (await frameOf(studio)).width).toBeLessThan(before.width);
  });

  test('the minimap’s frame is dragged, resized, drawn anew and zoomed by the wheel', async ({
    studio,
    page,
  }) => {
    const map = await studio.transport.locator('.minimap').boundingBox();
    if (map === null) throw new Error('the minimap is shown');
    const y = map.y + map.height / 2;
    const drag = async (from: number, to: number) => {
      await page.mouse.move(map.x + from, y);
      await page.mouse.down();
      await page.mouse.move(map.x + to, y, { steps: 4 });
      await page.mouse.up();
    };
    const first = await frameOf(studio);
    await drag(first.left + first.width / 2, first.left + first.width / 2 + 30);
    await expect.poll(async () => (await frameOf(studio)).left).toBeGreaterThan(first.left + 20);

    const moved = await frameOf(studio);
    await drag(moved.left + moved.width, moved.left + moved.width * 0.6);
    await expect.poll(async () => (await frameOf(studio)).width).toBeLessThan(moved.width * 0.8);

    const small = await frameOf(studio);
    const beside = small.left > 60 ? 10 : 110;
    await drag(beside, beside + 40);
    await expect.poll(async () => Math.abs((await frameOf(studio)).left - beside)).toBeLessThan(14);

    const drawn = await frameOf(studio);
    await page.mouse.move(map.x + drawn.left + drawn.width / 2, y);
    await page.mouse.wheel(0, -300);
    await expect.poll(async () => (await frameOf(studio)).width).toBeLessThan(drawn.width);
  });
});

test.describe('by touch', () => {
  test.use({ hasTouch: true });

  test('one finger pans, two zoom, a tap selects, a long press measures', async ({ studio, page }) => {
    const { x, y, height } = await pictureBox(studio);
    const low = y + height - 8;
    const start = await frameOf(studio);
    const fingers = await fingersOf(page);
    await fingers.down([{ x: x + 700, y: low, id: 1 }]);
    for (const at of [600, 500, 400]) await fingers.move([{ x: x + at, y: low, id: 1 }]);
    await fingers.up();
    await expect.poll(async () => (await frameOf(studio)).left).toBeGreaterThan(start.left);

    const panned = await frameOf(studio);
    const pair = (apart: number) => [
      { x: x + 500 - apart, y: low, id: 1 },
      { x: x + 500 + apart, y: low, id: 2 },
    ];
    await fingers.down(pair(60));
    for (const apart of [100, 160, 220]) await fingers.move(pair(apart));
    await fingers.up();
    await expect.poll(async () => (await frameOf(studio)).width).toBeLessThan(panned.width * 0.7);

    await studio.press('0');
    await fingers.down([{ x: x + 300, y: low, id: 1 }]);
    await expect(page.getByRole('region', { name: 'The measured stretch' })).toBeVisible();
    await fingers.move([{ x: x + 500, y: low, id: 1 }]);
    await fingers.up();
    await studio.press('Escape');
    await page.touchscreen.tap(x + 30, y + 40);
    await expect(studio.caption).toContainText('selected:');
  });
});

test.describe('moving the playhead', () => {
  test('a click on the ruler, a drag of the flag, Home and End', async ({ studio, page }) => {
    const { x, y } = await pictureBox(studio);
    await page.mouse.click(x + 420, y + 8);
    const clicked = await timeOf(studio);
    expect(clicked).not.toBe('+0.0 ms');
    await page.mouse.move(x + 424, y + 8);
    await page.mouse.down();
    await page.mouse.move(x + 250, y + 8, { steps: 4 });
    await page.mouse.up();
    expect(await timeOf(studio)).not.toBe(clicked);
    await studio.toEnd();
    const { at, of } = await studio.moment();
    expect(at).toBe(of);
    await studio.toStart();
    expect((await studio.moment()).at).toBe(1);
  });

  test('the playhead’s time is told on both scales', async ({ studio }) => {
    await studio.press('Shift+.');
    const other = studio.timeline.locator('.lane-time');
    await expect(other).toContainText(/^run \+/);
    expect(await other.textContent()).not.toContain('+0.0 ms');
    await studio.press('c');
    await expect(other).toHaveText('step +0.0 ms');
  });

  test('folded idle time opens and closes', async ({ studio }) => {
    await studio.press('0');
    const before = await studio.picture.screenshot();
    await studio.press('i');
    await expect.poll(async () => (await studio.picture.screenshot()).equals(before)).toBe(false);
    await studio.press('i');
    await studio.press('0');
    await expect.poll(async () => (await studio.picture.screenshot()).equals(before)).toBe(true);
  });
});

test.describe('playing', () => {
  test('goes to the next generated object and rests there', async ({ studio }) => {
    await studio.press('Alt+=');
    await studio.press('Alt+=');
    await expect(studio.transport.getByRole('combobox', { name: 'Speed' })).toHaveValue('4');
    await studio.press('ControlOrMeta+k');
    await expect(studio.palette).toBeVisible();
    await studio.page.keyboard.type('generated object');
    await expect(studio.palette.getByRole('option')).toContainText('NetworkPolicy');
    await studio.press('Enter');
    await expect(studio.button('Pause')).toBeVisible();
    await expect(studio.button('Play')).toBeVisible({ timeout: 30_000 });
    await expect(studio.caption).toContainText(/NetworkPolicy/);
  });

  test('goes round in a measured stretch', async ({ studio }) => {
    await studio.press('m');
    await studio.press('.');
    await studio.press('.');
    await studio.press('m');
    const area = studio.page.getByRole('region', { name: 'The measured stretch' });
    await expect(area).toContainText('selected');
    await studio.press('Alt+=');
    await studio.press('Alt+=');
    await area.getByRole('button', { name: 'Loop', exact: true }).click();
    await expect.poll(async () => (await studio.moment()).at).toBe(1);
    await expect.poll(async () => (await studio.moment()).at, { timeout: 15_000 }).toBeGreaterThan(1);
    await expect.poll(async () => (await studio.moment()).at, { timeout: 15_000 }).toBe(1);
    await area.getByRole('button', { name: 'Stop the loop' }).click();
    await studio.press('Escape');
    await expect(area).toBeHidden();
  });

  test('Space never scrolls, and works with single letters switched off', async ({ studio, page }) => {
    await studio.press('?');
    await page.getByRole('checkbox', { name: 'single letters' }).uncheck();
    await studio.press('Escape');
    await page.reload();
    await studio.idle();
    await studio.showList();
    await studio.press('.');
    expect((await studio.moment()).at).toBe(1);
    await studio.list.focus();
    const top = await studio.list.evaluate((list) => list.scrollTop);
    await studio.press('Space');
    await expect(studio.button('Pause')).toBeVisible();
    await studio.press('Space');
    expect(await studio.list.evaluate((list) => list.scrollTop)).toBe(top);
  });
});

test.describe('finding, measuring, noting', () => {
  test('/ finds in the whole run, Enter goes from hit to hit and round', async ({ studio, page }) => {
    await studio.press('/');
    const field = page.getByRole('textbox', { name: 'Find in the run' });
    await expect(field).toBeFocused();
    await page.keyboard.type('default-deny');
    const count = studio.timeline.getByRole('search').getByRole('status');
    await expect(count).toHaveText(/^– of \d+$/);
    await studio.press('Enter');
    await expect(count).toHaveText(/^1 of \d+$/);
    await expect(studio.timeline).toContainText('Hit 1 of');
    await studio.press('Shift+Enter');
    await expect(count).toHaveText(/^(\d+) of \1$/);
    await studio.timeline.getByRole('button', { name: 'Verdicts' }).click();
    await expect(count).toHaveText('none');
    await studio.timeline.getByRole('button', { name: 'Names' }).click();
    await studio.timeline.getByRole('button', { name: 'Only lanes with hits' }).click();
    await expect(studio.timeline.getByRole('button', { name: /^\d+ hidden$/ })).toBeVisible();
    await field.focus();
    await studio.press('Escape');
    await expect(field).toBeHidden();
    await expect(studio.timeline.getByRole('button', { name: 'Lanes', exact: true })).toBeVisible();
  });

  test('Shift and a drag measure a stretch: counts, verdicts, attempts and the longest by lane', async ({
    studio,
    page,
  }) => {
    const { x, y, height } = await pictureBox(studio);
    await page.keyboard.down('Shift');
    await page.mouse.move(x + 20, y + height - 6);
    await page.mouse.down();
    await page.mouse.move(x + 800, y + height - 6, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    const area = page.getByRole('region', { name: 'The measured stretch' });
    await expect(area.getByRole('row', { name: /^Background controller/ })).toContainText('attempt 1');
    await expect(area.getByRole('row', { name: /^API server/ })).toContainText('allowed');
    await expect(area).toContainText(/attempts? of the background controller, 0 failed/);
    await area.getByRole('button', { name: 'Copy as table' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^Lane\tWhat\tCount/);
    await area.getByRole('button', { name: 'Clear' }).click();
    await expect(area).toBeHidden();
  });

  test('a note stands at its time and travels in the link', async ({ studio, page, otherBrowser }) => {
    await studio.press('Shift+.');
    await studio.press('n');
    await page.getByRole('textbox', { name: 'Note' }).fill('here it drifts');
    await studio.press('Enter');
    await expect(page.getByRole('textbox', { name: 'Note' })).toBeHidden();
    const link = await studio.share();
    const other = await otherBrowser();
    await other.page.goto(link);
    await other.idle();
    const { x, y } = await pictureBox(other);
    const flag = await other.page.evaluate(() => document.querySelector('.lane-time')?.textContent);
    expect(flag).toBeTruthy();
    await other.press('n');
    await expect(other.page.getByRole('textbox', { name: 'Note' })).toHaveValue('here it drifts');
    expect(x + y).toBeGreaterThan(0);
  });

  test('@ # and : in the palette lead to objects, rules and times', async ({ studio, page }) => {
    await studio.press('ControlOrMeta+k');
    await expect(studio.palette).toBeVisible();
    await page.keyboard.type('@networkpolicy');
    await expect(studio.palette.getByRole('option').first()).toContainText('NetworkPolicy');
    await studio.press('Enter');
    await expect(studio.caption).toContainText('selected: NetworkPolicy');
    await studio.press('Escape');
    await studio.press('ControlOrMeta+k');
    await expect(studio.palette).toBeVisible();
    await page.keyboard.type(':2 ms');
    await expect(studio.palette.getByRole('option').first()).toContainText('into step');
    await studio.press('Escape');
  });
});

test.describe('selecting', () => {
  test('a click selects, along the flow goes on, a click on nothing clears', async ({ studio, page }) => {
    const { x, y, height } = await pictureBox(studio);
    await page.mouse.click(x + 40, y + 38);
    await expect(studio.caption).toContainText('selected:');
    const first = await studio.caption.textContent();
    await studio.press(']');
    expect(await studio.caption.textContent()).not.toBe(first);
    await studio.press('[');
    await expect(studio.caption).toHaveText(first ?? '');
    await page.mouse.click(x + 60, y + height - 4);
    await expect(studio.caption).not.toContainText('selected:');
  });

  test('the list and the picture have one selection', async ({ studio }) => {
    await studio.chooseEvent(({ what }) => what.startsWith('UpdateRequest'));
    await studio.showPicture();
    await expect(studio.caption).toContainText('selected: ur-');
    await studio.press(']');
    await studio.press('l');
    await expect(studio.list.getByRole('row', { selected: true })).toHaveCount(1);
  });
});

test.describe('lanes', () => {
  test('fold, pin and filter', async ({ studio, page }) => {
    const name = studio.timeline.getByRole('button', { name: /^etcd/ });
    await name.click();
    await expect(name).toHaveAttribute('aria-expanded', 'false');
    const pin = studio.timeline.getByRole('button', { name: 'Pin Reports' });
    await pin.focus();
    await studio.press('Enter');
    await expect(pin).toHaveAttribute('aria-pressed', 'true');
    const tops = await studio.timeline
      .locator('.lane-name')
      .evaluateAll((names) =>
        names.map((one) => ({ text: one.textContent ?? '', top: one.getBoundingClientRect().top })),
      );
    tops.sort((a, b) => a.top - b.top);
    expect(tops[0]?.text).toMatch(/^Reports/);

    await studio.timeline.getByRole('button', { name: 'Lanes', exact: true }).click();
    const sheet = page.getByRole('dialog', { name: 'Lanes shown' });
    await sheet.getByRole('textbox', { name: 'Filter lanes by name' }).fill('webhook');
    await expect(studio.timeline.locator('.lane-name')).toHaveCount(1);
    await sheet.getByRole('button', { name: 'Show all' }).click();
    await sheet.getByRole('checkbox', { name: 'Steps' }).uncheck();
    await studio.press('Escape');
    await expect(sheet).toBeHidden();
    await expect(studio.timeline.getByRole('button', { name: '1 hidden' })).toBeVisible();
  });
});

test.describe('announcements', () => {
  test('are whole, in brief, or silent', async ({ studio, page }) => {
    const announcer = studio.timeline.locator('[data-announcer]');
    await studio.press('.');
    await expect(announcer).not.toBeEmpty();
    const whole = (await announcer.textContent()) ?? '';
    await studio.press('?');
    await page.getByRole('combobox', { name: 'screen readers hear' }).selectOption('brief');
    await studio.press('Escape');
    await expect(announcer).not.toHaveText(whole);
    await studio.press('?');
    await page.getByRole('combobox', { name: 'screen readers hear' }).selectOption('silent');
    await studio.press('Escape');
    await studio.press('.');
    await expect(announcer).toBeEmpty();
  });
});
