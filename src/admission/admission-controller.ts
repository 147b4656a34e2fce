import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { Admission, WatchEvent } from '../cluster/api.ts';
import type { AdmissionRequest, AdmissionResponse } from '../kubernetes/admission-review.ts';
import { matchLabelSelector, parseLabelSelector } from '../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE, type KyvernoConfiguration, readConfiguration } from '../kyverno/configuration.ts';
import { LEFT_ALONE } from '../kyverno/left-alone.ts';
import type { Policy } from '../kyverno/policy.ts';
import { ttlOf } from '../kyverno/ttl-label.ts';
import { planUpdateRequests } from '../kyverno/update-request.ts';
import { couldAnswer } from './could-also.ts';
import type { AdmissionEnvironment } from './environment.ts';
import { failurePolicyOf } from './failure-action.ts';
import { isFineGrained } from './fine-grained.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';
import { callMutating } from './mutate-webhook.ts';
import { nonTriggers } from './non-trigger.ts';
import { concernsGlobalContext, concernsOtherKinds, concernsPolicy } from './own-kinds.ts';
import { matchGate, ownKinds, protection, ttlWebhook, webhookObjects } from './parts.ts';
import { PolicyRegistry, type RegisteredPolicy } from './policy-registry.ts';
import { Review, selectorLabels } from './review.ts';
import { applyInBackground, backgroundRules, createUpdateRequest } from './update-requests.ts';
import { auditLater, explainUncalled, reportVerdict } from './validate-aftermath.ts';
import { beginEnforcePass, endEnforcePass } from './validate-webhook.ts';
import type { WebhookGroup } from './webhook-group.ts';
import { matchesWebhook } from './webhook-rules.ts';
import { updateRequestDelay } from './write-update-request.ts';

const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' } as const;
/** Kinds that Kyverno lets through untouched whatever its configuration says (webhooks/utils/exclude.go). */
const OWN_KINDS = new Set([
  'AdmissionReport',
  'ClusterAdmissionReport',
  'BackgroundScanReport',
  'ClusterBackgroundScanReport',
  'UpdateRequest',
]);

/** Kyverno's admission controller: its webhooks, and the policies that it knows (house: admission/webhooks.ts). */
export class AdmissionController implements Admission {
  readonly #env: AdmissionEnvironment;
  readonly #policies: PolicyRegistry;
  #configMap: KubernetesObject | undefined;
  #configuration: KyvernoConfiguration;
  #running = true;

  constructor(env: AdmissionEnvironment) {
    this.#env = env;
    this.#policies = new PolicyRegistry(env);
    this.#configuration = readConfiguration(undefined);
  }

