import { describe, expect, it } from 'vitest';
import { get, getList, getString } from '../base/json.ts';
import type { ApiResponse } from './api.ts';
import { configMap, type TestCluster, testCluster } from './test-cluster.ts';

const apply = (
  cluster: TestCluster,
  data: Record<string, string>,
  manager: string,
  force = false,
): ApiResponse =>
  cluster.send({
    verb: 'patch',
    name: 'x',
    patch: { type: 'apply', body: configMap('x', data) },
    fieldManager: manager,
    force,
  });

describe('server-side apply', () => {
  it('creates what is not there, and changes nothing the second time', () => {
    const cluster = testCluster();
    const first = apply(cluster, { a: '1' }, 'me');
    expect(first.code).toBe(201);
    expect(apply(cluster, { a: '1' }, 'me').object).toEqual(first.object);
    expect(getString(getList(first.object, 'metadata', 'managedFields')[0], 'operation')).toBe('Apply');
  });

  it('takes away what the manager no longer names, and leaves what others own', () => {
    const cluster = testCluster();
    cluster.create(configMap('x', { theirs: '1' }));
    apply(cluster, { a: '1', b: '2' }, 'me');
    const { object } = apply(cluster, { a: '1' }, 'me');
    expect(get(object, 'data')).toEqual({ theirs: '1', a: '1' });
  });

  it('refuses to change what another manager holds, unless forced', () => {
    const cluster = testCluster();
    cluster.create(configMap('x', { a: '1', b: '1' }), { fieldManager: 'kubectl-create' });
    expect(apply(cluster, { a: '2' }, 'me').failure?.message).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl-create" using v1: .data.a',
    );
    expect(apply(cluster, { a: '2', b: '2' }, 'me').failure?.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "kubectl-create" using v1:\n- .data.a\n- .data.b',
    );
    expect(get(apply(cluster, { a: '2' }, 'me', true).object, 'data')).toEqual({ a: '2', b: '1' });
  });
});
