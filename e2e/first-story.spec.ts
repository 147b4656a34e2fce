import { expect, storyFile, test } from './fixtures.ts';

/** What kubectl prints for the denied request, to the letter. */
const DENIAL = `Error from server: error when creating "bad-namespace.yaml": admission webhook "validate.kyverno.svc-fail" denied the request: 

resource Namespace//bad-namespace was blocked due to the following policies 

require-team:
  check-team: 'validation error: Label ''team'' is required. rule check-team failed at path /metadata/labels/team/'`;

test.describe('The story of the first seed', () => {
  test('is there when the studio opens, simulated and paused at its start', async ({ studio }) => {
    await studio.open();
    await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: bad-namespace');
    await expect(studio.versionButton).toHaveAccessibleName('Kyverno version: 1.19');
    await expect(studio.runState).toContainText(/ran in [\d.]+ m?s/);
    await expect(studio.button('Play')).toBeEnabled();
    expect(await studio.moment()).toEqual({ at: 1, of: 47 });
    await expect(studio.caption).toContainText('Step 1: create Namespace/bad-namespace');
    await expect(studio.pane('Outcome')).toContainText('create Namespace/good-namespace, after the playhead');
    await expect(studio.picture).toHaveAccessibleName(/bad-namespace: denied.*good-namespace: allowed/);
  });

  test('is animated by Play, which can be paused and stops at the end', async ({ studio }) => {
    await studio.open();
    await studio.transport.getByRole('combobox', { name: 'Speed' }).selectOption('4×');
    const first = await studio.caption.textContent();
    const time = await studio.panes.locator('.pane-time').textContent();
    await studio.button('Play').click();
    await expect(studio.button('Pause')).toBeVisible();
    await expect(studio.caption).not.toHaveText(first ?? '');
    await expect.poll(async () => (await studio.moment()).at).toBeGreaterThan(3);
    await expect(studio.panes.locator('.pane-time')).not.toHaveText(time ?? '');
    await studio.button('Pause').click();
    await expect(studio.button('Play')).toBeVisible();
    const paused = await studio.moment();

    await studio.toEnd();
    for (let i = 0; i < 3; i += 1) await studio.button('Previous event').click();
    const { of } = await studio.moment();
    expect(paused.at).toBeLessThan(of);
    await studio.button('Play').click();
    await expect(studio.caption).toContainText(`event ${of} of ${of}`);
    await expect(studio.button('Play')).toBeVisible();
  });

  test('steps by event and by step', async ({ studio }) => {
    await studio.open();
    await studio.button('Next event').click();
    expect((await studio.moment()).at).toBe(2);
    await studio.button('Next step').click();
    await expect(studio.caption).toContainText('Step 2: create Namespace/good-namespace');
    await studio.button('Previous step').click();
    expect((await studio.moment()).at).toBe(1);
  });

  test('stops bad-namespace at the validate rule with the very text that kubectl prints', async ({
    studio,
  }) => {
    await studio.open();
    await studio.toEnd();
    const step = studio.step(1);
    await expect(step).toContainText('Denied');
    await expect(step).toContainText('Stopped by require-team / check-team. Nothing was stored.');
    expect(await step.locator('pre').textContent()).toBe(DENIAL);
  });

  test('never stores bad-namespace, and tries its UpdateRequest five times a tenth of a second apart', async ({
    studio,
  }) => {
    await studio.open();
    const events = (await studio.events()).filter(({ step }) => step === 1);
    const of = (what: string) => events.filter((event) => event.what.startsWith(what));
    expect(of('etcd Namespace/bad-namespace').map(({ verdict }) => verdict)).toEqual(['never stored']);

    const [born] = of('UpdateRequest ur-');
    expect(born?.phase).toBe('background');
    const states = of('UpdateRequest ur-').map(({ verdict }) => verdict);
    expect(states.filter((state) => state !== 'Pending')).toEqual([
      'Failed 1',
      'Failed 2',
      'Failed 3',
      'Failed 4',
      'dropped',
    ]);
    const attempts = of('attempt ');
    expect(attempts.map(({ what, verdict }) => `${what} ${verdict}`)).toEqual(
      [1, 2, 3, 4, 5].map((number) => `attempt ${number} of 5 failed`),
    );
    for (const { why } of attempts)
      expect(why).toMatch(/failed to fetch trigger resource: .* with uid \S+ not found in the cluster/);
    const asked = of('LIST namespaces').map(({ time }) => Number.parseFloat(time.replace('+', '')));
    expect(asked.slice(1).map((time, index) => Math.round(time - (asked[index] ?? 0)))).toEqual([
      100, 100, 100, 100,
    ]);
  });

  test('shows the NetworkPolicy that it would have made, first planned, then never, with the reason', async ({
    studio,
  }) => {
    await studio.open();
    await expect(studio.pane('Outcome')).toContainText('No generate rule has planned anything up to here.');
    await studio.chooseEvent(({ what }) => what.startsWith('Admission plans to make NetworkPolicy'));
    const row = studio.generateRow('bad-namespace/default-deny');
    await expect(row).toContainText('planned');
    await expect(row).toContainText('The background controller has not decided yet.');
    await expect(row).toContainText('not started');

    await studio.chooseEvent(({ what }) => what.startsWith('attempt 3 of 5'));
    await expect(row).toContainText(/attempt\s*3\s*of 5/);
    await expect(row).toContainText('2 failed');
    await studio.press('Escape');

    await studio.toEnd();
    await expect(row).toContainText('never');
    await expect(row).toContainText(/gave up after\s*5\s*attempts/);
    await expect(row).toContainText(
      'The trigger’s uid is not in the cluster: the request that would have stored it was refused.',
    );
  });

  test('lets good-namespace pass, and its NetworkPolicy appears with the labels that Kyverno gives it', async ({
    studio,
  }) => {
    await studio.open();
    await studio.toEnd();
    await expect(studio.step(2)).toContainText('Allowed');
    await expect(studio.generateRow('good-namespace/default-deny')).toContainText('in sync');

    await studio.showPane('Cluster');
    const tree = studio.page.getByRole('navigation', { name: 'Objects in the cluster' });
    await expect(tree).toContainText('good-namespace');
    await expect(tree).not.toContainText('bad-namespace');
    await tree.getByRole('button', { name: 'NetworkPolicy default-deny' }).click();
    const object = studio.page.getByRole('region', { name: 'The chosen object' });
    for (const [label, value] of [
      ['app.kubernetes.io/managed-by', 'kyverno'],
      ['generate.kyverno.io/policy-name', 'add-default-deny'],
      ['generate.kyverno.io/rule-name', 'default-deny'],
      ['generate.kyverno.io/trigger-kind', 'Namespace'],
      ['generate.kyverno.io/trigger-version', 'v1'],
    ] as const)
      await expect(object.getByText(`${label}${value}`)).toBeVisible();
    await expect(object).toContainText('created by kyverno-background-controller');
  });

  test('tells in its notes where the article differs, with links to the moments', async ({ studio }) => {
    await studio.open();
    await studio.showPane('Notes');
    const notes = studio.pane('Notes');
    await expect(notes).toContainText('the admission controller writes the UpdateRequest itself');
    await notes.getByRole('link', { name: 'never stored' }).click();
    await expect(studio.caption).toContainText('selected: Namespace/bad-namespace');
  });
});

