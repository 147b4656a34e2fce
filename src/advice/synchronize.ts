import type { Json } from '../base/json.ts';
import { get, getList, getObject, getString } from '../base/json.ts';
import type { EventId } from '../base/units.ts';
import type { ObjectRef } from '../kubernetes/object.ts';
import type { TextFix } from '../manifest/diagnostic.ts';
import type { Trace } from '../trace/trace.ts';
import type { Advice } from './advice.ts';
import { locateInRule, nameOfRule, type RulePlace, resourceFilters } from './rule-places.ts';
import { addKey } from './yaml-text.ts';

/** What makes a name new each time, so that each trigger makes an object of its own. */
const FRESH = /resourceVersion|\buid\b|time_now|time_utc|random\(|generateName/;

/** The second practice: what is meant to stay is kept in sync. One-off messages are the exception. */
export function adviseSynchronize(trace: Trace | undefined, rules: readonly RulePlace[]): readonly Advice[] {
  return rules.flatMap((place) => {
    const generate = get(place.rule.raw, 'generate');
    if (place.rule.type !== 'generate' || generate === undefined) return [];
    if (get(generate, 'synchronize') === true) return adviseOperations(trace, place);
    return isOneOff(place.rule.raw) ? [] : [synchronizeAdvice(trace, place)];
  });
}

/** Whether each trigger makes something new, which nobody is to keep. */
function isOneOff(rule: Json): boolean {
  const name = getString(rule, 'generate', 'name') ?? '';
  if (FRESH.test(name)) return true;
  const filters = resourceFilters(rule);
  return (
    filters.length > 0 &&
    filters.every(({ filter }) => {
      const operations = getList(filter, 'operations');
      return operations.length > 0 && operations.every((operation) => operation === 'UPDATE');
    })
  );
}

function synchronizeAdvice(trace: Trace | undefined, place: RulePlace): Advice {
  const drifts = driftsOf(trace, place);
  const proof =
    drifts.length > 0
      ? 'In this run it was changed or deleted, and stayed so.'
      : 'Who edits or deletes it has the last word.';
  const fix = synchronizeFix(place);
  return {
    code: 'advice-synchronize',
    severity: 'advice',
    title: `Keep what ${place.rule.name} makes in sync`,
    message: `${nameOfRule(place)} makes its object once and does not look again. ${proof}`,
    hint: 'With `synchronize: true` Kyverno reverts changes and makes it again. Leave it off for messages that each trigger makes anew.',
    note: 'made once, not kept',
    ...locateInRule(place, ['generate'], 'key'),
    ...(fix === undefined ? {} : { fix }),
    events: drifts,
    snippets: [],
  };
}

function synchronizeFix({ document, rule }: RulePlace): TextFix | undefined {
  if (document === undefined) return undefined;
  const title = 'Set synchronize: true';
  const path = [...rule.path, 'generate'];
  if (get(get(rule.raw, 'generate'), 'synchronize') === undefined) {
    const edit = addKey(document, path, 'synchronize', true, 'data');
    return edit && { title, edits: [edit] };
  }
  const { range } = document.locate([...path, 'synchronize']);
  return { title, edits: [{ file: document.file, range, text: 'true' }] };
}

/** Writes of people to objects that the rule made. */
function driftsOf(trace: Trace | undefined, { rule, policy }: RulePlace): readonly EventId[] {
  const made = new Set<string>();
  const drifts: EventId[] = [];
  for (const event of trace?.events ?? []) {
    if (
      event.kind === 'target' &&
      event.rule === rule.name &&
      isPolicy(event.policy, policy) &&
      event.result === 'created'
    )
      made.add(refKey(event.target));
    if (
      event.kind === 'stored' &&
      event.component === 'client' &&
      event.change !== 'ADDED' &&
      made.has(refKey(event.object))
    )
      drifts.push(event.id);
  }
  return drifts;
}

const isPolicy = (name: string, policy: RulePlace['policy']): boolean =>
  name === policy.key || name === policy.name;
const refKey = ({ kind, namespace, name }: ObjectRef): string => `${kind}/${namespace ?? ''}/${name}`;

/** `operations` in the match of a synchronised rule: its downstream is not reverted (corrections.md c.5). */
function adviseOperations(trace: Trace | undefined, place: RulePlace): readonly Advice[] {
  const found = resourceFilters(place.rule.raw).find(
    ({ filter }) => getList(filter, 'operations').length > 0,
  );
  if (found === undefined) return [];
  const events = (trace?.events ?? []).filter(
    (event) =>
      event.kind === 'event' &&
      event.reason === 'PolicyError' &&
      event.message.includes(`/${place.rule.name} `) &&
      event.message.includes('policy does not apply to resource'),
  );
  const operations = getList(getObject(found.filter), 'operations').join(', ');
  return [
    {
      code: 'advice-operations-stop-sync',
      severity: 'advice',
      title: `Operations keep ${place.rule.name} from reverting`,
      message: `${nameOfRule(place)} synchronises, but matches only ${operations}: an edited or deleted downstream is not put back, the attempt ends with "policy does not apply to resource".`,
      hint: 'Leave `operations` out of the match, or say with a precondition on `request.operation` what shall not fire.',
      note: 'not reverted: operations are set',
      ...locateInRule(place, [...found.path, 'operations'], 'key'),
      events: events.map(({ id }) => id),
      snippets: [],
    },
  ];
}
