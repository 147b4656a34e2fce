import { getString } from '../base/json.ts';
import { type KubernetesObject, namespaceOf } from '../kubernetes/object.ts';

/** What a report belongs to: an object, by its uid, and the namespace that it lies in. */
export interface ReportSubject {
  readonly uid: string;
  readonly namespace: string;
}

/** What an EphemeralReport belongs to. */
export function subjectOf(report: KubernetesObject): ReportSubject | undefined {
  const uid = getString(report, 'metadata', 'labels', 'audit.kyverno.io/resource.uid') ?? '';
  return uid === '' ? undefined : { uid, namespace: namespaceOf(report) };
}
