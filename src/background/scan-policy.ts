import { get, getList } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import { createClusterLoader } from '../engine/cluster-loader.ts';
import type { EngineResponse } from '../engine/engine-response.ts';
import type { PolicyContext } from '../engine/policy-context.ts';
import { validate } from '../engine/rules/validate.ts';
import { matchKind } from '../kubernetes/kind-selector.ts';
import { labelsOf } from '../kubernetes/label-selector.ts';
import { gvkOf, type KubernetesObject, nameOf, namespaceOf, refOf, uidOf } from '../kubernetes/object.ts';
import { EVENTS, eventSubject, formatEvent, type KyvernoEvent } from '../kyverno/kubernetes-event.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { ephemeralReport, isReportable, reportResult } from '../kyverno/report.ts';
import { REPORTS_CONTROLLER } from '../kyverno/service-accounts.ts';
import { hasContentOf } from './content.ts';
import type { BackgroundEnvironment } from './environment.ts';
import { exceptionsOf } from './generate-context.ts';

/** Objects of these namespaces are not scanned here; a real reports controller does, and reports on its own cluster. */
const SYSTEM_NAMESPACE = /^(kyverno|kube-.*)$/;

/** Evaluates the validate rules of a policy for every object that exists, as a CREATE by nobody, and reports the results. */
export function scanPolicy(
  env: BackgroundEnvironment,
  object: KubernetesObject,
  cause: EventId,
): Process<void> {
  return new PolicyScan(env).scan(object, cause);
}

/** Evaluates the validate rules of policies for one object, if it is still as it was. */
export function* scanObject(
  env: BackgroundEnvironment,
  info: ResourceInfo,
  object: KubernetesObject,
  policies: readonly KubernetesObject[],
  cause: EventId,
): Process<void> {
  const live = env.server.lookup(info, namespaceOf(object), nameOf(object));
  if (live === undefined || uidOf(live) !== uidOf(object) || !hasContentOf(live, object)) return;
  for (const policy of policies) yield* new PolicyScan(env).scan(policy, cause, live);
}

class PolicyScan {
  readonly #env: BackgroundEnvironment;

  constructor(env: BackgroundEnvironment) {
    this.#env = env;
  }

  /** For all that exists, or for one object alone. */
  *scan(object: KubernetesObject, cause: EventId, only?: KubernetesObject): Process<void> {
    if (!isReportable(this.#env.behaviour, object)) return;
    const read = this.#env.readPolicy(object);
    if (read === undefined || get(read.spec, 'background') === false) return;
    const rules = read.rules.filter((rule) => rule.type === 'validate');
    if (rules.length === 0) return;
    const policy = { ...read, rules };
    for (const subject of only === undefined ? this.#subjects(rules) : [only].filter(isScanned)) {
      const response = validate(this.#context(policy, subject));
      if (response.rules.length > 0) yield* this.#report(policy, subject, response, cause);
    }
  }

  /** What exists of the kinds that the rules name. */
  #subjects(rules: readonly Rule[]): readonly KubernetesObject[] {
    const selectors = rules.flatMap(kindsOf);
    const { server } = this.#env;
    return server
      .discovery()
      .resources.filter(({ group, version, kind }) => matchKind(selectors, { group, version, kind }, ''))
      .flatMap((info) => server.listAll(info))
      .filter(isScanned);
  }

  #context(policy: Policy, subject: KubernetesObject): PolicyContext {
    const env = this.#env;
    const namespace = env.server.lookup(
      { group: '', version: 'v1', resource: 'namespaces' },
      '',
      namespaceOf(subject),
    );
    return {
      policy,
      operation: 'CREATE',
      kind: gvkOf(subject),
      subresource: '',
      newObject: subject,
      request: { operation: 'CREATE', namespace: namespaceOf(subject), userInfo: {} },
      ...(namespace === undefined ? {} : { namespaceLabels: Object.fromEntries(labelsOf(namespace)) }),
      exceptions: exceptionsOf(env),
      configuration: { isExcluded: () => false, isFiltered: () => false },
      loader: createClusterLoader(env.server, REPORTS_CONTROLLER, env),
      behaviour: env.behaviour,
      now: env.wallClock(),
      random: env.random,
      explain: false,
      libraries: env.libraries,
    };
  }

  *#report(
    policy: Policy,
    subject: KubernetesObject,
    { rules }: EngineResponse,
    cause: EventId,
  ): Process<void> {
    const env = this.#env;
    if (!env.flags.enableReporting.includes('validate')) return;
    const results = rules.map(({ rule, status, message, properties }) =>
      reportResult(policy, rule.name, status, message, properties),
    );
    const report = ephemeralReport(
      subject,
      'background-scan',
      uidOf(subject),
      [policy],
      results,
      env.wallClock(),
    );
    const written = yield* this.#create(report.resource, report.object, cause);
    if (written.object !== undefined)
      env.recorder.record({
        kind: 'report',
        phase: 'background',
        cause: written.event,
        report: refOf(written.object),
        source: 'background-scan',
        results: report.results,
      });
    for (const { rule, status, message } of rules)
      if (status === 'fail' || status === 'error')
        for (const event of scanEvents(policy, rule.name, status, message, subject))
          yield* this.#raise(event, cause);
  }

  *#raise(event: KyvernoEvent, cause: EventId): Process<void> {
    if (this.#env.flags.omitEvents.includes(event.reason)) return;
    const body = formatEvent(event, this.#env.wallClock(), Math.floor(this.#env.random() * 1_000_000));
    const { event: request } = yield* this.#create(EVENTS, body, cause);
    this.#env.recorder.record({ ...event, kind: 'event', phase: 'background', cause: request });
  }

  #create(
    resource: Parameters<BackgroundEnvironment['server']['lookup']>[0],
    body: KubernetesObject,
    cause: EventId,
  ) {
    const namespace = namespaceOf(body);
    return this.#env.server.request({
      verb: 'create',
      resource,
      ...(namespace === '' ? {} : { namespace }),
      body,
      user: REPORTS_CONTROLLER,
      component: 'reports-controller',
      fieldManager: 'reports-controller',
      cause,
    });
  }
}

const isScanned = (object: KubernetesObject): boolean =>
  !SYSTEM_NAMESPACE.test(object.kind === 'Namespace' ? nameOf(object) : namespaceOf(object));

/** The kinds of a rule's match, any, all and legacy alike. */
function kindsOf(rule: Rule): readonly string[] {
  const match = get(rule.raw, 'match');
  const filters = [match, ...getList(match, 'any'), ...getList(match, 'all')];
  return filters.flatMap((filter) =>
    getList(filter, 'resources', 'kinds').filter((kind): kind is string => typeof kind === 'string'),
  );
}

/** One Event on the policy and one on the object (lifecycle H.1). */
function scanEvents(
  policy: Policy,
  rule: string,
  status: 'fail' | 'error',
  message: string,
  subject: KubernetesObject,
): readonly KyvernoEvent[] {
  const ref = refOf(subject);
  const common = {
    type: 'Warning',
    reason: 'PolicyViolation',
    action: 'Resource Passed',
    reportingComponent: 'kyverno-scan',
  } as const;
  return [
    {
      ...common,
      message: `${eventSubject(ref)}: [${rule}] ${status}; ${message}`,
      regarding: refOf(policy.object),
      related: ref,
    },
    { ...common, message: `policy ${policy.key}/${rule} ${status}: ${message}`, regarding: ref },
  ];
}
