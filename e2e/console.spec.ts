import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

const STORY = 'notification-no-permission-run-time';

const line = (studio: StudioPage) => studio.page.getByRole('combobox', { name: 'kubectl command' });
const log = (studio: StudioPage) => studio.page.getByRole('log', { name: 'Console output' });

async function openConsole(studio: StudioPage, story = STORY): Promise<void> {
  await studio.openStory(story);
  await studio.page.getByRole('tab', { name: 'Console', exact: true }).click();
  await expect(line(studio)).toBeVisible();
}

async function type(studio: StudioPage, text: string): Promise<void> {
  await line(studio).fill(text);
  await line(studio).press('Enter');
  await expect(line(studio)).toHaveValue('');
}

/** Moves the playhead to where the first UpdateRequest shows Failed. */
async function toTheFailure(studio: StudioPage): Promise<void> {
  await studio.toStart();
  for (let events = 0; events < 60; events += 1) {
    if (/is Failed, retry 1/.test((await studio.caption.textContent()) ?? '')) return;
    await studio.button('Next event').click();
  }
  throw new Error('No UpdateRequest has failed');
}

test('kubectl reads the cluster as it is at the playhead', async ({ studio, page }) => {
  await openConsole(studio);
  await type(studio, 'kubectl get updaterequests -A');
  await expect(log(studio)).toContainText('No resources found');
  await toTheFailure(studio);
  await type(studio, 'kubectl get updaterequests -A');
  await expect(log(studio)).toContainText(/NAMESPACE +NAME +POLICY +RULETYPE/);
  await expect(log(studio)).toContainText(/kyverno +ur-\w{5} +.* Failed/);

  await type(studio, 'kubectl describe updaterequest -n kyverno');
  await expect(log(studio)).toContainText(/Message: +rule .* failed: .* is forbidden: User/);
  await expect(log(studio)).not.toContainText('Creation Timestamp');
  await log(studio).getByRole('button', { name: 'Show' }).click();
  await expect(log(studio)).toContainText('Creation Timestamp');

  await type(studio, 'kubectl logs -n kyverno deploy/kyverno-background-controller --since=5m');
  await expect(log(studio)).toContainText('start processing UR');
  await type(studio, 'kubectl logs -n kyverno deploy/nothing');
  await expect(log(studio)).toContainText(
    'error: error from server (NotFound): deployments.apps "nothing" not found in namespace "kyverno"',
  );
  await type(studio, 'kubectl top pods');
  await expect(log(studio)).toContainText('kubectl top is not simulated');

  await page
    .getByRole('button', { name: /^Copy the output of kubectl logs -n kyverno deploy\/nothing/ })
    .click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('not found in namespace');

  await log(studio)
    .getByRole('button', { name: /^ur-\w{5}$/ })
    .first()
    .click();
  await expect(studio.selectedEvent).toContainText('UpdateRequest');
});

test('lines come back, Ctrl+L clears, Escape leaves to the page', async ({ studio, page }) => {
  await openConsole(studio);
  await type(studio, 'kubectl get ns');
  await type(studio, 'kubectl get cm -A');
  await line(studio).press('ArrowUp');
  await expect(line(studio)).toHaveValue('kubectl get cm -A');
  await line(studio).press('ArrowUp');
  await expect(line(studio)).toHaveValue('kubectl get ns');
  await line(studio).press('ArrowDown');
  await line(studio).press('ArrowDown');
  await expect(line(studio)).toHaveValue('');
  await expect(log(studio)).toContainText('kube-root-ca.crt');
  await line(studio).press('Control+l');
  await expect(log(studio)).toBeEmpty();
  await line(studio).press('Escape');
  await expect(page.getByRole('tabpanel', { name: 'Console' })).toBeFocused();
});

test('Tab completes commands, kinds and names', async ({ studio, page }) => {
  await openConsole(studio);
  await toTheFailure(studio);
  const offers = page.getByRole('listbox', { name: 'Ways to go on' });
  await line(studio).pressSequentially('kubectl desc');
  await line(studio).press('Tab');
  await expect(line(studio)).toHaveValue('kubectl describe ');
  await line(studio).pressSequentially('n');
  await expect(offers.getByRole('option').first()).toContainText('notificationmessages');
  await expect(offers.getByRole('option', { name: /^namespaces/ })).toContainText(/v1.*\d+ now/);
  await expect(line(studio)).toHaveAttribute('aria-activedescendant', /.+/);
  await line(studio).press('ArrowDown');
  await line(studio).press('ArrowDown');
  await line(studio).press('Enter');
  await expect(line(studio)).toHaveValue('kubectl describe namespaces ');
  await expect(offers).toBeHidden();
  await line(studio).pressSequentially('cpa');
  await line(studio).press('Tab');
  await expect(line(studio)).toHaveValue('kubectl describe namespaces cpaas-system ');
  await line(studio).press('Enter');
  await expect(log(studio)).toContainText('No LimitRange resource.');
});

