import type { ResourceInfo } from '../cluster/api.ts';
import type { ClusterBase } from '../cluster/cluster-base.ts';
import { builtInResources, resourcesOfCrd } from '../cluster/discovery.ts';
import { substituteAll } from '../engine/context/substitute.ts';
import { findVariables } from '../engine/context/variable-pattern.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { behaviourOf } from '../kyverno/behaviour.ts';
import { policyDiagnostics } from '../kyverno/policy-diagnostics.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { kindLookup } from './kind-lookup.ts';
import type { SimulationOptions } from './options.ts';

const served = new WeakMap<ClusterBase, readonly ResourceInfo[]>();

const resourcesOf = (objects: readonly (KubernetesObject | undefined)[]): readonly ResourceInfo[] =>
  objects.flatMap((object) => (object?.kind === 'CustomResourceDefinition' ? resourcesOfCrd(object) : []));

/** What a cluster with this Kyverno serves before anything is applied; read once a base. */
function resourcesOfBase(base: ClusterBase): readonly ResourceInfo[] {
  const known = served.get(base);
  if (known !== undefined) return known;
  const resources = [...builtInResources(), ...resourcesOf(base.objects)];
  served.set(base, resources);
  return resources;
}

/**
 * Judges the policies among a scenario's documents without running them: what the cluster would refuse, and what has no
 * effect here. CustomResourceDefinitions among the documents count as installed.
 */
export function diagnosePolicies(
  documents: readonly ManifestDocument[],
  options: Pick<SimulationOptions, 'version' | 'base' | 'policyExceptions'>,
): readonly Diagnostic[] {
  const own = resourcesOf(documents.map(({ object }) => object));
  return policyDiagnostics(documents, {
    behaviour: behaviourOf(options.version),
    variables: { find: findVariables, substitute: substituteAll },
    policyExceptions: options.policyExceptions ?? false,
    ...kindLookup([...resourcesOfBase(options.base), ...own]),
  });
}
