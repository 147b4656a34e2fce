import { describe, expect, it } from 'vitest';
import { get, getString, type Json } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { CONFIG_MAPS, configMap, NAMESPACES, type TestCluster, testCluster } from './test-cluster.ts';

const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts' };
const CRDS = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
const WIDGETS = { group: 'example.com', version: 'v1', resource: 'widgets' };

/** A request without a namespace. */
const CLUSTER = { namespace: undefined } as never as { namespace: string };

const createNamespace = (cluster: TestCluster, name: string) =>
  cluster.create(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    { resource: NAMESPACES, ...CLUSTER },
  );

const deleteNamespace = (cluster: TestCluster, name: string) =>
  cluster.send({ verb: 'delete', name, resource: NAMESPACES, ...CLUSTER });

describe('namespaces', () => {
  it('come with a label, a finalizer, a service account and the root CA', () => {
    const cluster = testCluster();
    const { object } = createNamespace(cluster, 'n');
    expect(object).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'n' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
    cluster.settle();
    expect(cluster.server.lookup(SERVICE_ACCOUNTS, 'n', 'default')).toBeDefined();
    expect(cluster.server.lookup(CONFIG_MAPS, 'n', 'kube-root-ca.crt')).toBeDefined();
  });

  it('refuse new content while they go, and take the old along', () => {
    const cluster = testCluster();
    createNamespace(cluster, 'n');
    cluster.create(configMap('x'), { namespace: 'n' });
    cluster.settle();
    expect(getString(deleteNamespace(cluster, 'n').object, 'status', 'phase')).toBe('Terminating');
    expect(cluster.create(configMap('y'), { namespace: 'n' }).failure).toMatchObject({
      code: 403,
      message:
        'configmaps "y" is forbidden: unable to create new content in namespace n because it is being terminated',
    });
    cluster.settle();
    expect(cluster.server.listAll(CONFIG_MAPS, 'n')).toEqual([]);
    expect(cluster.server.lookup(NAMESPACES, '', 'n')).toBeUndefined();
  });

  it('stay if the cluster needs them', () => {
    expect(deleteNamespace(testCluster(), 'kube-system').failure?.message).toBe(
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    );
  });
});

describe('deletion', () => {
  it('waits for finalizers', () => {
    const cluster = testCluster();
    cluster.create(configMap('x', {}, { finalizers: ['example.com/hold'] }));
    const marked = cluster.send({ verb: 'delete', name: 'x' }).object;
    expect(getString(marked, 'metadata', 'deletionTimestamp')).toBeDefined();
    const patch = { type: 'merge', body: { metadata: { finalizers: null } } } as const;
    cluster.send({ verb: 'patch', name: 'x', patch });
    expect(cluster.watched.map((event) => event.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
  });

  it('takes dependents along, or lets them go', () => {
    const cluster = testCluster();
    const owner = cluster.create(configMap('owner')).object as KubernetesObject;
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'owner',
      uid: getString(owner, 'metadata', 'uid'),
    };
    cluster.create(configMap('dependent', {}, { ownerReferences: [reference] }));
    cluster.settle();
    expect(cluster.server.lookup(CONFIG_MAPS, 'a', 'dependent')).toBeDefined();
    cluster.send({ verb: 'delete', name: 'owner' });
    cluster.settle();
    expect(cluster.server.listAll(CONFIG_MAPS, 'a')).toEqual([]);
  });

  it('with Orphan leaves dependents behind', () => {
    const cluster = testCluster();
    const owner = cluster.create(configMap('owner')).object as KubernetesObject;
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'owner',
      uid: getString(owner, 'metadata', 'uid'),
    };
    cluster.create(configMap('dependent', {}, { ownerReferences: [reference] }));
    cluster.send({ verb: 'delete', name: 'owner', propagationPolicy: 'Orphan' });
    cluster.settle();
    const left = cluster.server.listAll(CONFIG_MAPS, 'a');
    expect(left.map((object) => getString(object, 'metadata', 'name'))).toEqual(['dependent']);
    expect(get(left[0]?.metadata, 'ownerReferences')).toBeUndefined();
  });
});

