import { get, getObject, getString, type JsonObject } from '../../base/json.ts';
import { builtInResources } from '../../cluster/discovery.ts';
import { substituteAll } from '../../engine/context/substitute.ts';
import { findVariables } from '../../engine/context/variable-pattern.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { formatApiVersion, parseApiVersion } from '../../kubernetes/object.ts';
import type { Behaviour } from '../../kyverno/behaviour.ts';
import { CEL_POLICY_KINDS } from '../../kyverno/kyverno-kinds.ts';
import type { Policy, PolicyException } from '../../kyverno/policy.ts';
import { readException, readPolicies } from '../../kyverno/read-policies.ts';
import { readPolicy } from '../../kyverno/read-policy.ts';
import { validatePolicy } from '../../kyverno/validate-policy.ts';
import { checkSchemaValues } from '../../kyverno/validation/schema-values.ts';
import type { ManifestDocument } from '../../manifest/manifest.ts';
import { baseName, type FileTree, isYaml, joinPath } from './file-tree.ts';
import { type Loaded, loadDocuments, withoutLists } from './load-documents.ts';

/** The policies of a test (policy/load.go). */
export interface LoadedPolicies {
  readonly policies: readonly Policy[];
  /** Policies that Kyverno's own validation refuses, by name, with its error. */
  readonly refused: ReadonlyMap<string, string>;
  /** Kinds of policies that are not simulated. */
  readonly unsupported: readonly string[];
}

const ADMISSION_POLICIES = [
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
];

const TOP_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);

export function loadPolicies(
  tree: FileTree,
  paths: readonly string[],
  behaviour: Behaviour,
): Loaded<LoadedPolicies> {
  const policies: Policy[] = [];
  const refused = new Map<string, string>();
  const unsupported: string[] = [];
  for (const path of paths) {
    const files = filesOf(tree, path);
    if ('error' in files) return files;
    for (const file of files) {
      const documents = loadDocuments(tree, file);
      if ('error' in documents) return documents;
      for (const document of documents.flatMap(withoutLists)) {
        const read = readDocument(document, behaviour);
        if ('error' in read) return { error: `failed to load file ${file}: ${read.error}` };
        if ('unsupported' in read) unsupported.push(read.unsupported);
        if (!('policy' in read)) continue;
        const error = refusalOf(read.policy, behaviour);
        if (error === undefined) policies.push(read.policy);
        else refused.set(read.policy.name, error);
      }
    }
  }
  return { policies, refused, unsupported };
}

/** A folder stands for all YAML files below it; what is hidden does not count, not even if it is named. */
function filesOf(tree: FileTree, path: string): Loaded<readonly string[]> {
  const names = tree.list(path);
  if (names === undefined && tree.read(path) === undefined)
    return { error: `stat ${path}: no such file or directory` };
  if (baseName(path).startsWith('.')) return [];
  if (names === undefined) return isYaml(path) ? [path] : [];
  return names.flatMap((name) => {
    const files = filesOf(tree, joinPath(path, name));
    return 'error' in files ? [] : files;
  });
}

type ReadDocument =
  | { readonly policy: Policy }
  | { readonly unsupported: string }
  | { readonly error: string }
  | { readonly ignored: true };

/** Documents that their schema refuses are left out, save for unknown fields: those end the command. */
function readDocument(document: ManifestDocument, behaviour: Behaviour): ReadDocument {
  const { value, object } = document;
  const apiVersion = getString(value, 'apiVersion') ?? '';
  const kind = getString(value, 'kind') ?? '';
  const { group } = parseApiVersion(apiVersion);
  if (group === 'policies.kyverno.io' && CEL_POLICY_KINDS.includes(kind)) return { unsupported: kind };
  if (group === 'admissionregistration.k8s.io' && ADMISSION_POLICIES.includes(kind))
    return { unsupported: kind };
  const policy = object && readPolicy(withoutServerSideApply(object));
  if (object === undefined || policy === undefined) return readOther(apiVersion, kind);
  if (!hasTextsOnly(object.metadata)) return { ignored: true };
  const unknown = readPolicies([document]).diagnostics.find(({ code }) => code === 'kyverno-unknown-field');
  const problems = checkSchemaValues(get(object, 'spec'), behaviour);
  const top = Object.keys(object).find((field) => !TOP_FIELDS.has(field));
  const strange =
    (top === undefined ? unknown?.message : `unknown field "${top}"`) ??
    problems.find(({ code }) => code === 'unknown-field')?.text;
  if (strange !== undefined) return { error: strange };
  return problems.length > 0 ? { ignored: true } : { policy };
}

/** Whether name, labels and annotations are texts: `no` without quotes is none. */
function hasTextsOnly(metadata: JsonObject): boolean {
  const texts = ['labels', 'annotations'].flatMap((field) => Object.values(getObject(metadata, field)));
  return [metadata['name'], ...texts].every((text) => typeof text === 'string');
}

/** A kind that the CLI knows and that is no policy ends the command; what it does not know it leaves out. */
function readOther(apiVersion: string, kind: string): ReadDocument {
  const isKnown = builtInResources().some(
    (resource) => resource.kind === kind && formatApiVersion(resource) === apiVersion,
  );
  return isKnown ? { error: `policy type not supported ${apiVersion}, Kind=${kind}` } : { ignored: true };
}

function withoutServerSideApply(object: KubernetesObject): KubernetesObject {
  const spec = get(object, 'spec');
  if (get(spec, 'useServerSideApply') !== true) return object;
  return { ...object, spec: { ...(spec as object), useServerSideApply: false } };
}

const refusalOf = (policy: Policy, behaviour: Behaviour): string | undefined =>
  validatePolicy(policy, undefined, {
    behaviour,
    variables: { find: findVariables, substitute: substituteAll },
  }).error;

/** The exceptions of a test (exception/load.go); those of CEL policies are not simulated. */
export function loadExceptions(
  tree: FileTree,
  paths: readonly string[],
): Loaded<{ readonly exceptions: readonly PolicyException[]; readonly unsupported: readonly string[] }> {
  const exceptions: PolicyException[] = [];
  const unsupported: string[] = [];
  for (const path of paths) {
    const documents = loadDocuments(tree, path);
    if ('error' in documents) return documents;
    for (const { value, object } of documents) {
      const { group } = parseApiVersion(getString(value, 'apiVersion') ?? '');
      const kind = getString(value, 'kind') ?? '';
      if (kind !== 'PolicyException' || object === undefined)
        return { error: `policy exception type not supported ${kind}` };
      if (group === 'policies.kyverno.io') unsupported.push('PolicyException of CEL policies');
      else exceptions.push(readException(object));
    }
  }
  return { exceptions, unsupported };
}
