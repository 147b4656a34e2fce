import type { JsonObject } from '../base/json.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { FieldReader } from './field-reader.ts';

/** What a test of the Kyverno CLI has in its cluster (kind ClusterResource of cli.kyverno.io/v1alpha1). */
export interface CliClusterResource {
  /** Paths of files with CustomResourceDefinitions, relative to the test. */
  readonly crds: readonly string[];
  readonly resources: readonly JsonObject[];
}

/** Reads a file of cluster resources; what cannot be used is an error at its place. */
export function readClusterResourceFile(document: ManifestDocument): {
  readonly cluster: CliClusterResource;
  readonly diagnostics: readonly Diagnostic[];
} {
  const reader = new FieldReader(document, 'cli-cluster-resource');
  const fields = reader.fields({ value: document.value, path: [] }, [
    'apiVersion',
    'kind',
    'metadata',
    'spec',
  ]);
  const spec = reader.fields(fields.spec ?? { value: {}, path: [] }, ['crds', 'resources']);
  const resources = reader.items(spec.resources).flatMap((item) => {
    const object = reader.object(item);
    return object === undefined ? [] : [object];
  });
  const crds = reader.items(spec.crds).map((item) => reader.text(item));
  return { cluster: { crds, resources }, diagnostics: reader.diagnostics };
}
