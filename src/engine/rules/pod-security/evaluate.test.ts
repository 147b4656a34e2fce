import { describe, expect, it } from 'vitest';
import type { Json } from '../../../base/json.ts';
import { applyExclusions, evaluateChecks, formatViolations, parseVersion } from './evaluate.ts';

const pod = (spec: Json): { annotations: readonly (readonly [string, string])[]; spec: Json } => ({
  annotations: [],
  spec,
});
const latest = (level: string): { level: string; minor: number } => ({
  level,
  minor: Number.POSITIVE_INFINITY,
});
const ids = (level: string, spec: Json): readonly string[] =>
  evaluateChecks(latest(level), pod(spec)).map(({ id }) => id);

describe('pod security', () => {
  it('asks more of restricted than of baseline', () => {
    expect(ids('baseline', { containers: [{ name: 'a' }] })).toEqual([]);
    expect(ids('restricted', { containers: [{ name: 'a' }] })).toEqual([
      'allowPrivilegeEscalation',
      'capabilities_restricted',
      'runAsNonRoot',
      'seccompProfile_restricted',
    ]);
  });

  it('asks everything of level privileged, as Kyverno does', () => {
    expect(ids('privileged', { hostPID: true, containers: [] })).toEqual(['hostNamespaces']);
  });

  it('knows the versions in which a check became milder', () => {
    const spec = { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }] }, containers: [] };
    expect(evaluateChecks({ level: 'baseline', minor: 31 }, pod(spec))).toHaveLength(1);
    expect(evaluateChecks({ level: 'baseline', minor: 32 }, pod(spec))).toHaveLength(0);
  });

  it('reads versions strictly', () => {
    expect(parseVersion('v1.24')).toBe(24);
    expect(parseVersion('latest')).toBe(Number.POSITIVE_INFINITY);
    expect(parseVersion('1.24')).toBeUndefined();
  });

  it('lets an exclusion by image off the containers with that image only', () => {
    const privileged = { securityContext: { privileged: true } };
    const spec = {
      containers: [
        { name: 'a', image: 'redis', ...privileged },
        { name: 'b', image: 'nginx', ...privileged },
      ],
    };
    const found = evaluateChecks(latest('baseline'), pod(spec));
    const exclude = { controlName: 'Privileged Containers', images: ['redis*'] };
    expect(formatViolations(applyExclusions(latest('baseline'), [exclude], found, pod(spec)))).toBe(
      '(Forbidden reason: privileged, field error list: [spec.containers[1].securityContext.privileged is forbidden, forbidden values found: true])',
    );
  });

  it('lets an exclusion of a control of the Pod off without images', () => {
    const spec = { hostNetwork: true, containers: [] };
    const found = evaluateChecks(latest('baseline'), pod(spec));
    expect(
      applyExclusions(latest('baseline'), [{ controlName: 'Host Namespaces' }], found, pod(spec)),
    ).toEqual([]);
  });
});
