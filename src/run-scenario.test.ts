import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type KyvernoVersion, outcomeRows, readClusterBase, runScenario, stepNumber } from './index.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, 'public', path), 'utf8');

interface Story {
  readonly id: string;
  readonly files: readonly string[];
  readonly version?: KyvernoVersion;
}
const index = JSON.parse(read('scenarios/index.json')) as
  | { readonly stories?: readonly Story[] }
  | readonly Story[];
const stories: readonly Story[] = 'stories' in index ? (index.stories ?? []) : (index as readonly Story[]);

function play(id: string, version?: KyvernoVersion) {
  const story = stories.find((one) => one.id === id);
  if (story === undefined) throw new Error(`no story ${id}`);
  const kyverno = version ?? story.version ?? '1.19';
  const base = readClusterBase(JSON.parse(read(`cluster/base-${kyverno}.json`)), kyverno);
  if (base === undefined) throw new Error(`no base ${kyverno}`);
  const files = story.files.map((path) => ({ path, text: read(`scenarios/${id}/${path}`) }));
  const run = runScenario(files, { version: kyverno, seed: 1, base });
  const { trace } = run;
  if (trace === undefined) throw new Error(`${id} cannot be read`);
  const steps = trace.events.flatMap((event) =>
    event.kind === 'step' && stepNumber(trace, event.step) !== undefined ? [event] : [],
  );
  const rows = outcomeRows(trace, trace.end).map(
    ({ step, state, target, action }) =>
      `${stepNumber(trace, step)} ${action} ${target === undefined ? '-' : `${target.kind}/${target.name}`} ${state}`,
  );
  const logs = trace.events.flatMap((event) => (event.kind === 'log' ? [event.line] : []));
  return { ...run, trace, rows, logs, verdicts: steps.map(({ verdict }) => verdict), steps };
}

const attempts = (id: string, version: KyvernoVersion): string =>
  play(id, version)
    .trace.events.flatMap((event) =>
      event.kind === 'update-request' && event.step === 1 ? [event.state || 'new'] : [],
    )
    .join(' ');

const FIVE_FAILURES = 'new Pending Failed Pending Failed Pending Failed Pending Failed Pending dropped';

describe('every story', () => {
  it.each(stories.map(({ id }) => id))('%s runs without a diagnostic and comes to rest', (id) => {
    const { diagnostics, trace } = play(id);
    // Some stories are about a policy that the cluster refuses.
    const refusals = ['run-policy-refused', 'kyverno-policy-refused'];
    expect(diagnostics.filter(({ code }) => !refusals.includes(code))).toEqual([]);
    expect(trace.events.filter((event) => event.kind === 'stopped' || event.kind === 'unsupported')).toEqual(
      [],
    );
  });

  it.each(stories.map(({ id }) => id))('%s is told the same way twice', (id) => {
    expect(JSON.stringify(play(id).trace)).toBe(JSON.stringify(play(id).trace));
  });

  it.each(stories.map(({ id }) => id))('%s has causes that come before their effects', (id) => {
    const { events } = play(id).trace;
    expect(events.filter(({ id: event, cause }) => cause !== undefined && cause >= event)).toEqual([]);
    expect(
      events.every((event, at) => event.id === at && event.time <= (events[at + 1]?.time ?? Infinity)),
    ).toBe(true);
  });
});

