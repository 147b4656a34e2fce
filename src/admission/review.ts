import type { JsonObject } from '../base/json.ts';
import type { EventId } from '../base/units.ts';
import { createClusterLoader } from '../engine/cluster-loader.ts';
import type { EngineResponse } from '../engine/engine-response.ts';
import type { ContextLoader, PolicyContext } from '../engine/policy-context.ts';
import { requestContext } from '../engine/request-json.ts';
import type { AdmissionRequest } from '../kubernetes/admission-review.ts';
import { labelsOf, stringEntries } from '../kubernetes/label-selector.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import type { KyvernoConfiguration } from '../kyverno/configuration.ts';
import { engineLogs } from '../kyverno/parts.ts';
import type { Policy, PolicyException } from '../kyverno/policy.ts';
import { honours } from '../kyverno/policy.ts';
import { ADMISSION_CONTROLLER } from '../kyverno/service-accounts.ts';
import { admissionRequestJson, type RequestInfo } from '../kyverno/update-request.ts';
import { type AdmissionEnvironment, logLine } from './environment.ts';
import type { KnownNamespace } from './failure-action.ts';

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' } as const;
const EXCEPTIONS = { group: 'kyverno.io', version: 'v2', resource: 'policyexceptions' } as const;

/** One request as the admission controller looks at it: roles, namespace and contexts are found once. */
export class Review {
  readonly request: AdmissionRequest;
  readonly info: RequestInfo;
  /** The object in question: the new one, or on DELETE the old one. */
  readonly subject: KubernetesObject;
  readonly ref: ObjectRef;
  readonly namespace: KnownNamespace | undefined;
  readonly configuration: KyvernoConfiguration;
  readonly #env: AdmissionEnvironment;
  readonly #loader: ContextLoader;
  readonly #json: JsonObject;
  #exceptions: readonly PolicyException[] | undefined;

  constructor(env: AdmissionEnvironment, request: AdmissionRequest, configuration: KyvernoConfiguration) {
    this.#env = env;
    this.request = request;
    this.configuration = configuration;
    this.info = env.server.rolesOf(request.userInfo, request.namespace);
    this.subject = request.object ?? request.oldObject ?? EMPTY;
    this.ref = refOf(this.subject);
    this.namespace = knownNamespace(env, request);
    this.#loader = createClusterLoader(env.server, ADMISSION_CONTROLLER, env);
    this.#json = requestContext(admissionRequestJson(request), this.info.roles, this.info.clusterRoles);
  }

  /** The engine's input for one policy; `logger` prints what the engine logs meanwhile. */
  context(policy: Policy, logger?: ReviewLogger): PolicyContext {
    const { request, info, configuration } = this;
    const env = this.#env;
    const subject = {
      policy,
      ...(request.object === undefined ? {} : { newObject: request.object }),
      ...(request.oldObject === undefined ? {} : { oldObject: request.oldObject }),
    };
    return {
      ...subject,
      ...(logger === undefined
        ? {}
        : {
            log: (line) =>
              logLine(env, engineLogs.get().engineLogRecord(logger.operation, subject, line), logger.cause),
          }),
      operation: request.operation,
      kind: request.kind,
      subresource: request.subResource,
      admissionInfo: { userInfo: request.userInfo, roles: info.roles, clusterRoles: info.clusterRoles },
      request: this.#json,
      ...(this.namespace === undefined ? {} : { namespaceLabels: this.namespace.labels }),
      exceptions: this.#findExceptions(),
      configuration,
      loader: this.#loader,
      behaviour: env.behaviour,
      now: env.wallClock(),
      random: env.random,
      explain: env.explain,
      libraries: env.libraries,
    };
  }

  #findExceptions(): readonly PolicyException[] {
    if (!this.#env.policyExceptions) return [];
    this.#exceptions ??= this.#env.server
      .listAll(EXCEPTIONS)
      .map((object) => ({
        name: String(object.metadata['name'] ?? ''),
        namespace: String(object.metadata['namespace'] ?? ''),
        spec: (object['spec'] ?? {}) as JsonObject,
      }))
      .filter(({ namespace }) => honours(this.#env.exceptionNamespace, namespace));
    return this.#exceptions;
  }
}

/** Which of the engine's loggers, and what made it speak. */
export interface ReviewLogger {
  readonly operation: 'validate' | 'background';
  readonly cause: EventId;
}

const EMPTY: KubernetesObject = { apiVersion: '', kind: '', metadata: {} };

/** The namespace of the request as the lister knows it: one that is just being created is not known yet. */
function knownNamespace(env: AdmissionEnvironment, request: AdmissionRequest): KnownNamespace | undefined {
  if (request.namespace === '') return undefined;
  const found = env.server.lookup(NAMESPACES, '', request.namespace);
  if (found === undefined) return undefined;
  return { name: request.namespace, labels: Object.fromEntries(labelsOf(found)) };
}

/** Labels that the webhooks' namespaceSelector looks at; undefined where it looks at none (cluster scope). */
export function selectorLabels(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
): readonly (readonly [string, string])[] | undefined {
  if (request.kind.group === '' && request.kind.kind === 'Namespace')
    return labelsOf(request.object ?? request.oldObject);
  if (request.namespace === '') return undefined;
  const found = env.server.lookup(NAMESPACES, '', request.namespace);
  return found === undefined ? [] : stringEntries(found.metadata['labels']);
}

/** Tells the trace how each rule of a policy came out, those that did not match included, as of one moment. */
export function recordRules(...told: Parameters<typeof openRules>): void {
  const [env] = told;
  for (const event of openRules(...told)) env.recorder.close(event);
}

/** The same for an evaluation that takes time: the events are open, the caller closes them when it is over. */
export function openRules(
  env: AdmissionEnvironment,
  review: Review,
  response: EngineResponse,
  ruleType: 'validate' | 'generate' | 'mutate',
  isEnforcedRule: (name: string) => boolean,
  cause: EventId,
): readonly EventId[] {
  const events: EventId[] = [];
  const source = env.locate(response.policy.object);
  for (const { rule, status, message, tree } of response.explanations) {
    const type = ruleType === 'generate' && rule.type === 'mutate' ? 'mutateExisting' : ruleType;
    const evaluation = env.recorder.addEvaluation({
      policy: response.policy.key,
      rule: rule.name,
      status,
      message,
      tree,
      ...(source === undefined ? {} : { source }),
    });
    const event = env.recorder.open({
      kind: 'rule',
      phase: 'admission',
      cause,
      policy: response.policy.key,
      rule: rule.name,
      ruleType: type,
      status,
      message,
      enforced: isEnforcedRule(rule.name),
      trigger: review.ref,
      evaluation,
    });
    events.push(event);
  }
  for (const { what, message } of response.unsupported ?? [])
    env.recorder.record({ kind: 'unsupported', phase: 'admission', cause, what, message });
  return events;
}