test('a change becomes a step, and can be taken back', async ({ studio, page }) => {
  await openConsole(studio, 'bad-namespace');
  await studio.toEnd();
  await type(studio, 'kubectl create namespace console-made');
  await expect(log(studio)).toContainText('Added to the scenario as step 3');
  await expect(log(studio)).toContainText(/namespace\/console-made created|denied the request/);
  await studio.idle();
  await expect(studio.transport).toContainText(/console-made|event/);
  await type(studio, 'kubectl get steps.example.org');
  await expect(log(studio)).toContainText('the server doesn\'t have a resource type "steps"');
  await log(studio).getByRole('button', { name: 'Undo' }).click();
  await expect(log(studio)).toContainText('Taken back');
  await studio.idle();
  await studio.showPane('Outcome');
  await expect(page.getByRole('region', { name: /^Step 3: / })).toHaveCount(0);
});

test('-w goes on with the playhead', async ({ studio }) => {
  await openConsole(studio);
  await toTheFailure(studio);
  await type(studio, 'kubectl get updaterequests -n kyverno -w');
  await expect(log(studio)).toContainText('goes on with the playhead');
  await expect(log(studio)).not.toContainText('Pending');
  await studio.toEnd();
  await expect(log(studio)).toContainText('Pending');
  await line(studio).press('Control+c');
  await expect(log(studio)).not.toContainText('goes on with the playhead');
});

for (const [screen, viewport] of [
  ['a laptop', { width: 1440, height: 900 }],
  ['a phone', { width: 390, height: 844 }],
] as const)
  test.describe(`on ${screen}`, () => {
    test.use({ viewport });

    test('axe finds nothing in the console', async ({ studio, page }) => {
      await openConsole(studio);
      await type(studio, 'kubectl get cm -A');
      await expect(log(studio)).toContainText('kube-root-ca.crt');
      await line(studio).pressSequentially('kubectl get n');
      await expect(page.getByRole('option').first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
      ).toEqual([]);
      const views = page.getByRole('tablist').last();
      await page.getByRole('tab', { name: 'Console', exact: true }).focus();
      await page.keyboard.press('Home');
      await expect(views.getByRole('tab').first()).toBeFocused();
      await expect(views.getByRole('tab').first()).toBeInViewport();
      await page.keyboard.press('End');
      await expect(views.getByRole('tab').last()).toBeInViewport();
    });
  });

test('kubectl edit opens the object; what is saved becomes a step', async ({ studio, page }) => {
  await openConsole(studio, 'configmap-notification');
  await studio.toEnd();
  const object = log(studio).getByRole('textbox', { name: /^The object of kubectl edit/ });
  await type(studio, 'kubectl edit cm app-notification-source -n app-team-a');
  await expect(object).toBeFocused();
  const text = await object.inputValue();
  expect(text).toContain('kind: ConfigMap');

  await object.fill(text.replace('name: app-notification-source', 'name: other'));
  await object.press('Control+Enter');
  await expect(log(studio).getByRole('alert')).toContainText('At least one of apiVersion, kind and name');
  await object.press('Escape');
  await expect(log(studio)).toContainText('Edit cancelled, no changes made.');
  await expect(line(studio)).toBeFocused();

  await type(studio, 'kubectl edit cm app-notification-source -n app-team-a');
  await object.fill(text.replace(/^data:$/m, 'data:\n  edited: "yes"'));
  await page.getByRole('button', { name: 'Save as a step' }).click();
  await expect(log(studio)).toContainText(/Added to the scenario as step \d/);
  await expect(log(studio)).toContainText('configmap/app-notification-source patched');
  await expect(object).toBeHidden();
});

test('explain tells of every kind; Kyverno’s webhooks are read as they stand', async ({ studio }) => {
  await openConsole(studio, 'bad-namespace');
  await type(studio, 'kubectl explain pod.spec.containers.livenessProbe');
  await expect(log(studio)).toContainText(/FIELD: livenessProbe <Probe>/);
  await expect(log(studio)).toContainText(/exec\s+<ExecAction>/);
  await type(studio, 'kubectl get validatingwebhookconfigurations');
  await expect(log(studio)).toContainText(/kyverno-resource-validating-webhook-cfg +1/);
});

test('a change before anything has happened becomes the first step', async ({ studio, page }) => {
  await openConsole(studio, 'bad-namespace');
  await studio.toStart();
  await type(studio, 'kubectl create namespace first-of-all');
  await expect(log(studio)).toContainText('Added to the scenario as step 1');
  await page.getByRole('tab', { name: 'Outcome', exact: true }).click();
  await studio.toEnd();
  await expect(page.getByRole('tabpanel', { name: 'Outcome' })).toContainText(/create .*first-of-all/);
});
