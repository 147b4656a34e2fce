import { expect, type ListedEvent, test } from './fixtures.ts';
import type { StudioPage } from './studio-page.ts';

const RULE = 'rule generate-notificationmessage-on-configmap-change / generate-email-notificationmessage';
const isRule = (step: number) => (event: ListedEvent) =>
  event.step === step && event.phase === 'admission' && event.what === RULE;

/** Chooses an event in the list and shows its Details. */
async function details(studio: StudioPage, wanted: (event: ListedEvent) => boolean): Promise<void> {
  await studio.chooseEvent(wanted);
  await studio.showPane('Details');
}

test.describe('A ConfigMap update that makes a message', () => {
  test('makes a NotificationMessage in cpaas-system, which courier-api sends and consumes', async ({
    studio,
  }) => {
    await studio.openFromStart('ConfigMap to message', 'configmap-notification');
    const events = (await studio.events()).filter(({ step }) => step === 1);
    const made = events.find(({ what }) => what.startsWith('downstream NotificationMessage cpaas-system/'));
    expect(made?.what).toMatch(/cm-change-app-team-a-app-notification-source-\d+$/);
    expect(made?.verdict).toBe('created');
    const lines = events.filter(({ why }) => why.includes('Email')).map(({ why }) => why);
    expect(lines.some((line) => line.includes('Email begin'))).toBe(true);
    expect(lines.some((line) => line.includes('Email end'))).toBe(true);
    expect(lines.some((line) => line.includes('"phase":"Done"'))).toBe(true);
    await studio.toEnd();
    await expect(studio.generateRow('cm-change-app-team-a-app-notification-source')).toContainText(
      'courier-api deleted it',
    );
  });

  test('shows the precondition with both values', async ({ studio }) => {
    await studio.openStory('configmap-notification');
    await details(studio, isRule(1));
    await expect(studio.evaluation).toContainText('NotEquals');
    await expect(studio.evaluation.getByRole('row').filter({ hasText: 'request.object.data' })).toContainText(
      '"severity":"critical"',
    );
    await expect(
      studio.evaluation.getByRole('row').filter({ hasText: 'request.oldObject.data' }),
    ).toContainText('"severity":"warning"');
    await expect(studio.selectedEvent).toContainText('pass');
  });

  test('shows for a label change the precondition that stopped it', async ({ studio }) => {
    await studio.openStory('configmap-notification');
    await studio.toEnd();
    const row = studio.generateRow('no UpdateRequest').first();
    await expect(row).toContainText('not planned');
    await expect(row).toContainText('Preconditions not met: [0] NotEquals');
    await details(studio, isRule(2));
    const decided = studio.evaluation.getByRole('row').filter({ hasText: 'this decided' });
    await expect(decided).toContainText('NotEquals');
    for (const variable of ['request.object.data', 'request.oldObject.data'])
      await expect(studio.evaluation.getByRole('row').filter({ hasText: variable })).toContainText(
        '"severity":"critical"',
      );
  });

  test('shows for a CREATE the operation that did not match', async ({ studio }) => {
    await studio.openStory('configmap-notification');
    await studio.toEnd();
    await expect(studio.generateRow('no UpdateRequest').last()).toContainText(
      'Does not match: operations asks for UPDATE, the request has CREATE.',
    );
    await details(studio, isRule(4));
    const decided = studio.evaluation.getByRole('row').filter({ hasText: 'this decided' });
    await expect(decided).toContainText('operations');
    await expect(decided).toContainText('UPDATE');
    await expect(decided).toContainText('CREATE');
  });
});

