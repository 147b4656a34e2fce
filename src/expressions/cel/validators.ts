import type { Expression } from './ast.ts';
import type { Checked } from './checker.ts';
import type { CelIssue } from './issues.ts';
import { type CelType, formatType, sameType } from './types.ts';
import { CelError, type CelResult, type CelValue } from './value.ts';

/** Functions whose list argument may mix types (k8s.io/apiserver, cel/environment: the list of `format`). */
const MIXED = new Set(['format']);

/** Functions whose literal argument is tried when the expression is compiled, with the argument it is. */
const LITERALS: ReadonlyMap<string, number> = new Map([
  ['timestamp', 0],
  ['duration', 0],
  ['matches', 1],
]);

type TryCall = (name: string, args: readonly CelValue[]) => CelResult;

/** What Kubernetes asks of an expression beyond its types: literals of one type, literal arguments that can be read. */
export function validateCel(expression: Expression, checked: Checked, tryCall: TryCall): readonly CelIssue[] {
  const issues: CelIssue[] = [];
  const visit = (node: Expression, mixed: boolean): void => {
    if (node.kind === 'list' && !mixed) checkElements(node, checked, issues);
    if (node.kind === 'map' && !mixed) checkEntries(node, checked, issues);
    if (node.kind === 'call' && node.name === 'format') checkFormat(node, tryCall, issues);
    else if (node.kind === 'call') checkArgument(node, tryCall, issues);
    const inside = mixed || (node.kind === 'call' && MIXED.has(node.name));
    for (const child of children(node)) visit(child, inside);
  };
  visit(expression, false);
  return issues;
}

type Node<Kind extends Expression['kind']> = Extract<Expression, { readonly kind: Kind }>;

function unwrapped(type: CelType | undefined, optional: boolean): CelType | undefined {
  return optional && type?.kind === 'optional' ? type.of : type;
}

const mismatch = (node: Expression, expected: CelType, found: CelType): CelIssue => ({
  at: node.at,
  message: `expected type '${formatType(expected)}' but found '${formatType(found)}'`,
});

function checkElements(node: Node<'list'>, { types }: Checked, issues: CelIssue[]): void {
  let expected: CelType | undefined;
  for (const [index, element] of node.elements.entries()) {
    const type = unwrapped(types.get(element), node.optional.has(index));
    if (type === undefined) continue;
    expected ??= type;
    if (sameType(expected, type)) continue;
    issues.push(mismatch(element, expected, type));
    return;
  }
}

function checkEntries(node: Node<'map'>, { types }: Checked, issues: CelIssue[]): void {
  let keys: CelType | undefined;
  let values: CelType | undefined;
  for (const { key, value, optional } of node.entries) {
    const keyType = types.get(key);
    const valueType = unwrapped(types.get(value), optional);
    if (keyType === undefined || valueType === undefined) continue;
    keys ??= keyType;
    values ??= valueType;
    if (!sameType(keys, keyType)) issues.push(mismatch(key, keys, keyType));
    else if (!sameType(values, valueType)) issues.push(mismatch(value, values, valueType));
    else continue;
    return;
  }
}

function checkArgument(node: Node<'call'>, tryCall: TryCall, issues: CelIssue[]): void {
  const position = LITERALS.get(node.name);
  if (position === undefined) return;
  const args = node.target === undefined ? node.args : [node.target, ...node.args];
  const arg = args[position];
  if (arg?.kind !== 'literal') return;
  const values: CelValue[] = args.map((one) => (one.kind === 'literal' ? one.value : ''));
  if (tryCall(node.name, values) instanceof CelError)
    issues.push({ at: arg.at, message: `invalid ${node.name} argument` });
}

/** A literal text formats literal arguments: a clause that does not fit is told at the argument. */
function checkFormat({ at, target, args: [list] }: Node<'call'>, tryCall: TryCall, issues: CelIssue[]): void {
  if (target?.kind !== 'literal' || list?.kind !== 'list') return;
  const values = list.elements.map((one) => (one.kind === 'literal' ? one.value : undefined));
  if (!values.every((value) => value !== undefined)) return;
  const result = tryCall('format', [target.value, values]);
  if (!(result instanceof CelError)) return;
  const { message } = result;
  const culprit = list.elements.findIndex((_, index) => {
    const tried = tryCall('format', [target.value, values.slice(0, index + 1)]);
    return tried instanceof CelError && tried.message === message;
  });
  const element = message.startsWith('error during formatting') ? list.elements[culprit] : undefined;
  issues.push({ at: element?.at ?? at, message });
}

/** The expressions directly within one. */
export function children(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'select':
      return [node.operand];
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args];
    case 'list':
      return node.elements;
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'message':
      return node.fields.map(({ value }) => value);
    case 'walk':
      return [node.range, ...(node.filter === undefined ? [] : [node.filter]), node.body];
    case 'bind':
      return [node.value, node.body];
    case 'optMap':
      return [node.target, node.body];
  }
}