describe('custom resources', () => {
  const crd: Json = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size: { type: 'integer', minimum: 1 },
                    colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
                  },
                },
                status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          },
        },
      ],
    },
  };
  const widget = (spec: Json): Json => ({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'w' },
    spec,
  });
  const withCrd = (): TestCluster => {
    const cluster = testCluster();
    cluster.create(crd, { resource: CRDS, ...CLUSTER });
    return cluster;
  };
  const create = (cluster: TestCluster, spec: Json, more = {}) =>
    cluster.create(widget(spec), { resource: WIDGETS, ...more });

  it('are served as soon as their definition is stored, and no longer', () => {
    expect(create(testCluster(), { size: 1 }).failure?.message).toBe(
      'the server could not find the requested resource',
    );
    const cluster = withCrd();
    expect(cluster.server.discovery().byName('wd')?.kind).toBe('Widget');
    expect(create(cluster, { size: 1 }).code).toBe(201);
    cluster.send({ verb: 'delete', name: 'widgets.example.com', resource: CRDS, ...CLUSTER });
    cluster.settle();
    expect(cluster.server.discovery().byName('wd')).toBeUndefined();
    expect(cluster.watched.map(({ type, info }) => `${type} ${info.kind}`)).toContain('DELETED Widget');
  });

  it('get defaults, lose unknown fields with a warning, or are refused for them', () => {
    const { object, warnings } = create(withCrd(), { size: 1, weight: 2 });
    expect(get(object, 'spec')).toEqual({ size: 1, colour: 'red' });
    expect(warnings).toEqual(['unknown field "spec.weight"']);
    expect(create(withCrd(), { size: 1, weight: 2 }, { fieldValidation: 'Strict' }).failure?.message).toBe(
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.weight"',
    );
  });

  it.each([
    [{}, 'spec.size: Required value'],
    [
      { size: 'x' },
      'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    ],
    [{ size: 0 }, 'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'],
    [{ size: 1, colour: 'pink' }, 'spec.colour: Unsupported value: "pink": supported values: "red", "blue"'],
  ])('are validated by their schema: %j', (spec, text) => {
    expect(create(withCrd(), spec).failure?.message).toBe(`Widget.example.com "w" is invalid: ${text}`);
  });

  it('count generations for their spec, and keep status apart', () => {
    const cluster = withCrd();
    create(cluster, { size: 1 });
    const patch = (body: Json, subresource?: string) =>
      cluster.send({
        verb: 'patch',
        name: 'w',
        resource: WIDGETS,
        patch: { type: 'merge', body },
        ...(subresource === undefined ? {} : { subresource }),
      }).object;
    expect(get(patch({ metadata: { labels: { a: 'b' } } })?.metadata, 'generation')).toBe(1);
    expect(get(patch({ spec: { size: 2 } })?.metadata, 'generation')).toBe(2);
    expect(get(patch({ status: { phase: 'x' } }), 'status')).toBeUndefined();
    const updated = patch({ spec: { size: 9 }, status: { phase: 'x' } }, 'status');
    expect([get(updated, 'status'), get(get(updated, 'spec'), 'size')]).toEqual([{ phase: 'x' }, 2]);
  });
});

describe('names', () => {
  it.each([
    ['Model_Change!', 'a lowercase RFC 1123 subdomain must consist of'],
    ['a'.repeat(254), 'must be no more than 253 characters'],
  ])('%s is refused', (name, text) => {
    expect(testCluster().create(configMap(name)).failure?.message).toContain(
      `ConfigMap "${name}" is invalid: metadata.name: Invalid value: "${name}": ${text}`,
    );
  });

  it('are made up from generateName', () => {
    const { object } = testCluster().create({
      ...(configMap('') as object),
      metadata: { generateName: 'ur-' },
    });
    expect(getString(object, 'metadata', 'name')).toMatch(/^ur-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('are required', () => {
    expect(testCluster().create(configMap('')).failure?.message).toBe(
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    );
  });
});

describe('a dry run', () => {
  it('answers like the real thing and stores nothing', () => {
    const cluster = testCluster();
    expect(cluster.create(configMap('x'), { dryRun: true }).code).toBe(201);
    expect(cluster.watched).toEqual([]);
    expect(cluster.server.lookup(CONFIG_MAPS, 'a', 'x')).toBeUndefined();
  });
});

describe('a body of the wrong type', () => {
  it('is told as Go tells it', () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { i: 1 } };
    expect(testCluster().create(body).failure?.message).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    );
  });
});
