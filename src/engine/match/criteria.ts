import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getString, isObject, setKey } from '../../base/json.ts';
import { oncePerObject } from '../../base/remember.ts';
import { matchKind } from '../../kubernetes/kind-selector.ts';
import { checkSelector, labelsOf, stringEntries } from '../../kubernetes/label-selector.ts';
import { formatApiVersion } from '../../kubernetes/object.ts';
import { matchWildcard } from '../../kubernetes/wildcard.ts';
import type { MatchSubject } from './subject.ts';
import { isNamespace, statedKind, subjectName, subjectNamespace } from './subject.ts';

/** One criterion of a filter: a field of `resources`, or of the user part beside it. */
export interface Criterion {
  readonly field: string;
  readonly of: 'resources' | 'user';
  /** Kyverno's reason why the subject does not meet it; undefined if it does. Asked only if {@link isSet}. */
  check(wanted: Json, subject: MatchSubject, filter: JsonObject): string | undefined;
  /** The subject's side, for explanations. */
  actual(subject: MatchSubject): Json;
}

const NO_TEXTS: readonly string[] = [];
const textsOfList = oncePerObject((list: readonly Json[]): readonly string[] =>
  list.filter((item): item is string => typeof item === 'string'),
);
const texts = (value: Json): readonly string[] =>
  Array.isArray(value) ? textsOfList(value as readonly Json[]) : NO_TEXTS;

const pairs = (entries: readonly (readonly [string, string])[]): JsonObject => {
  const object: Record<string, Json> = {};
  for (const [key, value] of entries) setKey(object, key, value);
  return object;
};

const actualLabels = (subject: MatchSubject): Json => pairs(labelsOf(subject.resource));

function actualKind({ kind, subresource }: MatchSubject): string {
  const name = `${formatApiVersion(kind)}/${kind.kind}`;
  return subresource === '' ? name : `${name}/${subresource}`;
}

function checkAnnotations(wanted: Json, subject: MatchSubject): string | undefined {
  const actual = labelsOf(subject.resource, 'annotations');
  const found = stringEntries(wanted).every(([key, value]) =>
    actual.some(([k, v]) => matchWildcard(key, k) && matchWildcard(value, v)),
  );
  return found ? undefined : 'annotations does not match';
}

function checkLabels(wanted: Json, subject: MatchSubject): string | undefined {
  const result = checkSelector(wanted, labelsOf(subject.resource));
  if ('error' in result) return `failed to parse selector: ${result.error}`;
  return result.matches ? undefined : 'selector does not match';
}

function checkNamespaceLabels(wanted: Json, subject: MatchSubject, filter: JsonObject): string | undefined {
  if (isNamespace(subject)) return 'namespace selector is not applicable for namespace resource';
  if (statedKind(subject) === '' && !getList(filter, 'kinds').includes('*')) return undefined;
  const result = checkSelector(wanted, Object.entries(subject.namespaceLabels ?? {}));
  if ('error' in result) return `failed to parse namespace selector: ${result.error}`;
  return result.matches ? undefined : 'namespace selector does not match labels';
}

function matchSubjects(wanted: Json, subject: MatchSubject): boolean {
  const { username = '', groups = [] } = subject.admissionInfo?.userInfo ?? {};
  return (Array.isArray(wanted) ? wanted : []).some((item) => {
    const name = getString(item, 'name') ?? '';
    switch (getString(item, 'kind')) {
      case 'ServiceAccount':
        return matchWildcard(`system:serviceaccount:${getString(item, 'namespace') ?? ''}:${name}`, username);
      case 'Group':
        return groups.some((group) => matchWildcard(name, group));
      case 'User':
        return matchWildcard(name, username);
      default:
        return false;
    }
  });
}

const kindReason = oncePerObject((kinds: readonly string[]) => `kind does not match [${kinds.join(' ')}]`);

const unless = (holds: boolean, reason: string): string | undefined => (holds ? undefined : reason);

/** A filter's criteria in Kyverno's order (lifecycle A.6; engine/utils/match.go). All that are set must hold. */
export const CRITERIA: readonly Criterion[] = [
  {
    field: 'operations',
    of: 'resources',
    check: (wanted, subject) => unless(texts(wanted).includes(subject.operation), 'operation does not match'),
    actual: (subject) => subject.operation,
  },
  {
    field: 'kinds',
    of: 'resources',
    check: (wanted, subject) =>
      matchKind(texts(wanted), subject.kind, subject.subresource) ? undefined : kindReason(texts(wanted)),
    actual: actualKind,
  },
  {
    field: 'name',
    of: 'resources',
    check: (wanted, subject) =>
      unless(
        typeof wanted === 'string' && matchWildcard(wanted, subjectName(subject)),
        'name does not match',
      ),
    actual: subjectName,
  },
  {
    field: 'names',
    of: 'resources',
    check: (wanted, subject) =>
      unless(
        texts(wanted).some((name) => matchWildcard(name, subjectName(subject))),
        'none of the names match',
      ),
    actual: subjectName,
  },
  {
    field: 'namespaces',
    of: 'resources',
    check: (wanted, subject) =>
      unless(
        texts(wanted).some((name) => matchWildcard(name, subjectNamespace(subject))),
        'namespace does not match',
      ),
    actual: subjectNamespace,
  },
  {
    field: 'annotations',
    of: 'resources',
    check: checkAnnotations,
    actual: (subject) => pairs(labelsOf(subject.resource, 'annotations')),
  },
  { field: 'selector', of: 'resources', check: checkLabels, actual: actualLabels },
  {
    field: 'namespaceSelector',
    of: 'resources',
    check: checkNamespaceLabels,
    actual: (subject) => pairs(Object.entries(subject.namespaceLabels ?? {})),
  },
  {
    field: 'roles',
    of: 'user',
    check: (wanted, subject) =>
      unless(
        texts(wanted).some((role) => subject.admissionInfo?.roles.includes(role)),
        'user info does not match roles for the given conditionBlock',
      ),
    actual: (subject) => subject.admissionInfo?.roles ?? [],
  },
  {
    field: 'clusterRoles',
    of: 'user',
    check: (wanted, subject) =>
      unless(
        texts(wanted).some((role) => subject.admissionInfo?.clusterRoles.includes(role)),
        'user info does not match clustersRoles for the given conditionBlock',
      ),
    actual: (subject) => subject.admissionInfo?.clusterRoles ?? [],
  },
  {
    field: 'subjects',
    of: 'user',
    check: (wanted, subject) =>
      unless(matchSubjects(wanted, subject), 'user info does not match subject for the given conditionBlock'),
    actual: (subject) => {
      const user = subject.admissionInfo?.userInfo;
      return user ? { username: user.username, groups: user.groups } : null;
    },
  },
];

/** Whether a field says anything: selectors count even when empty, lists, maps and names only with content. */
export function isSet(field: string, value: Json | undefined): value is Json {
  if (value === undefined || value === null || value === '') return false;
  if (field === 'selector' || field === 'namespaceSelector') return isObject(value);
  if (Array.isArray(value)) return value.length > 0;
  return !isObject(value) || Object.keys(value).length > 0;
}

/** The part of a filter that a criterion reads: `resources`, or the filter itself for the user part. */
export function partOf(filter: Json, criterion: Criterion): JsonObject {
  const part = criterion.of === 'resources' ? get(filter, 'resources') : filter;
  return isObject(part) ? part : {};
}
