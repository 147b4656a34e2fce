import type { Json, JsonObject } from '../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../base/json.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import type { AccessAttributes, ResourceInfo } from './api.ts';

/** The authoriser as reviews ask it. */
export interface Decider {
  decide(
    user: UserInfo,
    attributes: AccessAttributes,
  ): { readonly allowed: boolean; readonly reason: string };
}

type Review = { readonly status: JsonObject } | { readonly problem: string };

/**
 * The status of a SubjectAccessReview and its like, or what is wrong with the request. Undefined for resources that are no
 * reviews, and for reviews of paths that are no resources. A real server also says which binding allows.
 */
export function accessReview(
  server: Decider,
  user: UserInfo,
  { group, kind }: ResourceInfo,
  namespace: string | undefined,
  body: JsonObject,
): Review | undefined {
  if (group === 'authentication.k8s.io') return authentication(kind, user);
  if (group !== 'authorization.k8s.io') return undefined;
  const spec = get(body, 'spec') ?? null;
  switch (kind) {
    case 'SelfSubjectAccessReview':
      return decision(server, user, spec);
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview': {
      const subject = subjectOf(spec);
      if (subject === undefined)
        return { problem: 'spec.user: Invalid value: "": at least one of user or group must be specified' };
      const asked = getString(spec, 'resourceAttributes', 'namespace');
      if (kind === 'LocalSubjectAccessReview' && asked !== namespace)
        return {
          problem: `spec.resourceAttributes.namespace: Invalid value: ${JSON.stringify(asked ?? '')}: must match metadata.namespace`,
        };
      return decision(server, subject, spec);
    }
    default:
      return undefined;
  }
}

function authentication(kind: string, user: UserInfo): Review | undefined {
  if (kind === 'SelfSubjectReview')
    return {
      status: {
        userInfo: {
          username: user.username,
          ...(user.uid === undefined ? {} : { uid: user.uid }),
          groups: user.groups,
        },
      },
    };
  // There are no tokens here, so none is valid.
  if (kind === 'TokenReview') return { status: { user: {}, error: 'invalid bearer token' } };
  return undefined;
}

/** The user that a review is about, with exactly the groups that it names. */
function subjectOf(spec: Json): UserInfo | undefined {
  const username = getString(spec, 'user') ?? '';
  const groups = getList(spec, 'groups').filter((group): group is string => typeof group === 'string');
  return username === '' && groups.length === 0 ? undefined : { username, groups };
}

function decision(server: Decider, user: UserInfo, spec: Json): Review | undefined {
  const attributes = get(spec, 'resourceAttributes');
  const path = get(spec, 'nonResourceAttributes');
  if (isObject(attributes) === isObject(path))
    return {
      problem: isObject(path)
        ? 'spec.nonResourceAttributes: Invalid value: cannot be specified in combination with resourceAttributes'
        : 'spec.resourceAttributes: Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    };
  if (!isObject(attributes)) return undefined;
  const { allowed, reason } = server.decide(user, readAttributes(attributes));
  return { status: { allowed, ...(reason === '' ? {} : { reason }) } };
}

function readAttributes(attributes: JsonObject): AccessAttributes {
  const text = (name: string): string => getString(getObject(attributes), name) ?? '';
  const optional = (name: 'subresource' | 'namespace' | 'name'): { readonly [key: string]: string } =>
    text(name) === '' ? {} : { [name]: text(name) };
  return {
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    ...optional('subresource'),
    ...optional('namespace'),
    ...optional('name'),
  };
}
