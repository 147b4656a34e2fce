import { get, getList, getObject, getPath, getString, type Json, type PathSegment } from '../base/json.ts';
import { type KubernetesObject, parseApiVersion } from '../kubernetes/object.ts';
import type { Diagnostic, SourceLocation } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { CEL_POLICY_KINDS, KYVERNO_KINDS } from './kyverno-kinds.ts';
import type { Policy } from './policy.ts';
import { readPolicies } from './read-policies.ts';
import { readPolicy } from './read-policy.ts';
import { nearest } from './spelling.ts';
import { type PolicyValidationEnvironment, validatePolicy } from './validate-policy.ts';
import { validateCleanupPolicy } from './validation/cleanup-policy.ts';
import { validateGlobalContextEntry } from './validation/global-context.ts';
import { checkSchemaValues, type SchemaProblem } from './validation/schema-values.ts';
import { placesOfWarnings } from './validation/warning-places.ts';

/** What judging policies needs beside their text. Nothing of it asks what service accounts may do. */
export interface PolicyDiagnosticsEnvironment extends Omit<PolicyValidationEnvironment, 'permissions'> {
  /** Whether the cluster evaluates PolicyExceptions; the chart's default is no. */
  readonly policyExceptions: boolean;
  /** The object as the cluster's schema completes it, so that texts are those of the cluster. */
  readonly withDefaults?: (object: KubernetesObject) => KubernetesObject;
}

/**
 * What there is to say about the policies of a folder before anything runs: what the cluster would refuse (severity
 * `refused`, in its words, at the place it is about), and what has no effect (`warning`). Documents of other kinds than
 * Kyverno's are left alone.
 */
export function policyDiagnostics(
  documents: readonly ManifestDocument[],
  environment: PolicyDiagnosticsEnvironment,
): readonly Diagnostic[] {
  return documents
    .filter(({ value }) => isKyvernos(groupOf(value)))
    .flatMap((document) => {
      const kind = checkKind(document, environment);
      if (kind.some(isRefusal)) return kind;
      const read = readPolicies([document]).diagnostics;
      const { object } = document;
      const policy = object && readPolicy(environment.withDefaults?.(object) ?? object);
      const found = policy && checkPolicy(document, policy, environment, read.some(isRefusal));
      return [
        ...kind,
        ...read,
        ...(found ?? []),
        ...checkGlobalContext(document),
        ...checkCleanup(document, environment),
      ];
    });
}

/** What the webhook of GlobalContextEntries refuses. */
function checkGlobalContext(document: ManifestDocument): readonly Diagnostic[] {
  const problem =
    document.object?.kind === 'GlobalContextEntry' ? validateGlobalContextEntry(document.object) : undefined;
  if (problem === undefined) return [];
  const location = document.locate(problem.path, 'key');
  return [{ code: 'kyverno-global-context', severity: 'refused', message: problem.text, location }];
}

const CLEANUP_KINDS: ReadonlySet<string> = new Set(['CleanupPolicy', 'ClusterCleanupPolicy']);

/** What the webhook of cleanup policies refuses, whatever the cleanup controller may do. */
function checkCleanup(
  document: ManifestDocument,
  environment: PolicyDiagnosticsEnvironment,
): readonly Diagnostic[] {
  const { object } = document;
  if (object === undefined || !CLEANUP_KINDS.has(object.kind)) return [];
  const problem = validateCleanupPolicy(object, (kind) => environment.isClusterScoped?.(kind) === true);
  if (problem === undefined) return [];
  const location = document.locate(problem.path, 'key');
  return [{ code: 'kyverno-cleanup-policy', severity: 'refused', message: problem.text, location }];
}

const isRefusal = ({ severity }: Diagnostic): boolean => severity === 'refused';

const groupOf = (value: Json): string => parseApiVersion(getString(value, 'apiVersion') ?? '').group;

/** Groups of the cluster's own kinds; `cli.kyverno.io` is for files of the command line. */
const isKyvernos = (group: string): boolean => group === 'kyverno.io' || group === 'policies.kyverno.io';

/** A kind that no Kyverno serves, and exceptions that nobody looks at. */
function checkKind(
  document: ManifestDocument,
  environment: PolicyDiagnosticsEnvironment,
): readonly Diagnostic[] {
  const apiVersion = getString(document.value, 'apiVersion') ?? '';
  const kind = getString(document.value, 'kind') ?? '';
  const { group, version } = parseApiVersion(apiVersion);
  const versions = KYVERNO_KINDS.get(kind);
  const isServed =
    group === 'kyverno.io' ? versions?.includes(version) === true : CEL_POLICY_KINDS.includes(kind);
  if (!isServed) return [unknownKind(document, apiVersion, kind)];
  if (kind !== 'PolicyException' || group !== 'kyverno.io' || environment.policyExceptions) return [];
  return [
    {
      code: 'kyverno-exceptions-off',
      severity: 'warning',
      message: 'PolicyException resources would not be processed until it is enabled.',
      hint: 'The chart leaves them off; this cluster does, too.',
      note: 'exceptions are off',
      location: document.locate(['kind']),
    },
  ];
}

function unknownKind(document: ManifestDocument, apiVersion: string, kind: string): Diagnostic {
  const hint = hintForKind(apiVersion, kind);
  return {
    code: 'kyverno-unknown-kind',
    severity: 'refused',
    message: `no matches for kind "${kind}" in version "${apiVersion}"`,
    note: 'no such kind',
    location: document.locate([kind === '' ? 'apiVersion' : 'kind']),
    ...(hint === undefined ? {} : { hint }),
  };
}

