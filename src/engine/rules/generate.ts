import type { Json, JsonObject, PathSegment } from '../../base/json.ts';
import { get, getList, getString, isObject, setKey } from '../../base/json.ts';
import { oncePerObject } from '../../base/remember.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import type { Rule } from '../../kyverno/policy.ts';
import type { GenerateTarget } from '../engine-response.ts';
import type { ConditionsExplanation } from '../match/conditions.ts';
import { evaluateConditions } from '../match/conditions.ts';
import { goType } from '../match/go-text.ts';
import type { Loaded, PolicyContext } from '../policy-context.ts';
import { evaluateList } from './foreach.ts';
import type { RuleScope } from './rule-scope.ts';
import { createRuleScope } from './rule-scope.ts';

/** Which element of which foreach a target belongs to. */
export interface ForEachPlace {
  readonly foreach: number;
  readonly element: number;
}

/** A target, with its place in the rule's foreach entries if it has any. */
export interface PlannedTarget extends GenerateTarget {
  readonly place?: ForEachPlace;
}

/** A foreach list (no `element`) or element that could not be evaluated. */
export interface ForEachFailure {
  readonly foreach: number;
  readonly element?: number;
  readonly error: string;
}

/** What a generate rule wants. Failures concern single elements: the others are generated all the same. */
export interface GeneratePlan {
  readonly targets: readonly PlannedTarget[];
  readonly failures: readonly ForEachFailure[];
  /** Set when preconditions were not met and nothing is to be done for that reason. */
  readonly skipped?: string;
  /** How many elements of foreach lists did not meet their preconditions. */
  readonly skippedElements?: number;
  /** Rows for the explanation, if asked for. */
  readonly nodes: readonly EvaluationNode[];
}

const PATTERN_FIELDS = [
  'apiVersion',
  'kind',
  'namespace',
  'name',
  'uid',
  'data',
  'clone',
  'cloneList',
] as const;

/** The part of `generate` (or of a foreach entry) that is substituted as one document. */
function preparePattern(body: Json): JsonObject {
  const pattern: Record<string, Json> = {};
  for (const field of PATTERN_FIELDS) {
    const value = get(body, field);
    if (value !== undefined && value !== null && value !== '') setKey(pattern, field, value);
  }
  return pattern;
}

const patternOfObject = oncePerObject<JsonObject, JsonObject>(preparePattern);
const patternOf = (body: Json): JsonObject => (isObject(body) ? patternOfObject(body) : preparePattern(body));

/** The name fields must be texts again after substitution, as Go's decoder demands. */
function notText(pattern: Json): string | undefined {
  for (const field of ['apiVersion', 'kind', 'namespace', 'name'] as const) {
    const value = get(pattern, field);
    if (value === undefined || value === null || typeof value === 'string') continue;
    return `json: cannot unmarshal ${goType(value, 'float')} into Go struct field GeneratePattern.${field} of type string`;
  }
  return undefined;
}

const namesClone = (value: Json | undefined): value is JsonObject =>
  isObject(value) && (getString(value, 'name') ?? '') !== '';

function targetOf(pattern: Json): GenerateTarget {
  const text = (field: string): string => getString(pattern, field) ?? '';
  const target = {
    apiVersion: text('apiVersion'),
    kind: text('kind'),
    namespace: text('namespace'),
    name: text('name'),
  };
  const clone = get(pattern, 'clone');
  if (namesClone(clone))
    return {
      ...target,
      clone: { namespace: getString(clone, 'namespace') ?? '', name: getString(clone, 'name') ?? '' },
    };
  const cloneList = get(pattern, 'cloneList');
  if (isObject(cloneList) && getList(cloneList, 'kinds').length > 0) return { ...target, cloneList };
  const data = get(pattern, 'data');
  return isObject(data) ? { ...target, data } : target;
}

type Planned =
  | { readonly target: GenerateTarget; readonly nodes: readonly EvaluationNode[] }
  | { readonly skipped: string; readonly nodes: readonly EvaluationNode[] }
  | { readonly error: string; readonly nodes: readonly EvaluationNode[] };

interface Part {
  /** `generate` or an entry of its foreach. */
  readonly body: Json;
  readonly entries: readonly Json[];
  readonly preconditions: Json | undefined;
  readonly path: readonly PathSegment[];
  readonly preconditionsPath: readonly PathSegment[];
  readonly label: string;
}

/** Up to 1.12 the rule is substituted as one document: errors name the place in it. */
function substitutePattern(pattern: JsonObject, scope: RuleScope): Loaded {
  if (!scope.behaviour.substitutesWholeRule) return scope.substitute(pattern);
  const rule = scope.substitute({ generate: pattern });
  return 'error' in rule ? rule : { value: get(rule.value, 'generate') ?? {} };
}

/** Context, preconditions, then the whole pattern at once (lifecycle C.4). */
function planPart(rule: Rule, part: Part, scope: RuleScope, explain: boolean): Planned {
  const explained: ConditionsExplanation | undefined =
    explain && part.label !== 'generate'
      ? { label: `${part.label} preconditions`, path: part.preconditionsPath, nodes: [] }
      : undefined;
  const rows = (node?: EvaluationNode): readonly EvaluationNode[] =>
    explain ? [...(explained?.nodes ?? []), ...(node ? [node] : [])] : [];
  const broken = (error: string): Planned => ({
    error,
    nodes: rows({ label: part.label, status: 'error', message: error, path: part.path }),
  });
  const loaded = scope.addEntries(part.entries);
  if (loaded !== undefined) return broken(`failed to load context: ${loaded}`);
  const conditions = evaluateConditions(part.preconditions, scope, explained);
  if ('error' in conditions) return broken(`failed to evaluate preconditions: ${conditions.error}`);
  if (!conditions.holds) return { skipped: 'preconditions not met', nodes: rows() };
  if (explain) scope.drainUsed();
  const pattern = substitutePattern(patternOf(part.body), scope);
  if ('error' in pattern) return broken(pattern.error);
  const wrong = notText(pattern.value);
  if (wrong !== undefined) return broken(wrong);
  const target = targetOf(pattern.value);
  return { target, nodes: explain ? rows(explainTarget(rule, part, target, scope)) : [] };
}

