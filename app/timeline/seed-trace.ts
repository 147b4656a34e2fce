import {
  type EventId,
  evaluationId,
  eventId,
  LATEST_KYVERNO,
  milliseconds,
  type ObjectRef,
  revisionId,
  stepIndex,
  TRACE_FORMAT,
  TRACE_VERSION,
  type Trace,
  type TraceEvent,
  type TraceStep,
} from '../../src/index.ts';

/** A trace built by hand for tests: the story of a denied Namespace and an allowed one. */
type Draft<T> = T extends TraceEvent
  ? Omit<T, 'id' | 'time' | 'end' | 'step' | 'phase' | 'cause' | 'revision' | 'evaluation'>
  : never;

export function traceBuilder(steps: readonly string[], users: readonly string[] = []) {
  const events: TraceEvent[] = [];
  const traceSteps: TraceStep[] = [
    {
      index: stepIndex(0),
      title: 'before',
      command: '',
      kind: 'before',
      username: 'kubernetes-admin',
      time: milliseconds(0),
      settled: milliseconds(0),
    },
    ...steps.map((title, i) => ({
      index: stepIndex(i + 1),
      title,
      command: title.startsWith('wait') ? '' : `kubectl ${title}`,
      kind: title.startsWith('wait') ? ('wait' as const) : ('command' as const),
      username: users[i] ?? 'alice',
      time: milliseconds(0),
      settled: milliseconds(0),
    })),
  ];
  return {
    add(
      step: number,
      phase: 'admission' | 'background',
      time: number,
      end: number,
      cause: EventId | undefined,
      event: Draft<TraceEvent>,
    ): EventId {
      const id = eventId(events.length);
      const base = { id, time: milliseconds(time), end: milliseconds(end), step: stepIndex(step), phase };
      events.push({
        ...event,
        ...base,
        ...(cause === undefined ? {} : { cause }),
        ...(event.kind === 'stored' || event.kind === 'update-request' ? { revision: revisionId(0) } : {}),
        ...(event.kind === 'rule' ? { evaluation: evaluationId(0) } : {}),
      } as TraceEvent);
      return id;
    },
    build(): Trace {
      return {
        format: TRACE_FORMAT,
        version: TRACE_VERSION,
        kyverno: LATEST_KYVERNO,
        seed: 1,
        startedAt: '2026-01-01T00:00:00Z',
        steps: traceSteps,
        events: inOrder(events),
        revisions: [],
        evaluations: [],
        end: milliseconds(Math.max(0, ...events.map(({ end }) => end))),
      };
    },
  };
}

/** Events are numbered by time, as a trace's are; causes follow their events. */
function inOrder(events: readonly TraceEvent[]): TraceEvent[] {
  const sorted = [...events].sort((a, b) => a.time - b.time || a.id - b.id);
  const place = new Map(sorted.map((event, i) => [event.id, eventId(i)]));
  return sorted.map((event, i) => {
    const cause = event.cause === undefined ? undefined : place.get(event.cause);
    return { ...event, id: eventId(i), ...(cause === undefined ? {} : { cause }) };
  });
}

const namespace = (name: string): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  name,
  uid: `uid-${name}`,
});
const policyOf = (name: string): ObjectRef => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  namespace: name,
  name: 'default-deny',
});
const GENERATE = { policy: 'add-default-deny', rule: 'default-deny' };

/** The seed story: `bad-namespace` is denied and its UpdateRequest fails five times; `good-namespace` passes. */
export function seedTrace(): Trace {
  const trace = traceBuilder(['create Namespace/bad-namespace', 'create Namespace/good-namespace']);
  story(trace, 1, 0, 'bad-namespace', true);
  story(trace, 2, 5600, 'good-namespace', false);
  return trace.build();
}

function request(verb: 'create' | 'list' | 'get' | 'update', resource: string, target: ObjectRef) {
  return {
    kind: 'request' as const,
    verb,
    resource: { group: '', version: 'v1', resource },
    subresource: '',
    target,
    dryRun: false,
    warnings: [],
    path: `/api/v1/${resource}`,
    code: verb === 'create' ? 201 : 200,
    username: 'alice',
    phases: [],
  };
}

