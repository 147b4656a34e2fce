import { expect, type ListedEvent, test } from './fixtures.ts';

/** How a version treats the UpdateRequest of a request that it denies (spec of the versions, scenarios S01 and S02). */
interface Told {
  readonly version: string;
  /** Verdicts of the UpdateRequest after Pending. */
  readonly states: readonly string[];
  readonly policyErrors: boolean;
  readonly errorLines: boolean;
  /** Whether the object in another namespace is really made. */
  readonly madeElsewhere: boolean;
}

const FIVE = ['Failed 1', 'Failed 2', 'Failed 3', 'Failed 4', 'dropped'];
const COMPLETED = ['Completed', 'deleted'];
const VERSIONS: readonly Told[] = [
  { version: '1.11', states: [], policyErrors: false, errorLines: false, madeElsewhere: false },
  { version: '1.12', states: FIVE, policyErrors: true, errorLines: true, madeElsewhere: true },
  { version: '1.13', states: COMPLETED, policyErrors: true, errorLines: true, madeElsewhere: true },
  { version: '1.14', states: COMPLETED, policyErrors: true, errorLines: true, madeElsewhere: true },
  { version: '1.15', states: COMPLETED, policyErrors: true, errorLines: true, madeElsewhere: true },
  { version: '1.16', states: COMPLETED, policyErrors: false, errorLines: false, madeElsewhere: true },
  { version: '1.17', states: COMPLETED, policyErrors: false, errorLines: false, madeElsewhere: true },
  { version: '1.18', states: COMPLETED, policyErrors: false, errorLines: false, madeElsewhere: true },
  { version: '1.19', states: FIVE, policyErrors: false, errorLines: false, madeElsewhere: false },
];

const statesOf = (events: readonly ListedEvent[]): readonly string[] =>
  events
    .filter(({ what, verdict }) => what.startsWith('UpdateRequest ') && verdict !== 'Pending')
    .map(({ verdict }) => verdict);
const isPolicyError = ({ what }: ListedEvent): boolean => what === 'Event PolicyError';
const isErrorLine = ({ what }: ListedEvent): boolean => what === 'log failed to apply generate rule';

test('the switch offers every version, with what each does', async ({ studio }) => {
  await studio.open();
  await studio.versionButton.click();
  const items = studio.page.getByRole('menuitemradio');
  await expect(items).toHaveCount(VERSIONS.length);
  await expect(items.first()).toContainText('1.19');
  await expect(items.first()).toBeChecked();
});

test('every version does with the denied trigger of the first story what it really does', async ({
  studio,
}) => {
  await studio.open();
  for (const { version, states, policyErrors, errorLines } of VERSIONS)
    await test.step(`Kyverno ${version}`, async () => {
      await studio.chooseVersion(version);
      const all = await studio.events();
      const denied = all.filter(({ step }) => step === 1);
      expect.soft(statesOf(denied), `states in ${version}`).toEqual(states);
      expect.soft(denied.some(isPolicyError), `PolicyError Events in ${version}`).toBe(policyErrors);
      expect.soft(denied.some(isErrorLine), `error lines in ${version}`).toBe(errorLines);
      if (errorLines)
        expect
          .soft(
            denied.some(({ why }) =>
              /failed to apply generate rule.*namespaces \\"bad-namespace\\" not found/.test(why),
            ),
            `the line of issue 13997 in ${version}`,
          )
          .toBe(true);
      const allowed = all.filter(({ step }) => step === 2);
      expect.soft(statesOf(allowed), `good-namespace in ${version}`).toEqual(COMPLETED);
      expect
        .soft(
          allowed.some(
            ({ what, verdict }) =>
              what === 'downstream NetworkPolicy good-namespace/default-deny' && verdict === 'created',
          ),
          `the NetworkPolicy of good-namespace in ${version}`,
        )
        .toBe(true);
    });
});

test('the Outcome table says it for every version', async ({ studio }) => {
  await studio.open();
  for (const { version, states } of VERSIONS)
    await test.step(`Kyverno ${version}`, async () => {
      await studio.chooseVersion(version);
      await studio.toEnd();
      const row = studio.generateRow('bad-namespace/default-deny');
      if (states.length === 0) await expect.soft(row, version).toHaveCount(0);
      else {
        const done = states === FIVE ? /gave up after\s*5\s*attempts/ : 'Completed';
        await expect.soft(row, version).toContainText(done);
        await expect.soft(row, version).toContainText(/never|refused/);
      }
      await expect.soft(studio.generateRow('good-namespace/default-deny'), version).toContainText('in sync');
    });
});

test('with the target in another namespace, 1.12 to 1.18 really make the object for a denied trigger', async ({
  studio,
}) => {
  await studio.openStory('target-elsewhere');
  for (const { version, madeElsewhere } of VERSIONS)
    await test.step(`Kyverno ${version}`, async () => {
      await studio.chooseVersion(version);
      await studio.toEnd();
      await expect.soft(studio.step(1), version).toContainText('Denied');
      const row = studio.generateRow('platform/ns-bad-namespace');
      if (madeElsewhere) await expect.soft(row, version).toContainText('in sync');
      else if (version === '1.11') await expect.soft(row, version).toHaveCount(0);
      else await expect.soft(row, version).toContainText('never');

      await studio.showPane('Cluster');
      const made = studio.page
        .getByRole('navigation', { name: 'Objects in the cluster' })
        .getByRole('button', { name: 'ConfigMap ns-bad-namespace' });
      await expect.soft(made, version).toHaveCount(madeElsewhere ? 1 : 0);
      await studio.showPane('Outcome');
    });
});

test('a story on the shelf “How does it behave?” runs on another version, and on two, by a click in its notes', async ({
  studio,
}) => {
  await studio.open();
  await studio.chooseScenarioItem('All stories');
  const shelf = studio.gallery.getByRole('region', { name: 'How does it behave?' });
  await shelf.getByRole('button', { name: 'What goes with a policy?' }).click();
  await studio.showPane('Notes');
  const notes = studio.pane('Notes');
  await notes.getByRole('link', { name: '1.18', exact: true }).click();
  await expect(studio.versionButton).toHaveAccessibleName('Kyverno version: 1.18');
  await notes.getByRole('link', { name: 'Compare 1.18 with 1.19' }).click();
  await expect(studio.page.getByRole('region', { name: 'Comparison of two runs' })).toContainText(
    '1.19 completes 5 UpdateRequests and deletes 2 targets.',
  );
});