  /** Takes up what the cluster holds and watches from now on. */
  start(): void {
    const { server } = this.#env;
    for (const object of this.#stored()) this.#policies.load(object);
    server.watch((event: WatchEvent) => {
      if (this.#running) this.#policies.see(event);
    });
    server.serveDerived('admissionregistration.k8s.io', () => this.#webhookConfigurations());
  }

  /** Scaled to nothing: it takes its webhook configurations with it, and sees no policy (webhooks/server.go, cleanup). */
  stop(): void {
    this.#running = false;
  }

  /** Is there again: registers what policies there are. */
  goOn(cause: EventId): void {
    this.#running = true;
    this.#policies.resume(this.#stored(), cause);
  }

  #stored(): readonly KubernetesObject[] {
    return ['clusterpolicies', 'policies'].flatMap((resource) =>
      this.#env.server.listAll({ group: 'kyverno.io', version: 'v1', resource }),
    );
  }

  /** Made when somebody reads them: that the webhook controller writes them is not traced. */
  #webhookConfigurations(): readonly KubernetesObject[] {
    if (!this.#running) return [];
    return webhookObjects.get().webhookConfigurations({
      policies: this.#policies.enforced(),
      isFineGrained: (registered) => this.#isFineGrained(registered),
      discovery: this.#env.server.discovery(),
      namespaceSelector: this.#readConfiguration().namespaceSelector,
      ignoresFailures: this.#env.flags.forceFailurePolicyIgnore,
    });
  }

  *mutate(request: AdmissionRequest, cause: EventId): Process<AdmissionResponse> {
    const { object, operation } = request;
    // DELETE never reaches mutation (lifecycle A.1, operation filter).
    if (object === undefined || operation === 'DELETE' || concernsPolicy(request)) return ALLOWED;
    const groups = this.#groupsFor(request, 'mutating');
    if (groups.length === 0) return ALLOWED;
    const configuration = this.#readConfiguration();
    if (!reaches(this.#env, configuration, request)) return ALLOWED;
    const refusal = this.#protect(request, groups);
    if (refusal !== undefined) return refusal;
    if (this.#whyLeftAlone(request, configuration) !== undefined) return ALLOWED;
    return yield* callMutating(this.#env, { ...request, object }, configuration, groups, cause);
  }

  *validate(request: AdmissionRequest, cause: EventId): Process<AdmissionResponse> {
    const answer = yield* this.#validateObject(request, cause);
    const ttl = answer.allowed && request.operation !== 'DELETE' && request.object && ttlOf(request.object);
    if (typeof ttl !== 'string' || request.subResource !== '') return answer;
    const warnings = yield* ttlWebhook.get().warnOfTtl(this.#env, request, ttl, cause);
    return { ...answer, warnings: [...answer.warnings, ...warnings] };
  }

  *#validateObject(request: AdmissionRequest, cause: EventId): Process<AdmissionResponse> {
    if (concernsPolicy(request)) return yield* ownKinds.get().validatePolicyObject(this.#env, request, cause);
    if (concernsGlobalContext(request)) {
      const answer = yield* ownKinds.get().validateGlobalContextObject(this.#env, request, cause);
      if (!answer.allowed) return answer;
    }
    const own = concernsOtherKinds(request)
      ? yield* ownKinds.get().answerForOwnKinds(this.#env, request, cause)
      : undefined;
    if (own?.allowed === false) return own;
    const answer = yield* this.#validateResource(request, cause);
    if (own === undefined) return answer;
    return { ...answer, warnings: [...own.warnings, ...answer.warnings] };
  }

  *#validateResource(request: AdmissionRequest, cause: EventId): Process<AdmissionResponse> {
    const configuration = this.#readConfiguration();
    if (!reaches(this.#env, configuration, request)) return ALLOWED;
    const groups = this.#groupsFor(request, 'validating');
    if (groups.length === 0) {
      explainUncalled(this.#env, request, configuration, this.#policies.enforced(), cause);
      return ALLOWED;
    }
    // Conditions are asked of all webhooks before any is called.
    const called: WebhookGroup[] = [];
    for (const group of groups) {
      const gate = group.fineGrained
        ? matchGate.get().askMatchConditions(this.#env, request, configuration, group, cause)
        : { called: true };
      if ('denied' in gate) return { allowed: false, denied: gate.denied, warnings: [] };
      if (gate.called) called.push(group);
    }
    if (called.length === 0) return ALLOWED;
    const refusal = this.#protect(request, called);
    if (refusal !== undefined) return refusal;
    const review = new Review(this.#env, request, configuration);
    const why = this.#whyLeftAlone(request, configuration);
    if (why !== undefined) {
      if (this.#env.explain) matchGate.get().explainLeftAlone(this.#env, review, called, why, cause);
      return ALLOWED;
    }
    return yield* this.#call(review, called, cause);
  }

  #protect(request: AdmissionRequest, [first]: readonly WebhookGroup[]): AdmissionResponse | undefined {
    return this.#env.flags.protectManagedResources && first !== undefined
      ? protection.get().protect(request, first.name)
      : undefined;
  }

  /** Why the configuration leaves a request untouched: an excluded user, a filtered object (lifecycle A.1). */
  #whyLeftAlone(request: AdmissionRequest, configuration: KyvernoConfiguration): string | undefined {
    const { userInfo, kind, subResource, namespace, name } = request;
    const { roles, clusterRoles } = this.#env.server.rolesOf(userInfo, namespace);
    if (configuration.isExcluded(userInfo.username, userInfo.groups, roles, clusterRoles))
      return `${LEFT_ALONE}: ${userInfo.username} is excluded in the ConfigMap kyverno`;
    return configuration.isFiltered(kind, subResource, namespace, name)
      ? `${LEFT_ALONE}: resourceFilters of the ConfigMap kyverno name it`
      : undefined;
  }

  /** Calls the webhooks side by side; the first denial by name is the answer (lifecycle A.1, K). */
  *#call(review: Review, groups: readonly WebhookGroup[], cause: EventId): Process<AdmissionResponse> {
    const env = this.#env;
    const { request } = review;
    const beside = env.behaviour.createsUpdateRequestsBesideVerdict;
    const calls = groups.map((group) => ({
      group,
      event: env.recorder.open({
        kind: 'webhook',
        phase: 'admission',
        cause,
        type: 'validating',
        name: group.name,
        operation: request.operation,
        allowed: true,
        warnings: [],
      }),
    }));
    if (beside) for (const { group, event } of calls) this.#applyInBackground(review, group, event);
    const passes = calls.map(({ group, event }) => beginEnforcePass(env, review, group, event));
    yield ADMISSION_LATENCIES.validate;
    const warnings: string[] = [];
    const denials: { readonly event: EventId; readonly denied: NonNullable<AdmissionResponse['denied']> }[] =
      [];
    for (const [index, { group, event }] of calls.entries()) {
      const pass = passes[index] ?? { responses: [], events: [] };
      const verdict = endEnforcePass(env, review, group, pass, event);
      const { message } = verdict;
      if (message === undefined && !beside) this.#applyInBackground(review, group, event);
      if (message !== undefined)
        denials.push({
          event,
          denied: {
            webhook: group.name,
            message: `admission webhook "${group.name}" denied the request: ${message}`,
            code: 400,
          },
        });
      else warnings.push(...verdict.warnings);
      env.recorder.close(event, {
        allowed: message === undefined,
        ...(message === undefined ? {} : { message }),
        warnings: message === undefined ? verdict.warnings : [],
      });
      reportVerdict(env, review, verdict, event);
      // The cache that the audit pass asks holds no policy with a webhook of its own (controllers/policycache).
      const audited = this.#matching(request).filter((registered) => !this.#isFineGrained(registered));
      if (message === undefined) auditLater(env, review, audited, verdict, event);
    }
    if (denials.length === 0) return { allowed: true, warnings };
    const denial = denials[env.choices.pick(denials.length)] ?? denials[0];
    if (denial === undefined) return { allowed: true, warnings };
    if (denials.length > 1) {
      const others = denials.flatMap((one) => (one === denial ? [] : [one.denied.webhook]));
      env.recorder.couldAlso(denial.event, couldAnswer(others));
    }
    return { allowed: false, denied: denial.denied, warnings };
  }

  #applyInBackground(review: Review, group: WebhookGroup, event: EventId): void {
    const env = this.#env;
    if (review.request.dryRun) return;
    const policies = group.policies.flatMap(({ policy }) => backgroundRules(policy, review) ?? []);
    if (policies.length > 0) env.scheduler.spawn(applyInBackground(env, review, policies, event));
    for (const { policy, context } of nonTriggers(env, review, (key) => this.#policies.find(key)))
      for (const { object, ruleContext } of planUpdateRequests(env.behaviour, policy, [context]))
        env.scheduler.spawn(
          createUpdateRequest(env, review, policy, object, ruleContext, event),
          updateRequestDelay(env),
        );
  }

  #matching(request: AdmissionRequest): readonly RegisteredPolicy[] {
    return this.#policies
      .enforced()
      .filter(({ policy }) => policy.namespace === '' || policy.namespace === request.namespace);
  }

  #failurePolicyOf(policy: Policy): 'fail' | 'ignore' {
    return this.#env.flags.forceFailurePolicyIgnore ? 'ignore' : failurePolicyOf(policy);
  }

  /** The webhooks that the API server calls for a request, by name. */
  #groupsFor(request: AdmissionRequest, type: 'mutating' | 'validating'): readonly WebhookGroup[] {
    const matching = this.#matching(request);
    const called = matching.filter(({ webhooks }) => matchesWebhook(webhooks[type], request));
    if (called.length === 0) return [];
    const groups: WebhookGroup[] = [];
    for (const failurePolicy of ['fail', 'ignore'] as const) {
      const ofGroup = ({ policy }: RegisteredPolicy): boolean =>
        this.#failurePolicyOf(policy) === failurePolicy;
      const shared = (registered: RegisteredPolicy): boolean =>
        ofGroup(registered) && !this.#isFineGrained(registered);
      const name = `${type === 'mutating' ? 'mutate' : 'validate'}.kyverno.svc-${failurePolicy}`;
      if (called.some(shared))
        groups.push({ name, failurePolicy, fineGrained: false, policies: matching.filter(shared) });
      for (const registered of called.filter((one) => ofGroup(one) && this.#isFineGrained(one))) {
        const key = registered.policy.key.replace('/', '-');
        groups.push({
          name: `${name}-finegrained-${key}`,
          failurePolicy,
          fineGrained: true,
          policies: [registered],
        });
      }
    }
    return groups;
  }

  #isFineGrained({ policy }: RegisteredPolicy): boolean {
    return isFineGrained(policy, this.#env.behaviour);
  }

  #readConfiguration(): KyvernoConfiguration {
    const found = this.#env.server.lookup(CONFIG_MAPS, KYVERNO_NAMESPACE, 'kyverno');
    if (found !== this.#configMap) {
      this.#configMap = found;
      this.#configuration = readConfiguration(found);
    }
    return this.#configuration;
  }
}

const ALLOWED: AdmissionResponse = { allowed: true, warnings: [] };

/** Whether the API server calls Kyverno at all: not for its own kinds, nor where the namespaceSelector looks away. */
function reaches(
  env: AdmissionEnvironment,
  configuration: KyvernoConfiguration,
  request: AdmissionRequest,
): boolean {
  if (OWN_KINDS.has(request.kind.kind)) return false;
  if (configuration.namespaceSelector === undefined) return true;
  const labels = selectorLabels(env, request);
  if (labels === undefined) return true;
  const parsed = parseLabelSelector(configuration.namespaceSelector);
  return 'selector' in parsed && matchLabelSelector(parsed.selector, labels);
}
