import type { Json, JsonObject } from '../base/json.ts';
import { get, getList, getString } from '../base/json.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { AccessAttributes } from './api.ts';
import { matchesLabelSelector } from './selector-text.ts';

/** The RBAC objects that an authoriser decides by. */
export interface RbacObjects {
  readonly roles: readonly KubernetesObject[];
  readonly clusterRoles: readonly KubernetesObject[];
  readonly roleBindings: readonly KubernetesObject[];
  readonly clusterRoleBindings: readonly KubernetesObject[];
}

export interface Decision {
  readonly allowed: boolean;
  /** What the server appends to a denial: roles that bindings name and that do not exist. */
  readonly reason: string;
}

export interface RolesOfUser {
  readonly roles: readonly string[];
  readonly clusterRoles: readonly string[];
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly verbs: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** What one user is granted, by place: `''` for the whole cluster. */
interface Grants {
  readonly rules: ReadonlyMap<string, readonly Rule[]>;
  readonly missing: ReadonlyMap<string, readonly string[]>;
}

/** Members of this group may do everything; RBAC is not asked. */
const MASTERS = 'system:masters';

/** Groups that authentication adds: service accounts are in those of their namespace, everybody known is authenticated. */
export function withImpliedGroups(user: UserInfo): UserInfo {
  const implied: string[] = [];
  if (user.username.startsWith('system:serviceaccount:')) {
    implied.push('system:serviceaccounts', `system:serviceaccounts:${user.username.split(':')[2] ?? ''}`);
  }
  implied.push(user.username === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated');
  const missing = implied.filter((group) => !user.groups.includes(group));
  return missing.length === 0 ? user : { ...user, groups: [...user.groups, ...missing] };
}

/**
 * Role-based access control as Kubernetes' RBAC authoriser decides it: rules only add up, aggregated ClusterRoles hold the
 * rules of those that their selectors match (the controller that copies them is taken to be instant). Bindings are indexed
 * by subject and a user's rules are collected once; build a new one when an RBAC object changes.
 */
export class Authorizer {
  readonly #objects: RbacObjects;
  readonly #rulesOfRole = new Map<string, readonly Rule[] | undefined>();
  readonly #roles = new Map<string, KubernetesObject>();
  readonly #bindings = new Map<string, KubernetesObject[]>();
  readonly #grants = new Map<string, Grants>();
  readonly #rolesOfUser = new Map<string, RolesOfUser>();

  constructor(objects: RbacObjects) {
    this.#objects = objects;
    for (const role of objects.roles) this.#roles.set(`${namespaceOf(role)}/${nameOf(role)}`, role);
    for (const role of objects.clusterRoles) this.#roles.set(`/${nameOf(role)}`, role);
    for (const binding of [...objects.clusterRoleBindings, ...objects.roleBindings]) {
      for (const key of new Set(
        getList(binding, 'subjects').map((subject) => subjectKey(subject, binding)),
      )) {
        const list = this.#bindings.get(key);
        if (list === undefined) this.#bindings.set(key, [binding]);
        else list.push(binding);
      }
    }
  }

  decide(user: UserInfo, attributes: AccessAttributes): Decision {
    if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    const grants = this.#grantsOf(user);
    const places = attributes.namespace === undefined ? [''] : ['', attributes.namespace];
    const allowed =
      places.some((place) => grants.rules.get(place)?.some((rule) => allows(rule, attributes))) ||
      this.#nodeRules(user).some((rule) => allows(rule, attributes));
    if (allowed) return { allowed, reason: '' };
    const missing = places.flatMap((place) => grants.missing.get(place) ?? []);
    return { allowed, reason: missing.length === 0 ? '' : `RBAC: ${aggregate(missing)}` };
  }

  /**
   * The Node authoriser: a kubelet may do what the role `system:node` holds, which is bound to nobody. Which objects belong to
   * its node (plugin/pkg/auth/authorizer/node) is not looked at.
   */
  #nodeRules(user: UserInfo): readonly Rule[] {
    const isNode = user.username.startsWith('system:node:') && user.groups.includes('system:nodes');
    return isNode ? (this.#rulesOfKey('/system:node') ?? []) : [];
  }

  /** Roles as Kyverno looks them up (lifecycle A.1). */
  rolesOf(user: UserInfo, namespace: string): RolesOfUser {
    const key = JSON.stringify([namespace, user.username, ...user.groups]);
    const known = this.#rolesOfUser.get(key);
    if (known !== undefined) return known;
    const roles = new Set<string>();
    const clusterRoles = new Set<string>();
    for (const binding of this.#bindingsOf(user)) {
      const kind = getString(binding, 'roleRef', 'kind');
      const name = getString(binding, 'roleRef', 'name') ?? '';
      if (binding.kind === 'ClusterRoleBinding') clusterRoles.add(name);
      else if (kind === 'Role') roles.add(`${namespaceOf(binding)}:${name}`);
      else if (namespaceOf(binding) === namespace) clusterRoles.add(name);
    }
    const found = { roles: [...roles].sort(), clusterRoles: [...clusterRoles].sort() };
    this.#rolesOfUser.set(key, found);
    return found;
  }

  /** All rules that hold for a user in a namespace: those of the whole cluster, then the namespace's own. */
  rulesOf(user: UserInfo, namespace: string): readonly JsonObject[] {
    const grants = this.#grantsOf(user);
    const rules = ['', namespace].flatMap((place) => grants.rules.get(place) ?? []);
    return rules.map(({ apiGroups, resources, resourceNames, verbs, nonResourceURLs = [] }) => ({
      apiGroups,
      resources,
      resourceNames,
      verbs,
      nonResourceURLs,
    }));
  }

  #grantsOf(user: UserInfo): Grants {
    const key = JSON.stringify([user.username, ...user.groups]);
    const known = this.#grants.get(key);
    if (known !== undefined) return known;
    const rules = new Map<string, Rule[]>();
    const missing = new Map<string, string[]>();
    for (const binding of this.#bindingsOf(user)) {
      const place = namespaceOf(binding);
      const role = this.#rulesOf(binding);
      if (typeof role === 'string') missing.set(place, [...(missing.get(place) ?? []), role]);
      else rules.set(place, [...(rules.get(place) ?? []), ...role]);
    }
    const grants = { rules, missing };
    this.#grants.set(key, grants);
    return grants;
  }

  #bindingsOf(user: UserInfo): readonly KubernetesObject[] {
    const keys = [`User/${user.username}`, ...user.groups.map((group) => `Group/${group}`)];
    return [...new Set(keys.flatMap((key) => this.#bindings.get(key) ?? []))];
  }

  /** The rules of a binding's role, or the text that says it does not exist. */
  #rulesOf(binding: KubernetesObject): readonly Rule[] | string {
    const name = getString(binding, 'roleRef', 'name') ?? '';
    const cluster = getString(binding, 'roleRef', 'kind') === 'ClusterRole';
    const rules = this.#rulesOfKey(cluster ? `/${name}` : `${namespaceOf(binding)}/${name}`);
    return rules ?? `${cluster ? 'clusterrole' : 'role'}.rbac.authorization.k8s.io "${name}" not found`;
  }

  #rulesOfKey(key: string): readonly Rule[] | undefined {
    if (this.#rulesOfRole.has(key)) return this.#rulesOfRole.get(key);
    const role = this.#roles.get(key);
    const rules = role === undefined ? undefined : [...this.#parts(role, new Set())].flatMap(ownRules);
    this.#rulesOfRole.set(key, rules);
    return rules;
  }

  /** The roles whose own rules an aggregated role holds, through any number of aggregations. */
  #parts(role: KubernetesObject, seen: Set<KubernetesObject>): ReadonlySet<KubernetesObject> {
    if (seen.has(role)) return seen;
    seen.add(role);
    const selectors = getList(role, 'aggregationRule', 'clusterRoleSelectors');
    if (selectors.length === 0) return seen;
    for (const part of this.#objects.clusterRoles) {
      const labels = get(part.metadata, 'labels');
      if (selectors.some((selector) => matchesLabelSelector(selector, labels))) this.#parts(part, seen);
    }
    return seen;
  }
}

/** The rules that a role is written with; those of an aggregated role are the controller's copies. */
const ownRules = (role: KubernetesObject): readonly Rule[] =>
  getList(role, 'aggregationRule', 'clusterRoleSelectors').length === 0
    ? getList(role, 'rules').map(readRule)
    : [];

/** A service account counts as the user that it authenticates as; without namespace it is the binding's. */
function subjectKey(subject: Json, binding: KubernetesObject): string {
  const kind = getString(subject, 'kind');
  const name = getString(subject, 'name') ?? '';
  if (kind !== 'ServiceAccount') return `${kind}/${name}`;
  return `User/system:serviceaccount:${getString(subject, 'namespace') ?? namespaceOf(binding)}:${name}`;
}

function readRule(rule: Json): Rule {
  const strings = (key: string): readonly string[] =>
    getList(rule, key).filter((item): item is string => typeof item === 'string');
  return {
    apiGroups: strings('apiGroups'),
    resources: strings('resources'),
    resourceNames: strings('resourceNames'),
    verbs: strings('verbs'),
    nonResourceURLs: strings('nonResourceURLs'),
  };
}

function allows(rule: Rule, { verb, group, resource, subresource, name }: AccessAttributes): boolean {
  const combined = subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    (rule.verbs.includes('*') || rule.verbs.includes(verb)) &&
    (rule.apiGroups.includes('*') || rule.apiGroups.includes(group)) &&
    (rule.resources.includes('*') ||
      rule.resources.includes(combined) ||
      (combined !== resource && rule.resources.includes(`*/${subresource}`))) &&
    (rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

const aggregate = (messages: readonly string[]): string => {
  const unique = [...new Set(messages)];
  return unique.length === 1 ? (unique[0] ?? '') : `[${unique.join(', ')}]`;
};
