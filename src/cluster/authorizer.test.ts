import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getList, getObject, getString, type Json } from '../base/json.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { AccessAttributes } from './api.ts';
import { Authorizer, type RbacObjects, withImpliedGroups } from './authorizer.ts';

const RBAC = 'rbac.authorization.k8s.io';
const VERBS = ['get', 'create', '*'];
const NAMES = ['x', 'y', 'z'];
const PLACES = ['a', 'b'];

const some = (from: readonly string[]) => fc.subarray([...from]);
const one = (from: readonly string[]) => fc.constantFrom(...from);

const rule = fc.record({
  apiGroups: some(['', 'apps', '*']),
  resources: some(['pods', 'pods/log', '*/log', 'secrets', '*']),
  verbs: some(VERBS),
  resourceNames: fc.oneof(fc.constant([]), some(NAMES)),
});
const labels = fc.dictionary(one(['p', 'q']), one(['1', '2']), { maxKeys: 2 });
const selector = fc.record({ matchLabels: labels });
const subject = fc.oneof(
  fc.record({ kind: one(['User', 'Group']), name: one(['alice', 'devs', 'system:authenticated']) }),
  fc.record({ kind: fc.constant('ServiceAccount'), name: one(['bot']), namespace: one(PLACES) }),
  fc.record({ kind: fc.constant('ServiceAccount'), name: one(['bot']) }),
);
const roleRef = fc.record({ kind: one(['Role', 'ClusterRole']), name: one(NAMES) });

const objects: fc.Arbitrary<RbacObjects> = fc.record({
  roles: named('Role', fc.record({ rules: fc.array(rule, { maxLength: 2 }) }), true),
  clusterRoles: named(
    'ClusterRole',
    fc.oneof(
      fc.record({ rules: fc.array(rule, { maxLength: 2 }) }),
      fc.record({
        aggregationRule: fc.record({
          clusterRoleSelectors: fc.array(selector, { minLength: 1, maxLength: 2 }),
        }),
      }),
    ),
    false,
  ),
  roleBindings: named(
    'RoleBinding',
    fc.record({ roleRef, subjects: fc.array(subject, { maxLength: 3 }) }),
    true,
  ),
  clusterRoleBindings: named(
    'ClusterRoleBinding',
    fc.record({
      roleRef: fc.record({ kind: fc.constant('ClusterRole'), name: one(NAMES) }),
      subjects: fc.array(subject, { maxLength: 3 }),
    }),
    false,
  ),
});

function named(
  kind: string,
  content: fc.Arbitrary<object>,
  namespaced: boolean,
): fc.Arbitrary<KubernetesObject[]> {
  const object = fc
    .tuple(one(NAMES), one(PLACES), labels, content)
    .map(([name, namespace, labels, content]) => ({
      apiVersion: `${RBAC}/v1`,
      kind,
      metadata: { name, labels, ...(namespaced ? { namespace } : {}) },
      ...content,
    }));
  return fc.uniqueArray(object as fc.Arbitrary<KubernetesObject>, {
    maxLength: 4,
    selector: (item) => `${namespaceOf(item)}/${nameOf(item)}`,
  });
}

const users: fc.Arbitrary<UserInfo> = fc
  .constantFrom(
    { username: 'alice', groups: ['devs'] },
    { username: 'system:serviceaccount:a:bot', groups: [] },
    { username: 'system:serviceaccount:b:bot', groups: [] },
    { username: 'system:anonymous', groups: [] },
  )
  .map(withImpliedGroups);

const attributes: fc.Arbitrary<AccessAttributes> = fc.record(
  {
    verb: one(['get', 'create']),
    group: one(['', 'apps']),
    resource: one(['pods', 'secrets']),
    subresource: one(['log']),
    namespace: one(PLACES),
    name: one(NAMES),
  },
  { requiredKeys: ['verb', 'group', 'resource'] },
);

/** The same question answered without index or cache, straight from the definition. */
function isAllowed(rbac: RbacObjects, user: UserInfo, asked: AccessAttributes): boolean {
  const bindings = [
    ...rbac.clusterRoleBindings,
    ...rbac.roleBindings.filter((binding) => namespaceOf(binding) === asked.namespace),
  ];
  return bindings.some(
    (binding) =>
      getList(binding, 'subjects').some((who) => isUser(who, user, namespaceOf(binding))) &&
      rolesNamed(rbac, binding).some((role) => rulesOf(rbac, role, []).some((rule) => covers(rule, asked))),
  );
}

