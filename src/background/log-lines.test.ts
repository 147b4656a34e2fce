import { describe, expect, it } from 'vitest';
import { behaviourOf } from '../kyverno/behaviour.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { formatBackgroundLog, type LogMessage } from './log-lines.ts';

const TIME = Date.UTC(2026, 7, 21, 10, 0, 0);
const SUBJECT = {
  name: 'ur-xxxxx',
  policy: 'add-networkpolicy',
  rule: 'default-deny',
  resourceVersion: '706',
  trigger: '/bad-namespace',
  resource: 'v1/Namespace//bad-namespace',
  resourceName: 'bad-namespace',
  target: 'networking.k8s.io/v1/NetworkPolicy/bad-namespace/default-deny',
};

const line = (version: KyvernoVersion, message: LogMessage, error?: string): string | undefined =>
  formatBackgroundLog(behaviourOf(version), TIME, message, SUBJECT, error)?.line;

describe('a log line of the background controller', () => {
  it.each([
    [
      '1.11',
      'I0821 10:00:00.000000       1 generate.go:99] "start processing UR" logger="background" name="ur-xxxxx" policy="add-networkpolicy" resource="v1/Namespace//bad-namespace" ur="ur-xxxxx" resourceVersion="706"',
    ],
    [
      '1.12',
      '2026-08-21T10:00:00Z\tINFO\tbackground\tgenerate/generate.go:101\tstart processing UR\t{"name": "ur-xxxxx", "policy": "add-networkpolicy", "resource": "v1/Namespace//bad-namespace", "ur": "ur-xxxxx", "resourceVersion": "706"}',
    ],
    [
      '1.13',
      '2026-08-21T10:00:00Z INF github.com/kyverno/kyverno/pkg/background/generate/controller.go:104 > start processing UR logger=background name=ur-xxxxx policy=add-networkpolicy resourceVersion=706 ur=ur-xxxxx v=0',
    ],
    [
      '1.19',
      '2026-08-21T10:00:00Z TRC github.com/kyverno/kyverno/pkg/background/generate/controller.go:95 > start processing UR logger=background name=ur-xxxxx policy=add-networkpolicy resourceVersion=706 ur=ur-xxxxx v=2',
    ],
  ] as const)('has the format of Kyverno %s', (version, expected) => {
    expect(line(version, 'start processing UR')).toBe(expected);
  });

  it('puts the error first and quotes it', () => {
    expect(line('1.15', 'failed to apply generate rule', 'namespaces "x" not found')).toBe(
      '2026-08-21T10:00:00Z ERR github.com/kyverno/kyverno/pkg/background/generate/controller.go:301 > failed to apply generate rule error="namespaces \\"x\\" not found" logger=background name=ur-xxxxx policy=add-networkpolicy trigger=/bad-namespace',
    );
  });

  it('is left out where a version has no such line', () => {
    expect(line('1.15', 'warning: reason')).toBeUndefined();
    expect(line('1.16', 'warning: reason')).toContain('controller.go:302 > warning: reason');
  });
});
