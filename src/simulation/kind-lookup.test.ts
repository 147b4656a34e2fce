import { describe, expect, it } from 'vitest';
import { testCluster } from '../cluster/test-cluster.ts';
import { kindLookup } from './kind-lookup.ts';

const { findKind } = kindLookup(testCluster().server.discovery().resources);

describe('a kind that Kyverno looks up', () => {
  it('is found with its subresource', () => {
    expect(findKind('Deployment/scale')).toEqual({ subresource: 'scale' });
    expect(findKind('Pod/exec')).toEqual({ subresource: 'exec' });
    expect(findKind('Pod')).toEqual({ subresource: '' });
  });

  it('is not found by a kind that only subresources have', () => {
    expect(findKind('Scale')).toBeUndefined();
    expect(findKind('PodExecOptions')).toBeUndefined();
  });

  it('is not found where nobody serves it', () => {
    expect(findKind('Pod/scale')).toBeUndefined();
    expect(findKind('apps/v1/Scale')).toBeUndefined();
    expect(findKind('Unheard')).toBeUndefined();
  });
});
