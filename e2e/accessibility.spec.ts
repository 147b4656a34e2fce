import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import type { PaneTab, StudioPage } from './studio-page.ts';

type Theme = 'light' | 'dark';

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

/** Puts a theme on the page without a way that only one width has. */
async function wear(page: Page, theme: Theme): Promise<void> {
  await page.evaluate((name) => {
    document.documentElement.dataset['theme'] = name;
  }, theme);
}

/**
 * What axe finds in a part of the page and what sticks out of the page, a line each. Structure does not change with the theme,
 * colours do; colours are those of the phone or those of the laptop, whatever the width in between.
 */
async function findings(
  { page }: StudioPage,
  { name, part }: Pick<Screen, 'name' | 'part'>,
  themes: readonly Theme[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const theme of themes) {
    await wear(page, theme);
    // One page is enough: nothing here is in a frame.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    if (part !== undefined) axe.include(part);
    if (theme === 'dark') axe.withRules(['color-contrast']);
    const { violations } = await axe.analyze();
    for (const { id, nodes } of violations)
      for (const { target, failureSummary } of nodes)
        found.push(`${name}, ${theme}: ${id} ${target.join(' ')}: ${failureSummary ?? ''}`);
  }
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (wide > 0) found.push(`${name}: sticks out by ${wide} pixels`);
  return found;
}

/** A screen of the studio: how a person comes to it and, where it covers the page, leaves it. */
interface Screen {
  readonly name: string;
  /** Selects what it changes of the page, where the rest stays as the screen before left it; without: all of the page. */
  readonly part?: string;
  readonly open: (studio: StudioPage) => Promise<void>;
  readonly close?: (studio: StudioPage) => Promise<void>;
  /** Widths that have it; all without. */
  readonly at?: (width: number) => boolean;
}

const leave = (studio: StudioPage) => studio.press('Escape');
const dialog = (studio: StudioPage, name: string) =>
  expect(studio.page.getByRole('dialog', { name })).toBeVisible();

/** Runs a command by its name, as the palette offers it. */
async function command(studio: StudioPage, name: string): Promise<void> {
  await studio.press('ControlOrMeta+k');
  await expect(studio.palette).toBeVisible();
  await studio.page.keyboard.type(name);
  await studio.press('Enter');
  await expect(studio.palette).toBeHidden();
}

const DIALOG = '[role="dialog"]';
/** The pane in front: beside the timeline a room of its own, on narrow pages one of the views. */
const PANES = '#panes';

const pane = (name: PaneTab): Screen => ({
  name,
  part: PANES,
  open: async (studio) => {
    await studio.showPane(name);
    await expect(studio.pane(name)).not.toBeEmpty();
  },
});

const SCREENS: readonly Screen[] = [
  ...(['Notes', 'Outcome', 'Details', 'Cluster', 'Console', 'Stage'] as const).map(pane),
  {
    name: 'presenter mode',
    part: DIALOG,
    open: async (studio) => {
      await studio.page.getByRole('button', { name: 'Present' }).click();
      await dialog(studio, 'Stage, full screen');
    },
    close: leave,
  },
  {
    name: 'the list, with a note',
    part: 'section[aria-label="Timeline"]',
    at: (width) => width > 600,
    open: async (studio) => {
      await studio.showPane('Outcome');
      await studio.showList();
    },
    close: (studio) => studio.showPicture(),
  },
  {
    name: 'the steps as a form',
    part: 'section[aria-label="Workspace"]',
    at: (width) => width >= 900,
    open: async (studio) => {
      await studio.showStepsAs('Form');
      await studio.workspace.getByRole('button', { expanded: false }).first().click();
    },
  },
  {
    name: 'the gallery',
    part: DIALOG,
    open: async (studio) => {
      await studio.openGallery();
      await expect(studio.gallery.getByRole('button', { name: 'Email server missing' })).toBeVisible();
    },
    close: leave,
  },
  {
    name: 'the version menu',
    part: '[role="menu"]',
    open: async (studio) => {
      await studio.versionButton.click();
      await expect(studio.page.getByRole('menu')).toBeVisible();
    },
    close: leave,
  },
  {
    name: 'the exports',
    part: DIALOG,
    open: async (studio) => {
      await studio.press('ControlOrMeta+k');
      await expect(studio.palette).toBeVisible();
      await studio.page.keyboard.type('export');
    },
    close: leave,
  },
  {
    name: 'the keys',
    part: DIALOG,
    open: async (studio) => {
      await command(studio, 'show the keys');
      await dialog(studio, 'Keys');
    },
    close: leave,
  },
  {
    name: 'the sorting sheet',
    part: DIALOG,
    open: async (studio) => {
      await studio.paste(DOCUMENTS);
      await expect(studio.sortingSheet).toContainText('Denied');
    },
    close: leave,
  },
  {
    name: 'two runs compared',
    open: async (studio) => {
      await studio.versionButton.click();
      await studio.page.getByRole('menuitem', { name: 'Compare with another version' }).click();
      await expect(studio.page.getByRole('grid', { name: 'Differences' })).toBeVisible();
    },
    close: (studio) => command(studio, 'close the comparison'),
  },
  {
    name: 'a text that cannot be read',
    open: async (studio) => {
      const edit = studio.header.getByRole('button', { name: 'Edit' });
      const files = studio.page.getByRole('tab', { name: 'Files', exact: true });
      if (await edit.isVisible()) await edit.click();
      else if (await files.isVisible()) await files.click();
      await studio.write('policies.yaml', 'kind: {a: 1\n');
      await expect(studio.problems).toContainText('is not closed');
    },
  },
  {
    name: 'the empty studio',
    open: async (studio) => {
      await studio.chooseScenarioItem('Empty studio');
      await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: untitled');
    },
  },
];