function isUser(who: Json, user: UserInfo, namespace: string): boolean {
  const name = getString(who, 'name') ?? '';
  switch (getString(who, 'kind')) {
    case 'User':
      return user.username === name;
    case 'Group':
      return user.groups.includes(name);
    default:
      return user.username === `system:serviceaccount:${getString(who, 'namespace') ?? namespace}:${name}`;
  }
}

function rolesNamed(rbac: RbacObjects, binding: KubernetesObject): readonly KubernetesObject[] {
  const name = getString(binding, 'roleRef', 'name');
  return getString(binding, 'roleRef', 'kind') === 'Role'
    ? rbac.roles.filter((role) => nameOf(role) === name && namespaceOf(role) === namespaceOf(binding))
    : rbac.clusterRoles.filter((role) => nameOf(role) === name);
}

function rulesOf(
  rbac: RbacObjects,
  role: KubernetesObject,
  seen: readonly KubernetesObject[],
): readonly Json[] {
  if (seen.includes(role)) return [];
  const selectors = getList(role, 'aggregationRule', 'clusterRoleSelectors');
  if (selectors.length === 0) return getList(role, 'rules');
  const selected = rbac.clusterRoles.filter((other) =>
    selectors.some((item) =>
      Object.entries(getObject(item, 'matchLabels')).every(
        ([key, value]) => getObject(other, 'metadata', 'labels')[key] === value,
      ),
    ),
  );
  return selected.filter((other) => other !== role).flatMap((other) => rulesOf(rbac, other, [...seen, role]));
}

function covers(rule: Json, asked: AccessAttributes): boolean {
  const lists = (key: string, ...values: (string | undefined)[]): boolean =>
    getList(rule, key).some((item) => values.includes(String(item)));
  const full = asked.subresource === undefined ? asked.resource : `${asked.resource}/${asked.subresource}`;
  const any = asked.subresource === undefined ? undefined : `*/${asked.subresource}`;
  return (
    lists('verbs', '*', asked.verb) &&
    lists('apiGroups', '*', asked.group) &&
    lists('resources', '*', full, any) &&
    (getList(rule, 'resourceNames').length === 0 || lists('resourceNames', asked.name))
  );
}

describe('the authoriser', () => {
  it('decides as the slow, obvious version does', () => {
    fc.assert(
      fc.property(objects, users, fc.array(attributes, { maxLength: 5 }), (rbac, user, questions) => {
        const authorizer = new Authorizer(rbac);
        for (const asked of questions)
          expect(authorizer.decide(user, asked).allowed).toBe(isAllowed(rbac, user, asked));
      }),
      { numRuns: 300 },
    );
  });

  it('lets system:masters do everything', () => {
    const authorizer = new Authorizer({
      roles: [],
      clusterRoles: [],
      roleBindings: [],
      clusterRoleBindings: [],
    });
    const root = { username: 'root', groups: ['system:masters'] };
    expect(authorizer.decide(root, { verb: 'delete', group: '', resource: 'nodes' }).allowed).toBe(true);
  });

  it('says which role of a binding is not there', () => {
    const binding: KubernetesObject = {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'r', namespace: 'a' },
      roleRef: { kind: 'Role', name: 'gone' },
      subjects: [{ kind: 'User', name: 'alice' }],
    };
    const rbac = { roles: [], clusterRoles: [], roleBindings: [binding], clusterRoleBindings: [] };
    const asked = { verb: 'get', group: '', resource: 'pods', namespace: 'a' };
    const { reason } = new Authorizer(rbac).decide({ username: 'alice', groups: [] }, asked);
    expect(reason).toBe('RBAC: role.rbac.authorization.k8s.io "gone" not found');
  });

  it('lists roles for Kyverno: Roles of any namespace, ClusterRoles of bindings in the request namespace only', () => {
    const binding = (namespace: string, kind: string): KubernetesObject => ({
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name: `${namespace}-${kind}`, namespace },
      roleRef: { kind, name: `${kind}-${namespace}` },
      subjects: [{ kind: 'User', name: 'alice' }],
    });
    const roleBindings = [
      binding('a', 'Role'),
      binding('b', 'Role'),
      binding('a', 'ClusterRole'),
      binding('b', 'ClusterRole'),
    ];
    const authorizer = new Authorizer({ roles: [], clusterRoles: [], roleBindings, clusterRoleBindings: [] });
    expect(authorizer.rolesOf({ username: 'alice', groups: [] }, 'a')).toEqual({
      roles: ['a:Role-a', 'b:Role-b'],
      clusterRoles: ['ClusterRole-a'],
    });
  });
});
