import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

/** What axe finds, one line a rule and place. Nothing is left out, whatever its impact. */
async function findings(studio: StudioPage): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page: studio.page }).analyze();
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${impact} ${id} ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

const DOCUMENTS = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: require-team
spec:
  validationFailureAction: Enforce
  rules:
    - name: check-team
      match: {any: [{resources: {kinds: [Namespace]}}]}
      validate: {message: no team, pattern: {metadata: {labels: {team: "?*"}}}}
---
apiVersion: v1
kind: Namespace
metadata:
  name: payments
`;

for (const theme of ['light', 'dark'] as const)
  for (const [screen, viewport] of [
    ['a laptop', { width: 1440, height: 900 }],
    ['a phone', { width: 390, height: 844 }],
  ] as const)
    test.describe(`axe finds nothing on ${screen}, ${theme}`, () => {
      test.use({ viewport });

      test.beforeEach(async ({ page }) => {
        await page.addInitScript((name) => {
          localStorage.setItem('admission-studio/theme', name);
        }, theme);
      });

      test('in the panes, the timeline and its list', async ({ studio, page }) => {
        await studio.open('#story=bad-namespace&moment=1/rule/check-team');
        expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe(theme);
        if (screen === 'a laptop') await studio.editor('policies.yaml');
        expect.soft(await findings(studio), 'at a moment, Notes').toEqual([]);
        for (const pane of ['Details', 'Cluster', 'Outcome'] as const) {
          await studio.showPane(pane);
          await expect(studio.pane(pane)).not.toBeEmpty();
          expect.soft(await findings(studio), pane).toEqual([]);
        }
        if (screen === 'a laptop') {
          await studio.showList();
          expect.soft(await findings(studio), 'the list').toEqual([]);
          await studio.showStepsAs('Form');
          await studio.workspace.getByRole('button', { expanded: false }).first().click();
          expect.soft(await findings(studio), 'the steps as a form').toEqual([]);
        }
      });

      test('in the gallery, the sorting sheet, the menus and the empty studio', async ({ studio }) => {
        await studio.open();
        await studio.openGallery();
        await expect(studio.gallery.getByRole('button', { name: 'Email server missing' })).toBeVisible();
        expect.soft(await findings(studio), 'the gallery').toEqual([]);
        await studio.press('Escape');
        await studio.versionButton.click();
        await expect(studio.page.getByRole('menu')).toBeVisible();
        expect.soft(await findings(studio), 'the version menu').toEqual([]);
        await studio.press('Escape');
        await studio.press('ControlOrMeta+k');
        await expect(studio.palette).toBeVisible();
        expect.soft(await findings(studio), 'the palette').toEqual([]);
        await studio.press('Escape');
        await studio.press('?');
        await expect(studio.page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
        expect.soft(await findings(studio), 'the keys').toEqual([]);
        await studio.press('Escape');
        await studio.paste(DOCUMENTS);
        await expect(studio.sortingSheet).toContainText('Denied');
        expect.soft(await findings(studio), 'the sorting sheet').toEqual([]);
        await studio.press('Escape');
        await studio.chooseScenarioItem('Empty studio');
        await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: untitled');
        expect.soft(await findings(studio), 'the empty studio').toEqual([]);
      });

      test('while the text is broken', async ({ studio }) => {
        await studio.open();
        if (screen === 'a phone') await studio.header.getByRole('button', { name: 'Edit' }).click();
        await studio.write('policies.yaml', 'kind: {a: 1\n');
        await expect(studio.problems).toContainText('is not closed');
        expect.soft(await findings(studio), 'stale, with a problem').toEqual([]);
      });
    });