test.describe('Editing the first story', () => {
  test('the label in the YAML lets bad-namespace pass, and the NetworkPolicy is made', async ({ studio }) => {
    await studio.open();
    const steps = storyFile('bad-namespace', 'chainsaw-test.yaml');
    await studio.write(
      'chainsaw-test.yaml',
      steps.replace(
        'name: bad-namespace\n            expect',
        'name: bad-namespace\n                labels:\n                  team: beta\n            expect',
      ),
    );
    await studio.toEnd();
    await expect(studio.step(1)).toContainText('Allowed');
    await expect(studio.step(1)).toContainText('namespace/bad-namespace created');
    await expect(studio.generateRow('bad-namespace/default-deny')).toContainText('in sync');
  });

  test('the picture and the answer change with every key', async ({ studio }) => {
    await studio.open();
    await studio.toEnd();
    await studio.editor('policies.yaml');
    await studio.page.getByText("message: Label 'team' is required.").click();
    await studio.press('End');
    let runs = Number(await studio.runState.getAttribute('data-run'));
    for (const key of ['!', '?']) {
      await studio.press(key);
      await studio.idle();
      const now = Number(await studio.runState.getAttribute('data-run'));
      expect(now).toBeGreaterThan(runs);
      runs = now;
    }
    await expect(studio.step(1)).toContainText("Label ''team'' is required.!?. rule check-team failed");
  });

  test('the advice adds the selector: no UpdateRequest for the denied request; one undo takes it back', async ({
    studio,
  }) => {
    await studio.open();
    await studio.toEnd();
    await studio.advice.getByRole('button', { name: 'Add the selector' }).click();
    await expect(studio.notice).toContainText('Applied');
    await studio.idle();
    await studio.toEnd();
    await expect(studio.generateRow('bad-namespace/default-deny')).toHaveCount(0);
    await expect(studio.generateRow('no UpdateRequest')).toHaveCount(1);
    await expect(studio.generateRow('good-namespace/default-deny')).toContainText('in sync');
    await expect(studio.advice).not.toContainText('Add the selector');
    expect(await studio.read('policies.yaml')).toMatch(
      /selector:\s+matchExpressions|selector:\s+matchLabels/,
    );

    await studio.press('ControlOrMeta+z');
    await studio.idle();
    await studio.toEnd();
    await expect(studio.generateRow('bad-namespace/default-deny')).toContainText('never');
    expect(await studio.read('policies.yaml')).toBe(storyFile('bad-namespace', 'policies.yaml'));
  });

  test('the advice shows its proof, its place, and a filter for alerts', async ({ studio }) => {
    await studio.open();
    await studio.toEnd();
    await studio.unfoldAdvice();
    await studio.advice.getByRole('button', { name: 'Show the proof' }).first().click();
    await expect(studio.caption).toContainText('selected:');
    await studio.advice.getByRole('button', { name: /^Copy Loki/ }).click();
    expect(await studio.page.evaluate(() => navigator.clipboard.readText())).toContain('|');
    await expect(studio.advice).toContainText('kyverno apply');
  });
});

