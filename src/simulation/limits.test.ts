import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClusterBase } from '../cluster/cluster-base.ts';
import { simulate } from './simulate.ts';
import { scenarioOf } from './testing.ts';

const path = join(import.meta.dirname, '../../public/cluster/base-1.19.json');
const base = readClusterBase(JSON.parse(readFileSync(path, 'utf8')), '1.19');

const quota = (hard: string, more = ''): string =>
  `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: default}\nspec: {hard: ${hard}${more}}\n`;
const range = (item: string): string =>
  `apiVersion: v1\nkind: LimitRange\nmetadata: {name: r, namespace: default}\nspec: {limits: [{type: Container, ${item}}]}\n`;
const pod = (name: string, resources = '{}'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: default}\nspec: {containers: [{name: c, image: i, resources: ${resources}}]}\n`;

/** What the last command wrote, after the documents were applied. */
function last(documents: readonly string[], ...commands: readonly string[]): string {
  if (base === undefined) throw new Error('no base');
  const lines = ['kubectl apply -f f.yaml', ...commands];
  const scenario = scenarioOf('', lines, { 'f.yaml': documents.join('---\n') });
  const trace = simulate(scenario, { version: '1.19', seed: 1, base });
  const steps = trace.events.flatMap((event) => (event.kind === 'step' ? [event] : []));
  return `${steps.at(-1)?.stdout ?? ''}${steps.at(-1)?.stderr ?? ''}`;
}

describe('a ResourceQuota', () => {
  it('refuses the Pod that would ask for too much', () => {
    const documents = [quota('{requests.cpu: "1", pods: "5"}'), pod('a', '{requests: {cpu: 600m}}')];
    expect(last([...documents, pod('b', '{requests: {cpu: 500m}}')])).toContain(
      'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    expect(last([...documents, pod('b', '{requests: {cpu: 400m}}')])).toContain('pod/b created');
  });

  it('wants containers to say what it limits', () => {
    expect(last([quota('{limits.memory: 1Gi, cpu: "1"}'), pod('a')])).toContain(
      'pods "a" is forbidden: failed quota: q: must specify cpu for: c; limits.memory for: c',
    );
  });

  it('counts the Pods of its scopes alone', () => {
    const best = quota('{pods: "1"}', ', scopes: [BestEffort]');
    const out = last([best, pod('a', '{requests: {cpu: 1}}'), pod('b'), pod('c')]);
    expect(out).toContain('pod/b created');
    expect(out).toContain(
      'pods "c" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    );
  });

  it('counts the ports of Services, on updates too', () => {
    const service = (ports: string): string =>
      `apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: default}\nspec: {type: NodePort, ports: [${ports}]}\n`;
    const out = last(
      [quota('{services.nodeports: "1"}'), service('{port: 80, name: a}')],
      `kubectl patch service s --type=json -p '[{"op":"add","path":"/spec/ports/-","value":{"port":81,"name":"b"}}]'`,
    );
    expect(out).toContain(
      'services "s" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1',
    );
  });

  it('says what is used of it', () => {
    const documents = [
      quota('{requests.cpu: "1", count/configmaps: "9"}'),
      pod('a', '{requests: {cpu: 600m}}'),
    ];
    expect(last(documents, 'kubectl get quota q')).toContain('count/configmaps: 1/9, requests.cpu: 600m/1');
    expect(last(documents, 'kubectl delete pod a', 'kubectl get quota q')).toContain('requests.cpu: 0/1');
  });
});

describe('a LimitRange', () => {
  it('gives containers what they leave out', () => {
    const out = last(
      [range('default: {cpu: 500m}, defaultRequest: {cpu: 200m}'), pod('a')],
      'kubectl get pod a -o yaml',
    );
    expect(out).toContain("kubernetes.io/limit-ranger: 'LimitRanger plugin set: cpu request for");
    expect(out).toMatch(/limits:\n +cpu: 500m\n +requests:\n +cpu: 200m/);
    expect(out).toContain('qosClass: Burstable');
  });

  it.each([
    [
      'min: {cpu: 100m}',
      '{requests: {cpu: 50m}}',
      'minimum cpu usage per Container is 100m, but request is 50m',
    ],
    ['max: {cpu: 1}', '{limits: {cpu: 2}}', 'maximum cpu usage per Container is 1, but limit is 2'],
    [
      'maxLimitRequestRatio: {cpu: 2}',
      '{requests: {cpu: 1}, limits: {cpu: 3}}',
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
    [
      'maxLimitRequestRatio: {cpu: 2}',
      '{}',
      'cpu max limit to request ratio per Container is 2, but no request is specified or request is 0',
    ],
  ])('with %s refuses %s', (item, resources, text) => {
    expect(last([range(item), pod('a', resources)])).toContain(`pods "a" is forbidden: ${text}`);
  });
});
