import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../base/json.ts';
import { getList, getObject, getPath, getString } from '../base/json.ts';
import { loadParts } from '../parts.ts';
import { testCluster } from './test-cluster.ts';

const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts' };
const PODS = { group: '', version: 'v1', resource: 'pods' };
const CRON_JOBS = { group: 'batch', version: 'v1', resource: 'cronjobs' };
const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' };

const pod = (spec: JsonObject) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });
const container = { name: 'c', image: 'nginx' };

/** A cluster whose namespace `a` has its default service account. */
function clusterWithAccount(account: JsonObject = {}) {
  const cluster = testCluster();
  const body = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
    ...account,
  };
  cluster.create(body, { resource: SERVICE_ACCOUNTS, namespace: 'a' });
  return cluster;
}

const make = (spec: JsonObject, account: JsonObject = {}) =>
  clusterWithAccount(account).create(pod(spec), { resource: PODS, namespace: 'a' });

describe('Pods and what makes them', () => {
  beforeAll(loadParts);

  it('are defaulted before anybody sees them', () => {
    const { object } = make({ containers: [{ ...container, ports: [{ containerPort: 80 }] }] });
    expect(getPath(object, ['spec', 'containers', 0])).toMatchObject({
      imagePullPolicy: 'Always',
      ports: [{ containerPort: 80, protocol: 'TCP' }],
      resources: {},
      terminationMessagePath: '/dev/termination-log',
    });
    expect(getObject(object, 'spec')).toMatchObject({
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      priority: 0,
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
    });
  });

  it('are pulled always when their tag is latest, written or meant', () => {
    const images = ['nginx', 'nginx:latest', 'r:5000/nginx', 'nginx:1', `nginx@sha256:${'0'.repeat(64)}`];
    const { object } = make({ containers: images.map((image, index) => ({ name: `c${index}`, image })) });
    expect(getList(object, 'spec', 'containers').map((one) => getString(one, 'imagePullPolicy'))).toEqual([
      'Always',
      'Always',
      'Always',
      'IfNotPresent',
      'IfNotPresent',
    ]);
  });

  it('leave out empty lists and maps, but not an empty volume', () => {
    const volumes = [{ name: 'v', emptyDir: {} }, { name: 'w' }];
    const { object } = make({ containers: [{ ...container, env: [] }], nodeSelector: {}, volumes });
    expect(getPath(object, ['spec', 'containers', 0])).not.toHaveProperty('env');
    expect(getObject(object, 'spec')).not.toHaveProperty('nodeSelector');
    expect(getList(object, 'spec', 'volumes').slice(0, 2)).toEqual([
      { name: 'v', emptyDir: {} },
      { name: 'w', emptyDir: {} },
    ]);
  });

  it('make a Deployment whole, its template too', () => {
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template: { spec: { containers: [container] } }, strategy: {} },
    };
    const { object } = testCluster().create(body, { resource: DEPLOYMENTS, namespace: 'a' });
    expect(getObject(object, 'spec')).toMatchObject({
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
      template: { spec: { schedulerName: 'default-scheduler' } },
    });
    expect(getObject(object, 'spec', 'template', 'spec')).not.toHaveProperty('enableServiceLinks');
  });

  it('carry the token of their service account', () => {
    const { object } = make({ containers: [container] });
    const volume = getString(object, 'spec', 'volumes', 0, 'name');
    expect(volume).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(getList(object, 'spec', 'containers', 0, 'volumeMounts')).toEqual([
      { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', name: volume, readOnly: true },
    ]);
    expect(getString(object, 'spec', 'serviceAccountName')).toBe('default');
  });

  it('carry no token where the account or the Pod does not want it', () => {
    const none = make({ containers: [container] }, { automountServiceAccountToken: false });
    expect(getList(none.object, 'spec', 'volumes')).toEqual([]);
    const own = make({ containers: [container], automountServiceAccountToken: false });
    expect(getList(own.object, 'spec', 'volumes')).toEqual([]);
  });

  it('are refused when their account does not exist', () => {
    const { failure } = make({ containers: [container], serviceAccountName: 'x' });
    expect(failure?.message).toBe(
      'pods "p" is forbidden: error looking up service account a/x: serviceaccount "x" not found',
    );
  });

  it('tolerate a lost node for five minutes, unless they say otherwise', () => {
    const key = 'node.kubernetes.io/not-ready';
    const { object } = make({ containers: [container], tolerations: [{ key, operator: 'Exists' }] });
    expect(getList(object, 'spec', 'tolerations').map((one) => getString(one, 'key'))).toEqual([
      key,
      'node.kubernetes.io/unreachable',
    ]);
  });

  it('are refused with an AppArmor profile that is none, in a template too', () => {
    const key = 'container.apparmor.security.beta.kubernetes.io/c';
    const body = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'j' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: {
              metadata: { annotations: { [key]: 'foo/bar' } },
              spec: { containers: [container], restartPolicy: 'Never' },
            },
          },
        },
      },
    };
    const { failure } = testCluster().create(body, { resource: CRON_JOBS, namespace: 'a' });
    expect(failure?.message).toBe(
      `CronJob.batch "j" is invalid: spec.jobTemplate.spec.template.annotations[${key}]: Invalid value: "foo/bar": invalid AppArmor profile name: "foo/bar"`,
    );
  });
});
