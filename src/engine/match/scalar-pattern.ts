import type { Json } from '../../base/json.ts';
import { isObject } from '../../base/json.ts';
import { rememberRecent } from '../../base/remember.ts';
import { parseFloatText } from '../../expressions/jmespath/go-number.ts';
import { parseDuration } from '../../kubernetes/duration.ts';
import { compareQuantity, parseQuantity } from '../../kubernetes/quantity.ts';
import { matchWildcard } from '../../kubernetes/wildcard.ts';
import type { NumberKind } from './go-text.ts';
import { parseIntText } from './operators/operand.ts';

/** What a pattern text asks of the value; '' is equality. */
export type PatternOperator = '' | '>=' | '<=' | '>' | '<' | '!' | '-' | '!-';

const ENDPOINT = '([-|+]?\\d+(?:\\.\\d+)?[A-Za-z]*)';
const RANGE = new RegExp(`^${ENDPOINT}-${ENDPOINT}$`);
const NOT_RANGE = new RegExp(`^${ENDPOINT}!-${ENDPOINT}$`);
const PREFIXES = ['>=', '<=', '>', '<', '!'] as const;

/** The operator of a pattern text (engine/operator); texts below two characters have none. */
export function patternOperator(pattern: string): PatternOperator {
  if (pattern.length < 2) return '';
  const prefix = PREFIXES.find((candidate) => pattern.startsWith(candidate));
  if (prefix) return prefix;
  if (NOT_RANGE.test(pattern)) return '!-';
  return RANGE.test(pattern) ? '-' : '';
}

function holds(order: number, operator: PatternOperator): boolean {
  switch (operator) {
    case '':
      return order === 0;
    case '!':
      return order !== 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    default:
      return false;
  }
}

/** The value as text for durations and quantities: nothing counts as 0; booleans, lists and maps have none. */
function measurable(value: Json | undefined, kind: NumberKind): string | undefined {
  if (value === undefined || value === null) return '0';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return undefined;
  return kind === 'int' && Number.isInteger(value) ? BigInt(value).toString() : formatFixed(value);
}

/** `%f` of a float64: six decimals, never an exponent. */
function formatFixed(value: number): string {
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}

/** The value as text for wildcards. Floats are in exponent form, so wildcards fit whole numbers only. */
function comparable(value: Json | undefined, kind: NumberKind): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return undefined;
  if (kind === 'int' && Number.isInteger(value)) return BigInt(value).toString();
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  return `${mantissa}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** One part of a pattern text, prepared. */
interface PartPlan {
  readonly operator: PatternOperator;
  /** What follows the operator. */
  readonly operand: string;
  readonly duration: ReturnType<typeof parseDuration>;
  readonly quantity: ReturnType<typeof parseQuantity>;
  /** Of a range: the two comparisons that it stands for. */
  readonly bounds?: readonly [PartPlan, PartPlan];
}

function planPart(pattern: string): PartPlan {
  const operator = patternOperator(pattern);
  if (operator === '-' || operator === '!-') {
    const [, left = '', right = ''] = (operator === '-' ? RANGE : NOT_RANGE).exec(pattern) ?? [];
    const [low, high] = operator === '-' ? (['>=', '<='] as const) : (['<', '>'] as const);
    const bounds = [planPart(`${low} ${left}`), planPart(`${high} ${right}`)] as const;
    return { operator, operand: '', duration: undefined, quantity: undefined, bounds };
  }
  const operand = pattern.slice(operator.length).trim();
  return { operator, operand, duration: parseDuration(operand), quantity: parseQuantity(operand) };
}

function matchMeasure(value: Json | undefined, plan: PartPlan, kind: NumberKind): boolean | undefined {
  const { operator, duration, quantity } = plan;
  const text = measurable(value, kind);
  if (text === undefined) return undefined;
  const actualDuration = duration === undefined ? undefined : parseDuration(text);
  if (duration !== undefined && actualDuration !== undefined)
    return holds(actualDuration < duration ? -1 : actualDuration > duration ? 1 : 0, operator);
  const actual = quantity && parseQuantity(text);
  return quantity && actual ? holds(compareQuantity(actual, quantity), operator) : undefined;
}

function matchOne(value: Json | undefined, plan: PartPlan, kind: NumberKind): boolean {
  const { operator, operand, bounds } = plan;
  if (bounds)
    return operator === '-'
      ? matchOne(value, bounds[0], kind) && matchOne(value, bounds[1], kind)
      : matchOne(value, bounds[0], kind) || matchOne(value, bounds[1], kind);
  const measured = matchMeasure(value, plan, kind);
  if (measured !== undefined) return measured;
  if (operator !== '' && operator !== '!') return false;
  const text = comparable(value, kind);
  return text !== undefined && matchWildcard(operand, text) === (operator === '');
}

/** Blanks only, as strings.Trim(text, " ") does; a loop, because a regular expression would look again and again. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ' ') start += 1;
  while (end > start && text[end - 1] === ' ') end -= 1;
  return text.slice(start, end);
}

/** Alternatives, each of parts that must all match; policies use few texts, and use them for every resource. */
const planPattern = rememberRecent(1000, (pattern): readonly (readonly PartPlan[])[] =>
  pattern.split('|').map((either) =>
    trimBlanks(either)
      .split('&')
      .map((part) => planPart(trimBlanks(part))),
  ),
);

const matchText = (value: Json | undefined, pattern: string, kind: NumberKind): boolean =>
  value === pattern ||
  planPattern(pattern).some((parts) => parts.every((part) => matchOne(value, part, kind)));

const isEmptyScalar = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === '' || value === 0 || value === false;

function matchNumber(value: Json | undefined, pattern: number): boolean {
  if (typeof value === 'number') return value === pattern;
  if (typeof value !== 'string') return false;
  if (!Number.isInteger(pattern)) return parseFloatText(value) === pattern;
  const whole = parseIntText(value);
  return whole !== undefined && whole === BigInt(pattern);
}

/**
 * Whether a value matches a scalar pattern: text with `|`, `&`, operators, ranges, durations, quantities and wildcards;
 * number; boolean; null (lifecycle I.6; engine/pattern). A map pattern asks for any map; list patterns never match.
 * `kind` is how Go holds the value's whole numbers.
 */
export function matchScalar(value: Json | undefined, pattern: Json, kind: NumberKind = 'int'): boolean {
  if (typeof pattern === 'string') return matchText(value, pattern, kind);
  if (typeof pattern === 'boolean') return value === pattern;
  if (typeof pattern === 'number') return matchNumber(value, pattern);
  if (pattern === null) return isEmptyScalar(value);
  return isObject(pattern) && isObject(value);
}
