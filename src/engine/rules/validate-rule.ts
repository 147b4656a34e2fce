import type { Json, PathSegment } from '../../base/json.ts';
import { get, getList, getString } from '../../base/json.ts';
import type { EvaluationNode, VariableValue } from '../../kyverno/evaluation.ts';
import type { RuleResponse, RuleStatus } from '../engine-response.ts';
import { evaluateConditions, joinNonEmpty } from '../match/conditions.ts';
import type { RuleTrace } from './explanation.ts';
import { addNode, conditionsTrace, innermost, traceConditions } from './explanation.ts';
import { evaluateList, listRow, scopeElement } from './foreach.ts';
import { anyPatternMessage, denyMessage, patternMessage } from './message.ts';
import type { RuleTask } from './old-object.ts';
import { enforces, isDelete, isUpdate, withOldObject } from './old-object.ts';
import type { PatternResult } from './pattern.ts';
import { matchPattern } from './pattern.ts';
import { respond } from './response.ts';

/** What one validation looks at: the rule itself, or an element of a foreach inside it. */
interface Validation extends RuleTask {
  /** `validate` of the rule, or one entry of `foreach`. */
  readonly body: Json;
  /** Path of the body in the policy document. */
  readonly path: readonly PathSegment[];
  /** Element that patterns are matched against instead of the object. */
  readonly element: Json | undefined;
  /** 0: the rule itself. */
  readonly nesting: number;
}

/** No response: the rule has nothing to say about the object, and Kyverno reports nothing. */
type Response = RuleResponse | undefined;

const answer = (validation: Validation, status: RuleStatus, message: string, failedPath = ''): RuleResponse =>
  respond(validation.rule, 'validate', status, message, { ...validation.parts, failedPath });

/** `validate.deny`, `pattern`, `anyPattern` or `foreach` of a rule. */
export function validateRule(task: RuleTask): Response {
  const { rule, context, scope, parts, trace } = task;
  const validation: Validation = {
    rule,
    context,
    scope,
    parts,
    trace,
    body: get(rule.raw, 'validate') ?? {},
    path: [...rule.path, 'validate'],
    element: undefined,
    nesting: 0,
  };
  const patterns = substitutePatterns(validation);
  const response = validateBody(validation, patterns);
  return comparesOldObject(validation) ? compareWithOld(validation, patterns, response) : response;
}

/** Patterns of the body, substituted once: the old object is later held against the very same ones. */
type Patterns =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'pattern' | 'anyPattern';
      readonly value: Json;
      /** What its variables stand for; only for explanations. */
      readonly variables: readonly VariableValue[];
    }
  | { readonly kind: 'error'; readonly error: string };

const present = (value: Json | undefined): value is Json => value !== undefined && value !== null;

function substitutePatterns({ body, scope, trace }: Validation): Patterns {
  if (present(get(body, 'deny'))) return { kind: 'none' };
  for (const kind of ['pattern', 'anyPattern'] as const) {
    const raw = get(body, kind);
    if (!present(raw)) continue;
    if (trace) scope.drainUsed();
    const substituted = scope.substitute(raw);
    return 'error' in substituted
      ? { kind: 'error', error: substituted.error }
      : { kind, value: substituted.value, variables: trace ? scope.drainUsed() : [] };
  }
  return { kind: 'none' };
}

function validateBody(validation: Validation, patterns: Patterns): Response {
  const { body } = validation;
  if (present(get(body, 'deny'))) return validateDeny(validation);
  switch (patterns.kind) {
    case 'error':
      return failing(validation, 'pattern', `variable substitution failed: ${patterns.error}`);
    case 'pattern':
    case 'anyPattern':
      return validatePatterns(validation, patterns.kind, patterns.value, patterns.variables);
    case 'none':
      return Array.isArray(get(body, 'foreach')) ? validateForEach(validation) : undefined;
  }
}

function failing(validation: Validation, label: string, message: string): RuleResponse {
  const path = [...validation.path, label];
  addNode(validation.trace, { label, status: 'error', message, path }, true);
  return answer(validation, 'error', message);
}

function validateDeny(validation: Validation): RuleResponse {
  const { rule, scope, trace, body } = validation;
  const explained = conditionsTrace(trace, 'deny', validation.path, ['deny', 'conditions']);
  const result = evaluateConditions(get(get(body, 'deny'), 'conditions'), scope, explained);
  traceConditions(trace, explained);
  if (explained?.nodes.length === 0) {
    const { path } = explained;
    addNode(trace, { label: 'deny', status: 'fail', message: 'no conditions: always denied', path }, true);
  }
  if ('error' in result)
    return answer(validation, 'error', `failed to check deny conditions: ${result.error}`);
  if (!result.holds) return answer(validation, 'pass', `validation rule '${rule.name}' passed.`);
  return answer(validation, 'fail', denyMessage(rule, scope, result.message));
}

