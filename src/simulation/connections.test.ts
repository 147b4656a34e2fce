import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClusterBase } from '../cluster/cluster-base.ts';
import type { Trace } from '../trace/trace.ts';
import { simulate } from './simulate.ts';
import { scenarioOf } from './testing.ts';

const path = join(import.meta.dirname, '../../public/cluster/base-1.19.json');
const base = readClusterBase(JSON.parse(readFileSync(path, 'utf8')), '1.19');

const policy = (kind: string, message: string): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p}
spec:
  background: false
  rules:
    - name: r
      match: {any: [{resources: {kinds: [${kind}]}}]}
      validate: {failureAction: Enforce, message: "${message}", deny: {}}
`;
const template = (name: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}, namespace: default}\nspec: {replicas: 1, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: i}, {name: d, image: i}]}}}\n`;

function play(before: string, ...commands: readonly string[]): { trace: Trace; last: string; code: number } {
  if (base === undefined) throw new Error('no base');
  const scenario = scenarioOf(before, ['kubectl apply -f f.yaml', ...commands], {
    'f.yaml': template('web'),
  });
  const trace = simulate(scenario, { version: '1.19', seed: 1, base });
  const step = trace.events.flatMap((event) => (event.kind === 'step' ? [event] : [])).at(-1);
  return { trace, last: `${step?.stdout ?? ''}${step?.stderr ?? ''}`, code: step?.exitCode ?? -1 };
}

describe('kubectl exec', () => {
  it('is a CONNECT that a policy on Pod/exec sees with its options', () => {
    const message =
      '{{ request.operation }} {{ request.kind.kind }} {{ request.object.command[0] }} {{ request.object.tty }}';
    const { last, code } = play(policy('Pod/exec', message), 'kubectl exec -it deploy/web -c d -- sh -c ls');
    expect(last).toBe(
      'Error from server: admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource PodExecOptions/default/ was blocked due to the following policies \n\np:\n  r: CONNECT PodExecOptions sh true\n',
    );
    expect(code).toBe(1);
  });

  it('is matched by the kind of the resource, not by that of the options', () => {
    const { trace, code } = play(policy('PodExecOptions', 'no'), 'kubectl exec deploy/web -- ls');
    expect(code).toBe(0);
    expect(trace.events.flatMap((event) => (event.kind === 'unsupported' ? [event.message] : []))[0]).toMatch(
      /^kubectl exec: the connection to Pod web-\S+ was allowed/,
    );
  });

  it.each([
    ['kubectl exec nope -- ls', 'Error from server (NotFound): pods "nope" not found\n'],
    [
      'kubectl exec deploy/web ls',
      "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples\n",
    ],
    [
      'kubectl exec deploy/web --as alice -- ls',
      'Error from server (Forbidden): deployments.apps "web" is forbidden: User "alice" cannot get resource "deployments" in API group "apps" in the namespace "default"\n',
    ],
  ])('%s fails', (command, text) => {
    expect(play('', command).last).toBe(text);
  });
});

describe('a mutate-existing rule on Pod/exec', () => {
  it('marks the Pod that somebody went into', () => {
    const marks = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: mark}
spec:
  background: false
  rules:
    - name: mark
      match: {any: [{resources: {kinds: [Pod/exec], operations: [CONNECT]}}]}
      mutate:
        targets: [{apiVersion: v1, kind: Pod, name: "{{request.name}}", namespace: "{{request.namespace}}"}]
        patchStrategicMerge: {metadata: {labels: {entered: "yes"}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: pods, labels: {rbac.kyverno.io/aggregate-to-background-controller: "true"}}
rules: [{apiGroups: [""], resources: [pods], verbs: ["*"]}]
`;
    const { last } = play(marks, 'kubectl exec deploy/web -- ls', 'kubectl get pods -l entered=yes -o name');
    expect(last).toMatch(/^pod\/web-/);
  });
});

describe('kubectl drain', () => {
  it('evicts Pods past DELETE webhooks; what comes instead waits until the node takes Pods again', () => {
    const { last } = play('', 'kubectl drain simulated-node', 'kubectl get pods');
    expect(last).toMatch(/web-\S+ +0\/2 +Pending/);
    const after = play(
      '',
      'kubectl drain simulated-node',
      'kubectl uncordon simulated-node',
      'kubectl get pods',
    );
    expect(after.last).toMatch(/web-\S+ +2\/2 +Running/);
  });

  it('is held up by a policy on Pod/eviction', () => {
    const { last } = play(policy('Pod/eviction', 'stay'), 'kubectl drain simulated-node');
    expect(last).toContain('node/simulated-node cordoned\n');
    expect(last).toContain('resource Eviction/default/web-');
  });
});

describe('kubectl scale', () => {
  it('shows policies a Scale of autoscaling/v1 at deployments.apps', () => {
    const message =
      '{{ request.kind.group }}/{{ request.kind.kind }} {{ request.requestKind.version }} {{ request.resource.resource }} {{ request.subResource }} {{ request.object.spec.replicas }}';
    const { last } = play(policy('Deployment/scale', message), 'kubectl scale deploy/web --replicas=3');
    expect(last).toContain('r: autoscaling/Scale v1 deployments scale 3');
  });

  it('is not matched by the kind Scale, which Kyverno compares with the resource’s own', () => {
    expect(play(policy('Scale', 'no'), 'kubectl scale deploy/web --replicas=3').last).toBe(
      'deployment.apps/web scaled\n',
    );
  });
});
