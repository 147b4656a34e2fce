import { readFileSync } from 'node:fs';
import type { Download } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from './fixtures.ts';

/** The texts of a downloaded zip, by path. */
async function textsOf(download: Download): Promise<Record<string, string>> {
  const entries = unzipSync(new Uint8Array(readFileSync(await download.path())));
  return Object.fromEntries(Object.entries(entries).map(([path, bytes]) => [path, strFromU8(bytes)]));
}

test.describe('Test before you commit', () => {
  test('the advice downloads kyverno-test.yaml with its files', async ({ studio }) => {
    await studio.open();
    await studio.toEnd();
    await studio.unfoldAdvice();
    const download = studio.page.waitForEvent('download');
    await studio.advice.getByRole('button', { name: 'Download kyverno-test.yaml with its files' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('bad-namespace-kyverno-test.zip');
    const texts = await textsOf(file);
    expect(Object.keys(texts)).toContain('bad-namespace-kyverno-test/policies.yaml');
    expect(texts['bad-namespace-kyverno-test/kyverno-test.yaml']).toContain('generatedResource:');
    expect(texts['bad-namespace-kyverno-test/step-1.yaml']).toContain('name: bad-namespace');
    await expect(studio.notice).toContainText('kyverno-test.yaml and its files downloaded');
  });

  test('the scenario menu has it too, and it follows what was typed', async ({ studio }) => {
    await studio.open();
    await studio.write(
      'policies.yaml',
      (await studio.read('policies.yaml')).replaceAll('require-team', 'require-owner'),
    );
    await studio.idle();
    const download = studio.page.waitForEvent('download');
    await studio.chooseScenarioItem(/^Test before you commit/);
    const texts = await textsOf(await download);
    expect(texts['bad-namespace-kyverno-test/kyverno-test.yaml']).toContain('policy: require-owner');
  });

  test('without anything to test it says so, and why', async ({ studio }) => {
    await studio.open();
    await studio.openEmpty();
    await studio.chooseScenarioItem(/^Test before you commit/);
    await expect(
      studio.page
        .getByRole('status')
        .or(studio.alert)
        .filter({ hasText: 'nothing for the Kyverno CLI to test' }),
    ).toBeVisible();
  });
});
