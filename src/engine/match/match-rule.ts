import type { Json } from '../../base/json.ts';
import { get, getList } from '../../base/json.ts';
import { namespaceOf } from '../../kubernetes/object.ts';
import type { ResourceFilter } from './filter.ts';
import { isEmptyFilter, isExcluded, matchReasons } from './filter.ts';
import type { MatchSubject } from './subject.ts';

/** Filters of a `match` or `exclude` block: `any`, else `all`, else the legacy block itself. */
export interface Block {
  readonly mode: 'any' | 'all' | 'legacy';
  readonly filters: readonly ResourceFilter[];
}

export function readBlock(block: Json | undefined): Block {
  const any = getList(block, 'any');
  if (any.length > 0) return { mode: 'any', filters: any };
  const all = getList(block, 'all');
  if (all.length > 0) return { mode: 'all', filters: all };
  return { mode: 'legacy', filters: [block ?? {}] };
}

function reasonsOfMatch(block: Block, subject: MatchSubject): readonly string[] {
  if (block.mode !== 'any') return block.filters.flatMap((filter) => matchReasons(filter, subject));
  return block.filters.some((filter) => matchReasons(filter, subject).length === 0)
    ? []
    : ['no resource matched'];
}

const EXCLUDED_BY_ONE = 'resource excluded since one of the criteria excluded it';
const EXCLUDED_BY_ALL = 'resource excluded since the combination of all criteria exclude it';

function reasonsOfExclude(block: Block, subject: MatchSubject): readonly string[] {
  if (block.mode === 'all')
    return block.filters.every((filter) => isExcluded(filter, subject)) ? [EXCLUDED_BY_ALL] : [];
  return block.filters.flatMap((filter) => (isExcluded(filter, subject) ? [EXCLUDED_BY_ONE] : []));
}

/** The parts of a rule that matching reads. */
export interface Matchable {
  readonly name: string;
  /** `{match, exclude}`. */
  readonly raw: Json;
}

/**
 * Why a rule does not apply to the subject, in Kyverno's words; undefined if it applies (lifecycle A.6;
 * MatchesResourceDescription). `policyNamespace` is empty for a ClusterPolicy.
 */
export function matchRule(
  rule: Matchable,
  subject: MatchSubject,
  policyNamespace: string,
): string | undefined {
  if (subject.resource === undefined) return 'resource is empty';
  if (policyNamespace !== '' && policyNamespace !== namespaceOf(subject.resource))
    return 'policy and resource namespaces mismatch';
  const reasons = [...reasonsOfMatch(readBlock(get(rule.raw, 'match')), subject)];
  const exclude = readBlock(get(rule.raw, 'exclude'));
  if (reasons.length === 0 && !exclude.filters.every((filter) => isEmptyFilter(filter, true)))
    reasons.push(...reasonsOfExclude(exclude, subject));
  if (reasons.length === 0) return undefined;
  const numbered = reasons.map((reason, index) => `\n ${index + 1}. ${reason}`).join('');
  return `rule ${rule.name} not matched:${numbered}`;
}
