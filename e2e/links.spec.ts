import { expect, test } from './fixtures.ts';

test.describe('The address bar', () => {
  test('opens in another browser with the same files, version, playhead and selection', async ({
    studio,
    otherBrowser,
  }) => {
    await studio.open();
    await studio.chooseVersion('1.13');
    await studio.write('policies.yaml', `# from a colleague\n${await studio.read('policies.yaml')}`);
    const chosen = await studio.chooseEvent(({ step, what }) => step === 1 && what === 'Event PolicyError');
    await studio.showPane('Details');
    const link = await studio.share();
    const at = await studio.panes.locator('.pane-time').textContent();

    const other = await otherBrowser();
    await other.open(new URL(link).hash);
    await expect(other.versionButton).toHaveAccessibleName('Kyverno version: 1.13');
    await expect(other.list.locator(`[aria-rowindex="${chosen.row}"]`)).toHaveAttribute(
      'aria-selected',
      'true',
    );
    await expect(other.panes.locator('.pane-time')).toHaveText(at ?? '');
    await expect(other.selectedEvent).toContainText('PolicyError');
    expect(await other.read('policies.yaml')).toBe(await studio.read('policies.yaml'));
    expect(await other.read('chainsaw-test.yaml')).toBe(await studio.read('chainsaw-test.yaml'));
  });

  test('holds the first story in at most 1,500 characters', async ({ studio }) => {
    await studio.open();
    expect((await studio.share()).length).toBeLessThanOrEqual(1500);
  });

  test('may name a story and a moment; its notes are shown', async ({ studio }) => {
    await studio.open('#story=bad-namespace&moment=1/never-stored&version=1.12');
    await expect(studio.versionButton).toHaveAccessibleName('Kyverno version: 1.12');
    await expect(studio.pane('Notes')).toContainText('Look at');
    await expect(studio.caption).toContainText('selected: Namespace/bad-namespace');
  });
});

test.describe('A link that cannot be opened leaves the work alone and says why', () => {
  for (const [what, breakIt, title] of [
    ['cut in half', (hash: string) => hash.slice(0, hash.length / 2), /cut off.*Your work is untouched/],
    [
      'with a letter changed',
      (hash: string) => `${hash.slice(0, -9)}AAAA${hash.slice(-5)}`,
      /Your work is untouched/,
    ],
    ['of a later studio', (hash: string) => hash.replace(/^#1\./, '#7.'), /Your work is untouched/],
    ['to a story that is not there', () => '#story=nowhere', /no story nowhere.*Your work is untouched/],
  ] as const)
    test(what, async ({ studio }) => {
      await studio.open();
      await studio.write('policies.yaml', `# mine\n${await studio.read('policies.yaml')}`);
      const link = new URL(await studio.share()).hash;
      await studio.page.goto('about:blank');
      await studio.open(breakIt(link));
      await expect(studio.alert).toContainText(title);
      expect(await studio.read('policies.yaml')).toContain('# mine');
      await studio.alert.getByRole('button', { name: 'Close' }).click();
      await expect(studio.alert).toHaveCount(0);
    });

  test('pasted into the address bar of an open studio', async ({ studio }) => {
    await studio.open();
    await studio.write('policies.yaml', `# mine\n${await studio.read('policies.yaml')}`);
    const link = new URL(await studio.share()).hash;
    await studio.page.evaluate(
      (hash) => {
        location.hash = hash;
      },
      link.slice(0, link.length / 2),
    );
    await expect(studio.alert).toContainText('Your work is untouched');
    await expect(studio.alert).toContainText(/The link says [\d,]+ characters, [\d,]+ arrived/);
    expect(await studio.read('policies.yaml')).toContain('# mine');
  });
});

test.describe('Work is never lost', () => {
  test('it is there again after the tab was closed', async ({ studio, page }) => {
    await studio.open();
    await studio.chooseVersion('1.15');
    await studio.write('policies.yaml', `# kept\n${await studio.read('policies.yaml')}`);
    await page.goto('about:blank');
    await studio.open();
    await expect(studio.versionButton).toHaveAccessibleName('Kyverno version: 1.15');
    expect(await studio.read('policies.yaml')).toContain('# kept');
  });

  test('a link that takes its place offers to restore it', async ({ studio, otherBrowser, page }) => {
    const sender = await otherBrowser();
    await sender.openStory('sync-off');
    const link = new URL(await sender.share()).hash;
    await studio.open();
    await studio.write('policies.yaml', `# mine\n${await studio.read('policies.yaml')}`);
    await page.goto('about:blank');
    await studio.open(link);
    await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: sync-off');
    await expect(studio.alert).toContainText('What you had is kept: bad-namespace');
    await studio.alert.getByRole('button', { name: 'Restore what I had' }).click();
    await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: bad-namespace');
    await studio.idle();
    expect(await studio.read('policies.yaml')).toContain('# mine');
  });

  test('undo goes across files', async ({ studio }) => {
    await studio.open();
    const [policies, steps] = [await studio.read('policies.yaml'), await studio.read('chainsaw-test.yaml')];
    await studio.write('policies.yaml', `# one\n${policies}`);
    await studio.write('chainsaw-test.yaml', `# two\n${steps}`);
    await studio.press('ControlOrMeta+z');
    await studio.press('ControlOrMeta+z');
    expect(await studio.read('chainsaw-test.yaml')).toBe(steps);
    expect(await studio.read('policies.yaml')).toBe(policies);
    await studio.press('ControlOrMeta+Shift+z');
    expect(await studio.read('policies.yaml')).toContain('# one');
  });
});