/** Widths of a small phone, a phone, a laptop at 200 % zoom, a tablet and a laptop. */
for (const [width, height] of [
  [320, 640],
  [390, 844],
  [720, 450],
  [900, 800],
  [1440, 900],
] as const)
  test.describe(`at ${width} pixels`, () => {
    test.use({ viewport: { width, height } });

    test('axe finds nothing on any screen, light or dark, and nothing sticks out', async ({ studio }) => {
      test.slow();
      await studio.open('#story=bad-namespace&moment=1/rule/check-team');
      if (width >= 900) await studio.editor('policies.yaml');
      const themes: readonly Theme[] = width === 390 || width === 1440 ? ['light', 'dark'] : ['light'];
      expect.soft(await findings(studio, { name: 'the studio, opened' }, themes)).toEqual([]);
      for (const screen of SCREENS) {
        if (screen.at?.(width) === false) continue;
        await screen.open(studio);
        expect.soft(await findings(studio, screen, themes)).toEqual([]);
        await screen.close?.(studio);
      }
    });
  });

test.describe('in forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('verdicts, the playhead and drift are still told apart on the picture', async ({ studio, page }) => {
    await studio.open('#story=keep-in-sync');
    const roles = await page.evaluate(() => {
      const style = getComputedStyle(document.documentElement);
      return ['allow', 'hatch', 'tint-warn', 'slice-a', 'slice-a-edge', 'glyph', 'thread'].map((name) =>
        style.getPropertyValue(`--${name}`).trim(),
      );
    });
    expect(roles).toEqual([
      'CanvasText',
      'CanvasText',
      'Canvas',
      'Canvas',
      'CanvasText',
      'Canvas',
      'Highlight',
    ]);
    // The drawn picture has the system's three colours and what lies between two of them, nothing of the theme.
    await studio.toEnd();
    await studio.idle();
    const hues = await studio.picture.evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
        data: [],
      };
      let warm = 0;
      for (let i = 0; i < data.length; i += 4) if ((data[i] ?? 0) > (data[i + 2] ?? 0) + 40) warm += 1;
      return warm;
    });
    expect(hues, 'pixels of a warm colour: deny or warn of the theme').toBe(0);
  });
});

test.describe('screen readers are told', () => {
  test('of notes and the measured stretch in the list, as the picture shows them', async ({
    studio,
    page,
  }) => {
    await studio.open('#story=bad-namespace&moment=1/rule/check-team');
    await studio.focusTimeline();
    await studio.press('n');
    const field = page.getByRole('textbox', { name: 'Note' });
    await expect(field).toBeFocused();
    await page.keyboard.type('stops here');
    await studio.press('Enter');
    await studio.press('m');
    for (let i = 0; i < 6; i++) await studio.press('.');
    await studio.press('m');
    await expect(studio.notice).toContainText(/ms measured/);
    await studio.showList();
    const rows = await studio.events();
    expect(rows[0]?.what).toMatch(/^Measured: \d+ ms/);
    expect(rows[0]?.verdict).toMatch(/^\d+ events$/);
    expect(rows.find(({ what }) => what.startsWith('Validating webhooks: '))?.verdict).toContain('denied');
    expect(rows.map(({ what }) => what)).toContain('Note: stops here');
    // The note's row takes the keys of the list: Enter writes it, Delete takes it away.
    await studio.chooseEvent(({ what }) => what === 'Note: stops here');
    const inIt = studio.list
      .getByRole('row')
      .and(page.locator('[aria-description*="in the measured stretch"]'));
    await expect(inIt.first()).toBeAttached();
    await expect(field).toBeFocused();
    await field.fill('denied here');
    await studio.press('Enter');
    await expect(studio.list).toBeFocused();
    await expect(studio.list.getByRole('row', { name: /Note: denied here/ })).toBeVisible();
    await studio.press('Delete');
    await expect(studio.list.getByRole('row', { name: /Note: denied here/ })).toHaveCount(0);
  });

  test('that a press on the Console’s tab leads to its line, and keys stay on the tab', async ({
    studio,
    page,
  }) => {
    await studio.open();
    await studio.showPane('Console');
    await expect(page.getByRole('combobox', { name: 'kubectl command' })).toBeFocused();
    await studio.showPane('Cluster');
    await page.getByRole('tab', { name: 'Cluster', exact: true }).press('ArrowRight');
    await expect(page.getByRole('tab', { name: 'Console', exact: true })).toBeFocused();
  });
});
