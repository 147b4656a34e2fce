import { describe, expect, it } from 'vitest';
import { matchKind, parseKindSelector } from './kind-selector.ts';

const pod = { group: '', version: 'v1', kind: 'Pod' };
const deployment = { group: 'apps', version: 'v1', kind: 'Deployment' };

describe('a kind selector', () => {
  it('names a kind in any group and version', () => {
    expect(parseKindSelector('Pod')).toEqual({ group: '*', version: '*', kind: 'Pod', subresource: '' });
  });

  it('tells a version from a kind by its form', () => {
    expect(parseKindSelector('v1/Pod')).toMatchObject({ version: 'v1', kind: 'Pod' });
    expect(parseKindSelector('Pod/exec')).toMatchObject({ kind: 'Pod', subresource: 'exec' });
  });

  it('does not take the resource’s subresources along', () => {
    expect(matchKind(['Deployment'], deployment, 'scale')).toBe(false);
    expect(matchKind(['*/*'], deployment, 'scale')).toBe(true);
  });

  it('takes the ephemeral containers of pods along, unless told not to', () => {
    expect(matchKind(['Pod'], pod, 'ephemeralcontainers')).toBe(true);
    expect(matchKind(['Pod'], pod, 'ephemeralcontainers', false)).toBe(false);
  });

  it('matches nothing when it has too many parts', () => {
    expect(matchKind(['a/b/c/d/e'], pod, '')).toBe(false);
  });
});
