import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx
  `;

const HEAD = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: p
spec:
  rules:
    - name: r
      match:
        any:
          - resources:
              kinds: [Pod]
      validate:
        message: no
        pattern:
          spec:
            `;

/** Opens the studio with a text in `policies.yaml` and the caret at its end. */
async function write(studio: StudioPage, text: string): Promise<void> {
  await studio.open();
  await studio.write('policies.yaml', text);
  await studio.press('ControlOrMeta+End');
}

const suggestions = (studio: StudioPage) => studio.page.getByRole('listbox', { name: 'Suggest' });
const options = (studio: StudioPage) => suggestions(studio).getByRole('option');

/** Asks for suggestions by the keyboard and waits for one of them. */
async function suggest(studio: StudioPage, wanted: string): Promise<void> {
  await studio.press('Control+Space');
  await expect(options(studio).filter({ hasText: wanted }).first()).toBeVisible();
}

test('Ctrl+Space completes a field, its values and whole documents, by keys alone', async ({ studio }) => {
  await write(studio, POD);
  await studio.page.keyboard.type('restartP');
  await suggest(studio, 'restartPolicy');
  await studio.press('Enter');
  // The values of the field are offered at once; the first one is chosen.
  await expect(options(studio).filter({ hasText: 'OnFailure' })).toBeVisible();
  await studio.press('ArrowDown');
  await studio.press('Enter');
  expect(await studio.read('policies.yaml')).toMatch(/\n {2}restartPolicy: (Always|Never|OnFailure)$/);

  await studio.write('policies.yaml', '');
  const editor = await studio.editor('policies.yaml');
  await editor.focus();
  await studio.page.keyboard.type('ConfigM');
  await suggest(studio, 'ConfigMap');
  await studio.press('Enter');
  await studio.page.keyboard.type('settings');
  expect(await studio.read('policies.yaml')).toBe(
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n',
  );
});

test('a pattern is completed by the kind that the rule matches, anchors included', async ({ studio }) => {
  await write(studio, HEAD);
  await studio.page.keyboard.type('=(hostN');
  await suggest(studio, '=(hostNetwork)');
  await studio.press('Enter');
  await expect(options(studio).filter({ hasText: 'false' })).toBeVisible();
  await studio.press('Escape');
  expect(await studio.read('policies.yaml')).toMatch(/\n {12}=\(hostNetwork\): $/);
});

test('a line break stays a line break while suggestions are shown', async ({ studio }) => {
  await write(studio, 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:');
  await studio.press('Enter');
  await expect(options(studio).first()).toBeVisible();
  await studio.press('Enter');
  expect(await studio.read('policies.yaml')).toMatch(/spec:\n\n {2}$/);
});

test('hover tells type and meaning', async ({ studio }) => {
  await write(studio, POD);
  await studio.press('ControlOrMeta+Home');
  await studio.page.locator('.view-line', { hasText: 'containers:' }).getByText('containers').hover();
  const hover = studio.page.locator('.monaco-hover').filter({ hasText: 'containers' });
  await expect(hover).toContainText('list of objects, required');
  await expect(hover).toContainText('List of containers belonging to the pod');
});

test('a misspelt field has a wave, is told among the problems, and is put right by a press', async ({
  studio,
}) => {
  await write(studio, POD.replace('image:', 'imag:'));
  await expect(studio.problems).toContainText('unknown field "spec.containers[0].imag" Did you mean image?');
  await expect(studio.page.locator('.monaco-editor .wave', { hasText: 'imag' })).toBeVisible();
  await studio.problems.getByRole('button', { name: 'Change to image' }).click();
  await expect(studio.problems).toBeHidden();
  expect(await studio.read('policies.yaml')).toContain('image: nginx');
});

test('stories have no findings of the schemas', async ({ studio, page }) => {
  const asked: string[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/schemas/')) asked.push(response.url().replace(/.*\/schemas\//, ''));
  });
  await studio.open();
  await studio.editor('policies.yaml');
  await expect.poll(() => asked).toContain('kyverno.io.json');
  expect(asked).not.toContain('v1-pod.json');
  await expect(studio.problems).toBeHidden();
});

for (const theme of ['light', 'dark'] as const)
  test(`axe finds nothing while suggestions and a hover are shown, ${theme}`, async ({ studio, page }) => {
    await page.addInitScript((name) => localStorage.setItem('admission-studio/theme', name), theme);
    await write(studio, POD);
    await suggest(studio, 'activeDeadlineSeconds');
    expect.soft((await new AxeBuilder({ page }).analyze()).violations, 'suggestions').toEqual([]);
    await studio.press('Escape');
    await page.locator('.view-line', { hasText: 'containers:' }).getByText('containers').hover();
    await expect(page.locator('.monaco-hover').filter({ hasText: 'containers' })).toBeVisible();
    expect.soft((await new AxeBuilder({ page }).analyze()).violations, 'hover').toEqual([]);
  });