function story(
  trace: ReturnType<typeof traceBuilder>,
  step: number,
  t: number,
  name: string,
  denied: boolean,
): void {
  const { add } = trace;
  const ref = namespace(name);
  const ur = denied ? 'ur-7k2xq' : 'ur-m4t9d';
  const end = t + 14.5;
  const begin = add(step, 'admission', t, end + 1.5, undefined, {
    kind: 'step',
    exitCode: denied ? 1 : 0,
    stdout: denied ? '' : `namespace/${name} created`,
    stderr: denied
      ? 'Error from server: admission webhook "validate.kyverno.svc-fail" denied the request'
      : '',
    verdict: denied ? 'denied' : 'allowed',
  });
  const post = add(step, 'admission', t + 1, end, begin, {
    ...request('create', 'namespaces', ref),
    component: 'client',
    code: denied ? 400 : 201,
    ...(denied ? { refusedBy: 'validating' as const, message: 'denied' } : {}),
    phases: [
      { name: 'authn', time: milliseconds(t + 1), end: milliseconds(t + 2) },
      { name: 'mutating', time: milliseconds(t + 2), end: milliseconds(t + 5) },
      { name: 'schema', time: milliseconds(t + 5), end: milliseconds(t + 5.5) },
      { name: 'validating', time: milliseconds(t + 5.5), end: milliseconds(denied ? end : end - 2) },
      ...(denied ? [] : [{ name: 'store' as const, time: milliseconds(end - 2), end: milliseconds(end) }]),
    ],
  });
  add(step, 'admission', t + 2.2, t + 4.8, post, {
    kind: 'webhook',
    type: 'mutating',
    name: 'mutate.kyverno.svc-fail',
    operation: 'CREATE',
    allowed: true,
    warnings: [],
  });
  const webhook = add(step, 'admission', t + 5.6, end - (denied ? 0.3 : 2.2), post, {
    kind: 'webhook',
    type: 'validating',
    name: 'validate.kyverno.svc-fail',
    operation: 'CREATE',
    allowed: !denied,
    warnings: [],
  });
  add(step, 'admission', t + 6, t + 9, webhook, {
    kind: 'rule',
    policy: 'require-team',
    rule: 'check-team',
    ruleType: 'validate',
    status: denied ? 'fail' : 'pass',
    message: denied ? "validation error: Label 'team' is required." : '',
    enforced: true,
    trigger: ref,
  });
  if (denied) {
    add(step, 'admission', end, end, post, {
      kind: 'never-stored',
      object: ref,
      change: 'ADDED',
      reason: 'require-team / check-team denied it',
    });
    add(step, 'admission', end + 2, end + 2, webhook, {
      kind: 'event',
      type: 'Warning',
      reason: 'PolicyViolation',
      action: 'Resource Blocked',
      message: `Namespace ${name}: [check-team] fail (blocked)`,
      reportingComponent: 'kyverno-admission',
      regarding: { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', name: 'require-team' },
    });
  } else {
    add(step, 'admission', end - 1, end - 1, post, {
      kind: 'stored',
      change: 'ADDED',
      object: ref,
      username: 'alice',
      component: 'client',
    });
    add(step, 'background', end + 60, end + 60, post, {
      kind: 'report',
      report: { apiVersion: 'reports.kyverno.io/v1', kind: 'EphemeralReport', name: 'er-1' },
      source: 'admission',
      results: [{ policy: 'require-team', rule: 'check-team', result: 'pass' }],
    });
  }
  const postUr = add(step, 'admission', t + 9.5, t + 13.5, webhook, {
    ...request('create', 'updaterequests', { apiVersion: 'kyverno.io/v2', kind: 'UpdateRequest', name: ur }),
    component: 'admission-controller',
  });
  const born = add(step, 'background', t + 13, t + 13, postUr, {
    kind: 'update-request',
    name: ur,
    ...GENERATE,
    requestType: 'generate',
    rules: ['default-deny'],
    trigger: ref,
    state: '',
    retryCount: 0,
    message: '',
  });
  add(step, 'background', t + 13, t + 13, born, {
    kind: 'plan',
    updateRequest: ur,
    ...GENERATE,
    trigger: ref,
    action: 'generate',
    targets: [policyOf(name)],
  });
  const attempts = denied ? 5 : 1;
  let cause = born;
  for (let n = 1; n <= attempts; n++) {
    const a = t + 18 + (n - 1) * 100;
    cause = attempt(trace, step, a, n, cause, { ref, name, ur, denied });
  }
}

function attempt(
  trace: ReturnType<typeof traceBuilder>,
  step: number,
  a: number,
  n: number,
  cause: EventId,
  { ref, name, ur, denied }: { ref: ObjectRef; name: string; ur: string; denied: boolean },
): EventId {
  const { add } = trace;
  const end = a + (denied ? 12 : 40);
  const state = (
    at: number,
    of: 'Pending' | 'Failed' | 'Completed' | 'dropped' | 'deleted',
    retryCount: number,
    from: EventId,
  ) =>
    add(step, 'background', at, at, from, {
      kind: 'update-request',
      name: ur,
      ...GENERATE,
      requestType: 'generate',
      rules: ['default-deny'],
      trigger: ref,
      state: of,
      retryCount,
      message: denied && of === 'Failed' ? 'trigger resource not found' : '',
    });
  const run = add(step, 'background', a, end, cause, {
    kind: 'attempt',
    updateRequest: ur,
    attempt: n,
    of: 5,
    worker: 1,
    result: denied ? 'failed' : 'completed',
    message: '',
  });
  add(step, 'background', a + 0.1, a + 0.1, run, {
    kind: 'log',
    component: 'background-controller',
    source: 'kyverno-background-controller',
    level: 'trace',
    line: `TRC start processing UR name=${ur}`,
    message: 'start processing UR',
  });
  const fetch = add(step, 'background', a + 0.5, a + (denied ? 11 : 9), run, {
    kind: 'attempt-part',
    part: 'fetch',
    updateRequest: ur,
    rule: 'default-deny',
    result: denied ? 'failed' : 'ok',
    message: denied ? `trigger resource v1/Namespace /${name} not found in the cluster` : '',
  });
  add(step, 'background', a + 1, a + 8, fetch, {
    ...request('list', 'namespaces', ref),
    component: 'background-controller',
    username: 'system:serviceaccount:kyverno:kyverno-background-controller',
  });
  if (denied) {
    add(step, 'background', a + 11, a + 11, fetch, {
      kind: 'target',
      target: policyOf(name),
      ...GENERATE,
      trigger: ref,
      updateRequest: ur,
      result: 'never',
      synchronize: true,
      reason: 'its trigger was never stored',
    });
    if (n === 5) return state(end + 3, 'dropped', 5, run);
    const failed = state(end, 'Failed', n, run);
    return state(end + 12, 'Pending', n, failed);
  }
  add(step, 'background', a + 9.5, a + 14, run, {
    kind: 'attempt-part',
    part: 'evaluate',
    updateRequest: ur,
    rule: 'default-deny',
    result: 'ok',
    message: '',
  });
  const apply = add(step, 'background', a + 15, a + 38, run, {
    kind: 'attempt-part',
    part: 'apply',
    updateRequest: ur,
    rule: 'default-deny',
    result: 'ok',
    message: '',
  });
  const post = add(step, 'background', a + 20, a + 34, apply, {
    ...request('create', 'networkpolicies', policyOf(name)),
    component: 'background-controller',
  });
  const stored = add(step, 'background', a + 33, a + 33, post, {
    kind: 'stored',
    change: 'ADDED',
    object: policyOf(name),
    username: 'system:serviceaccount:kyverno:kyverno-background-controller',
    component: 'background-controller',
  });
  add(step, 'background', a + 35, a + 35, stored, {
    kind: 'target',
    target: policyOf(name),
    ...GENERATE,
    trigger: ref,
    updateRequest: ur,
    result: 'created',
    synchronize: true,
    reason: 'made from the rule’s data',
  });
  const done = state(end, 'Completed', 0, run);
  state(end + 16, 'deleted', 0, done);
  return done;
}
