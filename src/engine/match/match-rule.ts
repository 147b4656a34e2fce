import type { Json } from '../../base/json.ts';
import { get, getList, isObject, type JsonObject } from '../../base/json.ts';
import { oncePerObject } from '../../base/remember.ts';
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

/** A rule's blocks, prepared. */
interface MatchPlan {
  readonly match: Block;
  readonly exclude: Block;
  /** Whether `exclude` says anything. */
  readonly excludes: boolean;
}

function prepareMatch(raw: Json): MatchPlan {
  const exclude = readBlock(get(raw, 'exclude'));
  const excludes = !exclude.filters.every((filter) => isEmptyFilter(filter, true));
  return { match: readBlock(get(raw, 'match')), exclude, excludes };
}

const planOfObject = oncePerObject<JsonObject, MatchPlan>(prepareMatch);
const planMatch = (raw: Json): MatchPlan => (isObject(raw) ? planOfObject(raw) : prepareMatch(raw));

const NONE: readonly string[] = [];

function reasonsOfMatch(block: Block, subject: MatchSubject): readonly string[] {
  const [first] = block.filters;
  if (first !== undefined && block.filters.length === 1 && block.mode !== 'any')
    return matchReasons(first, subject);
  if (block.mode !== 'any') return block.filters.flatMap((filter) => matchReasons(filter, subject));
  return block.filters.some((filter) => matchReasons(filter, subject).length === 0)
    ? NONE
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

/** Why the blocks leave the subject out; empty if they do not. */
function reasonsOfBlocks(raw: Json, subject: MatchSubject): readonly string[] {
  const { match, exclude, excludes } = planMatch(raw);
  const reasons = reasonsOfMatch(match, subject);
  return reasons.length === 0 && excludes ? reasonsOfExclude(exclude, subject) : reasons;
}

/** Why a rule cannot apply, whatever its blocks say. */
function reasonBesideBlocks(subject: MatchSubject, policyNamespace: string): string | undefined {
  if (subject.resource === undefined) return 'resource is empty';
  return policyNamespace !== '' && policyNamespace !== namespaceOf(subject.resource)
    ? 'policy and resource namespaces mismatch'
    : undefined;
}

/** Whether a rule applies to the subject: {@link matchRule} without its words. */
export const appliesTo = (rule: Matchable, subject: MatchSubject, policyNamespace: string): boolean =>
  reasonBesideBlocks(subject, policyNamespace) === undefined &&
  reasonsOfBlocks(rule.raw, subject).length === 0;

/**
 * Why a rule does not apply to the subject, in Kyverno's words; undefined if it applies (lifecycle A.6;
 * MatchesResourceDescription). `policyNamespace` is empty for a ClusterPolicy.
 */
export function matchRule(
  rule: Matchable,
  subject: MatchSubject,
  policyNamespace: string,
): string | undefined {
  const beside = reasonBesideBlocks(subject, policyNamespace);
  if (beside !== undefined) return beside;
  const reasons = reasonsOfBlocks(rule.raw, subject);
  if (reasons.length === 0) return undefined;
  const numbered = reasons.map((reason, index) => `\n ${index + 1}. ${reason}`).join('');
  return `rule ${rule.name} not matched:${numbered}`;
}
