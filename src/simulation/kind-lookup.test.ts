import { describe, expect, it } from 'vitest';
import { testCluster } from '../cluster/test-cluster.ts';
import { kindLookup } from './kind-lookup.ts';

const { findKind } = kindLookup(testCluster().server.discovery().resources);

describe('a kind that Kyverno looks up', () => {
  it('may be one of subresources alone', () => {
    expect(findKind('Scale')).toEqual({ subresource: 'scale' });
    expect(findKind('autoscaling/v1/Scale')).toEqual({ subresource: 'scale' });
    expect(findKind('PodExecOptions')).toEqual({ subresource: 'exec' });
  });

  it('is not found where nobody serves it', () => {
    expect(findKind('Pod/scale')).toBeUndefined();
    expect(findKind('apps/v1/Scale')).toBeUndefined();
    expect(findKind('Unheard')).toBeUndefined();
  });
});
