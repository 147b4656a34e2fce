import { getString } from '../base/json.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Advice, Snippet } from './advice.ts';
import type { DeniedTrigger } from './alignment.ts';
import { isEnforced, locateInRule, type RulePlace } from './rule-places.ts';

/** What monitoring must know of a version: how its error lines look, and which line a denied trigger leaves. */
type Traits = Pick<
  Behaviour,
  | 'version'
  | 'logFormat'
  | 'createsUpdateRequestsBesideVerdict'
  | 'fallsBackToAdmissionObject'
  | 'swallowsNotFound'
>;

/** The fourth practice: alert on what is wrong, and not on a trigger that admission rightly denied. */
export function adviseMonitoring(
  rules: readonly RulePlace[],
  denied: readonly DeniedTrigger[],
  behaviour: Traits,
): readonly Advice[] {
  const generates = rules.filter(({ rule }) => rule.type === 'generate');
  const place = denied[0]?.generate ?? generates[0];
  if (place === undefined || !(denied.length > 0 || rules.some(isDenying))) return [];
  return [
    {
      code: 'advice-monitoring',
      severity: 'advice',
      title: 'Alert on failures, not on denied triggers',
      message: expectation(behaviour),
      ...locateInRule(place, ['name']),
      events: denied.map(({ plan }) => plan.id),
      snippets: [loki(generates, behaviour), prometheus(generates), EVENTS],
    },
  ];
}

const isDenying = (place: RulePlace): boolean => place.rule.type === 'validate' && isEnforced(place);

/** What a denied trigger writes in this version, as one sentence (spec/versions.md, part 5). */
function expectation(behaviour: Traits): string {
  const { version } = behaviour;
  if (!behaviour.createsUpdateRequestsBesideVerdict)
    return `Kyverno ${version} makes no UpdateRequest for a denied trigger, so every error line of the background controller counts.`;
  if (!behaviour.fallsBackToAdmissionObject)
    return `Kyverno ${version} writes nothing at error level for a denied trigger: five lines \`start processing UR\` at verbosity 2, no Event. Every error line counts.`;
  if (behaviour.swallowsNotFound)
    return `Kyverno ${version} completes the UpdateRequest of a denied trigger with \`warning: reason\` at verbosity 2, no error line, no Event. Every error line counts; a target namespace that is really missing is just as silent.`;
  return `Kyverno ${version} writes \`failed to apply generate rule\` with \`namespaces "…" not found\` for a denied Namespace whose target lives in it. That line is expected; every other error line counts.`;
}

const BACKGROUND = '{namespace="kyverno", pod=~"kyverno-background-controller-.+"}';

/** How an error line begins in each log format; a regular expression in Loki's (RE2) syntax. */
const ERROR_LINE: Readonly<Record<Traits['logFormat'], string>> = {
  klog: '^E[0-9]{4} ',
  zap: '\\tERROR\\t',
  zerolog: ' ERR ',
};

/** Error lines of the background controller without the line that a denied trigger leaves. */
function loki(generates: readonly RulePlace[], behaviour: Traits): Snippet {
  const filters = [`|~ \`${ERROR_LINE[behaviour.logFormat]}\``];
  const expected = expectedLine(generates, behaviour);
  if (expected !== undefined) filters.push(`!~ \`${expected}\``);
  const query = `${BACKGROUND}\n  ${filters.join('\n  ')}`;
  return {
    title: `Loki, for Kyverno ${behaviour.version}`,
    language: 'logql',
    text: `sum(count_over_time(${query} [10m])) > 0\n`,
  };
}

/** The expected line as a regular expression, for the policies whose target lives in the denied Namespace. */
export function expectedLine(generates: readonly RulePlace[], behaviour: Traits): string | undefined {
  const { createsUpdateRequestsBesideVerdict, swallowsNotFound, fallsBackToAdmissionObject } = behaviour;
  if (!createsUpdateRequestsBesideVerdict || swallowsNotFound || !fallsBackToAdmissionObject)
    return undefined;
  const names = generates.filter(targetsOwnNamespace).map(({ policy }) => escapePattern(policy.key));
  if (names.length === 0) return undefined;
  const policies = `(${[...new Set(names)].join('|')})`;
  const missing = 'namespaces \\\\"[^"\\\\]+\\\\" not found"';
  return behaviour.logFormat === 'zap'
    ? `"policy": "${policies}".*"error": "${missing}`
    : `failed to apply generate rule error="${missing} .*policy=${policies}( |$)`;
}

const targetsOwnNamespace = ({ rule }: RulePlace): boolean =>
  /request\.object\.metadata\.name\b/.test(getString(rule.raw, 'generate', 'namespace') ?? '');

const escapePattern = (text: string): string => text.replace(/[.+*?()[\]{}^$|\\]/g, '\\$&');

/** Kyverno's metric of rule results. It counts evaluations; a write that fails afterwards is not in it. */
function prometheus(generates: readonly RulePlace[]): Snippet {
  const names = [
    ...new Set(generates.map(({ policy }) => escapePattern(policy.name).replaceAll('\\', '\\\\'))),
  ];
  const policies = names.length === 0 ? '.+' : names.join('|');
  const labels = `rule_type="generate", rule_result=~"fail|error", policy_name=~"${policies}"`;
  return {
    title: 'Prometheus',
    language: 'promql',
    text: `# Rules that could not be evaluated. A write that fails afterwards is in no metric: watch the log or the Events.\nsum by (policy_name, rule_name) (increase(kyverno_policy_results_total{${labels}}[10m])) > 0\n`,
  };
}

const EVENTS: Snippet = {
  title: 'Events of failed writes',
  language: 'shell',
  text: 'kubectl get events -A --field-selector reason=PolicyError,reportingComponent=kyverno-generate\n',
};
