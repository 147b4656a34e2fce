import { expect, storyFile, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

const FILES = ['policies.yaml', 'cluster.yaml', 'chainsaw-test.yaml', 'actors.yaml', 'cluster-crds.yaml'];

/** The last good run is still there, and says that it is old. */
async function expectStale(studio: StudioPage): Promise<void> {
  await expect(studio.header).toContainText('1 file cannot be read');
  await expect(studio.panes).toContainText('stale');
  await expect(studio.panes).toContainText('of the last good run');
  await expect(studio.timeline).toContainText('last good run');
}

test('broken YAML in any file leaves the last good run, marked stale, and says line and column', async ({
  studio,
}) => {
  await studio.openStory('configmap-notification');
  await studio.toEnd();
  for (const path of FILES)
    await test.step(path, async () => {
      const text = storyFile('configmap-notification', path);
      const lines = text.trimEnd().split('\n').length;
      await studio.write(path, `${text.trimEnd()}\nbroken: {labels: {team: x}\n`);
      await expectStale(studio);
      const problem = studio.problems.getByRole('listitem').first();
      await expect(problem).toContainText('is not closed');
      await expect(problem).toContainText(new RegExp(`${path} ${lines + 1}:9`));
      await expect(studio.fileTab(path)).toContainText('');
      await expect(studio.fileTab(path)).toHaveAccessibleName(/has a problem that stops the run/);
      await expect(studio.step(1)).toContainText('Allowed');
      await studio.write(path, text);
      await expect(studio.problems).toHaveCount(0);
      await expect(studio.header).toContainText('ran in');
    });
});

test('F8 goes to the next problem, and its fix repairs it', async ({ studio }) => {
  await studio.open();
  await studio.write('policies.yaml', 'kind: {a: 1\n---\nkind: [b\n');
  await expect(studio.problems.getByRole('listitem')).toHaveCount(2);
  await studio.press('F8');
  const cursor = studio.problems.locator('.shown');
  await expect(cursor).toContainText('policies.yaml 1:7');
  await studio.press('F8');
  await expect(cursor).toContainText('policies.yaml 3:7');
  await studio.press('F8');
  await expect(cursor).toContainText('policies.yaml 1:7');
  await studio.problems
    .getByRole('button', { name: /^Insert/ })
    .first()
    .click();
  await studio.idle();
  await expect(studio.problems.getByRole('listitem').filter({ hasText: 'is not closed' })).toHaveCount(1);
});

test('broken text is kept as it is', async ({ studio, page }) => {
  await studio.open();
  await studio.write('policies.yaml', 'kind: {a: 1\n');
  await expectStale(studio);
  await page.goto('about:blank');
  await page.goto('/');
  await expect(studio.problems).toContainText('is not closed');
  await expect(studio.header).toContainText('1 file cannot be read');
  expect(await studio.read('policies.yaml')).toBe('kind: {a: 1\n');
});

test('a policy without rules is named at its place; the rest runs', async ({ studio }) => {
  await studio.open();
  await studio.write(
    'policies.yaml',
    'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: nothing\nspec: {}\n',
  );
  await expect(studio.problems).toContainText(/rules?/);
  await expect(studio.problems).toContainText(/policies\.yaml \d+:\d+/);
  await studio.toEnd();
  await expect(studio.step(1)).toContainText('Allowed');
});

test('unknown kinds are answered as the cluster answers them', async ({ studio }) => {
  await studio.open();
  await studio.write(
    'chainsaw-test.yaml',
    storyFile('bad-namespace', 'chainsaw-test.yaml').replace(
      'apiVersion: v1\n              kind: Namespace\n              metadata:\n                name: bad-namespace',
      'apiVersion: example.com/v1\n              kind: Unicorn\n              metadata:\n                name: bad-namespace',
    ),
  );
  await studio.toEnd();
  await expect(studio.step(1)).toContainText('Error');
  await expect(studio.step(1)).toContainText('no matches for kind "Unicorn" in version "example.com/v1"');
  await expect(studio.step(2)).toContainText('Allowed');
});

test('a document of 5 MB is refused with its size, and the page stays quick', async ({ studio }) => {
  await studio.open();
  const line = 'key: some text that is long enough to fill the file with\n';
  await studio.write('policies.yaml', line.repeat(Math.ceil(5_000_000 / line.length)));
  await expect(studio.problems).toContainText(
    /This file has 4\.8 million characters; up to 1\.\d million are read\./,
  );
  await expect(studio.header).toContainText('1 file cannot be read');
  await studio.button('Next event').click();
  expect((await studio.moment()).at).toBe(2);
  await studio.write('policies.yaml', storyFile('bad-namespace', 'policies.yaml'));
  await expect(studio.header).toContainText('ran in');
});

test('an alias bomb is refused and named', async ({ studio }) => {
  await studio.open();
  const bomb = [...'abcdefghi'].map((name, index, names) =>
    index === 0
      ? 'a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]'
      : `${name}: &${name} [${Array(9)
          .fill(`*${names[index - 1]}`)
          .join(',')}]`,
  );
  await studio.write('policies.yaml', `${bomb.join('\n')}\n`);
  await expect(studio.problems).toContainText(/alias/i);
  await expect(studio.header).toContainText('1 file cannot be read');
});

test('a regular expression that would never end is answered at once', async ({ studio }) => {
  await studio.open();
  await studio.write(
    'policies.yaml',
    `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: slow
spec:
  validationFailureAction: Enforce
  rules:
    - name: slow
      match:
        any:
          - resources:
              kinds:
                - Namespace
      validate:
        message: "matches"
        deny:
          conditions:
            all:
              - key: "{{ regex_match('^(a+)+$', '${'a'.repeat(60)}!') }}"
                operator: Equals
                value: false
`,
  );
  await studio.toEnd();
  await expect(studio.step(1)).toContainText('Denied');
  await expect(studio.step(1)).toContainText('slow: matches');
});

test('a chain that triggers itself is stopped and named, with what was traced until then', async ({
  studio,
}) => {
  await studio.open();
  await studio.write(
    'policies.yaml',
    `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: mirror
spec:
  rules:
    - name: copy-cm
      skipBackgroundRequests: false
      match:
        any:
          - resources:
              kinds:
                - ConfigMap
              namespaces:
                - default
      generate:
        apiVersion: v1
        kind: ConfigMap
        name: "copy-{{ request.object.metadata.uid }}"
        namespace: default
        synchronize: false
        data:
          data:
            of: "{{ request.object.metadata.name }}"
`,
  );
  await studio.write(
    'chainsaw-test.yaml',
    `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: mirror
spec:
  namespace: default
  steps:
    - name: setup
      try:
        - apply:
            file: policies.yaml
    - name: create a ConfigMap
      try:
        - script:
            content: |
              kubectl create configmap first -n default --from-literal=k=v
`,
  );
  await expect(studio.alert).toContainText('Stopped');
  await expect(studio.alert).toContainText('mirror / copy-cm');
  await expect(studio.alert).toContainText('What was traced until then stays.');
  await studio.toEnd();
  await expect(studio.caption).toContainText('The run stops here');
  await expect(studio.step(1)).toContainText('Allowed');
  await studio.button('Previous event').click();
  await expect(studio.caption).not.toContainText('The run stops here');
});
