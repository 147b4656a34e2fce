import { expect, test } from './fixtures.ts';

/** What kubectl prints for the denied request, to the letter. */
const DENIAL = `Error from server: error when creating "bad-namespace.yaml": admission webhook "validate.kyverno.svc-fail" denied the request: 

resource Namespace//bad-namespace was blocked due to the following policies 

require-team:
  check-team: 'validation error: Label ''team'' is required. rule check-team failed
    at path /metadata/labels/team/'`;

test('the studio opens on the first story, simulated and paused at its start', async ({ studio }) => {
  await studio.open();
  await expect(studio.scenarioButton).toHaveAccessibleName('Scenario: bad-namespace');
  await expect(studio.runState).toContainText(/ran in [\d.]+ m?s/);
  await expect(studio.button('Play')).toBeEnabled();
  expect((await studio.moment()).at).toBe(1);
  console.log(await studio.caption.innerText());
  for (const e of await studio.events()) console.log(JSON.stringify(e));
  await studio.toEnd();
  console.log(await studio.pane('Outcome').innerText());
  console.log(JSON.stringify(DENIAL));
});
