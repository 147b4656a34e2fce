import type { PathSegment } from '../../base/json.ts';
import { get } from '../../base/json.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import type { Rule } from '../../kyverno/policy.ts';
import type { RuleExplanation } from '../engine-response.ts';
import type { ConditionsExplanation } from '../match/conditions.ts';
import { explainFilter, filterReasons, isEmptyFilter, isExcluded, matchReasons } from '../match/filter.ts';
import type { Block } from '../match/match-rule.ts';
import { readBlock } from '../match/match-rule.ts';
import type { MatchSubject } from '../match/subject.ts';
import { hasUser } from '../match/subject.ts';
import type { Loaded } from '../policy-context.ts';

/** The explanation of one rule while it is evaluated. It exists only if somebody asked for it. */
export interface RuleTrace {
  readonly nodes: EvaluationNode[];
  /** The node that settled the result: one of {@link nodes} or of their descendants. */
  decided: EvaluationNode | undefined;
  /** What the context entries gave, known once the rule has been evaluated. */
  entries?: () => ReadonlyMap<string, Loaded>;
}

export const startTrace = (): RuleTrace => ({ nodes: [], decided: undefined });

/** Adds a node; a later decision replaces an earlier one. */
export function addNode(trace: RuleTrace | undefined, node: EvaluationNode, decided = false): void {
  if (!trace) return;
  trace.nodes.push(node);
  if (decided) trace.decided = node;
}

function markDecided(
  nodes: readonly EvaluationNode[],
  decided: EvaluationNode | undefined,
): EvaluationNode[] {
  return nodes.map((node) => {
    if (node === decided) return { ...node, decided: true };
    return node.children ? { ...node, children: markDecided(node.children, decided) } : node;
  });
}

/** Closes the explanation of a rule. */
export const finishTrace = (
  trace: RuleTrace,
  rule: Rule,
  status: RuleExplanation['status'],
  message: string,
): RuleExplanation => {
  const values = trace.entries?.();
  const nodes = values === undefined ? trace.nodes : trace.nodes.map((node) => withEntries(node, values));
  return { rule, status, message, tree: markDecided(nodes, trace.decided) };
};

/** The row of the context, its entries with what they gave; an entry that nothing asked for was not loaded. */
function withEntries(node: EvaluationNode, values: ReadonlyMap<string, Loaded>): EvaluationNode {
  if (node.label !== CONTEXT || node.children === undefined) return node;
  const children = node.children.map((child): EvaluationNode => {
    const found = values.get(child.label);
    if (found === undefined) return { ...child, message: `${child.message ?? 'entry'}, not asked for` };
    return 'error' in found
      ? { ...child, status: 'error', message: found.error }
      : { ...child, status: 'pass', actual: found.value };
  });
  return { ...node, children };
}

const CONTEXT = 'context';

/** The innermost node below that fails or errs, in order; the node itself if none does. */
export function innermost(node: EvaluationNode): EvaluationNode {
  const child = node.children?.find(({ status }) => status === 'fail' || status === 'error');
  return child ? innermost(child) : node;
}

const labelOf = (name: string, block: Block, index: number): string =>
  block.mode === 'legacy' ? name : `${name} ${block.mode}[${index}]`;

const pathOf = (rule: Rule, name: string, block: Block, index: number): readonly PathSegment[] =>
  block.mode === 'legacy' ? [...rule.path, name] : [...rule.path, name, block.mode, index];

function explainMatch(rule: Rule, subject: MatchSubject): readonly EvaluationNode[] {
  const block = readBlock(get(rule.raw, 'match'));
  const nodes: EvaluationNode[] = [];
  for (const [index, filter] of block.filters.entries()) {
    const reasons = matchReasons(filter, subject);
    const path = pathOf(rule, 'match', block, index);
    nodes.push({
      label: labelOf('match', block, index),
      status: reasons.length === 0 ? 'pass' : 'fail',
      path,
      children: explainFilter(filter, subject, hasUser(subject.admissionInfo), path, 'fail'),
      ...(reasons.length === 0 ? {} : { message: reasons.join('; ') }),
    });
    if (block.mode === 'any' && reasons.length === 0) break;
  }
  return nodes;
}

