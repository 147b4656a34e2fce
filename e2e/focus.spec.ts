import { expect, test } from './fixtures.ts';
import type { PaneTab, StudioPage } from './studio-page.ts';

/** Where Tab stopped: what it is, and what is missing from it. */
interface Stop {
  readonly what: string;
  readonly faults: readonly string[];
}

/** Presses Tab through the whole page once, from its beginning, and says of every stop whether it has a name and is seen. */
async function walk(studio: StudioPage): Promise<readonly Stop[]> {
  const { page } = studio;
  await studio.scenarioButton.focus();
  const stops: Stop[] = [];
  for (let i = 0; i < 150; i += 1) {
    // The editor keeps Tab for itself until Escape was pressed.
    if (await page.evaluate(() => document.activeElement?.closest('.monaco-editor') != null))
      await studio.press('Escape');
    await studio.press('Tab');
    const stop = await page.evaluate((first) => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement || element instanceof SVGElement) || element === document.body)
        return undefined;
      if (!first && element.hasAttribute('data-walked')) return undefined;
      element.setAttribute('data-walked', '');
      const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
      const by = (element.getAttribute('aria-labelledby') ?? '')
        .split(' ')
        .map((id) => document.getElementById(id));
      const name = [
        element.getAttribute('aria-label'),
        ...by.map((one) => one?.textContent),
        ...labels.map((one) => one.textContent),
        element.textContent,
        element.getAttribute('title'),
      ].find((text) => (text ?? '').trim() !== '');
      const role = element.getAttribute('role') ?? element.localName;
      const faults: string[] = [];
      if (name === undefined) faults.push('has no name');
      const box = element.getBoundingClientRect();
      if (element.closest('.monaco-editor') === null) {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        const ringed =
          (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
        // A field may leave its ring to the box around it.
        const around = element.parentElement === null ? undefined : getComputedStyle(element.parentElement);
        const ringedAround =
          around !== undefined &&
          around.outlineStyle !== 'none' &&
          Number.parseFloat(around.outlineWidth) >= 1;
        if (!ringed && !ringedAround) faults.push('shows no focus');
        if (box.width < 1 || box.height < 1) faults.push('takes no room');
        else if (box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth)
          faults.push('is out of view');
      }
      return { what: `${role} ${(name ?? element.className.toString()).trim().slice(0, 50)}`, faults };
    }, i === 0);
    if (stop === undefined) break;
    stops.push(stop);
  }
  await page.evaluate(() => {
    for (const one of document.querySelectorAll('[data-walked]')) one.removeAttribute('data-walked');
  });
  return stops;
}

const faulty = (stops: readonly Stop[]) =>
  stops.filter(({ faults }) => faults.length > 0).map(({ what, faults }) => `${what}: ${faults.join(', ')}`);

for (const [width, height, what] of [
  [1440, 900, 'a laptop'],
  [720, 450, 'a laptop at 200 % zoom'],
  [390, 844, 'a phone'],
] as const)
  test.describe(`on ${what}`, () => {
    test.use({ viewport: { width, height } });

    test('Tab goes through every pane; each stop has a name and a visible focus', async ({ studio }) => {
      test.slow();
      await studio.open('#story=bad-namespace&moment=1/rule/check-team');
      for (const tab of ['Outcome', 'Stage', 'Details', 'Cluster', 'Console', 'Notes'] satisfies PaneTab[]) {
        await studio.showPane(tab);
        // Each pane has something to press or to scroll, once it is there.
        await expect(
          studio.pane(tab).locator('button, a[href], summary, input, [tabindex="0"]').first(),
        ).toBeVisible();
        // A press on the Console's tab leads to its line, once that is there.
        if (tab === 'Console' && width >= 600)
          await expect(studio.page.getByRole('combobox', { name: 'kubectl command' })).toBeFocused();
        const stops = await walk(studio);
        expect(stops.map(({ what: name }) => name).join('\n')).toMatch(
          /^button Kyverno version: [\s\S]*\ntab /,
        );
        expect(stops.length, stops.map(({ what: name }) => name).join('\n')).toBeGreaterThan(5);
        expect.soft(faulty(stops), tab).toEqual([]);
      }
    });
  });

test('where less motion is asked for, a step is one change of the picture: nothing travels', async ({
  studio,
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await studio.open();
  await studio.focusTimeline();
  await page.evaluate(() => document.fonts.ready);
  /** Presses a key and counts how many pictures differ from the one before, over 40 frames. */
  const changes = async (key: string): Promise<number> => {
    await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('[aria-label="Timeline"] canvas[role="img"]');
      const seen: string[] = [];
      const frame = (left: number): void => {
        seen.push(canvas?.toDataURL() ?? '');
        if (left > 0) requestAnimationFrame(() => frame(left - 1));
        else document.documentElement.dataset['pictures'] = String(new Set(seen).size);
      };
      delete document.documentElement.dataset['pictures'];
      frame(40);
    });
    await studio.press(key);
    await expect(page.locator('html')).toHaveAttribute('data-pictures', /\d/);
    return Number(await page.locator('html').getAttribute('data-pictures'));
  };
  for (const key of ['.', 'Shift+.', '0', 'w']) expect(await changes(key), key).toBeLessThanOrEqual(3);
});
