import type { Libraries } from '../../expressions/jmespath/environment.ts';
import { readClusterResourceFile } from '../../formats/cluster-resource-file.ts';
import { type KyvernoTest, readKyvernoTest } from '../../formats/kyverno-test.ts';
import { type CliUserInfo, readUserInfoFile } from '../../formats/user-info-file.ts';
import { type CliValues, readValuesFile } from '../../formats/values-file.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Behaviour } from '../../kyverno/behaviour.ts';
import type { PolicyException } from '../../kyverno/policy.ts';
import type { ManifestDocument } from '../../manifest/manifest.ts';
import { type FileTree, folderOf, joinPath } from './file-tree.ts';
import { firstProblem, type Loaded, loadDocuments } from './load-documents.ts';
import { type LoadedPolicies, loadExceptions, loadPolicies } from './load-policies.ts';
import { loadObjects, loadResources, withoutDuplicates } from './load-resources.ts';
import { NO_VALUES } from './values.ts';

/** What the CLI knows of the world around a test. */
export interface CliWorld {
  readonly tree: FileTree;
  readonly behaviour: Behaviour;
  readonly libraries: Libraries;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** A test with everything that it names. */
export interface TestCase {
  readonly world: CliWorld;
  readonly folder: string;
  readonly test: KyvernoTest;
  readonly values: CliValues;
  readonly user: CliUserInfo | undefined;
  readonly loaded: LoadedPolicies;
  readonly resources: readonly KubernetesObject[];
  readonly targets: readonly KubernetesObject[];
  readonly params: readonly KubernetesObject[];
  /** With `clusterResources`: all objects of the test, which stand for a cluster. */
  readonly cluster: readonly KubernetesObject[] | undefined;
  readonly exceptions: readonly PolicyException[];
  /** What the test has that is not simulated. */
  readonly unsupported: readonly string[];
}

/** Reads a test's document and all files that it names, in the CLI's order (commands/test/test.go). */
export function loadTestCase(
  world: CliWorld,
  path: string,
  document: ManifestDocument,
): Loaded<TestCase> | { readonly notSimulated: string } {
  const { tree, behaviour } = world;
  const folder = folderOf(path);
  const full = (file: string): string => joinPath(folder, file);
  const lookup = (file: string): readonly ManifestDocument[] | undefined => {
    const found = loadDocuments(tree, full(file));
    return 'error' in found ? undefined : found;
  };
  const { test, diagnostics } = readKyvernoTest(document, lookup);
  const problem = firstProblem(path, diagnostics);
  if (problem !== undefined) return problem;
  if ([...test.policies, ...test.resources].some((file) => /^https?:\/\//.test(file)))
    return { notSimulated: 'files from the network' };
  const values = loadValues(tree, folder, test);
  if ('error' in values) return values;
  const user = test.userInfo === '' ? undefined : loadUser(tree, full(test.userInfo));
  if (user !== undefined && 'error' in user) return user;
  const loaded = loadPolicies(tree, test.policies.map(full), behaviour);
  if ('error' in loaded) return { error: `failed to load policies (${loaded.error})` };
  const resources = loadResources(tree, test.resources.map(full));
  if ('error' in resources) return resources;
  const targets = loadResources(tree, test.targetResources.map(full));
  if ('error' in targets) return targets;
  const params = loadResources(tree, test.paramResources.map(full));
  if ('error' in params) return params;
  const cluster = loadCluster(tree, folder, test);
  if ('error' in cluster) return { error: `failed to load Kubernetes resources: ${cluster.error}` };
  const exceptions = loadExceptions(tree, test.exceptions.map(full));
  if ('error' in exceptions) return { error: `failed to load exceptions (${exceptions.error})` };
  const payloads = [...test.jsonPayloads, ...test.httpPayloads, ...test.envoyPayloads];
  const unique = withoutDuplicates(resources);
  return {
    world,
    folder,
    test,
    values,
    user,
    loaded,
    resources: unique,
    targets,
    params,
    cluster: test.clusterResources.length === 0 ? undefined : [...unique, ...targets, ...params, ...cluster],
    exceptions: exceptions.exceptions,
    unsupported: [
      ...loaded.unsupported,
      ...exceptions.unsupported,
      ...(payloads.length > 0 ? ['payloads that are no Kubernetes objects'] : []),
    ],
  };
}

/** Values in the test itself come before those of a file. */
function loadValues(tree: FileTree, folder: string, test: KyvernoTest): Loaded<CliValues> {
  if (test.values !== undefined) return test.values;
  if (test.variables === '') return NO_VALUES;
  const path = joinPath(folder, test.variables);
  const documents = loadDocuments(tree, path);
  if ('error' in documents) return documents;
  const [document] = documents;
  if (document === undefined) return { error: `${path}: values file uses a deprecated schema` };
  const { values, diagnostics } = readValuesFile(document);
  return firstProblem(path, diagnostics) ?? values;
}

function loadUser(tree: FileTree, path: string): Loaded<CliUserInfo> {
  const documents = loadDocuments(tree, path);
  if ('error' in documents) return documents;
  const [document] = documents;
  if (document === undefined) return { error: `${path}: user info file uses a deprecated schema` };
  const { info, diagnostics } = readUserInfoFile(document);
  return firstProblem(path, diagnostics) ?? info;
}

/** What the test has in its cluster beside its own objects. */
function loadCluster(tree: FileTree, folder: string, test: KyvernoTest): Loaded<readonly KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for (const path of test.clusterResources.map((file) => joinPath(folder, file))) {
    const documents = loadDocuments(tree, path);
    if ('error' in documents) return documents;
    const [document] = documents;
    if (document === undefined) continue;
    const { cluster, diagnostics } = readClusterResourceFile(document);
    const problem = firstProblem(path, diagnostics);
    if (problem !== undefined) return problem;
    for (const file of cluster.crds) {
      const crds = loadObjects(tree, joinPath(folder, file));
      if ('error' in crds) return crds;
      objects.push(...crds);
    }
    objects.push(...(cluster.resources as readonly KubernetesObject[]));
  }
  return objects;
}

/** The objects that a result's `cloneSourceResource` names; none if the file cannot be read. */
export function loadSources(testCase: TestCase, file: string): readonly KubernetesObject[] {
  const objects = loadObjects(testCase.world.tree, joinPath(testCase.folder, file));
  return 'error' in objects ? [] : objects;
}
