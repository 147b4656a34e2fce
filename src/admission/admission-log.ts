import type { EventId } from '../base/units.ts';
import type { GroupVersionKind, GroupVersionResource } from '../kubernetes/object.ts';
import type { LogField } from '../kyverno/log-line.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { type AdmissionEnvironment, logLine, userJson } from './environment.ts';
import type { Review } from './review.ts';

/** Lines of a source file where a version logs, from recordings. */
const VALIDATION: Readonly<Record<KyvernoVersion, number>> = {
  '1.11': 103,
  '1.12': 120,
  '1.13': 125,
  '1.14': 125,
  '1.15': 122,
  '1.16': 119,
  '1.17': 116,
  '1.18': 116,
  '1.19': 116,
};
const POLICY_HANDLER: Readonly<Record<KyvernoVersion, number>> = {
  '1.11': 38,
  '1.12': 38,
  '1.13': 40,
  '1.14': 63,
  '1.15': 90,
  '1.16': 106,
  '1.17': 90,
  '1.18': 90,
  '1.19': 94,
};

const gvkText = ({ group, version, kind }: GroupVersionKind): string => `${group}/${version}, Kind=${kind}`;

/** 1.15 on prints a resource by its String method, before as an object. */
const gvrField = (env: AdmissionEnvironment, resource: GroupVersionResource): LogField => {
  const asObject = ['1.11', '1.12', '1.13', '1.14'].includes(env.behaviour.version);
  const { group, version } = resource;
  return [
    'gvr',
    asObject
      ? { group, version, resource: resource.resource }
      : `${group}/${version}, Resource=${resource.resource}`,
  ];
};

function requestFields(env: AdmissionEnvironment, review: Pick<Review, 'request'>): LogField[] {
  const { request } = review;
  const { kind } = request;
  const gvk = kind.group === '' ? `/${kind.version}, Kind=${kind.kind}` : gvkText(kind);
  return [
    ['gvk', gvk],
    gvrField(env, request.resource),
    ['namespace', request.namespace],
    ['name', request.name],
    ['operation', request.operation],
    ['uid', request.uid],
    ['user', userJson(request.userInfo)],
  ];
}

function resourceFields(env: AdmissionEnvironment, review: Review): LogField[] {
  const { request, info } = review;
  const { kind } = request;
  const gvk = kind.group === '' ? `/${kind.version}, Kind=${kind.kind}` : gvkText(kind);
  const klog = env.behaviour.logFormat === 'klog';
  const resource: LogField = ['resource', `${request.namespace}/${kind.kind}/${request.name}`];
  return [
    ...requestFields(env, review),
    ['roles', klog && info.roles.length === 0 ? null : info.roles],
    ['clusterroles', info.clusterRoles],
    ['resource.gvk', gvk],
    ['kind', kind.kind],
    ...(klog ? [] : ([['URLParams', '']] as const)),
    ['action', 'validate'],
    resource,
    ['operation', request.operation],
    ['gvk', gvk],
  ];
}

/** The lines of a denial: one a failing policy, then the blocking one (corrections.md, B.7). */
export function logDenial(
  env: AdmissionEnvironment,
  review: Review,
  failed: readonly { readonly policy: string; readonly rules: readonly string[] }[],
  cause: EventId,
): void {
  const logger = ['webhooks', 'resource', 'validate'];
  const fields = resourceFields(env, review);
  for (const { policy, rules } of failed)
    logLine(
      env,
      {
        level: 'trace',
        logger,
        site: `pkg/webhooks/resource/validation/validation.go:${VALIDATION[env.behaviour.version]}`,
        message: 'validation failed',
        fields: [...fields, ['action', 'Enforce'], ['policy', policy], ['failed rules', rules]],
      },
      cause,
    );
  const [first] = failed;
  logLine(
    env,
    {
      level: 'trace',
      logger,
      site: `pkg/webhooks/utils/block.go:${env.behaviour.version === '1.19' ? 30 : 29}`,
      message: 'blocking admission request',
      fields: [...fields, ['policy', first?.policy ?? '']],
    },
    cause,
  );
}

/** The line of a policy that the policy webhook refuses. */
export function logPolicyErrors(
  env: AdmissionEnvironment,
  review: Pick<Review, 'request'>,
  error: string,
  cause: EventId,
): void {
  logLine(
    env,
    {
      level: 'error',
      logger: ['webhooks', 'policy', 'validate'],
      site: `pkg/webhooks/policy/handlers.go:${POLICY_HANDLER[env.behaviour.version]}`,
      message: 'policy validation errors',
      error,
      fields: requestFields(env, review),
    },
    cause,
  );
}
