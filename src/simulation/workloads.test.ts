import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { get, getList, getObject, getString } from '../base/json.ts';
import { readClusterBase } from '../cluster/cluster-base.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf } from '../kubernetes/object.ts';
import { simulate } from './simulate.ts';
import { scenarioOf } from './testing.ts';

const path = join(import.meta.dirname, '../../public/cluster/base-1.19.json');
const base = readClusterBase(JSON.parse(readFileSync(path, 'utf8')), '1.19');

const POLICY = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: require-team
  annotations: {pod-policies.kyverno.io/autogen-controllers: none}
spec:
  background: false
  rules:
    - name: team
      match: {any: [{resources: {kinds: [Pod]}}]}
      validate: {failureAction: Enforce, message: a team is needed, pattern: {metadata: {labels: {team: "?*"}}}}
`;

const template = 'template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}';
const workload = (kind: string, spec: string, apiVersion = 'apps/v1'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: web, namespace: default}\nspec: {${spec}}\n`;
const DEPLOYMENT = workload('Deployment', `replicas: 2, selector: {matchLabels: {app: web}}, ${template}`);

/** What is left in the end, by kind. */
function play(before: string, commands: readonly string[], file = '', wait = 0) {
  if (base === undefined) throw new Error('no base');
  const scenario = scenarioOf(before, commands, { 'f.yaml': file });
  const waiting = {
    title: 'wait',
    user: { username: 'a', groups: [] },
    action: { type: 'wait', duration: wait },
  } as never;
  const steps = wait === 0 ? scenario.steps : [...scenario.steps, waiting];
  const trace = simulate({ ...scenario, steps }, { version: '1.19', seed: 1, base });
  const last = new Map<string, KubernetesObject>();
  for (const { object, deleted } of trace.revisions) {
    const uid = getString(object.metadata, 'uid') ?? '';
    if (deleted) last.delete(uid);
    else last.set(uid, object);
  }
  const of = (kind: string): readonly KubernetesObject[] =>
    [...last.values()].filter((one) => one.kind === kind);
  return { trace, of, end: trace.events.at(-1)?.kind };
}

const condition = (object: KubernetesObject | undefined, type: string) =>
  getList(object, 'status', 'conditions').find((one) => getString(one, 'type') === type);

describe('a Deployment', () => {
  it('has a ReplicaSet, whose Pods the simulated node lets run', () => {
    const { of, end } = play('', ['kubectl apply -f f.yaml'], DEPLOYMENT);
    expect(end).not.toBe('stopped');
    const [set] = of('ReplicaSet');
    expect(nameOf(set)).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
    expect(of('Pod').map((pod) => nameOf(pod).startsWith(`${nameOf(set)}-`))).toEqual([true, true]);
    expect(of('Pod').map((pod) => getString(pod, 'status', 'phase'))).toEqual(['Running', 'Running']);
    const [deployment] = of('Deployment');
    expect(getObject(deployment, 'status')).toMatchObject({
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    });
    expect(get(getObject(deployment, 'status'), 'unavailableReplicas')).toBeUndefined();
    expect(condition(deployment, 'Progressing')).toMatchObject({
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${nameOf(set)}" has successfully progressed.`,
    });
    expect(getString(deployment, 'metadata', 'annotations', 'deployment.kubernetes.io/revision')).toBe('1');
    expect(of('Event').map((event) => getString(event, 'message'))).toContain(
      `Scaled up replica set ${nameOf(set)} from 0 to 2`,
    );
  });

  it('tells of Pods that a policy refuses: an Event, and a condition', () => {
    const { of } = play(POLICY, ['kubectl apply -f f.yaml'], DEPLOYMENT);
    const [set] = of('ReplicaSet');
    const refusal = `admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/default/${nameOf(set)}-`;
    expect(of('Pod')).toEqual([]);
    const event = of('Event').find((one) => getString(one, 'reason') === 'FailedCreate');
    expect(getString(event, 'message')).toContain(`Error creating: ${refusal}`);
    expect(getString(event, 'message')).toContain('a team is needed');
    expect(condition(of('Deployment')[0], 'ReplicaFailure')).toMatchObject({
      status: 'True',
      reason: 'FailedCreate',
    });
  });

  it('rolls over to a new template, and scales', () => {
    const { of } = play(
      '',
      [
        'kubectl apply -f f.yaml',
        'kubectl rollout restart deploy/web',
        'kubectl scale deploy/web --replicas=3',
      ],
      DEPLOYMENT,
    );
    const sets = of('ReplicaSet');
    expect(sets.map((set) => get(getObject(set, 'spec'), 'replicas'))).toEqual([0, 3]);
    expect(of('Pod')).toHaveLength(3);
    expect(
      getString(of('Deployment')[0], 'metadata', 'annotations', 'deployment.kubernetes.io/revision'),
    ).toBe('2');
  });

  it('is a Scale to policies while it is scaled', () => {
    const policy = POLICY.replace('kinds: [Pod]', 'kinds: [Deployment/scale]')
      .replace(
        'pattern: {metadata: {labels: {team: "?*"}}}',
        'pattern: {kind: Scale, spec: {replicas: "<4"}}',
      )
      .replace('a team is needed', 'at most three');
    const { of } = play(
      policy,
      [
        'kubectl apply -f f.yaml',
        'kubectl scale deploy/web --replicas=3',
        'kubectl scale deploy/web --replicas=5',
      ],
      DEPLOYMENT,
    );
    expect(get(getObject(of('Deployment')[0], 'spec'), 'replicas')).toBe(3);
    expect(of('Pod')).toHaveLength(3);
  });

  it('takes its ReplicaSets and Pods along', () => {
    const { of } = play('', ['kubectl apply -f f.yaml', 'kubectl delete deploy web'], DEPLOYMENT);
    expect([...of('ReplicaSet'), ...of('Pod')]).toEqual([]);
  });
});

