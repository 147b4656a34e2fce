import type { Json, JsonObject } from '../base/json.ts';
import { getList, getObject, getPath, getString, isObject } from '../base/json.ts';
import type { AdmissionRequest } from '../kubernetes/admission-review.ts';
import type { GroupVersionResource, KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { nameOf } from '../kubernetes/object.ts';
import type { Behaviour } from './behaviour.ts';
import { configurationIn, KYVERNO_NAMESPACE } from './configuration.ts';
import type { LogRecord } from './log-line.ts';
import { updateRequestLimit } from './parts.ts';
import type { Policy } from './policy.ts';

/** Who asked, with what Kyverno's role look-up found. */
export interface RequestInfo {
  readonly roles: readonly string[];
  readonly clusterRoles: readonly string[];
}

/** One rule that an UpdateRequest is about. */
export interface RuleContext {
  readonly rule: string;
  readonly trigger: ObjectRef;
  readonly deleteDownstream: boolean;
}

/** What an UpdateRequest's spec says, whichever version wrote it. */
export interface UpdateRequestSpec {
  readonly requestType: string;
  /** `name` or `namespace/name`. */
  readonly policy: string;
  readonly ruleContext: readonly RuleContext[];
  readonly admissionRequest: JsonObject | undefined;
  readonly requestInfo: JsonObject | undefined;
}

export interface UpdateRequestStatus {
  readonly state: string;
  readonly message: string;
  readonly retryCount: number;
  readonly generatedResources: readonly Json[];
}

const POLICY_LABEL = 'generate.kyverno.io/policy-name';

/** The resource under which a version keeps UpdateRequests (1.11 and 1.12: v1beta1). */
export const updateRequestsOf = (behaviour: Behaviour): GroupVersionResource => ({
  group: 'kyverno.io',
  version: behaviour.updateRequestPerRule ? 'v1beta1' : 'v2',
  resource: 'updaterequests',
});

/** UpdateRequests as a version makes them: one a policy, or up to 1.12 one a rule (lifecycle B.5). */
export function planUpdateRequests(
  behaviour: Behaviour,
  policy: Policy,
  ruleContext: readonly RuleContext[],
  request?: { readonly admissionRequest: AdmissionRequest; readonly info: RequestInfo },
): readonly { readonly object: KubernetesObject; readonly ruleContext: readonly RuleContext[] }[] {
  const context = request === undefined ? {} : requestContext(request.admissionRequest, request.info);
  if (behaviour.updateRequestPerRule)
    return ruleContext.map((one) => ({
      object: updateRequest('v1beta1', policy, {
        rule: one.rule,
        deleteDownstream: one.deleteDownstream,
        resource: specOf(one.trigger),
        context,
      }),
      ruleContext: [one],
    }));
  const contexts = ruleContext.map(({ rule, trigger, deleteDownstream }) => ({
    rule,
    trigger: specOf(trigger),
    deleteDownstream,
  }));
  const rest = { rule: '', deleteDownstream: false, resource: {}, ruleContext: contexts, context };
  return ruleContext.length === 0 ? [] : [{ object: updateRequest('v2', policy, rest), ruleContext }];
}

const MUTATE_LABEL = 'mutate.updaterequest.kyverno.io';
/** The label by which the UpdateRequests of a policy that is gone are found. */
export const MUTATE_POLICY_LABEL = `${MUTATE_LABEL}/policy-name`;
const MAX_LABEL = 63;

/** Labels of an UpdateRequest for a mutate-existing rule; the rule is not among them (background/common/labels.go). */
export const mutateLabels = (policy: Policy, trigger: ObjectRef): Readonly<Record<string, string>> => ({
  [MUTATE_POLICY_LABEL]: policy.name,
  [`${MUTATE_LABEL}/trigger-name`]: trigger.name.slice(0, MAX_LABEL),
  [`${MUTATE_LABEL}/trigger-namespace`]: trigger.namespace ?? '',
  [`${MUTATE_LABEL}/trigger-kind`]: trigger.kind,
  ...(trigger.apiVersion === ''
    ? {}
    : { [`${MUTATE_LABEL}/trigger-apiversion`]: trigger.apiVersion.replaceAll('/', '-') }),
});

/** The UpdateRequest of one mutate-existing rule for one trigger, in every version alike (lifecycle B.4, B.5). */
export function planMutateRequest(
  behaviour: Behaviour,
  policy: Policy,
  rule: string,
  trigger: ObjectRef,
  request?: { readonly admissionRequest: AdmissionRequest; readonly info: RequestInfo },
): KubernetesObject {
  return {
    apiVersion: `kyverno.io/${behaviour.updateRequestPerRule ? 'v1beta1' : 'v2'}`,
    kind: 'UpdateRequest',
    metadata: {
      generateName: 'ur-',
      namespace: KYVERNO_NAMESPACE,
      labels: mutateLabels(policy, trigger),
    },
    spec: {
      requestType: 'mutate',
      policy: policy.key,
      rule,
      deleteDownstream: false,
      resource: specOf(trigger),
      context: request === undefined ? {} : requestContext(request.admissionRequest, request.info),
    },
  };
}

function updateRequest(version: string, policy: Policy, rest: JsonObject): KubernetesObject {
  const resource = getObject(rest, 'resource');
  const legacy =
    version === 'v2'
      ? {}
      : {
          'generate.kyverno.io/resource-kind': getString(resource, 'kind') ?? '',
          'generate.kyverno.io/resource-namespace': getString(resource, 'namespace') ?? '',
          'generate.kyverno.io/resource-uid': getString(resource, 'uid') ?? '',
        };
  return {
    apiVersion: `kyverno.io/${version}`,
    kind: 'UpdateRequest',
    metadata: {
      generateName: 'ur-',
      namespace: KYVERNO_NAMESPACE,
      labels: { [POLICY_LABEL]: policy.name, ...legacy },
    },
    spec: { requestType: 'generate', policy: policy.key, ...rest },
  };
}

function specOf(trigger: ObjectRef): JsonObject {
  return {
    apiVersion: trigger.apiVersion,
    kind: trigger.kind,
    ...(trigger.namespace === undefined || trigger.namespace === '' ? {} : { namespace: trigger.namespace }),
    ...(trigger.name === '' ? {} : { name: trigger.name }),
    ...(trigger.uid === undefined ? {} : { uid: trigger.uid }),
  };
}

function requestContext(request: AdmissionRequest, info: RequestInfo): JsonObject {
  const userInfo = request.userInfo as unknown as JsonObject;
  return {
    userInfo: {
      ...(info.roles.length === 0 ? {} : { roles: info.roles }),
      ...(info.clusterRoles.length === 0 ? {} : { clusterRoles: info.clusterRoles }),
      userInfo,
    },
    admissionRequestInfo: {
      // The CRD takes no null here: what the request has not is left out.
      admissionRequest: Object.fromEntries(
        Object.entries(admissionRequestJson(request)).filter(([, value]) => value !== null),
      ),
      operation: request.operation,
    },
  };
}

/** An AdmissionRequest as the API server serialises it. */
export function admissionRequestJson(request: AdmissionRequest): JsonObject {
  const { subResource, oldObject, options, resource, operation } = request;
  const kind = request.reviewKind ?? request.kind;
  const object = operation === 'CONNECT' ? withoutMetadata(request.object) : request.object;
  return {
    uid: request.uid,
    kind: { ...kind },
    resource: { ...resource },
    ...(subResource === '' ? {} : { subResource }),
    requestKind: { ...kind },
    requestResource: { ...resource },
    name: request.name,
    ...(request.namespace === '' ? {} : { namespace: request.namespace }),
    operation: request.operation,
    userInfo: request.userInfo as unknown as JsonObject,
    object: object ?? null,
    oldObject: oldObject ?? null,
    dryRun: request.dryRun,
    options: options ?? null,
  };
}

/** Options of a connection have no metadata. */
function withoutMetadata(object: KubernetesObject | undefined): JsonObject | undefined {
  if (object === undefined) return undefined;
  const { metadata: _, ...rest } = object;
  return rest;
}

/** Reads an UpdateRequest of either form. */
export function readUpdateRequest(object: KubernetesObject): UpdateRequestSpec {
  const spec = getObject(object, 'spec');
  const contexts = getList(spec, 'ruleContext');
  const rule = getString(spec, 'rule') ?? '';
  const own: readonly Json[] =
    contexts.length > 0 || rule === ''
      ? contexts
      : [{ rule, trigger: getObject(spec, 'resource'), deleteDownstream: spec['deleteDownstream'] ?? false }];
  const admissionRequest = getPath(spec, ['context', 'admissionRequestInfo', 'admissionRequest']);
  const userInfo = getPath(spec, ['context', 'userInfo']);
  return {
    requestType: getString(spec, 'requestType') ?? '',
    policy: getString(spec, 'policy') ?? '',
    ruleContext: own.map(readRuleContext),
    admissionRequest: isObject(admissionRequest) ? admissionRequest : undefined,
    requestInfo: isObject(userInfo) ? userInfo : undefined,
  };
}

function readRuleContext(context: Json): RuleContext {
  const field = (name: string): string => getString(context, 'trigger', name) ?? '';
  return {
    rule: getString(context, 'rule') ?? '',
    deleteDownstream: getPath(context, ['deleteDownstream']) === true,
    trigger: {
      apiVersion: field('apiVersion'),
      kind: field('kind'),
      ...(field('namespace') === '' ? {} : { namespace: field('namespace') }),
      name: field('name'),
      ...(field('uid') === '' ? {} : { uid: field('uid') }),
    },
  };
}

export function readUpdateRequestStatus(object: KubernetesObject): UpdateRequestStatus {
  const retryCount = getPath(object, ['status', 'retryCount']);
  return {
    state: getString(object, 'status', 'state') ?? '',
    message: getString(object, 'status', 'message') ?? '',
    retryCount: typeof retryCount === 'number' ? retryCount : 0,
    generatedResources: getList(object, 'status', 'generatedResources'),
  };
}

export const isUpdateRequest = (object: KubernetesObject): boolean =>
  object.kind === 'UpdateRequest' && object.apiVersion.startsWith('kyverno.io/') && nameOf(object) !== '';

/**
 * The line that is logged instead of one more UpdateRequest; undefined as long as there are fewer than
 * `updateRequestThreshold` (lifecycle B.4).
 */
export function refusalOfUpdateRequest(
  behaviour: Behaviour,
  server: Parameters<typeof configurationIn>[0] & {
    listAll(resource: GroupVersionResource): readonly unknown[];
  },
  logger: string,
): Omit<LogRecord, 'time'> | undefined {
  if (!behaviour.limitsUpdateRequests) return undefined;
  const threshold = configurationIn(server).updateRequestThreshold;
  const count = server.listAll(updateRequestsOf(behaviour)).length;
  return count < threshold
    ? undefined
    : updateRequestLimit.get().updateRequestRefusal(logger, count, threshold);
}
