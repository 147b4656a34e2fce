import { get, getList, getObject, getString, type Json, type JsonObject } from '../base/json.ts';
import { createClusterLoader } from '../engine/cluster-loader.ts';
import type { PolicyContext } from '../engine/policy-context.ts';
import { requestContext } from '../engine/request-json.ts';
import type { Operation } from '../kubernetes/admission-review.ts';
import { labelsOf } from '../kubernetes/label-selector.ts';
import type { GroupVersionKind, KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE, readConfiguration } from '../kyverno/configuration.ts';
import type { Policy, PolicyException } from '../kyverno/policy.ts';
import { honours } from '../kyverno/policy.ts';
import { BACKGROUND_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { BackgroundEnvironment } from './environment.ts';
import type { WorkItem } from './work-item.ts';

/** The kind of the request's resource: a subresource's payload may be of a kind of its own (background/mutate, GetGVKFromGVR). */
function kindOf(
  env: BackgroundEnvironment,
  trigger: KubernetesObject,
  request: Json | undefined,
): GroupVersionKind {
  if (getString(request, 'subResource') === undefined) return gvkOf(trigger);
  const part = (name: string): string => getString(request, 'resource', name) ?? '';
  const gvr = { group: part('group'), version: part('version'), resource: part('resource') };
  return env.server.discovery().byResource(gvr) ?? gvkOf(trigger);
}

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' } as const;
const EXCEPTIONS = { group: 'kyverno.io', version: 'v2', resource: 'policyexceptions' } as const;

/** The engine's input: the request as it was, with the trigger in the place of its object (lifecycle C.3). */
export function generateContext(
  env: BackgroundEnvironment,
  item: { readonly spec: Pick<WorkItem['spec'], 'admissionRequest' | 'requestInfo'> },
  policy: Policy,
  trigger: KubernetesObject,
): PolicyContext {
  const request = item.spec.admissionRequest;
  const info = item.spec.requestInfo;
  const list = (field: string): readonly string[] =>
    getList(info, field).filter((entry): entry is string => typeof entry === 'string');
  const old = request === undefined ? undefined : get(request, 'oldObject');
  const namespace = env.server.lookup(NAMESPACES, '', namespaceOf(trigger));
  const configMap = env.server.lookup(
    { group: '', version: 'v1', resource: 'configmaps' },
    KYVERNO_NAMESPACE,
    'kyverno',
  );
  return {
    policy,
    operation: (getString(request, 'operation') ?? '') as Operation | '',
    kind: kindOf(env, trigger, request),
    subresource: getString(request, 'subResource') ?? '',
    newObject: trigger,
    ...(isKubernetesObject(old) ? { oldObject: old } : {}),
    ...(request === undefined
      ? {}
      : {
          admissionInfo: {
            userInfo: userOf(info),
            roles: list('roles'),
            clusterRoles: list('clusterRoles'),
          },
        }),
    request: requestContext(request ?? backgroundRequest(trigger), list('roles'), list('clusterRoles')),
    ...(namespace === undefined ? {} : { namespaceLabels: Object.fromEntries(labelsOf(namespace)) }),
    exceptions: exceptionsOf(env),
    configuration: readConfiguration(configMap),
    loader: createClusterLoader(env.server, BACKGROUND_CONTROLLER, env),
    behaviour: env.behaviour,
    now: env.wallClock(),
    random: env.random,
    explain: env.explain,
    libraries: env.libraries,
  };
}

/** What the context knows of a request when there was none (lifecycle A.8). */
const backgroundRequest = (trigger: KubernetesObject): JsonObject => ({
  namespace: namespaceOf(trigger),
  operation: '',
  userInfo: {},
});

const isKubernetesObject = (value: Json | undefined): value is KubernetesObject =>
  typeof value === 'object' && value !== null && 'metadata' in value && 'kind' in value;

function userOf(info: JsonObject | undefined): UserInfo {
  const user = getObject(info, 'userInfo');
  const groups = getList(user, 'groups').filter((group): group is string => typeof group === 'string');
  const uid = getString(user, 'uid');
  return { username: getString(user, 'username') ?? '', groups, ...(uid === undefined ? {} : { uid }) };
}

/** The PolicyExceptions of the cluster, where the feature is on. */
export const exceptionsOf = (env: BackgroundEnvironment): readonly PolicyException[] =>
  env.policyExceptions
    ? env.server
        .listAll(EXCEPTIONS)
        .filter((object) => honours(env.exceptionNamespace, namespaceOf(object)))
        .map((object) => ({
          name: nameOf(object),
          namespace: namespaceOf(object),
          spec: getObject(object, 'spec'),
        }))
    : [];