describe('the story of seed 000', () => {
  it('denies, tries five times, never generates; then allows and generates', () => {
    const { rows, verdicts, steps } = play('bad-namespace');
    expect(verdicts).toEqual(['denied', 'allowed']);
    expect(steps[0]?.stderr).toContain(
      `Error from server: error when creating "bad-namespace.yaml": admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Namespace//bad-namespace was blocked due to the following policies \n\nrequire-team:\n  check-team: 'validation error: Label ''team'' is required. rule check-team failed at path /metadata/labels/team/'\n`,
    );
    expect(rows).toEqual([
      '1 generate NetworkPolicy/default-deny never',
      '2 generate NetworkPolicy/default-deny in sync',
    ]);
  });

  it.each([
    ['1.11', ''],
    ['1.12', FIVE_FAILURES],
    ['1.13', 'new Pending Completed deleted'],
    ['1.14', 'new Pending Completed deleted'],
    ['1.15', 'new Pending Completed deleted'],
    ['1.16', 'new Pending Completed deleted'],
    ['1.17', 'new Pending Completed deleted'],
    ['1.18', 'new Pending Completed deleted'],
    ['1.19', FIVE_FAILURES],
  ] as const)('gives the UpdateRequest of the denied request this life under %s', (version, states) => {
    expect(attempts('bad-namespace', version)).toBe(states);
  });

  it.each(['1.13', '1.14', '1.15'] as const)(
    'logs the error of issue 13997 under %s, and raises PolicyError',
    (version) => {
      const { logs, trace } = play('bad-namespace', version);
      const line = logs.find((text) => text.includes('failed to apply generate rule'));
      expect(line).toContain('error="namespaces \\"bad-namespace\\" not found"');
      expect(trace.events.some((event) => event.kind === 'event' && event.reason === 'PolicyError')).toBe(
        true,
      );
    },
  );

  it.each(['1.16', '1.17', '1.18'] as const)('completes without a word of error under %s', (version) => {
    const { logs, trace } = play('bad-namespace', version);
    expect(logs.filter((text) => text.includes('failed to apply'))).toEqual([]);
    expect(trace.events.some((event) => event.kind === 'event' && event.reason === 'PolicyError')).toBe(
      false,
    );
  });

  it('makes no UpdateRequest once the rule has the selector', () => {
    expect(play('aligned-selector').rows[0]).toBe('1 generate - not planned');
  });

  it.each(['1.12', '1.13', '1.14', '1.15', '1.16', '1.17', '1.18'] as const)(
    'really makes an object elsewhere for a denied trigger under %s',
    (version) => {
      expect(play('target-elsewhere', version).rows[0]).toBe('1 generate ConfigMap/ns-bad-namespace in sync');
    },
  );

  it.each([
    ['1.11', undefined],
    ['1.19', '1 generate ConfigMap/ns-bad-namespace never'],
  ] as const)('makes nothing elsewhere for a denied trigger under %s', (version, row) => {
    expect(play('target-elsewhere', version).rows.find((one) => one.startsWith('1 '))).toBe(row);
  });
});

describe('synchronisation', () => {
  it('puts an edit and a deletion right', () => {
    expect(play('keep-in-sync').rows.map((row) => row.split(' ').at(-1))).toEqual(['sync', 'sync', 'sync']);
  });

  it('leaves both alone without it, until the trigger changes', () => {
    expect(play('sync-off').rows).toEqual([
      '1 generate NetworkPolicy/default-deny produced',
      '4 generate NetworkPolicy/default-deny produced',
    ]);
  });
});

describe('the story of seed 003', () => {
  it('makes one message, for the change of data alone', () => {
    const { rows, logs } = play('configmap-notification');
    expect(rows.map((row) => row.replace(/source-\d+/, 'source-N'))).toEqual([
      '1 generate NotificationMessage/cm-change-app-team-a-app-notification-source-N deleted',
      '2 generate - not planned',
      '3 generate - not planned',
      '4 generate - not planned',
    ]);
    expect(logs.filter((line) => line.startsWith('Email'))).toEqual([
      'Email begin {"from": ["user@example.com"], "to": ["platform-operator@example.com"]}',
      'Email end {"from": ["user@example.com"], "to": ["platform-operator@example.com"]}',
    ]);
  });

  it.each([
    ['notification-match-filter', '1 generate - not planned'],
    ['notification-precondition', '1 generate - not planned'],
    ['notification-name-too-long', 'refused'],
    ['notification-name-upper-case', 'refused'],
  ])('%s fails in its way', (id, row) => {
    expect(play(id).rows.join('\n')).toContain(row);
  });

  it('refuses the policy while the background controller may not write its target', () => {
    const { steps, verdicts } = play('notification-no-permission-policy');
    expect(verdicts).toEqual(['denied', 'allowed', 'allowed', 'allowed']);
    expect(steps[0]?.stderr).toContain(
      'path: spec.rules[0].generate..: system:serviceaccount:kyverno:kyverno-background-controller requires permissions get,create for resource aitextensions.alauda.io/v1beta1/NotificationMessage in namespace cpaas-system',
    );
  });

  it('is forbidden five times once the permission is gone', () => {
    const { trace } = play('notification-no-permission-run-time');
    const failed = trace.events.filter((event) => event.kind === 'attempt' && event.result === 'failed');
    expect(failed).toHaveLength(5);
    expect(
      trace.events.filter((event) => event.kind === 'event' && event.reason === 'PolicyError'),
    ).toHaveLength(5);
  });

  it('refuses the policy while the CRD is missing', () => {
    expect(play('notification-crd-missing').steps[0]?.stderr).toContain(
      'failed to get GVR for kind aitextensions.alauda.io/v1beta1/NotificationMessage',
    );
  });

  it.each([
    ['notification-template-missing', 'notificationtemplates.ait.alauda.io'],
    ['notification-email-missing', 'platform-email-server'],
  ])('%s fails in the notification service, not in Kyverno', (id, what) => {
    const { rows, logs } = play(id);
    expect(rows[0]).toContain('produced');
    expect(logs.find((line) => line.startsWith('Email failed'))).toContain(what);
  });
});

