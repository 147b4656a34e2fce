import { isFineGrained } from '../admission/fine-grained.ts';
import { webhookObjects } from '../admission/parts.ts';
import { webhookRulesOf } from '../admission/webhook-rules.ts';
import { get } from '../base/json.ts';
import type { SimulatedApiServer } from '../cluster/api-server.ts';
import { behaviourOf } from '../kyverno/behaviour.ts';
import { KYVERNO_NAMESPACE, readConfiguration } from '../kyverno/configuration.ts';
import { isPolicy, isReady } from '../kyverno/policy-informer.ts';
import { readPolicy } from '../kyverno/read-policy.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';

/**
 * Gives a cluster at a moment Kyverno's webhook configurations: those of the policies that are Ready, as long as the
 * admission controller has replicas (lifecycle A.4).
 */
export function serveWebhookConfigurations(server: SimulatedApiServer, version: KyvernoVersion): void {
  const behaviour = behaviourOf(version);
  server.serveDerived('admissionregistration.k8s.io', () => {
    const deployment = server.lookup(
      { group: 'apps', version: 'v1', resource: 'deployments' },
      KYVERNO_NAMESPACE,
      'kyverno-admission-controller',
    );
    if (get(get(deployment, 'spec'), 'replicas') === 0) return [];
    const policies = ['clusterpolicies', 'policies']
      .flatMap((resource) => server.listAll({ group: 'kyverno.io', version: 'v1', resource }))
      .filter((object) => isPolicy(object) && isReady(object))
      .flatMap((object) => readPolicy(object) ?? [])
      .sort((left, right) => (left.key < right.key ? -1 : 1))
      .map((policy) => ({ policy, webhooks: webhookRulesOf(policy, behaviour) }));
    const settings = server.lookup(
      { group: '', version: 'v1', resource: 'configmaps' },
      KYVERNO_NAMESPACE,
      'kyverno',
    );
    return webhookObjects.get().webhookConfigurations({
      policies,
      isFineGrained: ({ policy }) => isFineGrained(policy, behaviour),
      discovery: server.discovery(),
      namespaceSelector: readConfiguration(settings).namespaceSelector,
    });
  });
}
