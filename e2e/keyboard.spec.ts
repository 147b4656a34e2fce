import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

/** Presses Tab until something of this role and name has the focus, as a person does who has only keys. */
async function tabTo(
  studio: StudioPage,
  role: 'tab' | 'button',
  name: RegExp,
  key: 'Tab' | 'Shift+Tab' = 'Tab',
): Promise<void> {
  const wanted = studio.page.getByRole(role, { name });
  for (let i = 0; i < 60; i += 1) {
    const inEditor = await studio.page.evaluate(
      () => document.activeElement?.closest('.monaco-editor') !== null,
    );
    if (inEditor) await studio.press('Escape');
    await studio.press(key);
    if (await wanted.evaluateAll((found) => found.some((one) => one === document.activeElement))) return;
  }
  throw new Error(`${key} never came to ${name}`);
}

test('the whole flow works without a mouse: play, find the denial, read why, change the version, share', async ({
  studio,
}) => {
  await studio.open();
  await studio.editor('policies.yaml');

  await studio.press('Space');
  await expect(studio.button('Pause')).toBeVisible();
  await expect.poll(async () => (await studio.moment()).at).toBeGreaterThan(1);
  await studio.press('Space');
  await expect(studio.button('Play')).toBeVisible();

  await studio.press('l');
  await expect(studio.list).toBeVisible();
  await studio.list.focus();
  await studio.press('Home');
  const active = studio.list.locator('.cursor, .selected');
  for (let i = 0; i < 30; i += 1) {
    if (/never stored/.test((await active.last().textContent()) ?? '')) break;
    await studio.press('ArrowDown');
  }
  await studio.press('Enter');
  await expect(studio.list.getByRole('row', { selected: true })).toContainText('never stored');
  await expect(studio.caption).toContainText('selected: Namespace/bad-namespace');

  await studio.press('[');
  await expect(studio.list.getByRole('row', { selected: true })).not.toContainText('never stored');

  await tabTo(studio, 'tab', /^Outcome$/, 'Shift+Tab');
  await studio.press('ArrowRight');
  await expect(studio.page.getByRole('tab', { name: 'Stage' })).toBeFocused();
  await studio.press('ArrowRight');
  await expect(studio.page.getByRole('tab', { name: 'Details' })).toBeFocused();
  await expect(studio.selectedEvent).toBeVisible();
  await expect(studio.selectedEvent).toContainText('when');

  await studio.press('Escape');
  await expect(studio.caption).not.toContainText('selected:');
  await studio.press('.');
  await studio.press(',');
  await studio.press('Shift+.');
  await expect(studio.caption).toContainText('Step 2: create Namespace/good-namespace');

  await tabTo(studio, 'button', /^Kyverno version/, 'Shift+Tab');
  await studio.press('Enter');
  // The menu comes with its first use: what is pressed until it is there is for it, from its first item on.
  await studio.press('ArrowDown');
  await studio.press('Enter');
  await expect(studio.versionButton).toHaveAccessibleName('Kyverno version: 1.18');
  await studio.idle();
  await expect(studio.versionButton).toBeFocused();

  await studio.press('ControlOrMeta+k');
  await expect(studio.palette).toBeVisible();
  await studio.page.keyboard.type('copy a link');
  await studio.press('Enter');
  await expect(studio.notice).toContainText(/Link copied, [\d,]+ characters/);
});

test('keys pressed while a menu is still loading are done by it once it is there, in their order', async ({
  studio,
  page,
}) => {
  let serve = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    serve = resolve;
  });
  await page.route(/header-menus.*\.js$/, async (route) => {
    await asked;
    await route.continue();
  });
  await studio.open();
  await studio.versionButton.focus();
  for (const key of ['Enter', 'ArrowDown', 'ArrowDown']) await studio.press(key);
  await expect(studio.page.getByRole('menu')).toHaveCount(0);
  await expect(studio.versionButton).toBeFocused();
  serve();
  await expect(studio.page.getByRole('menuitemradio', { name: /^1\.17/ })).toBeFocused();
  await studio.press('Escape');
  await expect(studio.page.getByRole('menu')).toHaveCount(0);
  await expect(studio.versionButton).toBeFocused();
  await studio.press('.');
  await expect.poll(async () => (await studio.moment()).at).toBe(2);
});

test('every command is in the palette; one that cannot run says why', async ({ studio }) => {
  await studio.open();
  await studio.press('ControlOrMeta+Shift+p');
  await expect(studio.palette).toContainText(/(\d+) of \1 commands/);
  await studio.page.keyboard.type('undo');
  await expect(studio.palette.getByRole('option', { name: /Undo, across files/ })).toContainText(
    'nothing was changed',
  );
  await studio.press('Escape');
  await expect(studio.palette).toBeHidden();
});

test('? shows the keys, and single letters can be switched off', async ({ studio }) => {
  await studio.open();
  await studio.press('?');
  const keys = studio.page.getByRole('dialog', { name: 'Keys' });
  await expect(keys.getByRole('region', { name: 'Play' })).toContainText('Next event');
  await keys.getByRole('checkbox', { name: 'single letters' }).uncheck();
  await studio.press('Escape');
  await expect(keys).toBeHidden();
  await studio.press('l');
  await studio.press('.');
  await expect(studio.list).toHaveCount(0);
  expect((await studio.moment()).at).toBe(1);
});