describe('stories of mutate-existing rules', () => {
  const restarts = ['checkout', 'storefront'];

  it('restart the Deployments that carry the label, when the data change', () => {
    const { rows, verdicts } = play('restart-on-config-change');
    expect(verdicts).toEqual(['allowed', 'allowed', 'allowed', 'allowed']);
    expect(rows).toEqual([
      ...restarts.map((name) => `1 mutate Deployment/${name} changed`),
      '2 mutate - not planned',
      ...restarts.map((name) => `3 mutate Deployment/${name} changed`),
    ]);
  });

  it('are refused without the permission to update, and fail once it is gone', () => {
    const { rows, steps, trace } = play('restart-no-permission');
    expect(steps[0]?.stderr).toContain(
      "path: spec.rules[0].mutate.targets.: auth check fails, additional privileges are required for the service account 'system:serviceaccount:kyverno:kyverno-background-controller': system:serviceaccount:kyverno:kyverno-background-controller requires permissions update for resource apps/v1/Deployment in namespace shop\n",
    );
    expect(rows).toEqual([
      ...restarts.map((name) => `5 mutate Deployment/${name} refused`),
      ...restarts.map((name) => `7 mutate Deployment/${name} changed`),
    ]);
    const errors = trace.events.filter((event) => event.kind === 'event' && event.reason === 'PolicyError');
    expect(errors).toHaveLength(10);
  });
});

describe('the story of existing violations', () => {
  it('lets the old one be, but not where it is not allowed or the rule is for updates alone', () => {
    const { verdicts } = play('existing-violations');
    expect(verdicts).toEqual(['allowed', 'denied', 'allowed', 'denied', 'denied', 'denied']);
  });
});

describe('stories of faults', () => {
  it('a slow webhook loses a generation, a quicker one only delays it', () => {
    const { rows, verdicts, steps } = play('slow-webhook');
    expect(verdicts).toEqual(['allowed', 'allowed', 'denied', 'allowed']);
    expect(rows).toEqual([
      '1 generate NetworkPolicy/default-deny never',
      '2 generate NetworkPolicy/default-deny in sync',
      '3 generate NetworkPolicy/default-deny never',
      '4 generate NetworkPolicy/default-deny in sync',
    ]);
    expect(steps[0]?.end).toBeGreaterThan((steps[0]?.time ?? 0) + 1500);
    expect(steps[2]?.stderr).toContain(
      'admission webhook "check.inventory.example.com" denied the request: the inventory does not know this namespace',
    );
  });

  it.each(['1.13', '1.14', '1.15', '1.16', '1.17', '1.18'] as const)(
    'the quicker webhook loses it as well under %s, which does not try again',
    (version) => {
      expect(play('slow-webhook', version).rows[1]).toBe('2 generate NetworkPolicy/default-deny refused');
    },
  );

  it('without an answer Fail refuses and Ignore admits; scaled to nothing nobody is asked', () => {
    const { verdicts, steps } = play('kyverno-down');
    expect(steps[2]?.stderr).toBe(
      'Error from server (InternalError): error when creating "settings.yaml": Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": failed to call webhook: Post "https://kyverno-svc.kyverno.svc:443/validate/fail?timeout=10s": no endpoints available for service "kyverno-svc"\n',
    );
    expect(verdicts).toEqual([
      'denied',
      'allowed',
      'denied',
      'allowed',
      'allowed',
      'denied',
      'allowed',
      'allowed',
      'allowed',
      'denied',
    ]);
  });

  it('UpdateRequests wait for the background controller', () => {
    const { rows, trace, steps } = play('background-away');
    expect(steps[3]?.stdout.match(/Pending/g)).toHaveLength(2);
    expect(rows.map((row) => row.replace(/^\d+ /, ''))).toEqual([
      'generate NetworkPolicy/default-deny in sync',
      'generate NetworkPolicy/default-deny in sync',
    ]);
    const made = trace.events.find((event) => event.kind === 'target');
    expect(made?.time).toBeGreaterThan(steps[4]?.end ?? Infinity);
  });
});
