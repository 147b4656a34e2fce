import { readFileSync } from 'node:fs';
import { expect, storyFile, test } from './fixtures.ts';

const POLICY = storyFile('bad-namespace', 'policies.yaml');
/** Read from a cluster: it has a uid. */
const PLATFORM = `apiVersion: v1
kind: Namespace
metadata:
  name: platform
  uid: 2c1d6a1e-3b52-4c11-9d0f-0d5b54cf3c11
  resourceVersion: "811"
  labels:
    team: platform
`;
const PAYMENTS = `apiVersion: v1
kind: Namespace
metadata:
  name: payments
`;
const ALL = [POLICY, PLATFORM, PAYMENTS].join('---\n');

test.describe('An empty studio', () => {
  test('says what is missing and how to begin', async ({ studio }) => {
    await studio.open();
    await studio.openEmpty();
    await expect(studio.header).toContainText('nothing to run yet');
    for (const way of ['Drop YAML anywhere', 'Paste', 'Write', 'Start from a story'])
      await expect(studio.workspace.getByRole('button', { name: way })).toBeVisible();
    const stories = studio.page.getByRole('region', { name: 'Stories' });
    await expect(stories.getByRole('button', { name: 'The trigger that never existed' })).toBeVisible();
    await stories.getByRole('button', { name: 'The trigger that never existed' }).click();
    await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: bad-namespace');
  });

  test('gives a first policy and a step to write from', async ({ studio }) => {
    await studio.open();
    await studio.openEmpty();
    await studio.workspace.getByRole('button', { name: 'Write' }).click();
    await studio.idle();
    await studio.toEnd();
    await expect(studio.step(1)).toContainText('Denied');
    await expect(studio.step(1)).toContainText("Label ''owner'' is required.");
  });

  test('is filled from policies and manifests that are pasted, sorted with the reason for each', async ({
    studio,
  }) => {
    await studio.open();
    await studio.openEmpty();
    await studio.paste(ALL);
    const sheet = studio.sortingSheet;
    await expect(sheet).toHaveAccessibleName('4 documents, sorted');
    const items = sheet.getByRole('listitem');
    for (const [index, title, reason, room] of [
      [0, 'ClusterPolicy require-team', 'A Kyverno policy. It is Ready before the first step.', 'Policies'],
      [
        1,
        'ClusterPolicy add-default-deny',
        'A Kyverno policy. It is Ready before the first step.',
        'Policies',
      ],
      [2, 'Namespace platform', 'read from a cluster, so it is there before.', 'Cluster'],
      [3, 'Namespace payments', 'matches it and it has no uid: applied as step 1.', 'Steps'],
    ] as const) {
      await expect(items.nth(index)).toContainText(title);
      await expect(items.nth(index)).toContainText(reason);
      await expect(items.nth(index).getByRole('button', { name: room })).toHaveAttribute(
        'aria-pressed',
        'true',
      );
    }
    await expect(sheet).toContainText('Denied');
    await expect(sheet).toContainText('Kyverno 1.19 warns:');
    await sheet.getByRole('button', { name: /^Add to this studio/ }).click();
    await expect(sheet).toBeHidden();
    await studio.idle();
    await studio.toEnd();
    await expect(studio.step(1)).toContainText('Denied');
    await expect(studio.step(1)).toContainText('Namespace//payments was blocked');
    expect(await studio.read('policies.yaml')).toContain('name: add-default-deny');
    expect(await studio.read('cluster.yaml')).toContain('name: platform');

    await studio.press('ControlOrMeta+z');
    await expect(studio.page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible();
  });

  test('takes files that are dropped, and what was sorted wrongly can be moved by keys', async ({
    studio,
  }) => {
    await studio.open();
    await studio.openEmpty();
    await studio.drop([
      { name: 'team.yaml', text: POLICY },
      { name: 'payments.yaml', text: PAYMENTS },
    ]);
    const sheet = studio.sortingSheet;
    await expect(sheet).toHaveAccessibleName('3 documents, sorted');
    await expect(sheet).toContainText('team.yaml, payments.yaml');
    await studio.press('ArrowDown');
    await studio.press('ArrowDown');
    await studio.press('ArrowLeft');
    const last = sheet.getByRole('listitem').last();
    await expect(last.getByRole('button', { name: 'Cluster' })).toHaveAttribute('aria-pressed', 'true');
    await expect(last).toContainText('You moved it here.');
    await studio.press('ArrowRight');
    await studio.press('Enter');
    await expect(sheet).toBeHidden();
    await studio.idle();
    await studio.toEnd();
    await expect(studio.step(1)).toContainText('Namespace//payments was blocked');
  });
});

test('pasted documents can open as a studio of their own; what was there is kept', async ({ studio }) => {
  await studio.open();
  await studio.write('policies.yaml', `# mine\n${POLICY}`);
  await studio.paste(ALL);
  await studio.sortingSheet.getByRole('button', { name: 'Open as a new one' }).click();
  await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: untitled');
  await studio.idle();
  expect(await studio.read('policies.yaml')).not.toContain('# mine');
  await studio.chooseScenarioItem(/^Restore what I had/);
  await studio.idle();
  await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: bad-namespace');
  expect(await studio.read('policies.yaml')).toContain('# mine');
});

test('files can be added, renamed, removed and downloaded', async ({ studio }) => {
  await studio.open();
  await studio.chooseFileItem('Add a file');
  await expect(studio.fileTab('more.yaml')).toHaveAttribute('aria-selected', 'true');
  await studio.write('more.yaml', PLATFORM);

  await studio.chooseFileItem('Rename');
  const name = studio.page.getByRole('textbox', { name: 'New name of more.yaml' });
  await expect(name).toBeFocused();
  await name.fill('policies.yaml');
  await studio.press('Enter');
  await expect(studio.alert).toContainText('There is a policies.yaml already.');
  await name.fill('platform.yaml');
  await studio.press('Enter');
  await expect(studio.fileTab('platform.yaml')).toHaveAttribute('aria-selected', 'true');
  await expect(studio.fileTab('more.yaml')).toHaveCount(0);

  const download = studio.page.waitForEvent('download');
  await studio.chooseFileItem('Download');
  const file = await download;
  expect(file.suggestedFilename()).toBe('platform.yaml');
  expect(readFileSync(await file.path(), 'utf8')).toBe(PLATFORM);

  const zip = studio.page.waitForEvent('download');
  await studio.workspace.getByRole('button', { name: 'Files' }).click();
  await studio.page.getByRole('menuitem', { name: /^Download all files/ }).click();
  expect((await zip).suggestedFilename()).toBe('bad-namespace.zip');
  expect(
    readFileSync(await (await zip).path())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK');

  await studio.chooseFileItem('Remove');
  await expect(studio.notice).toContainText('platform.yaml removed. Undo brings it back.');
  await expect(studio.fileTab('platform.yaml')).toHaveCount(0);
  await studio.press('ControlOrMeta+z');
  await expect(studio.fileTab('platform.yaml')).toBeVisible();
});

test.describe('Steps', () => {
  test('are a list with forms and YAML: two views of one text', async ({ studio }) => {
    await studio.open();
    await studio.showStepsAs('Form');
    const steps = studio.workspace.getByRole('listitem');
    await expect(steps).toHaveCount(3);
    await expect(steps.nth(0)).toContainText('create');
    await expect(steps.nth(0)).toContainText('bad-namespace');
    await expect(steps.nth(1)).toContainText('wait 5s');

    await steps.nth(2).getByRole('button', { expanded: false }).click();
    await steps.nth(2).getByRole('textbox', { name: 'as' }).fill('alice');
    await studio.press('Enter');
    await expect(steps.nth(2)).toContainText('as alice');
    await studio.idle();
    await studio.showStepsAs('YAML');
    expect(await studio.read('chainsaw-test.yaml')).toContain('alice');
    await studio.toEnd();
    await expect(studio.step(2)).toContainText('as alice');
  });

  test('can be added, moved, run dry and removed in the form', async ({ studio }) => {
    await studio.open();
    await studio.showStepsAs('Form');
    const steps = studio.workspace.getByRole('listitem');
    await studio.workspace.getByRole('button', { name: 'Add a step' }).click();
    await expect(steps).toHaveCount(4);
    const command = steps.nth(3).getByRole('textbox', { name: 'command' });
    await command.fill('kubectl create namespace late');
    await studio.press('Enter');
    await studio.idle();
    await studio.toEnd();
    await expect(studio.step(3)).toContainText('Denied');

    await steps.nth(2).getByRole('button', { expanded: false }).click();
    await steps.nth(2).getByRole('checkbox', { name: 'dry run' }).click();
    await expect(steps.nth(2).getByRole('checkbox', { name: 'dry run' })).toBeChecked();
    await expect(steps.nth(2)).toContainText('dry run');
    await studio.idle();
    await studio.toEnd();
    await expect(studio.step(2)).toContainText('(server dry run)');
    await expect(studio.generateRow('good-namespace/default-deny')).toHaveCount(0);

    await steps.nth(2).getByRole('button', { name: 'Remove' }).click();
    await expect(steps).toHaveCount(3);
    await studio.idle();
    await expect(studio.pane('Outcome')).not.toContainText('good-namespace');
  });
});