function hintForKind(apiVersion: string, kind: string): string | undefined {
  const { group } = parseApiVersion(apiVersion);
  const versions = KYVERNO_KINDS.get(kind);
  if (group === 'kyverno.io' && versions !== undefined)
    return `${kind} is served as ${versions.map((version) => `kyverno.io/${version}`).join(' and ')}.`;
  if (CEL_POLICY_KINDS.includes(kind)) return `${kind} is in policies.kyverno.io.`;
  if (versions !== undefined) return `${kind} is in kyverno.io.`;
  const suggestion = nearest(kind, [...KYVERNO_KINDS.keys(), ...CEL_POLICY_KINDS]);
  return suggestion === undefined ? undefined : `Did you mean ${suggestion}?`;
}

/** In the cluster's order: its schema first, and only then the policy webhook. */
function checkPolicy(
  document: ManifestDocument,
  policy: Policy,
  environment: PolicyDiagnosticsEnvironment,
  isRefused: boolean,
): readonly Diagnostic[] {
  const schema = checkSchemaValues(get(document.value, 'spec'), environment.behaviour);
  const unserved = unservedKinds(document, policy, environment);
  if (schema.length > 0) return [...schema.map((one) => schemaDiagnostic(document, one)), ...unserved];
  return isRefused ? unserved : [...webhookDiagnostics(document, policy, environment), ...unserved];
}

function schemaDiagnostic(document: ManifestDocument, found: SchemaProblem): Diagnostic {
  const { code, text, path, hint } = found;
  return {
    code: `kyverno-${code}`,
    severity: 'refused',
    message: text,
    note: SCHEMA_NOTES[code],
    location: placeOf(document, path),
    ...(hint === undefined ? {} : { hint }),
  };
}

const SCHEMA_NOTES: Readonly<Record<SchemaProblem['code'], string>> = {
  'unknown-field': 'not in this version',
  'unsupported-value': 'no such value',
  required: 'something is missing',
};

/** What the policy webhook says. Kinds that nobody serves are told apart, so they do not end its checks here. */
function webhookDiagnostics(
  document: ManifestDocument,
  policy: Policy,
  environment: PolicyDiagnosticsEnvironment,
): readonly Diagnostic[] {
  const { findKind } = environment;
  const { error, path, warnings } = validatePolicy(policy, undefined, {
    ...environment,
    ...(findKind && { findKind: (selector: string) => findKind(selector) ?? { subresource: '' } }),
    // Rights are the cluster's to judge; here every rule has them.
    permissions: () => ({ warnings: [] }),
  });
  const distinct = warnings.filter((warning) => warning !== error);
  const places = placesOfWarnings(policy, distinct);
  const told = distinct.map(
    (message, index): Diagnostic => ({
      code: 'kyverno-policy-warning',
      severity: 'warning',
      message,
      note: 'warning of the policy webhook',
      location: placeOf(document, places[index] ?? ['kind']),
    }),
  );
  if (error === undefined) return told;
  const refusal: Diagnostic = {
    code: 'kyverno-policy-refused',
    severity: 'refused',
    message: error,
    note: 'the policy webhook refuses this',
    location: placeOf(document, path ?? ['spec']),
  };
  return [refusal, ...told];
}

/** A scalar as it stands; of what takes many lines the key, of an item of a list its name; of what is missing what it is missing in. */
export function placeOf(document: ManifestDocument, path: readonly PathSegment[]): SourceLocation {
  const value = getPath(document.value, path);
  if (value === undefined && path.length > 0) return placeOf(document, path.slice(0, -1));
  if (typeof value !== 'object' || value === null) return document.locate(path);
  if (typeof path.at(-1) === 'string') return document.locate(path, 'key');
  const first = get(value, 'name') === undefined ? Object.keys(value)[0] : 'name';
  return first === undefined ? document.locate(path) : document.locate([...path, first], 'key');
}

/** Kinds in match that the cluster does not serve: the policy is accepted, and such a kind never comes. */
function unservedKinds(
  document: ManifestDocument,
  policy: Policy,
  { findKind }: PolicyDiagnosticsEnvironment,
): readonly Diagnostic[] {
  if (findKind === undefined) return [];
  const rules = policy.rules.filter(({ autogen }) => !autogen);
  return rules.flatMap(({ raw, path }) =>
    kindPlaces(get(raw, 'match')).flatMap(({ kind, at }): readonly Diagnostic[] => {
      if (kind === '*' || kind.includes('{{') || findKind(kind) !== undefined) return [];
      return [
        {
          code: 'kyverno-kind-not-served',
          severity: 'warning',
          message: `No API of this cluster serves the kind ${kind}: nothing matches it.`,
          hint: 'Add its CustomResourceDefinition to the cluster, or correct the name.',
          note: 'unknown kind',
          location: document.locate([...path, 'match', ...at]),
        },
      ];
    }),
  );
}

function kindPlaces(
  match: Json | undefined,
): readonly { readonly kind: string; readonly at: readonly PathSegment[] }[] {
  const filters = ['any', 'all'].flatMap((mode) =>
    getList(match, mode).map((filter, i) => ({ filter, at: [mode, i] as readonly PathSegment[] })),
  );
  return [{ filter: match ?? null, at: [] }, ...filters].flatMap(({ filter, at }) =>
    getList(getObject(filter, 'resources'), 'kinds').flatMap((kind, i) =>
      typeof kind === 'string' ? [{ kind, at: [...at, 'resources', 'kinds', i] }] : [],
    ),
  );
}