function explainTarget(rule: Rule, part: Part, target: GenerateTarget, scope: RuleScope): EvaluationNode {
  const synchronize = get(get(rule.raw, 'generate'), 'synchronize') === true;
  const row = (label: string, actual: Json, at: readonly PathSegment[]): EvaluationNode => ({
    label,
    status: 'none',
    actual,
    path: at,
  });
  const source = target.clone ? 'clone' : target.cloneList ? 'cloneList' : 'data';
  const body = target.clone ?? target.cloneList ?? target.data;
  return {
    label: part.label,
    status: 'pass',
    path: part.path,
    variables: scope.drainUsed(),
    children: [
      row('apiVersion', target.apiVersion, [...part.path, 'apiVersion']),
      row('kind', target.kind, [...part.path, 'kind']),
      row('name', target.name, [...part.path, 'name']),
      row('namespace', target.namespace, [...part.path, 'namespace']),
      row('synchronize', synchronize, [...rule.path, 'generate', 'synchronize']),
      ...(body === undefined ? [] : [row(source, { ...body }, [...part.path, source])]),
    ],
  };
}

/**
 * What a generate rule wants for the trigger in the context (lifecycle C.4): the pattern substituted, or for `foreach`
 * every element's. An error is the text with which Kyverno's generator ends.
 */
export function planGenerate(
  context: PolicyContext,
  rule: Rule,
): GeneratePlan | { readonly error: string; readonly nodes: readonly EvaluationNode[] } {
  const scope = createRuleScope(context, getList(rule.raw, 'context'), rule.name);
  if ('error' in scope) return { error: `failed to load rule level context: ${scope.error}`, nodes: [] };
  const generate = get(rule.raw, 'generate') ?? {};
  if (Array.isArray(get(generate, 'foreach'))) return planForEach(context, rule, generate, scope);
  const part: Part = {
    body: generate,
    entries: [],
    preconditions: get(rule.raw, 'preconditions'),
    path: [...rule.path, 'generate'],
    preconditionsPath: [...rule.path, 'preconditions'],
    label: 'generate',
  };
  const planned = planPart(rule, part, scope, context.explain);
  if ('error' in planned) return planned;
  if ('skipped' in planned)
    return { targets: [], failures: [], skipped: planned.skipped, nodes: planned.nodes };
  return { targets: [planned.target], failures: [], nodes: planned.nodes };
}

function planForEach(context: PolicyContext, rule: Rule, generate: Json, scope: RuleScope): GeneratePlan {
  const targets: PlannedTarget[] = [];
  const failures: ForEachFailure[] = [];
  const nodes: EvaluationNode[] = [];
  let skippedElements = 0;
  for (const [foreach, entry] of getList(generate, 'foreach').entries()) {
    const list = evaluateList(getString(entry, 'list') ?? '', scope);
    const path = [...rule.path, 'generate', 'foreach', foreach];
    if ('error' in list) {
      failures.push({ foreach, error: list.error });
      if (context.explain)
        nodes.push({
          label: `foreach[${foreach}] list`,
          status: 'error',
          message: list.error,
          path: [...path, 'list'],
        });
      continue;
    }
    for (const [element, value] of list.elements.entries()) {
      if (value === null) continue;
      const part: Part = {
        body: entry,
        entries: getList(entry, 'context'),
        preconditions: get(entry, 'preconditions'),
        path,
        preconditionsPath: [...path, 'preconditions'],
        label: `generate foreach[${foreach}] element[${element}]`,
      };
      const planned = scope.withElement(value, element, 0, (inner) =>
        planPart(rule, part, inner, context.explain),
      );
      nodes.push(...planned.nodes);
      if ('error' in planned) failures.push({ foreach, element, error: planned.error });
      else if ('target' in planned) targets.push({ ...planned.target, place: { foreach, element } });
      else skippedElements += 1;
    }
  }
  return { targets, failures, skippedElements, nodes };
}

/**
 * The error with which a foreach generate rule ends, from what went wrong in its elements, substitution and API alike;
 * undefined if nothing did. `failures` in order of foreach and element.
 */
export function formatForEachFailures(rule: string, failures: readonly ForEachFailure[]): string | undefined {
  const byForEach = new Map<number, ForEachFailure[]>();
  for (const failure of failures)
    byForEach.set(failure.foreach, [...(byForEach.get(failure.foreach) ?? []), failure]);
  const texts = [...byForEach]
    .sort(([left], [right]) => left - right)
    .map(([foreach, failed]) => {
      const [first] = failed;
      if (first?.element === undefined)
        return `failed to evaluate ${foreach} foreach list: ${first?.error ?? ''}`;
      const elements = failed.map(({ element, error }) => `failed to process ${element} element: ${error}`);
      return `failed to process ${foreach} foreach in rule ${rule}: ${elements.join('; ')}`;
    });
  return texts.length === 0 ? undefined : texts.join('; ');
}
