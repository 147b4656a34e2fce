import { describe, expect, it } from 'vitest';
import { get, getString } from '../base/json.ts';
import { managersOf } from './managed-fields.ts';
import { ALICE, configMap, NAMESPACES, testCluster } from './test-cluster.ts';

describe('the API server', () => {
  it('stores an object with an identity, and tells those who watch', () => {
    const cluster = testCluster();
    const response = cluster.create(configMap('x', { k: '1' }));
    expect(response.code).toBe(201);
    expect(getString(response.object, 'metadata', 'uid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(getString(response.object, 'metadata', 'creationTimestamp')).toBe('2026-09-01T00:00:00Z');
    expect(cluster.watched.map((event) => event.type)).toEqual(['ADDED']);
    expect(cluster.events.map((event) => event['kind'])).toEqual(['request', 'stored']);
  });

  it('gives every write a higher resourceVersion, across kinds', () => {
    const cluster = testCluster();
    const versions = [
      cluster.create(configMap('x')),
      cluster.create(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } },
        { resource: NAMESPACES, namespace: undefined as never },
      ),
      cluster.send({ verb: 'patch', name: 'x', patch: { type: 'merge', body: { data: { k: '2' } } } }),
      cluster.send({ verb: 'delete', name: 'x' }),
    ].map((response) => Number(get(response.object?.metadata, 'resourceVersion')));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('writes nothing when nothing changes', () => {
    const cluster = testCluster();
    const before = cluster.create(configMap('x', { k: '1' })).object;
    const patched = cluster.send({
      verb: 'patch',
      name: 'x',
      patch: { type: 'merge', body: { data: { k: '1' } } },
    });
    expect(patched.code).toBe(200);
    expect(patched.object).toEqual(before);
    expect(cluster.watched).toHaveLength(1);
  });

  it('refuses an update of a version that is no longer the latest', () => {
    const cluster = testCluster();
    const first = cluster.create(configMap('x', { k: '1' })).object;
    cluster.send({ verb: 'update', name: 'x', body: configMap('x', { k: '2' }) });
    const stale = cluster.send({ verb: 'update', name: 'x', body: { ...first, data: { k: '3' } } });
    expect(stale.failure).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('says which object is not there, or there already', () => {
    const cluster = testCluster();
    cluster.create(configMap('x'));
    expect(cluster.create(configMap('x')).failure?.message).toBe('configmaps "x" already exists');
    expect(cluster.send({ verb: 'get', name: 'y' }).failure?.message).toBe('configmaps "y" not found');
    expect(cluster.create(configMap('x'), { namespace: 'nowhere' }).failure?.message).toBe(
      'namespaces "nowhere" not found',
    );
  });

  it('refuses who has no right, in the words of the recordings', () => {
    const cluster = testCluster();
    const refused = cluster.send({ verb: 'get', name: 'model-config', user: ALICE });
    expect(refused.failure).toMatchObject({
      code: 403,
      message:
        'configmaps "model-config" is forbidden: User "alice" cannot get resource "configmaps" in API group "" in the namespace "a"',
    });
  });

  it('lets the owner of a field change with who writes it', () => {
    const cluster = testCluster();
    cluster.create(configMap('x', { k: '1' }), { fieldManager: 'kubectl-create' });
    const patch = { type: 'merge', body: { data: { k: '2' } } } as const;
    const patched = cluster.send({ verb: 'patch', name: 'x', patch, fieldManager: 'kubectl-patch' });
    expect(managersOf(patched.object as never)).toEqual(['kubectl-create', 'kubectl-patch']);
    const put = cluster.send({
      verb: 'update',
      name: 'x',
      body: configMap('x', { k: '1' }),
      fieldManager: 'kubectl-create',
    });
    expect(managersOf(put.object as never)).toEqual(['kubectl-create']);
  });
});