function explainExclude(rule: Rule, subject: MatchSubject): readonly EvaluationNode[] {
  const block = readBlock(get(rule.raw, 'exclude'));
  if (block.filters.every((filter) => isEmptyFilter(filter, true)))
    return [{ label: 'exclude', status: 'none', message: 'none' }];
  return block.filters.map((filter, index) => {
    const excluded = isExcluded(filter, subject);
    const path = pathOf(rule, 'exclude', block, index);
    return {
      label: labelOf('exclude', block, index),
      status: excluded ? 'fail' : 'pass',
      message: excluded ? 'excluded' : (filterReasons(filter, subject, true)[0] ?? 'not excluded'),
      path,
      children: explainFilter(filter, subject, true, path, 'none'),
    };
  });
}

const failed = ({ status }: EvaluationNode): boolean => status === 'fail';

/** How far a filter is from matching: another kind is farther than anything else. */
const distance = (node: EvaluationNode): number =>
  (node.children ?? []).filter(failed).reduce((sum, { label }) => sum + (label === 'kinds' ? 100 : 1), 0);

/** The criterion that settled a match which failed: of the filter that came closest, where Kyverno stops or first fails. */
function settling(nodes: readonly EvaluationNode[]): EvaluationNode | undefined {
  const [best] = nodes.filter(failed).sort((left, right) => distance(left) - distance(right));
  const children = (best?.children ?? []).filter(failed);
  return children.find(({ label }) => label === 'operations') ?? children[0] ?? best;
}

/**
 * Explains match and exclude. `reason` is why the rule did not match (undefined if it did); a reason beside the blocks
 * (another namespace, no object) gets a row of its own.
 */
export function traceMatch(
  trace: RuleTrace | undefined,
  rule: Rule,
  subject: MatchSubject,
  reason: string | undefined,
): void {
  if (!trace) return;
  if (reason !== undefined && !reason.startsWith(`rule ${rule.name} not matched:`)) {
    addNode(trace, { label: 'match', status: 'fail', message: reason, path: [...rule.path, 'match'] }, true);
    return;
  }
  const match = explainMatch(rule, subject);
  trace.nodes.push(...match);
  const matched = readBlock(get(rule.raw, 'match')).mode === 'any' ? match.some(isPass) : match.every(isPass);
  if (!matched) {
    trace.decided = settling(match);
    return;
  }
  const exclude = explainExclude(rule, subject);
  trace.nodes.push(...exclude);
  trace.decided = reason === undefined ? match.find(isPass) : exclude.findLast(failed);
}

const isPass = ({ status }: EvaluationNode): boolean => status === 'pass';

/** Collector for a block of conditions, if there is a trace: the block stands at `steps` below `path`. */
export const conditionsTrace = (
  trace: RuleTrace | undefined,
  label: string,
  path: readonly PathSegment[],
  steps: readonly PathSegment[] = [label],
): ConditionsExplanation | undefined => trace && { label, path: [...path, ...steps], nodes: [] };

/**
 * Adds the conditions that were evaluated. The one that settled the block decides: the last one looked at, which is the
 * false one of `all`, the true one of `any`, or the one that could not be evaluated.
 */
export function traceConditions(
  trace: RuleTrace | undefined,
  explained: ConditionsExplanation | undefined,
): void {
  if (!trace || !explained || explained.nodes.length === 0) return;
  trace.nodes.push(...explained.nodes);
  const settled = explained.nodes.find(({ status }) => status !== 'pass') ?? explained.nodes.at(-1);
  trace.decided = settled?.children?.at(-1) ?? settled ?? trace.decided;
}

/** The row of the rule's context entries. */
export function traceContext(
  trace: RuleTrace | undefined,
  rule: Rule,
  scope?: { entryValues(): ReadonlyMap<string, Loaded> },
): void {
  if (!trace) return;
  if (scope !== undefined) trace.entries = () => scope.entryValues();
  const entries = get(rule.raw, 'context');
  const listed = Array.isArray(entries) ? entries : [];
  const path = [...rule.path, 'context'];
  if (listed.length === 0) {
    addNode(trace, { label: 'context', status: 'none', message: 'no entries' });
    return;
  }
  const children = listed.map((entry, index): EvaluationNode => {
    const name = get(entry, 'name');
    const source = ['configMap', 'apiCall', 'imageRegistry', 'variable', 'globalReference'].find(
      (field) => get(entry, field) !== undefined,
    );
    return {
      label: typeof name === 'string' ? name : `[${index}]`,
      status: 'none',
      path: [...path, index],
      ...(source === undefined ? {} : { message: source }),
    };
  });
  addNode(trace, { label: CONTEXT, status: 'none', path, children });
}