describe('other workloads', () => {
  it('a StatefulSet has Pods by ordinal', () => {
    const set = workload(
      'StatefulSet',
      `replicas: 2, serviceName: web, selector: {matchLabels: {app: web}}, ${template}`,
    );
    const { of } = play('', ['kubectl apply -f f.yaml'], set);
    expect(of('Pod').map(nameOf)).toEqual(['web-0', 'web-1']);
    expect(getObject(of('StatefulSet')[0], 'status')).toMatchObject({ readyReplicas: 2, replicas: 2 });
  });

  it('a DaemonSet has a Pod for the one node', () => {
    const set = workload('DaemonSet', `selector: {matchLabels: {app: web}}, ${template}`);
    const { of } = play('', ['kubectl apply -f f.yaml'], set);
    expect(of('Pod')).toHaveLength(1);
    expect(getObject(of('DaemonSet')[0], 'status')).toMatchObject({
      desiredNumberScheduled: 1,
      numberReady: 1,
    });
  });

  const pod = 'template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}';

  it('a Job completes', () => {
    const { of } = play(
      '',
      ['kubectl apply -f f.yaml'],
      workload('Job', `completions: 2, ${pod}`, 'batch/v1'),
    );
    expect(of('Pod').map((one) => getString(one, 'status', 'phase'))).toEqual(['Succeeded', 'Succeeded']);
    expect(condition(of('Job')[0], 'Complete')).toMatchObject({
      message: 'Reached expected number of succeeded pods',
    });
  });

  it('a CronJob makes a Job each time its schedule says so', () => {
    const cron = workload('CronJob', `schedule: "*/5 * * * *", jobTemplate: {spec: {${pod}}}`, 'batch/v1');
    const { of } = play('', ['kubectl apply -f f.yaml'], cron, 11 * 60_000);
    expect(of('Job').map(nameOf)).toEqual(['web-29453765', 'web-29453770']);
    expect(getString(of('CronJob')[0], 'status', 'lastScheduleTime')).toBe('2026-01-01T00:10:00Z');
  });
});

/** What the last command wrote. */
function lastOutput(commands: readonly string[], file: string): string {
  const { trace } = play('', ['kubectl apply -f f.yaml', ...commands], file);
  return trace.events.flatMap((event) => (event.kind === 'step' ? [event.stdout] : [])).at(-1) ?? '';
}

describe('kubectl about workloads', () => {
  it('describes a StatefulSet with its Pods and claims', () => {
    const claim =
      'volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]';
    const set = workload(
      'StatefulSet',
      `serviceName: s, replicas: 2, selector: {matchLabels: {app: web}}, ${claim}, ${template}`,
    );
    const text = lastOutput(['kubectl describe sts web'], set);
    expect(text).toMatch(/^Replicas: +2 desired \| 2 total$/m);
    expect(text).toMatch(/^Pods Status: +2 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed$/m);
    expect(text).toMatch(/^ {2}Capacity: +1Gi\n {2}Access Modes: +\[ReadWriteOnce\]$/m);
  });

  it('describes a finished Job, whose selector is its own', () => {
    const job = workload(
      'Job',
      'template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}',
      'batch/v1',
    );
    const text = lastOutput(['kubectl describe job web'], job);
    expect(text).toMatch(/^Selector: +batch\.kubernetes\.io\/controller-uid=/m);
    expect(text).toMatch(/^Pods Statuses: +0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed$/m);
    expect(lastOutput(['kubectl get job,pod'], job)).toMatch(/Complete [\s\S]+Completed/);
  });

  it('describes the node with what its Pods ask for', () => {
    const asks = DEPLOYMENT.replace('image: nginx', 'image: nginx, resources: {requests: {cpu: 2}}');
    const text = lastOutput(['kubectl describe node'], asks);
    expect(text).toMatch(/^Non-terminated Pods: +\(6 in total\)$/m);
    expect(text).toMatch(/^ {2}cpu +4 \(50%\) +0 \(0%\)$/m);
  });

  it('describes a Service with the address that it got', () => {
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: default}\nspec: {type: NodePort, ports: [{port: 80}]}\n';
    const text = lastOutput(['kubectl describe svc s'], service);
    expect(text).toMatch(/^IP: +10\.\d+\.\d+\.\d+$/m);
    expect(text).toMatch(/^NodePort: +<unset> +3\d{4}\/TCP$/m);
    expect(text).toMatch(/^External Traffic Policy: +Cluster$/m);
  });
});
