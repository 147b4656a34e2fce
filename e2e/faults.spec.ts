import { expect, test } from './fixtures.ts';

test.describe('A fault', () => {
  test('goes around a step for as long as a person says, by mouse', async ({ studio }) => {
    await studio.open();
    await studio.showStepsAs('Form');
    const steps = studio.workspace.getByRole('listitem');
    await expect(steps).toHaveCount(3);
    await studio.workspace.getByRole('button', { name: 'Add a fault' }).click();
    const form = studio.workspace.getByRole('form', { name: 'A fault' });
    await expect(form).toContainText('failurePolicy Fail refuses, Ignore lets everything pass');
    await form.getByRole('textbox', { name: 'for' }).fill('45s');
    await form
      .getByRole('combobox', { name: 'during' })
      .selectOption({ label: '2 create Namespace/good-namespace' });
    await form.getByRole('button', { name: 'Add it' }).click();
    await expect(studio.notice).toContainText('Added: Kyverno is down for 45 s');
    await expect(form).toBeHidden();

    await expect(steps).toHaveCount(6);
    await expect(steps.nth(2)).toContainText('Kyverno is down');
    await expect(steps.nth(5)).toContainText('Kyverno is down: over');
    await expect(steps.nth(3)).toContainText('good-namespace');
    await expect(steps.nth(4)).toContainText('wait 45s');
    await studio.idle();
    await studio.toEnd();
    await expect(studio.step(3)).toContainText('failed calling webhook "validate.kyverno.svc-fail"');

    await steps.nth(4).getByRole('button', { expanded: false }).click();
    const wait = steps.nth(4).getByRole('textbox', { name: 'wait' });
    await wait.fill('2m');
    await studio.press('Enter');
    await expect(steps.nth(4)).toContainText('wait 2m');

    await studio.workspace.getByRole('button', { name: 'Add a fault' }).focus();
    await studio.press('ControlOrMeta+z');
    await expect(steps.nth(4)).toContainText('wait 45s');
    await studio.press('ControlOrMeta+z');
    await expect(steps).toHaveCount(3);
  });

  test('is added by keyboard alone', async ({ studio, page }) => {
    await studio.open();
    await studio.showStepsAs('Form');
    const opener = studio.workspace.getByRole('button', { name: 'Add a fault' });
    await opener.focus();
    await studio.press('Enter');
    const form = studio.workspace.getByRole('form', { name: 'A fault' });
    const what = form.getByRole('combobox', { name: 'what' });
    await expect(what).toBeFocused();
    await studio.press('Escape');
    await expect(form).toBeHidden();
    await expect(opener).toBeFocused();

    await studio.press('Enter');
    await page.keyboard.type('The background');
    await expect(what).toHaveValue('The background controller is stopped');
    await studio.press('Tab');
    await expect(form.getByRole('textbox', { name: 'for' })).toBeFocused();
    await page.keyboard.type('soon');
    await expect(form).toContainText('A time such as 30s, 1m30s or 500ms.');
    await studio.press('ControlOrMeta+a');
    await page.keyboard.type('20s');
    await studio.press('Enter');
    await expect(opener).toBeFocused();
    await studio.idle();
    await expect(studio.workspace.getByRole('listitem')).toHaveCount(6);
    await studio.toEnd();
    await expect(studio.generateRow('good-namespace/default-deny')).toContainText('Created');
  });

  test('brings the files that it needs', async ({ studio }) => {
    await studio.open();
    await studio.showStepsAs('Form');
    await studio.workspace.getByRole('button', { name: 'Add a fault' }).click();
    const form = studio.workspace.getByRole('form', { name: 'A fault' });
    await form.getByRole('combobox', { name: 'what' }).selectOption('A webhook of others denies');
    await form.getByRole('button', { name: 'Add it' }).click();
    await expect(studio.fileTab('webhook-closed.yaml')).toBeVisible();
    await expect(studio.fileTab('actor-closed.yaml')).toBeVisible();
    await studio.idle();
    await studio.toEnd();
    await expect(studio.pane('Outcome')).toContainText('nothing new today');
    await expect(studio.problems).toHaveCount(0);
  });
});
