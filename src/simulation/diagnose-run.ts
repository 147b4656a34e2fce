import type { DocumentPath } from '../base/document-path.ts';
import type { PathSegment } from '../base/json.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import { placeOf } from '../kyverno/policy-diagnostics.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { RequestEvent, WebhookEvent } from '../trace/event.ts';
import type { Trace } from '../trace/trace.ts';

/**
 * What a run has to say about the policies in the files, beyond what can be told without a cluster: updates of immutable
 * fields, missing permissions, values that the schema of the kind refuses. Each at the place that it is about; `known` are
 * the diagnostics that are there already.
 */
export function diagnoseRun(
  trace: Trace,
  documents: readonly ManifestDocument[],
  known: readonly Diagnostic[],
): readonly Diagnostic[] {
  const found = trace.events.flatMap((event): readonly Diagnostic[] => {
    if (event.kind === 'webhook') return refusedByWebhook(event, documents);
    return event.kind === 'request' && event.refusedBy === 'schema' ? refusedBySchema(event, documents) : [];
  });
  // The webhook stops at the first refusal; what stands there already is the same one.
  const said = new Set(known.filter(({ severity }) => severity === 'refused').map(lineOf));
  return found.filter((diagnostic) => {
    const isNew = !said.has(lineOf(diagnostic));
    said.add(lineOf(diagnostic));
    return isNew;
  });
}

const lineOf = ({ location }: Diagnostic): string => `${location?.file}:${location?.line}`;

const documentAt = (
  documents: readonly ManifestDocument[],
  place: DocumentPath,
): ManifestDocument | undefined =>
  documents.find(({ file, index }) => file === place.file && index === place.document);

function refusedByWebhook(
  { allowed, message, place }: WebhookEvent,
  documents: readonly ManifestDocument[],
): readonly Diagnostic[] {
  const document = place && documentAt(documents, place);
  if (allowed || message === undefined || place === undefined || document === undefined) return [];
  return [
    {
      code: 'run-policy-refused',
      severity: 'refused',
      message,
      note: 'the policy webhook refuses this',
      location: placeOf(document, place.path),
    },
  ];
}

/** A line of an Invalid status: `spec.rules[0].validate.message: Invalid value: …`. */
const FIELD = /^(?:\* )?([A-Za-z][\w-]*(?:\[\d+\]|\.[\w-]+|\[[\w./-]+\])*): (.*)$/;

function refusedBySchema(
  { target, message = '' }: RequestEvent,
  documents: readonly ManifestDocument[],
): readonly Diagnostic[] {
  const isPolicy = target.apiVersion.startsWith('kyverno.io/') && /^(Cluster)?Policy$/.test(target.kind);
  const document = documents.find(
    ({ object }) =>
      object?.kind === target.kind &&
      nameOf(object) === target.name &&
      (target.kind !== 'Policy' || namespaceOf(object) === (target.namespace ?? '')),
  );
  if (!isPolicy || document === undefined) return [];
  const text = message.replace(/^\S+ "[^"]*" is invalid: ?/, '');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line): readonly Diagnostic[] => {
    const field = FIELD.exec(line);
    if (field === null) return [];
    const [, at = ''] = field;
    return [
      {
        code: 'run-policy-invalid',
        severity: 'refused',
        message: line.replace(/^\* /, ''),
        note: 'the schema refuses this',
        location: placeOf(document, segmentsOf(at)),
      },
    ];
  });
}

/** The segments of a field's path as field errors print it. */
const segmentsOf = (path: string): readonly PathSegment[] =>
  [...path.matchAll(/([\w-]+)|\[([^\]]+)\]/g)].map(([, name, index]) =>
    index !== undefined && /^\d+$/.test(index) ? Number(index) : (name ?? index ?? ''),
  );
