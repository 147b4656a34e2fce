import type { Json } from '../base/json.ts';
import { get, getString, isObject } from '../base/json.ts';
import { containsWildcard, matchWildcard } from './wildcard.ts';

/** Labels of an object. Read with {@link labelsOf}: own string values only. */
export type Labels = Readonly<Record<string, string>>;

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** A metav1.LabelSelector, read: all requirements must hold. */
export type LabelSelector = readonly Requirement[];

const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const NAME_TEXT =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const SUBDOMAIN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const NAME_PATTERN = new RegExp(`^${NAME}$`);
const VALUE_PATTERN = new RegExp(`^(${NAME})?$`);
const SUBDOMAIN_PATTERN = new RegExp(`^${SUBDOMAIN}$`);
const NAME_LENGTH = 63;
const SUBDOMAIN_LENGTH = 253;

function formatExample(text: string, pattern: string, ...examples: readonly string[]): string {
  const quoted = examples.map((example) => `'${example}', `).join(' or ');
  return `${text} (e.g. ${quoted}regex used for validation is '${pattern}')`;
}

const tooLong = (length: number): string => `must be no more than ${length} characters`;

/** Why a text is no DNS subdomain (`example.com`), in Kubernetes' words; empty if it is one. */
export function subdomainErrors(text: string): readonly string[] {
  const errors: string[] = [];
  if (text.length > SUBDOMAIN_LENGTH) errors.push(tooLong(SUBDOMAIN_LENGTH));
  if (!SUBDOMAIN_PATTERN.test(text))
    errors.push(
      formatExample(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        SUBDOMAIN,
        'example.com',
      ),
    );
  return errors;
}

function prefixErrors(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return subdomainErrors(prefix).map((error) => `prefix part ${error}`);
}

/** Why a text is no label key (`app`, `example.com/app`), in Kubernetes' words; empty if it is one. */
export function labelKeyErrors(text: string): readonly string[] {
  const parts = text.split('/');
  const example = (): string => formatExample(NAME_TEXT, NAME, 'MyName', 'my.name', '123-abc');
  if (parts.length > 2)
    return [
      `a valid label key ${example()} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const [first = '', second] = parts;
  const errors = second === undefined ? [] : [...prefixErrors(first)];
  const name = second ?? first;
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > NAME_LENGTH) errors.push(`name part ${tooLong(NAME_LENGTH)}`);
  if (!NAME_PATTERN.test(name)) errors.push(`name part ${example()}`);
  return errors;
}

/** Why a text is no label value, in Kubernetes' words; empty if it is one. */
export function labelValueErrors(text: string): readonly string[] {
  const errors = text.length > NAME_LENGTH ? [tooLong(NAME_LENGTH)] : [];
  if (!VALUE_PATTERN.test(text))
    errors.push(
      formatExample(
        `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
        `(${NAME})?`,
        'MyValue',
        'my_value',
        '12345',
      ),
    );
  return errors;
}

const invalid = (field: string, value: string, detail: string): string =>
  `${field}: Invalid value: ${value}: ${detail}`;

function requirementErrors({ key, operator, values }: Requirement): readonly string[] {
  const errors: string[] = [];
  const keyErrors = labelKeyErrors(key);
  if (keyErrors.length > 0) errors.push(invalid('key', JSON.stringify(key), keyErrors.join('; ')));
  const listed = values.length === 0 ? 'null' : JSON.stringify(values);
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
    errors.push(invalid('values', listed, "for 'in', 'notin' operators, values set can't be empty"));
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0)
    errors.push(invalid('values', listed, 'values set must be empty for exists and does not exist'));
  for (const [index, value] of values.entries()) {
    const found = labelValueErrors(value);
    if (found.length > 0)
      errors.push(invalid(`values[${index}][${key}]`, JSON.stringify(value), found.join('; ')));
  }
  return errors;
}

/** As apimachinery's Aggregate: one error plain, several distinct ones in brackets. */
function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}

const isOperator = (text: string): text is Operator =>
  text === 'In' || text === 'NotIn' || text === 'Exists' || text === 'DoesNotExist';

const strings = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : String(item))) : [];

/** Own entries of an object whose values are texts, as a typed map of labels or annotations would hold them. */
export function stringEntries(value: Json | undefined): readonly (readonly [string, string])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** Labels (or annotations) at `metadata.<field>` of an object: own string values only. */
export const labelsOf = (
  object: Json | undefined,
  field: 'labels' | 'annotations' = 'labels',
): readonly (readonly [string, string])[] => stringEntries(get(get(object, 'metadata'), field));

/**
 * Reads a metav1.LabelSelector (`matchLabels`, `matchExpressions`), or says with Kubernetes' text why it is none
 * (metav1.LabelSelectorAsSelector). An empty selector has no requirements and matches everything.
 */
export function parseLabelSelector(
  selector: Json | undefined,
  matchLabels: readonly (readonly [string, string])[] = stringEntries(get(selector, 'matchLabels')),
): { readonly selector: LabelSelector } | { readonly error: string } {
  const requirements: Requirement[] = matchLabels.map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  const expressions = get(selector, 'matchExpressions');
  for (const expression of Array.isArray(expressions) ? expressions : []) {
    const operator = getString(expression, 'operator') ?? '';
    if (!isOperator(operator))
      return { error: `${JSON.stringify(operator)} is not a valid label selector operator` };
    const key = getString(expression, 'key') ?? '';
    requirements.push({ key, operator, values: strings(get(expression, 'values')) });
  }
  for (const requirement of requirements) {
    const errors = requirementErrors(requirement);
    if (errors.length > 0) return { error: aggregate(errors) };
  }
  return { selector: requirements };
}

function meets({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** Whether labels meet every requirement (labels.Selector). */
export function matchLabelSelector(
  selector: LabelSelector,
  labels: readonly (readonly [string, string])[],
): boolean {
  const values = new Map(labels);
  return selector.every((requirement) => meets(requirement, values.get(requirement.key)));
}

/** The first label that fits both wildcards; without one the wildcards become `0`, which no policy author means. */
function expand(
  [key, value]: readonly [string, string],
  labels: readonly (readonly [string, string])[],
): readonly [string, string] {
  if (!containsWildcard(key) && !containsWildcard(value)) return [key, value];
  const found = labels.find(([k, v]) => matchWildcard(key, k) && matchWildcard(value, v));
  return found ?? [key.replaceAll(/[*?]/g, '0'), value.replaceAll(/[*?]/g, '0')];
}

/**
 * Kyverno's selector: wildcards in matchLabels are first expanded against the labels there are (lifecycle A.6;
 * utils/match/labels.go). An error is Kubernetes' text.
 */
export function checkSelector(
  selector: Json,
  labels: readonly (readonly [string, string])[],
): { readonly matches: boolean } | { readonly error: string } {
  const expanded = new Map(stringEntries(get(selector, 'matchLabels')).map((entry) => expand(entry, labels)));
  const parsed = parseLabelSelector(selector, [...expanded]);
  if ('error' in parsed) return parsed;
  return { matches: matchLabelSelector(parsed.selector, labels) };
}
