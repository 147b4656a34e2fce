import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { milliseconds } from '../base/units.ts';
import { type ClusterBase, readClusterBase } from '../cluster/cluster-base.ts';
import { loadParts } from '../parts.ts';
import { runScenario } from '../run-scenario.ts';
import { objectsAt } from '../trace/outcome.ts';
import type { Trace } from '../trace/trace.ts';
import { clusterAt, runKubectlAt } from './at-moment.ts';
import { completeKubectl } from './complete.ts';

const root = join(import.meta.dirname, '../../public');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const STORY = 'notification-no-permission-run-time';
const FILES = [
  'policies.yaml',
  'cluster.yaml',
  'chainsaw-test.yaml',
  'actors.yaml',
  'cluster-crds.yaml',
  'rbac.yaml',
];

let trace: Trace;
let base: ClusterBase;
let workloads: readonly { readonly namespace: string; readonly name: string }[];

beforeAll(async () => {
  await loadParts();
  const known = readClusterBase(JSON.parse(read('cluster/base-1.19.json')), '1.19');
  if (known === undefined) throw new Error('no base');
  base = known;
  const files = FILES.map((path) => ({ path, text: read(`scenarios/${STORY}/${path}`) }));
  const run = runScenario(files, { version: '1.19', seed: 1, base });
  if (run.trace === undefined) throw new Error('the story cannot be read');
  trace = run.trace;
  workloads = run.scenario.actors;
});

/** The moment at which the first UpdateRequest shows Failed for the n-th time. */
function failure(count = 1): number {
  const event = trace.events.filter((one) => one.kind === 'update-request' && one.state === 'Failed')[
    count - 1
  ];
  if (event === undefined) throw new Error('nothing failed');
  return event.time;
}

const type = (line: string, at: number, until = at) =>
  runKubectlAt(trace, base, milliseconds(at), line, { until: milliseconds(until), workloads });

