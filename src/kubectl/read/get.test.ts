import { describe, expect, it } from 'vitest';
import { ADMIN, configMap, testCluster } from '../../cluster/test-cluster.ts';
import { type KubectlResult, runKubectl } from '../run-kubectl.ts';
import { splitShell } from '../split-shell.ts';

const NOW = Date.UTC(2026, 8, 1) + 90_000;

function terminal(...objects: readonly Parameters<ReturnType<typeof testCluster>['create']>[0][]) {
  const cluster = testCluster();
  for (const object of objects)
    cluster.create(object, object === event ? { resource: EVENTS, namespace: 'a' } : {});
  return (line: string): KubectlResult => {
    const split = splitShell(line);
    const argv = 'words' in split ? split.words.slice(1) : [];
    return cluster.run(runKubectl({ argv, files: {}, user: ADMIN }, cluster.server, { now: NOW }));
  };
}

const labelled = (name: string, labels: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'a', labels },
  data: { k: name },
});
const EVENTS = { group: 'events.k8s.io', version: 'v1', resource: 'events' };
const event = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'x.1', namespace: 'a' },
  eventTime: '2026-09-01T00:01:00.000000Z',
  reportingController: 'kyverno-admission',
  reportingInstance: 'kyverno-admission-1',
  action: 'Resource Blocked',
  reason: 'PolicyViolation',
  type: 'Warning',
  regarding: { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', namespace: 'a' },
  note: 'policy p/r fail: no',
};

describe('kubectl get', () => {
  it('prints a table with the columns of the kind, ages from the clock', () => {
    const type = terminal(labelled('x', {}), configMap('y', {}));
    expect(type('kubectl get cm -n a').stdout).toBe(
      'NAME   DATA   AGE\nx      1      90s\ny      0      90s\n',
    );
    expect(type('kubectl get cm x -n a --no-headers').stdout).toBe('x     1     90s\n');
    expect(type('kubectl get cm -A -l k=v').stderr).toBe('No resources found\n');
    expect(type('kubectl get cm -n b').stderr).toBe('No resources found in b namespace.\n');
  });

  it('prints labels, label columns, names and several types', () => {
    const type = terminal(labelled('x', { team: 'one', app: 'web' }));
    expect(type('kubectl get cm -n a --show-labels').stdout).toContain('app=web,team=one\n');
    expect(type('kubectl get cm -n a -L team').stdout).toMatch(/^NAME +DATA +AGE +TEAM\nx +1 +90s +one\n$/);
    expect(type('kubectl get cm,ns -n a -o name').stdout).toContain('configmap/x\nnamespace/a\n');
    expect(type('kubectl get cm,ns -n a').stdout).toMatch(/^NAME +DATA.*configmap\/x.*\n\nNAME +STATUS/s);
  });

  it('prints an object, a list, a path of it and columns of its own', () => {
    const type = terminal(labelled('x', {}));
    expect(type('kubectl get cm x -n a -o yaml').stdout).toMatch(
      /^apiVersion: v1\ndata:\n {2}k: x\nkind: ConfigMap\n/,
    );
    expect(type('kubectl get cm -n a -o json').stdout).toMatch(
      /^\{\n {4}"apiVersion": "v1",\n {4}"items": \[/,
    );
    expect(type("kubectl get cm x -n a -o jsonpath='{.data.k}'").stdout).toBe('x');
    expect(type('kubectl get cm x -n a -o jsonpath=.data').stdout).toBe('{"k":"x"}');
    expect(type('kubectl get cm -n a -o custom-columns=N:.metadata.name,M:.data.missing').stdout).toBe(
      'N     M\nx     <none>\n',
    );
  });

  it('says what is not there, and what it does not know', () => {
    const type = terminal();
    expect(type('kubectl get cm nope -n a')).toMatchObject({
      exitCode: 1,
      stderr: 'Error from server (NotFound): configmaps "nope" not found\n',
    });
    expect(type('kubectl get cm nope -n a --ignore-not-found')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(type('kubectl get unicorns').stderr).toBe(
      `error: the server doesn't have a resource type "unicorns"\n`,
    );
    expect(type('kubectl get cm -o xml').stderr).toContain('unable to match a printer suitable');
  });

  it('shows an Event in both of its groups', () => {
    const type = terminal(event);
    expect(type('kubectl get events -n a').stdout).toBe(
      'LAST SEEN   TYPE      REASON            OBJECT        MESSAGE\n30s         Warning   PolicyViolation   configmap/x   policy p/r fail: no\n',
    );
    expect(
      type("kubectl get events -n a -o jsonpath='{.items[0].involvedObject.name} {.items[0].message}'")
        .stdout,
    ).toBe('x policy p/r fail: no');
    expect(
      type("kubectl get events.events.k8s.io -n a -o jsonpath='{.items[0].regarding.name} {.items[0].note}'")
        .stdout,
    ).toBe('x policy p/r fail: no');
  });
});
