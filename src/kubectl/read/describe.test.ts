import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, testCluster } from '../../cluster/test-cluster.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { loadParts } from '../../parts.ts';
import { type KubectlResult, runKubectl } from '../run-kubectl.ts';
import { splitShell } from '../split-shell.ts';

beforeAll(loadParts);

function terminal(...objects: readonly KubernetesObject[]) {
  const cluster = testCluster();
  cluster.server.seed(objects, { user: ADMIN, component: 'client', fieldManager: 'test' });
  return (line: string): KubectlResult => {
    const split = splitShell(line);
    const argv = 'words' in split ? split.words.slice(1) : [];
    const start = Date.UTC(2026, 8, 1);
    return cluster.run(
      runKubectl({ argv, files: {}, user: ADMIN }, cluster.server, {
        now: start + cluster.now(),
        clock: () => start + cluster.now(),
      }),
    );
  };
}

const configMap = (name: string, data = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'a' },
  stringData: { token: 'four' },
};
const quota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'a' },
  spec: { hard: { pods: '5' } },
};
const netpol = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'default-deny', namespace: 'a' },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};

describe('kubectl describe', () => {
  it('a ConfigMap: its data, key by key, and its Events', () => {
    const type = terminal(configMap('x', { b: '2', a: 'one\ntwo' }));
    expect(type('kubectl describe cm x').stdout).toBe(
      `Name:         x
Namespace:    default
Labels:       <none>
Annotations:  <none>

Data
====
a:
----
one
two

b:
----
2


BinaryData
====

Events:  <none>
`,
    );
  });

  it('a Secret: how long its values are, never what they say', () => {
    const { stdout } = terminal(secret)('kubectl describe secret s -n a');
    expect(stdout).toMatch(/\nType: {2}Opaque\n\nData\n====\ntoken: {2}4 bytes\n$/);
    expect(stdout).not.toContain('four');
  });

  it('a Namespace: with its quotas and limits', () => {
    const type = terminal(quota);
    expect(type('kubectl describe ns b').stdout).toMatch(
      /^Name: +b\n(?:.*\n)*Status: +Active\n\nNo resource quota\.\n\nNo LimitRange resource\.\n$/,
    );
    expect(type('kubectl describe ns a').stdout).toMatch(/\nResource Quotas\n {2}Name: +q\n/);
  });

  it('a NetworkPolicy: what it lets through', () => {
    expect(terminal(netpol)('kubectl describe netpol -n a').stdout).toContain(
      `Spec:
  PodSelector:     <none> (Allowing the specific traffic to all pods in this namespace)
  Allowing ingress traffic:
    <none> (Selected pods are isolated for ingress connectivity)
  Allowing egress traffic:
    <none> (Selected pods are isolated for egress connectivity)
  Policy Types: Ingress, Egress
`,
    );
  });

  it('several objects with two empty lines between them, those of a prefix too', () => {
    const type = terminal(configMap('web-1'), configMap('web-2'));
    const { stdout } = type('kubectl describe cm web');
    expect(stdout.split(/\n\n\nName: /)).toHaveLength(2);
    expect(type('kubectl describe cm -l none=of').stderr).toBe('No resources found in default namespace.\n');
    expect(type('kubectl describe cm nope').stderr).toBe(
      'Error from server (NotFound): configmaps "nope" not found\n',
    );
  });

  it('says which kinds it has no form for', () => {
    expect(terminal()('kubectl describe hpa').unsupported).toBe('kubectl describe horizontalpodautoscalers');
  });
});

describe('kubectl scale and rollout', () => {
  it('set the replicas, and restart', () => {
    const type = terminal();
    type('kubectl create deployment web -n a --image=nginx');
    expect(type('kubectl scale deploy/web -n a --replicas=3').stdout).toBe('deployment.apps/web scaled\n');
    expect(type('kubectl get deploy web -n a -o jsonpath={.spec.replicas}').stdout).toBe('3');
    expect(type('kubectl scale deploy/web -n a --replicas=1 --current-replicas=2').stderr).toBe(
      'error: Expected replicas to be 2, was 3\n',
    );
    expect(type('kubectl rollout restart deploy/web -n a').stdout).toBe('deployment.apps/web restarted\n');
    expect(type('kubectl describe deploy web -n a').stdout).toMatch(
      /kubectl\.kubernetes\.io\/restartedAt: 2026-09-01T/,
    );
  });
});
