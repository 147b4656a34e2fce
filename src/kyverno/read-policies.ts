import { getList, getObject, getString, type PathSegment } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf, parseApiVersion } from '../kubernetes/object.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { type UnknownField, unknownFields } from './go-types.ts';
import type { Policy, PolicyException } from './policy.ts';
import { readPolicy } from './read-policy.ts';
import { nearest } from './spelling.ts';
import { unsupportedParts } from './unsupported.ts';

/** The policies of a folder, and what there is to say about them. */
export interface ReadPolicies {
  readonly policies: readonly Policy[];
  readonly exceptions: readonly PolicyException[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the policies among the documents of a folder. Documents that are no policies are left alone; whatever a policy
 * asks for and the simulation does not do gives a diagnostic `kyverno-unsupported-…` at its place.
 */
export function readPolicies(documents: readonly ManifestDocument[]): ReadPolicies {
  const policies: Policy[] = [];
  const exceptions: PolicyException[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const document of documents) {
    const { object } = document;
    if (object === undefined) continue;
    const policy = readPolicy(object);
    if (policy !== undefined) {
      policies.push(policy);
      diagnostics.push(...checkPolicy(document, policy));
    } else if (isException(object)) exceptions.push(readException(object));
    else diagnostics.push(...checkKind(document, object));
  }
  return { policies, exceptions, diagnostics };
}

const isException = (object: KubernetesObject): boolean =>
  object.kind === 'PolicyException' && parseApiVersion(object.apiVersion).group === 'kyverno.io';

export const readException = (object: KubernetesObject): PolicyException => ({
  name: nameOf(object),
  namespace: namespaceOf(object),
  spec: getObject(object, 'spec'),
});

function checkKind(
  document: ManifestDocument,
  { apiVersion, kind }: KubernetesObject,
): readonly Diagnostic[] {
  const { group } = parseApiVersion(apiVersion);
  if (group !== 'policies.kyverno.io') return [];
  return [
    {
      code: 'kyverno-unsupported-kind',
      severity: 'warning',
      message: `${kind} is not simulated: it is stored and does nothing.`,
      note: 'not simulated',
      location: document.locate(['kind']),
    },
  ];
}

function checkPolicy(document: ManifestDocument, policy: Policy): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = unsupportedParts(policy).map(({ what, path, consequence }) => ({
    code: 'kyverno-unsupported-field',
    severity: 'warning',
    message: `\`${what}\` is not simulated. ${consequence}`,
    note: 'not simulated',
    location: document.locate(path, 'key'),
  }));
  if (getList(policy.spec, 'rules').length === 0)
    diagnostics.push({
      code: 'kyverno-no-rules',
      severity: 'warning',
      message: `${policy.kind} ${policy.key} has no rules: it does nothing.`,
      note: 'no rules',
      location: document.locate(['spec'], 'key'),
    });
  const unknown = unknownFields('Spec', policy.spec, ['spec']);
  return [...diagnostics, ...unknown.map((field) => unknownField(document, field))];
}

/** `spec.rules[0].validate.patern`, as the API server prints paths. */
function formatPath(path: readonly PathSegment[]): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`))
    .join('');
}

function unknownField(document: ManifestDocument, { path, known }: UnknownField): Diagnostic {
  const location = document.locate(path, 'key');
  const kind = getString(document.value, 'kind') ?? '';
  const suggestion = nearest(String(path.at(-1)), known);
  return {
    code: 'kyverno-unknown-field',
    severity: 'refused',
    message: `unknown field "${formatPath(path)}"`,
    note: `${kind} has no such field`,
    location,
    ...(suggestion === undefined
      ? {}
      : {
          hint: `Did you mean ${suggestion}?`,
          fix: {
            title: `Change to ${suggestion}`,
            edits: [{ file: document.file, range: location.range, text: suggestion }],
          },
        }),
  };
}