test.describe('What can go wrong', () => {
  test('match filter wrong: the rule does not match, nothing is planned', async ({ studio }) => {
    await studio.openFromStart('Match filter wrong', 'notification-match-filter');
    await studio.toEnd();
    await expect(studio.step(1)).toContainText('Allowed');
    await expect(studio.generateRow('not planned')).toContainText('no UpdateRequest');
    await details(studio, isRule(1));
    const decided = studio.evaluation.getByRole('row').filter({ hasText: 'this decided' });
    await expect(decided).toContainText('names');
    await expect(decided).toContainText('app-notification-sources');
  });

  test('precondition false: the rule is skipped, once for metadata and once for no change at all', async ({
    studio,
  }) => {
    await studio.openStory('notification-precondition');
    const events = await studio.events();
    for (const step of [1, 2]) expect(events.find(isRule(step))?.verdict).toBe('skip');
    expect(events.some(({ what }) => what.startsWith('UpdateRequest'))).toBe(false);
  });

  test('permission missing when the policy comes: the policy itself is refused', async ({ studio }) => {
    await studio.openStory('notification-no-permission-policy');
    await studio.toEnd();
    await expect(studio.step(1)).toContainText('Denied');
    await expect(studio.step(1)).toContainText('Admission refused it. Nothing was stored.');
    await expect(studio.step(1)).toContainText(
      'system:serviceaccount:kyverno:kyverno-background-controller requires permissions get,create for resource aitextensions.alauda.io/v1beta1/NotificationMessage in namespace cpaas-system',
    );
    await expect(studio.step(3)).toContainText('Allowed');
    await expect(studio.generateRow('NotificationMessage')).toContainText('Completed');
  });

  test('permission missing at run time: allowed, then five attempts are forbidden', async ({ studio }) => {
    await studio.openStory('notification-no-permission-run-time');
    await studio.toEnd();
    await expect(studio.step(2)).toContainText('Allowed');
    const lost = studio.generateRow('NotificationMessage').first();
    await expect(lost).toContainText(/gave up after\s*5\s*attempts/);
    await expect(lost).toContainText('refused');
    await expect(lost).toContainText(
      'cannot get resource "notificationmessages" in API group "aitextensions.alauda.io"',
    );
    await expect(studio.generateRow('NotificationMessage').last()).toContainText('Completed');
  });

  test('CRD missing: the policy is refused, there is no such kind', async ({ studio }) => {
    await studio.openStory('notification-crd-missing');
    await studio.toEnd();
    await expect(studio.step(1)).toContainText('Denied');
    await expect(studio.step(1)).toContainText(
      'failed to get GVR for kind aitextensions.alauda.io/v1beta1/NotificationMessage',
    );
    await expect(studio.step(2)).toContainText('Allowed');
    await expect(studio.pane('Outcome')).toContainText('No generate rule has planned anything');
  });

  test('CRD gone later: Completed without a word, and nothing made', async ({ studio }) => {
    await studio.openStory('notification-crd-deleted');
    const events = (await studio.events()).filter(({ step }) => step === 2);
    expect(
      events.some(({ what, verdict }) => what.startsWith('UpdateRequest') && verdict === 'Completed'),
    ).toBe(true);
    expect(events.some(({ what }) => what === 'Event PolicyError')).toBe(false);
    expect(events.some(({ why }) => why.includes('warning: reason'))).toBe(true);
    expect(events.some(({ what, verdict }) => what.startsWith('downstream') && verdict === 'created')).toBe(
      false,
    );
  });

  test('name too long: five attempts are invalid, the limit is 253', async ({ studio }) => {
    await studio.openStory('notification-name-too-long');
    await studio.toEnd();
    const row = studio.generateRow('NotificationMessage');
    await expect(row).toContainText(/gave up after\s*5\s*attempts/);
    await expect(row).toContainText('must be no more than 253 characters');
    await studio.showPane('Notes');
    await expect(studio.pane('Notes')).toContainText('253');
  });

  test('name with upper case: no object can have it', async ({ studio }) => {
    await studio.openStory('notification-name-upper-case');
    await studio.toEnd();
    await expect(studio.generateRow('NotificationMessage')).toContainText('a lowercase RFC 1123 subdomain');
  });

  for (const [story, missing] of [
    ['notification-template-missing', 'configmap-change-email-template'],
    ['notification-email-missing', 'platform-email-server'],
  ] as const)
    test(`${story}: both phases succeed, the notification service fails`, async ({ studio }) => {
      await studio.openStory(story);
      const events = await studio.events();
      expect(
        events.some(({ what, verdict }) => what.startsWith('UpdateRequest') && verdict === 'Completed'),
      ).toBe(true);
      const failed = events.find(({ why }) => why.includes('Email failed'));
      expect(failed?.why).toContain(missing);
      expect(failed?.why).toContain('not found');
      expect(events.some(({ why }) => why.includes('Email end'))).toBe(false);
    });
});