function validatePatterns(
  validation: Validation,
  kind: 'pattern' | 'anyPattern',
  value: Json,
  variables: readonly VariableValue[],
): Response {
  const { element, context } = validation;
  if (element === undefined && isDelete(context)) {
    if (validation.trace) {
      const message = 'patterns are not looked at on DELETE';
      const path = [...validation.path, kind];
      addNode(validation.trace, { label: kind, status: 'none', message, path }, true);
    }
    return undefined;
  }
  const resource = element ?? context.newObject;
  return kind === 'pattern'
    ? validatePattern(validation, resource, value, variables)
    : validateAnyPattern(validation, resource, value, variables);
}

const numbersOf = ({ element }: Validation): 'int' | 'float' => (element === undefined ? 'int' : 'float');

function patternNode(
  label: string,
  path: readonly PathSegment[],
  pattern: Json,
  result: PatternResult,
  variables: readonly VariableValue[],
): EvaluationNode {
  const used = variables.length === 0 ? {} : { variables };
  if (result.status === 'pass') return { label, status: 'pass', expected: pattern, path, ...used };
  const { status, message, patternPath, expected, actual } = result;
  const found: EvaluationNode = {
    label: result.path === '' ? patternPath.join('.') : result.path,
    status,
    message,
    path: [...path, ...patternPath],
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
  return { label, status, message, path, ...used, children: [found] };
}

const leafOf = (node: EvaluationNode): EvaluationNode => node.children?.at(0) ?? node;

function tracePattern(trace: RuleTrace | undefined, node: EvaluationNode): void {
  if (!trace) return;
  trace.nodes.push(node);
  trace.decided = leafOf(node);
}

function validatePattern(
  validation: Validation,
  resource: Json | undefined,
  pattern: Json,
  variables: readonly VariableValue[],
): RuleResponse {
  const { rule, scope, trace } = validation;
  const result = matchPattern(resource, pattern, numbersOf(validation));
  if (trace)
    tracePattern(trace, patternNode('pattern', [...validation.path, 'pattern'], pattern, result, variables));
  if (result.status === 'pass') return answer(validation, 'pass', `validation rule '${rule.name}' passed.`);
  if (result.status === 'skip') return answer(validation, 'skip', result.message);
  const message = patternMessage(rule, scope, result.path, result.message);
  return answer(validation, result.status, message, result.path);
}

function validateAnyPattern(
  validation: Validation,
  resource: Json | undefined,
  patterns: Json,
  variables: readonly VariableValue[],
): RuleResponse {
  const { rule, scope, trace } = validation;
  if (!Array.isArray(patterns))
    return failing(
      validation,
      'anyPattern',
      'failed to deserialize anyPattern, expected type array: json: cannot unmarshal object into Go value of type []interface {}',
    );
  const failures: string[] = [];
  const skips: string[] = [];
  let failedPath = '';
  for (const [index, pattern] of (patterns as readonly Json[]).entries()) {
    const result = matchPattern(resource, pattern, numbersOf(validation));
    if (trace)
      tracePattern(
        trace,
        patternNode(
          `anyPattern[${index}]`,
          [...validation.path, 'anyPattern', index],
          pattern,
          result,
          index === 0 ? variables : [],
        ),
      );
    if (result.status === 'pass')
      return answer(validation, 'pass', `validation rule '${rule.name}' anyPattern[${index}] passed.`);
    const name = `rule ${rule.name}[${index}]`;
    if (result.status === 'skip') skips.push(`${name} skipped: ${result.message}`);
    else if (result.path === '') failures.push(`${name} failed: ${result.message}`);
    else failures.push(`${name} failed at path ${result.path}`);
    if (failedPath === '') failedPath = result.path;
  }
  if (failures.length > 0)
    return answer(validation, 'fail', anyPatternMessage(rule, scope, failures), failedPath);
  if (skips.length > 0) return answer(validation, 'skip', skips.join(' '));
  return answer(validation, 'pass', getString(rule.raw, 'validate', 'message') ?? '');
}

function validateForEach(validation: Validation): Response {
  let applied = 0;
  let listError: string | undefined;
  for (const [index, entry] of getList(validation.body, 'foreach').entries()) {
    const expression = getString(entry, 'list') ?? '';
    const list = evaluateList(expression, validation.scope);
    const path = [...validation.path, 'foreach', index];
    if (validation.trace && 'elements' in list)
      addNode(validation.trace, listRow(expression, list, [...path, 'list'], validation.scope));
    if ('error' in list) {
      // A key that is not there is an optional field: nothing to do.
      const missing = list.error.includes('Unknown key');
      if (!missing) listError = list.error;
      const status = missing ? 'skip' : 'error';
      addNode(validation.trace, { label: `foreach[${index}] list`, status, message: list.error, path }, true);
      continue;
    }
    const result = validateElements(validation, entry, path, list.elements);
    if ('response' in result) return result.response;
    applied += result.applied;
  }
  if (applied > 0) return answer(validation, 'pass', 'rule passed');
  if (listError !== undefined) return answer(validation, 'error', `failed to evaluate list: ${listError}`);
  return undefined;
}

type Elements = { readonly response: RuleResponse } | { readonly applied: number };

function validateElements(
  validation: Validation,
  entry: Json,
  path: readonly PathSegment[],
  elements: readonly Json[],
): Elements {
  let applied = 0;
  for (const [index, element] of elements.entries()) {
    if (element === null) continue;
    const scoped = scopeElement(element, get(entry, 'elementScope'));
    if ('error' in scoped)
      return { response: answer(validation, 'error', `failed to process foreach: ${scoped.error}`) };
    const inner = validation.trace && { nodes: [], decided: undefined };
    const response = validation.scope.withElement(element, index, validation.nesting, (scope) =>
      validateElement({
        ...validation,
        scope,
        body: entry,
        path,
        element: scoped.scoped ? element : validation.element,
        nesting: validation.nesting + 1,
        trace: inner,
      }),
    );
    traceElement(validation.trace, inner, index, path, response, element);
    const skipped =
      !response ||
      response.status === 'skip' ||
      (response.status === 'error' && response.message.includes('failed to evaluate preconditions'));
    if (skipped) continue;
    if (response.status !== 'pass') {
      const message = `validation failure: ${response.message}`;
      return { response: answer(validation, response.status, message, response.failedPath) };
    }
    applied += 1;
  }
  return { applied };
}

function traceElement(
  trace: RuleTrace | undefined,
  inner: RuleTrace | undefined,
  index: number,
  path: readonly PathSegment[],
  response: Response,
  element: Json,
): void {
  if (!trace || !inner) return;
  const node: EvaluationNode = {
    label: `${path.slice(-2).join('[')}] element[${index}]`,
    status: response === undefined ? 'none' : response.status === 'warn' ? 'fail' : response.status,
    actual: element,
    path,
    children: inner.nodes,
    ...(response === undefined ? {} : { message: response.message }),
  };
  trace.nodes.push(node);
  trace.decided = inner.decided ?? innermost(node);
}

/** One element: its own context entries and preconditions, then pattern, anyPattern, deny or a nested foreach. */
function validateElement(validation: Validation): Response {
  const { body, scope, trace } = validation;
  const loaded = scope.addEntries(getList(body, 'context'));
  if (loaded !== undefined) return answer(validation, 'error', `failed to load context: ${loaded}`);
  const explained = conditionsTrace(trace, 'preconditions', validation.path);
  const preconditions = evaluateConditions(get(body, 'preconditions'), scope, explained);
  traceConditions(trace, explained);
  if ('error' in preconditions)
    return answer(validation, 'error', `failed to evaluate preconditions: ${preconditions.error}`);
  if (!preconditions.holds)
    return answer(validation, 'skip', joinNonEmpty(['preconditions not met', preconditions.message], '; '));
  return validateBody(validation, substitutePatterns(validation));
}

/** Whether an existing violation excuses a new one (lifecycle A.9). Up to 1.12 only patterns were looked at, in any action. */
function comparesOldObject(validation: Validation): boolean {
  if (!isUpdate(validation.context)) return false;
  const { body, context } = validation;
  if (!context.behaviour.ruleLevelFailureAction)
    return present(get(body, 'pattern')) || present(get(body, 'anyPattern'));
  return enforces(validation) && get(body, 'allowExistingViolations') !== false;
}

function compareWithOld(validation: Validation, patterns: Patterns, response: Response): Response {
  if (validation.context.operation !== 'UPDATE')
    return answer(validation, 'skip', 'failed to validate old object');
  if (response?.status !== 'fail') return response;
  const before = withOldObject(validation, (old) =>
    validateBody({ ...validation, ...old, trace: undefined }, patterns),
  );
  if (before === 'not matched' || before?.status !== 'fail') return response;
  const message = 'skipping the rule evaluation as pre-existing violations are allowed';
  addNode(validation.trace, { label: 'old object', status: 'skip', message, path: validation.path }, true);
  return answer(validation, 'skip', message);
}
