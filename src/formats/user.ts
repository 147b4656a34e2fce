import type { UserInfo } from '../kubernetes/object.ts';

/** Who a step is when it names nobody: a cluster admin's kubeconfig, which may do everything. */
export const CLUSTER_ADMIN: UserInfo = {
  username: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
};

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The user that `--as` and `--as-group` make, with the groups that the API server adds to an impersonated user. */
export function impersonate(username: string, groups: readonly string[]): UserInfo {
  const namespace = SERVICE_ACCOUNT.exec(username)?.[1];
  const account =
    namespace !== undefined && groups.length === 0
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : [];
  const all = [...groups, ...account, 'system:authenticated'];
  return { username, groups: [...new Set(all)] };
}
