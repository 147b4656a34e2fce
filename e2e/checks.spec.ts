import { expect, test } from './fixtures.ts';

test('A story whose test looks at the cluster tells what came true, and a broken expectation leads to its line', async ({
  studio,
}) => {
  await studio.openStory('hidden-namespace');
  await studio.toEnd();
  const outcome = studio.page.getByRole('tabpanel', { name: 'Outcome' });
  await expect(outcome.getByText('3 of 3 checks hold.')).toBeVisible();
  await expect(
    outcome.getByRole('button', { name: 'As the test expects: assert NetworkPolicy sandbox/default-deny' }),
  ).toBeVisible();
  const text = await studio.read('chainsaw-test.yaml');
  await studio.write(
    'chainsaw-test.yaml',
    text.replace('(length(policyTypes)): 2', '(length(policyTypes)): 3'),
  );
  await studio.toEnd();
  await studio.showPane('Outcome');
  await expect(outcome.getByText('2 of 3 checks hold.')).toBeVisible();
  await expect(
    outcome.getByText('spec.(length(policyTypes)): Invalid value: 2: Expected value: 3'),
  ).toBeVisible();
  await outcome
    .getByRole('button', { name: 'The test expects assert NetworkPolicy sandbox/default-deny' })
    .click();
  await expect(studio.page.locator('.monaco-editor').first()).toBeVisible();
});
