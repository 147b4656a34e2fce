import type { ApiServer } from '../cluster/api.ts';
import { quotas } from '../cluster/parts.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import { nodeObjects } from './parts.ts';

/** What the simulated API server says of its version (raw-discovery.ts). */
const KUBERNETES = 'v1.36.0';

const RESOURCE_QUOTAS = { group: '', resource: 'resourcequotas' };

/**
 * Gives a cluster its simulated node, Kyverno's Deployments their ReplicaSets and Pods, and quotas their status. They are made
 * when somebody reads them, so that a trace in which nobody does is the same without them.
 */
export function serveNode(server: ApiServer): void {
  const namespace = KYVERNO_NAMESPACE;
  server.serveDerived('', () => nodeObjects.get().nodesOf(server, KUBERNETES), { resource: 'nodes' });
  server.serveDerived('', () => nodeObjects.get().podsOf(server, namespace), { resource: 'pods', namespace });
  server.serveDerived('apps', () => nodeObjects.get().replicaSetsOf(server, namespace), {
    resource: 'replicasets',
    namespace,
  });
  server.showAs(RESOURCE_QUOTAS, (quota) => quotas.get().withQuotaStatus(quota, server));
}
