import type { Json } from '../base/json.ts';
import { get, getPath, getString, isObject } from '../base/json.ts';

/** One requirement of a selector on the command line or in a request: `a=b`, `a!=b`, `a in (b,c)`, `a`, `!a`. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

/** Reads a selector's text; undefined if it is not one. */
export function parseSelector(text: string): readonly Requirement[] | undefined {
  const requirements: Requirement[] = [];
  for (const part of splitOutsideParentheses(text)) {
    if (part === '') continue;
    const requirement = parseRequirement(part);
    if (requirement === undefined) return undefined;
    requirements.push(requirement);
  }
  return requirements;
}

function splitOutsideParentheses(text: string): readonly string[] {
  const parts: string[] = [];
  let [depth, current] = [0, ''];
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === ',' && depth === 0) {
      parts.push(current.trim());
      current = '';
    } else current += char;
  }
  parts.push(current.trim());
  return parts;
}

const KEY = /^[A-Za-z0-9_./-]+$/;

function parseRequirement(part: string): Requirement | undefined {
  const set = /^([A-Za-z0-9_./-]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(part);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return { key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  if (part.startsWith('!')) {
    const key = part.slice(1).trim();
    return KEY.test(key) ? { key, operator: 'DoesNotExist', values: [] } : undefined;
  }
  // Not one expression for all of it: blanks before the sign would be tried from each of them on.
  const at = part.search(/[=!]/);
  const sign = at < 0 ? null : /^(!=|==|=)\s*(.*)$/.exec(part.slice(at));
  if (sign !== null) {
    const key = part.slice(0, at).trimEnd();
    if (!KEY.test(key)) return undefined;
    return { key, operator: sign[1] === '!=' ? 'NotIn' : 'In', values: [sign[2] ?? ''] };
  }
  return KEY.test(part) ? { key: part, operator: 'Exists', values: [] } : undefined;
}

/** Whether labels satisfy all requirements; NotIn holds for a missing key too. */
export function matchesRequirements(requirements: readonly Requirement[], labels: Json | undefined): boolean {
  return requirements.every((requirement) => isMet(requirement, get(labels, requirement.key)));
}

function isMet({ operator, values }: Requirement, value: Json | undefined): boolean {
  const listed = typeof value === 'string' && values.includes(value);
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
  }
}

/** Whether a field selector (`metadata.name=x,status.phase!=y`) holds; unknown fields count as empty. */
export function matchesFields(selector: string, object: Json): boolean {
  return (parseSelector(selector) ?? []).every(({ key, operator, values }) => {
    const found = getPath(object, key.split('.'));
    const value =
      typeof found === 'string' ? found : isObject(found) || found === undefined ? '' : String(found);
    return operator === 'NotIn' ? !values.includes(value) : values.includes(value);
  });
}

/** Whether a label selector object (matchLabels, matchExpressions) holds; used for aggregated ClusterRoles. */
export function matchesLabelSelector(selector: Json, labels: Json | undefined): boolean {
  const wanted = get(selector, 'matchLabels');
  if (isObject(wanted) && !Object.keys(wanted).every((key) => get(labels, key) === get(wanted, key)))
    return false;
  const expressions = get(selector, 'matchExpressions');
  if (!Array.isArray(expressions)) return true;
  return expressions.every((expression: Json) => {
    const operator = getString(expression, 'operator');
    if (operator !== 'In' && operator !== 'NotIn' && operator !== 'Exists' && operator !== 'DoesNotExist')
      return false;
    const values = get(expression, 'values');
    return matchesRequirements(
      [
        {
          key: getString(expression, 'key') ?? '',
          operator,
          values: Array.isArray(values)
            ? values.filter((value): value is string => typeof value === 'string')
            : [],
        },
      ],
      labels,
    );
  });
}