describe('what the troubleshooting of a missing NotificationMessage types', () => {
  it('kubectl get updaterequests -A shows the failed request while it is there', () => {
    const { stdout, exitCode } = type('kubectl get updaterequests -A', failure());
    expect(exitCode).toBe(0);
    const [header, row] = stdout.split('\n');
    expect(header).toMatch(/^NAMESPACE +NAME +POLICY +RULETYPE +RESOURCEKIND .* STATUS +AGE$/);
    expect(row).toMatch(/^kyverno +ur-\w{5} +generate-\S+ +generate +Failed +0s$/);
    expect(type('kubectl get updaterequests -A', 0)).toMatchObject({
      stdout: '',
      stderr: 'No resources found\n',
    });
  });

  it('kubectl describe updaterequest says why', () => {
    const [, name = ''] = /(ur-\w{5})/.exec(type('kubectl get ur -A', failure()).stdout) ?? [];
    const { stdout } = type(`kubectl describe updaterequest -n kyverno ${name}`, failure());
    expect(stdout).toMatch(new RegExp(`^Name: +${name}\nNamespace: +kyverno\n`));
    expect(stdout).toMatch(
      /\nStatus:\n {2}Message: +rule .* failed: .* is forbidden: User .*\n {2}Retry Count: +1\n {2}State: +Failed\nEvents: +<none>\n$/,
    );
    expect(type('kubectl describe ur -n kyverno ur-', failure()).stdout).toBe(stdout);
    expect(type('kubectl describe ur -n kyverno nothing', failure())).toMatchObject({
      exitCode: 1,
      stderr: 'Error from server (NotFound): updaterequests.kyverno.io "nothing" not found\n',
    });
  });

  it('kubectl logs shows the lines of the background controller until the moment', () => {
    const line = 'kubectl logs -n kyverno deploy/kyverno-background-controller --since=5m';
    const first = type(line, failure()).stdout;
    expect(first).toMatch(/start processing UR/);
    expect(type(line, failure(2)).stdout.length).toBeGreaterThan(first.length);
    expect(type(line, failure(2)).stdout.startsWith(first)).toBe(true);
    expect(type(`${line} --tail=1`, failure()).stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(
      type('kubectl logs -n kyverno deploy/kyverno-background-controller --since=1ms', trace.end).stdout,
    ).toBe('');
    expect(
      type('kubectl logs -n kyverno -l app.kubernetes.io/component=background-controller', failure()).stdout,
    ).toBe(first);
  });

  it('kubectl logs of the service that sends the messages, which has not written yet and later has', () => {
    const line = 'kubectl logs -n cpaas-system deploy/courier-api --since=5m';
    expect(type(line, failure())).toMatchObject({ exitCode: 0, stdout: '' });
    expect(type(line, trace.end).stdout).not.toBe('');
    expect(type('kubectl logs -n default deploy/courier-api', 0).stderr).toBe(
      'error: error from server (NotFound): deployments.apps "courier-api" not found in namespace "default"\n',
    );
  });

  it('kubectl patch is a change: it is not run', () => {
    expect(type(`kubectl patch configmap x -n app-team-a --type merge -p '{"data":{}}'`, 0).writes).toBe(
      true,
    );
    expect(type('kubectl rollout restart deploy/x', 0).writes).toBe(true);
    expect(type('kubectl rollout status deploy/x', 0).writes).toBeUndefined();
  });
});

describe('a moment of a trace', () => {
  it('holds what the trace held then, whatever the moment', () => {
    for (const at of [0, failure(), failure(3), trace.end]) {
      const { server } = clusterAt(trace, base, milliseconds(at));
      for (const { ref, revision } of objectsAt(trace, milliseconds(at))) {
        const info = server.discovery().byKind({
          group: ref.apiVersion.includes('/') ? (ref.apiVersion.split('/')[0] ?? '') : '',
          version: ref.apiVersion.split('/').at(-1) ?? '',
          kind: ref.kind,
        });
        const found = info && server.lookup(info, ref.namespace ?? '', ref.name);
        expect(found, `${ref.kind} ${ref.name} at ${at}`).toEqual(trace.revisions[revision]?.object);
      }
    }
  });

  it('-w and -f go on as far as they are let, and only add', () => {
    for (const line of [
      'kubectl get ur -n kyverno -w',
      'kubectl logs -n kyverno deploy/kyverno-background-controller -f',
    ]) {
      const now = type(line, failure()).stdout;
      const later = type(line, failure(), failure(3)).stdout;
      expect(later.startsWith(now.split('\n')[0] ?? '')).toBe(true);
      expect(later.split('\n').length).toBeGreaterThan(now.split('\n').length);
    }
    expect(type('kubectl get ur -n kyverno -w', failure(), failure(2)).stdout).toMatch(
      / Failed .*\n.* Pending .*\n.* Failed /,
    );
  });

  it('kubectl wait lets the time of the trace pass', () => {
    expect(
      type('kubectl wait ur --all -n kyverno --for=jsonpath={.status.retryCount}=3', failure()).stdout,
    ).toMatch(/^updaterequest\.kyverno\.io\/ur-\w{5} condition met\n$/);
    expect(type('kubectl wait cpol --all --for=condition=Ready', 0).stdout).toMatch(/ condition met\n$/);
    expect(type('kubectl wait ns default --for=delete --timeout=1s', 0)).toMatchObject({
      exitCode: 1,
      stderr: 'error: timed out waiting for the condition on namespaces/default\n',
    });
  });

  it('answers what is no kubectl, and what is not simulated, without throwing', () => {
    expect(type('ls', 0)).toMatchObject({ exitCode: 127, stderr: 'sh: ls: command not found\n' });
    expect(type('kubectl get ur | head', 0).exitCode).toBe(2);
    expect(type("kubectl get 'ur", 0).exitCode).toBe(2);
    expect(type('', 0)).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(type('kubectl top pods', 0).unsupported).toBe('kubectl top');
    expect(type('kubectl edit cm x', 0).unsupported).toContain('kubectl patch');
    expect(type('kubectl get steps.example.org', 0).stderr).toBe(
      'error: the server doesn\'t have a resource type "steps"\n',
    );
  });

  it('tells of the server: kinds, versions, fields, rights', () => {
    expect(type('kubectl api-resources --api-group=aitextensions.alauda.io', 0).stdout).toMatch(
      /^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND\nnotificationmessages +aitextensions\.alauda\.io\/v1beta1 +true +NotificationMessage\n$/,
    );
    expect(type('kubectl api-versions', 0).stdout.split('\n')).toContain('kyverno.io/v2');
    expect(type('kubectl explain ur.status', 0).stdout).toMatch(
      /^GROUP: +kyverno\.io\nKIND: +UpdateRequest\nVERSION: +v2\n\nFIELD: status <Object>\n/,
    );
    expect(type('kubectl explain ur.nothing', 0).stderr).toBe('error: field "nothing" does not exist\n');
    const account = 'system:serviceaccount:kyverno:kyverno-background-controller';
    const rights = type(`kubectl auth can-i --list --as ${account} -n cpaas-system`, 0).stdout;
    expect(rights).toMatch(/^Resources +Non-Resource URLs +Resource Names +Verbs\n/);
    expect(rights).toMatch(/updaterequests\.kyverno\.io +\[\] +\[\] +\[/);
  });
});

describe('whatever a person types', () => {
  const word = fc.oneof(
    fc.constantFrom(
      ...[
        'get',
        'describe',
        'logs',
        'events',
        'explain',
        'wait',
        'auth',
        'can-i',
        'ur',
        'cpol',
        'cm',
        'all',
        'ns',
      ],
      ...[
        '-A',
        '-n',
        'kyverno',
        '-w',
        '-f',
        '-o',
        'yaml',
        'jsonpath={.items[*].metadata.name}',
        '--for=delete',
      ],
      ...[
        '--tail=2',
        '--since=1h',
        '-l',
        'a in (b',
        'deploy/x',
        '--all',
        '--raw',
        '/api',
        '__proto__',
        '--sort-by=.x',
      ],
    ),
    fc.string({ maxLength: 12 }),
  );

  it('is answered, and completed, without throwing', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), fc.nat(20_000), (words, at) => {
        const line = ['kubectl', ...words].join(' ');
        const result = type(line, at, at + 100);
        expect(result.exitCode).toBeGreaterThanOrEqual(0);
        const { from } = completeKubectl(line, clusterAt(trace, base, milliseconds(at)).server);
        expect(from).toBeLessThanOrEqual(line.length);
      }),
      { numRuns: 150 },
    );
  });

  it('letters of switches stand together', () => {
    expect(type('kubectl get ur -Ao name', failure()).stdout).toMatch(
      /^updaterequest\.kyverno\.io\/ur-\w{5}\n$/,
    );
    expect(type('kubectl get ur -Aw', failure()).follows).toBe(true);
    expect(type('kubectl get ur -Ax', 0).stderr).toContain("unknown shorthand flag: 'x' in -x");
    expect(type('kubectl gte ur', 0)).toMatchObject({
      exitCode: 1,
      stderr: 'error: unknown command "gte" for "kubectl"\n',
    });
  });
});

