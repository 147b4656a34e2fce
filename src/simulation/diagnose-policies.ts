import { get } from '../base/json.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import type { ClusterBase } from '../cluster/cluster-base.ts';
import { builtInResources, resourcesOfCrd } from '../cluster/discovery.ts';
import { readSchemas, type Schemas, withSchemaDefaults } from '../cluster/structural-schema.ts';
import { substituteAll } from '../engine/context/substitute.ts';
import { findVariables } from '../engine/context/variable-pattern.ts';
import { type KubernetesObject, parseApiVersion } from '../kubernetes/object.ts';
import { behaviourOf } from '../kyverno/behaviour.ts';
import { chartFlags, forAll } from '../kyverno/controller-flags.ts';
import { policyDiagnostics } from '../kyverno/policy-diagnostics.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { kindLookup } from './kind-lookup.ts';
import type { SimulationOptions } from './options.ts';
import { kyvernoSettings } from './parts.ts';
import { isKyvernoFile } from './scenario.ts';

/** What a cluster serves, as the checks ask for it. */
type Kinds = ReturnType<typeof kindLookup>;

interface Served {
  readonly resources: readonly ResourceInfo[];
  readonly kinds: Kinds;
}

const served = new WeakMap<ClusterBase, Served>();

const resourcesOf = (objects: readonly (KubernetesObject | undefined)[]): readonly ResourceInfo[] =>
  objects.flatMap((object) => (object?.kind === 'CustomResourceDefinition' ? resourcesOfCrd(object) : []));

/** What a cluster with this Kyverno serves before anything is applied; read once a base. */
function servedBy(base: ClusterBase): Served {
  const known = served.get(base);
  if (known !== undefined) return known;
  const resources = [...builtInResources(), ...resourcesOf(base.objects)];
  const found = { resources, kinds: kindLookup(resources) };
  served.set(base, found);
  return found;
}

function kindsOf(base: ClusterBase, documents: readonly ManifestDocument[]): Kinds {
  const { resources, kinds } = servedBy(base);
  const own = resourcesOf(documents.map(({ object }) => object));
  return own.length === 0 ? kinds : kindLookup([...resources, ...own]);
}

const schemas = new WeakMap<ClusterBase, Schemas>();

function schemasOf(base: ClusterBase): Schemas {
  const known = schemas.get(base) ?? readSchemas(base.schemas);
  schemas.set(base, known);
  return known;
}

/** A policy with the defaults of its CustomResourceDefinition. */
function completed(object: KubernetesObject, base: ClusterBase): KubernetesObject {
  const { group, version } = parseApiVersion(object.apiVersion);
  const resource = object.kind === 'Policy' ? 'policies' : 'clusterpolicies';
  const schema = schemasOf(base).schemaOf(`${resource}.${group}/${version}`);
  const spec = schema && get(withSchemaDefaults(object, schema), 'spec');
  return spec === undefined ? object : { ...object, spec };
}

/**
 * Judges the policies among a scenario's documents without running them: what the cluster would refuse, and what has no
 * effect here. CustomResourceDefinitions among the documents count as installed.
 */
export function diagnosePolicies(
  documents: readonly ManifestDocument[],
  options: Pick<SimulationOptions, 'version' | 'base' | 'policyExceptions'>,
): readonly Diagnostic[] {
  const own = documents.filter(({ file }) => isKyvernoFile(file));
  const settings =
    own.length === 0
      ? undefined
      : kyvernoSettings.get().readKyvernoSettings(own, options.version, forAll(chartFlags(options.version)));
  const admission = settings?.flags['kyverno-admission-controller'];
  const found = policyDiagnostics(documents, {
    behaviour: behaviourOf(options.version),
    variables: { find: findVariables, substitute: substituteAll },
    policyExceptions: admission?.enablePolicyException ?? options.policyExceptions ?? false,
    withDefaults: (object) => completed(object, options.base),
    ...kindsOf(options.base, documents),
  });
  return [...found, ...(settings?.diagnostics ?? [])];
}
