import type { Json } from '../../base/json.ts';
import { getString } from '../../base/json.ts';
import type { Operation } from '../../kubernetes/admission-review.ts';
import type { GroupVersionKind } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import type { AdmissionInfo } from '../policy-context.ts';

/** What `match` and `exclude` look at. */
export interface MatchSubject {
  /** The object; undefined when there is none (new object of a DELETE). */
  readonly resource: Json | undefined;
  readonly kind: GroupVersionKind;
  readonly subresource: string;
  readonly operation: Operation | '';
  /** Absent in background processing without an admission request. */
  readonly admissionInfo: AdmissionInfo | undefined;
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
}

/** metadata.name, or generateName as long as the name is not known. */
export const subjectName = (subject: MatchSubject): string =>
  nameOf(subject.resource) || (getString(subject.resource, 'metadata', 'generateName') ?? '');

/** The namespace that `namespaces` is compared with: for a Namespace object its own name. */
export const subjectNamespace = (subject: MatchSubject): string =>
  isNamespace(subject) ? nameOf(subject.resource) : namespaceOf(subject.resource);

/** The kind that the object itself states. */
export const statedKind = (subject: MatchSubject): string => getString(subject.resource, 'kind') ?? '';

export const isNamespace = (subject: MatchSubject): boolean => statedKind(subject) === 'Namespace';

/**
 * Whether there is a user at all. Without one (an empty RequestInfo) the user part of `match` is ignored (lifecycle A.6).
 */
export function hasUser(info: AdmissionInfo | undefined): info is AdmissionInfo {
  if (!info) return false;
  const { userInfo, roles, clusterRoles } = info;
  return (
    userInfo.username !== '' ||
    userInfo.groups.length > 0 ||
    (userInfo.uid ?? '') !== '' ||
    roles.length > 0 ||
    clusterRoles.length > 0
  );
}