describe('completion', () => {
  const complete = (line: string) => {
    const { server } = clusterAt(trace, base, milliseconds(failure()));
    const { from, items } = completeKubectl(line, server);
    return { from, texts: items.map(({ text }) => text), items };
  };

  it('goes from the program to commands, kinds and names', () => {
    expect(complete('kub').texts).toEqual(['kubectl']);
    expect(complete('kubectl desc').texts).toEqual(['describe']);
    expect(complete('kubectl get n').texts.slice(0, 4)).toEqual([
      'notificationmessages',
      'notificationtemplates',
      'namespaces',
      'networkpolicies',
    ]);
    expect(complete('kubectl get ur -n kyverno u').texts).toEqual([expect.stringMatching(/^ur-\w{5}$/)]);
    expect(complete('kubectl get ur/u -n').from).toBe('kubectl get ur/u '.length);
    expect(complete('kubectl get -n kyv').texts).toEqual(['kyverno']);
    expect(complete('kubectl logs -n kyverno deploy/kyverno-b').texts).toEqual([
      'deploy/kyverno-background-controller',
    ]);
    expect(complete('kubectl get cm --wat').texts).toEqual(['--watch']);
    expect(complete('kubectl get cm -o j').texts).toEqual(['json', 'jsonpath=']);
  });

  it('counts the objects of a kind', () => {
    const [ur] = complete('kubectl get updater').items;
    expect(ur).toMatchObject({ text: 'updaterequests', short: 'ur', detail: 'kyverno.io/v2', count: 1 });
  });
});
