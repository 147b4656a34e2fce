import { describe, expect, it } from 'vitest';
import type { EngineResponse, RuleResponse } from '../engine/engine-response.ts';
import { readPolicy } from '../kyverno/read-policy.ts';
import { appliedEvents, blockedEvents, passedEvents } from './violation-events.ts';

function responseOf(namespace: string, ...results: readonly (readonly [string, string])[]): EngineResponse {
  const kind = namespace === '' ? 'ClusterPolicy' : 'Policy';
  const metadata = { name: 'p', ...(namespace === '' ? {} : { namespace }) };
  const rules = results.map(([name]) => ({ name, validate: {} }));
  const policy = readPolicy({ apiVersion: 'kyverno.io/v1', kind, metadata, spec: { rules } });
  if (policy === undefined) throw new Error('no policy');
  return {
    policy,
    explanations: [],
    rules: policy.rules.map(
      (rule, index): RuleResponse => ({
        rule,
        ruleType: 'validate',
        status: (results[index]?.[1] ?? 'pass') as RuleResponse['status'],
        message: `message of ${rule.name}`,
        emitWarning: false,
      }),
    ),
  };
}

const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'a', uid: '1' };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: 'n', uid: '2' };
const brief = (events: ReturnType<typeof blockedEvents>): readonly string[] =>
  events.map(({ reason, action, regarding, message }) => `${regarding.kind} ${reason}/${action}: ${message}`);

describe('Events of a verdict (lifecycle H.1)', () => {
  const mixed = responseOf('', ['r1', 'fail'], ['r2', 'pass'], ['r3', 'error'], ['r4', 'skip']);

  it('speak on the policy of what was blocked, once a rule that fails or errs', () => {
    expect(brief(blockedEvents([mixed], POD))).toEqual([
      'ClusterPolicy PolicyViolation/Resource Blocked: Pod ns/a: [r1] fail (blocked); message of r1',
      'ClusterPolicy PolicyViolation/Resource Blocked: Pod ns/a: [r3] error (blocked); message of r3',
    ]);
    expect(brief(blockedEvents([responseOf('', ['r', 'fail'])], NAMESPACE))).toEqual([
      'ClusterPolicy PolicyViolation/Resource Blocked: Namespace n: [r] fail (blocked); message of r',
    ]);
  });

  it('speak on the policy and, for every rule of it, on the object of what was let through', () => {
    expect(brief(passedEvents([mixed], POD))).toEqual([
      'ClusterPolicy PolicyViolation/Resource Passed: Pod ns/a: [r1] fail; message of r1',
      'ClusterPolicy PolicyViolation/Resource Passed: Pod ns/a: [r3] error; message of r3',
      'Pod PolicyViolation/Resource Passed: policy p/r1 fail: message of r1',
      'Pod PolicyViolation/Resource Passed: policy p/r2 pass: message of r2',
      'Pod PolicyViolation/Resource Passed: policy p/r3 error: message of r3',
      'Pod PolicyViolation/Resource Passed: policy p/r4 skip: message of r4',
    ]);
  });

  it('say nothing of a policy whose rules all hold', () => {
    const good = responseOf('', ['r', 'pass']);
    expect(blockedEvents([good], POD)).toEqual([]);
    expect(passedEvents([good], POD)).toEqual([]);
  });

  it('tell of success where a version raises such Events', () => {
    expect(brief(appliedEvents([responseOf('', ['r', 'pass'])], POD))).toEqual([
      'ClusterPolicy PolicyApplied/Resource Passed: Pod ns/a: pass',
    ]);
    expect(appliedEvents([mixed], POD)).toEqual([]);
  });
});