test('the editor can be left by keys: Tab indents, Escape and then Tab goes on', async ({ studio }) => {
  await studio.open();
  const editor = await studio.editor('policies.yaml');
  await editor.focus();
  await studio.press('ControlOrMeta+Home');
  await studio.press('Tab');
  expect(await studio.read('policies.yaml')).toMatch(/^ {2}apiVersion/);
  await editor.focus();
  await studio.press('Escape');
  await studio.press('Tab');
  await expect(editor).not.toBeFocused();
  await expect(studio.page.locator(':focus')).toHaveCount(1);
});

test('letters typed into the editor are text, not commands', async ({ studio }) => {
  await studio.open();
  const editor = await studio.editor('policies.yaml');
  await editor.focus();
  await studio.page.keyboard.type('#l ');
  await expect(studio.list).toHaveCount(0);
  await expect(studio.button('Play')).toBeVisible();
  expect(await studio.read('policies.yaml')).toContain('#l ');
});

test('a story opened by its link gives the timeline the room that the first story gives it', async ({
  studio,
  otherBrowser,
}) => {
  await studio.open();
  const other = await otherBrowser();
  await other.open('#story=keep-in-sync');
  expect(await other.timeline.boundingBox()).toEqual(await studio.timeline.boundingBox());
});

test('panes can be resized by keys', async ({ studio }) => {
  await studio.open();
  const separator = studio.page.getByRole('separator', { name: 'Height of the timeline' });
  const before = (await studio.timeline.boundingBox())?.height ?? 0;
  await separator.focus();
  await studio.press('ArrowUp');
  await studio.press('ArrowUp');
  expect((await studio.timeline.boundingBox())?.height).toBeGreaterThan(before);
});

test.describe('The list behind the picture', () => {
  test('is a tree grid that tells all that the picture tells, and follows the playhead', async ({
    studio,
  }) => {
    await studio.open();
    const events = await studio.events();
    await expect(studio.list).toHaveAttribute('aria-rowcount', String(events.length + 1));
    for (const name of ['Time', 'Phase', 'What', 'Verdict', 'Why'])
      await expect(studio.list.getByRole('columnheader', { name })).toBeVisible();
    for (const what of [
      'Step 1: create Namespace/bad-namespace',
      'POST namespaces bad-namespace',
      'webhook svc-fail',
      'rule require-team / check-team',
      'etcd Namespace/bad-namespace',
      'attempt 5 of 5',
      'Event PolicyViolation',
      'downstream NetworkPolicy good-namespace/default-deny',
    ])
      expect(events.map((event) => event.what)).toContain(what);
    expect(events.some(({ what }) => what.startsWith('report '))).toBe(true);
    expect(events.some(({ what, verdict }) => what.startsWith('log ') && verdict === 'expected')).toBe(true);

    const current = studio.list.locator('[aria-current="step"]');
    await studio.toStart();
    await studio.showList();
    await expect(current).toContainText('bad-namespace');
    await studio.button('Next step').click();
    await expect(current).toContainText('good-namespace');
  });

  test('folds and unfolds a step with the arrows', async ({ studio }) => {
    await studio.open();
    await studio.showList();
    await studio.list.focus();
    await studio.press('Home');
    const count = Number(await studio.list.getAttribute('aria-rowcount'));
    await studio.press('ArrowLeft');
    await expect(studio.list.getByRole('row', { expanded: false })).toContainText('Step 1');
    expect(Number(await studio.list.getAttribute('aria-rowcount'))).toBeLessThan(count);
    await studio.press('ArrowRight');
    await expect(studio.list).toHaveAttribute('aria-rowcount', String(count));
  });

  test('is announced politely while stepping', async ({ studio }) => {
    await studio.open();
    const said = studio.timeline.locator('[aria-live="polite"]');
    await expect(said).toHaveText(/^Step 1: create Namespace\/bad-namespace/);
    await studio.press('.');
    const second = await said.textContent();
    expect(second).not.toMatch(/^Step 1: create/);
    await studio.press('.');
    await expect(said).not.toHaveText(second ?? '');
    await studio.press('Shift+.');
    await expect(said).toHaveText(/^Step 2: create Namespace\/good-namespace/);
  });
});

test('with reduced motion the playhead jumps from event to event', async ({ studio, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await studio.open();
  await studio.transport.getByRole('combobox', { name: 'Speed' }).selectOption('4×');
  const seen = page.evaluate(async () => {
    const times = new Set<string>();
    const captions = new Set<string>();
    for (let frame = 0; frame < 150; frame += 1) {
      await new Promise((done) => requestAnimationFrame(done));
      times.add(document.querySelector('.pane-time')?.textContent ?? '');
      captions.add(document.querySelector('.caption')?.textContent ?? '');
    }
    return { times: times.size, captions: captions.size };
  });
  await studio.button('Play').click();
  const { times, captions } = await seen;
  expect(captions).toBeGreaterThan(2);
  expect(times).toBeLessThanOrEqual(captions);
});
