import type { Json } from '../../base/json.ts';
import { getString } from '../../base/json.ts';
import type { Rule } from '../../kyverno/policy.ts';
import { joinNonEmpty } from '../match/conditions.ts';
import type { RuleScope } from './rule-scope.ts';

/** validate.message as written. */
const rawMessage = (rule: Rule): string => getString(rule.raw, 'validate', 'message') ?? '';

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Message of a pattern that failed at `path`, or of one whose error has no path (lifecycle A.9). */
export function patternMessage(rule: Rule, scope: RuleScope, path: string, error: string): string {
  const where =
    path === '' ? `rule ${rule.name} execution error: ${error}` : `rule ${rule.name} failed at path ${path}`;
  if (rawMessage(rule) === '') return `validation error: ${where}`;
  const message = scope.substitute(rawMessage(rule));
  if ('error' in message)
    return `validation error: variables substitution error in rule ${rule.name} execution error: ${error}`;
  return `validation error: ${withDot(asText(message.value))} ${where}`;
}

const withDot = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** Message when none of anyPattern's patterns fits. */
export function anyPatternMessage(rule: Rule, scope: RuleScope, failures: readonly string[]): string {
  const listed = failures.join(' ');
  if (rawMessage(rule) === '') return `validation error: ${listed}`;
  const message = scope.substitute(rawMessage(rule));
  if ('error' in message)
    return `validation error: variables substitution error in rule ${rule.name} execution error: ${listed}`;
  return `validation error: ${withDot(asText(message.value))} ${listed}`;
}

/** Message of a denial; `conditions` are the messages of the conditions that held. No dot is added. */
export function denyMessage(rule: Rule, scope: RuleScope, conditions: string): string {
  const raw = rawMessage(rule);
  if (raw === '' && conditions === '') return `validation error: rule ${rule.name} failed`;
  const message = scope.substitute(joinNonEmpty([raw, conditions], '; '));
  if ('error' in message) return conditions;
  return typeof message.value === 'string'
    ? message.value
    : "the produced message didn't resolve to a string, check your policy definition.";
}
