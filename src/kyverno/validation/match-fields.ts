import { get, getList, getObject, getString, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { parseLabelSelector, stringEntries } from '../../kubernetes/label-selector.ts';
import { containsWildcard } from '../../kubernetes/wildcard.ts';
import { toGoStruct } from '../go-types.ts';
import { child, type FieldPath, forbidden, invalid, item, required } from './field-error.ts';
import type { Problem } from './problem.ts';

/** What the policy's scope says about its match blocks. */
export interface MatchScope {
  readonly namespaced: boolean;
  isClusterScoped(kind: string): boolean;
}

/** Checks of a match or exclude block (api/kyverno/v1, MatchResources.Validate; lifecycle F.2). */
export function checkMatch(block: Json | undefined, path: FieldPath, scope: MatchScope): readonly Problem[] {
  if (block === undefined) return [];
  const problems: Problem[] = [];
  if (getList(block, 'any').length > 0 && getList(block, 'all').length > 0)
    problems.push(invalid(path, toGoStruct('MatchResources', block), "Can't specify any and all together"));
  for (const mode of ['any', 'all'])
    for (const [index, filter] of getList(block, mode).entries()) {
      const place = item(child(path, mode), index);
      problems.push(
        ...checkUserInfo(filter, place),
        ...checkDescription(getObject(filter, 'resources'), place, scope),
      );
    }
  return [
    ...problems,
    ...checkUserInfo(block, path),
    ...checkDescription(getObject(block, 'resources'), path, scope),
  ];
}

const SUBJECT_KINDS = ['User', 'Group', 'ServiceAccount'];

/** Subjects and roles (UserInfo.Validate). */
export function checkUserInfo(info: Json, path: FieldPath): readonly Problem[] {
  const subjects = getList(info, 'subjects').flatMap((subject, index) =>
    checkSubject(subject, item(child(path, 'subjects'), index)),
  );
  const roles = getList(info, 'roles').flatMap((role, index) =>
    String(role).split(':').length === 2
      ? []
      : [invalid(item(child(path, 'roles'), index), role, 'Role is expected to be in namespace:name format')],
  );
  return [...subjects, ...roles];
}

function checkSubject(subject: Json, path: FieldPath): readonly Problem[] {
  const kind = getString(subject, 'kind') ?? '';
  const problems: Problem[] = [];
  if (kind === '') problems.push(required(child(path, 'kind'), ''));
  else if (!SUBJECT_KINDS.includes(kind))
    problems.push(invalid(child(path, 'kind'), kind, "kind must be 'User', 'Group', or 'ServiceAccount'"));
  if ((getString(subject, 'name') ?? '') === '') problems.push(required(child(path, 'name'), ''));
  if (kind === 'ServiceAccount' && (getString(subject, 'namespace') ?? '') === '')
    problems.push(required(child(path, 'namespace'), 'namespace is required when Kind is ServiceAccount'));
  return problems;
}

/** A resource description; its errors leave `resources` out of the path. */
function checkDescription(resources: JsonObject, path: FieldPath, scope: MatchScope): readonly Problem[] {
  const below = (name: string): FieldPath => child(path, name, ['resources', name]);
  const problems: Problem[] = [];
  if ((getString(resources, 'name') ?? '') !== '' && getList(resources, 'names').length > 0)
    problems.push(
      invalid(
        path,
        toGoStruct('ResourceDescription', resources),
        'Both name and names can not be specified together',
      ),
    );
  problems.push(...checkSelector(get(resources, 'selector'), below('selector')));
  if (!scope.namespaced) return problems;
  if (getList(resources, 'namespaces').length > 0)
    problems.push(forbidden(below('namespaces'), 'Filtering namespaces not allowed in namespaced policies'));
  for (const [index, kind] of getList(resources, 'kinds').entries())
    if (scope.isClusterScoped(String(kind)))
      problems.push(
        forbidden(
          item(below('kinds'), index),
          `Cluster wide resource '${String(kind)}' not allowed in namespaced policy`,
        ),
      );
  return problems;
}

function checkSelector(selector: Json | undefined, path: FieldPath): readonly Problem[] {
  if (!isObject(selector)) return [];
  const labels = stringEntries(get(selector, 'matchLabels'));
  if (labels.some(([key, value]) => containsWildcard(key) || containsWildcard(value))) return [];
  const printed = toGoStruct('LabelSelector', selector);
  const parsed = parseLabelSelector(selector);
  if ('error' in parsed) return [invalid(path, printed, parsed.error)];
  const isEmpty = labels.length === 0 && getList(selector, 'matchExpressions').length === 0;
  return isEmpty ? [invalid(path, printed, 'The requirements are not specified in selector')] : [];
}
