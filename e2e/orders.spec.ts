import { expect, test } from './fixtures.ts';

test('another order is run by a key, told, kept by the address, and led back from', async ({
  studio,
  page,
}) => {
  await studio.openStory('two-refusals');
  const outcome = studio.pane('Outcome');
  await studio.toEnd();
  await expect(outcome).toContainText('admission webhook "validate.kyverno.svc-fail" denied the request');
  await studio.press('o');
  await expect(page.getByRole('button', { name: 'order 1' })).toBeVisible();
  const denial = outcome.getByText('validate.kyverno.svc-ignore" denied the request').first();
  for (let order = 1; order < 12 && !(await denial.isVisible()); order += 1) {
    await studio.press('o');
    await expect(page.getByRole('button', { name: `order ${order + 1}` })).toBeVisible();
    await studio.idle();
    await studio.toEnd();
  }
  await expect(denial).toBeVisible();
  await studio.share();
  await page.reload();
  await studio.toEnd();
  await expect(denial).toBeVisible();
  await page.getByRole('button', { name: /^order \d+$/ }).click();
  await studio.toEnd();
  await expect(outcome).toContainText('admission webhook "validate.kyverno.svc-fail" denied the request');
  await expect(denial).toBeHidden();
});

test('Details and the list say what could also have been', async ({ studio, page }) => {
  await studio.openStory('two-refusals');
  await studio.toEnd();
  await studio.button('Show the list').click();
  const row = page
    .getByRole('row', { name: /Could also be otherwise: sign-platform and sign-security/ })
    .first();
  await row.click();
  await studio.showPane('Details');
  const also = page.getByRole('region', { name: 'Could also be otherwise' });
  await expect(also).toContainText('change the object one after the other, in any order');
  await also.getByRole('button', { name: 'Run with another order' }).click();
  await expect(page.getByRole('button', { name: 'order 1' })).toBeVisible();
});