test.describe('Downstreams that a user touches', () => {
  test('come back where synchronize is on', async ({ studio }) => {
    await studio.openStory('keep-in-sync');
    await studio.chooseEvent(
      ({ step, what, why }) => step === 2 && what.startsWith('etcd NetworkPolicy') && why === 'by bob',
    );
    await expect(studio.generateRow('good-namespace/default-deny').first()).toContainText('drifted');
    await studio.toEnd();
    for (const row of await studio.generateRow('good-namespace/default-deny').all())
      await expect(row).toContainText('in sync');
  });

  test('stay as they were left where it is off', async ({ studio }) => {
    await studio.openStory('sync-off');
    await studio.chooseEvent(
      ({ step, what, verdict }) =>
        step === 3 && what.startsWith('etcd NetworkPolicy') && verdict === 'deleted',
    );
    await expect(studio.generateRow('good-namespace/default-deny').first()).toContainText('deleted');
    await studio.toEnd();
    await expect(studio.generateRow('good-namespace/default-deny').last()).toContainText('produced');
  });
});

test('above each rule stands what became of it; a press selects the events', async ({ studio, page }) => {
  await studio.open();
  const line = page.locator('.codelens-decoration', { hasText: '1 failed' });
  await expect(page.locator('.codelens-decoration').first()).toHaveText('not evaluated yet');
  await studio.toEnd();
  await expect(line).toHaveText('2 matches · ✓ 1 passed · ✕ 1 failed');
  await line.locator('a').click();
  await expect(studio.selectedEvent).toContainText(/check-team/);
});
