import type {
  DocumentPath,
  Milliseconds,
  PathSegment,
  RuleEvaluation,
  RuleEvent,
  Trace,
} from '../../src/index.ts';

/** A line of the editor that the moment shown is about. */
export interface LineMark {
  readonly kind: 'deny' | 'error' | 'running';
  readonly at: DocumentPath;
  /** Which part of the mapping the line is. */
  readonly part: 'key' | 'value';
  /** A few words for the line's end. */
  readonly note: string;
}

/**
 * What the editor marks at a moment: the clause that refused, in the step under way, and the one rule that is being worked
 * on. At most one line is running at any time.
 */
export function lineMarksAt(trace: Trace, at: Milliseconds): readonly LineMark[] {
  const seen = trace.events.filter((event) => event.time <= at);
  const step = seen.at(-1)?.step ?? 0;
  const rules = seen.filter((event): event is RuleEvent => event.kind === 'rule' && event.step === step);
  const refused = rules.filter((event) => event.status === 'fail' || event.status === 'error');
  const marks = refused.flatMap((event): readonly LineMark[] => {
    const place = placeOf(trace, event, true);
    if (place === undefined || event.end > at) return [];
    return [
      { kind: event.status === 'error' ? 'error' : 'deny', at: place, part: 'value', note: noteOf(event) },
    ];
  });
  marks.push(...missedAt(trace, at));
  const running = runningAt(trace, at);
  return running === undefined ? marks : [...marks, running];
}

/** Where the Test expects what has not come true until then. */
const missedAt = (trace: Trace, at: Milliseconds): readonly LineMark[] =>
  trace.events.flatMap((event) =>
    event.kind === 'step' && event.end <= at
      ? (event.expectations ?? []).flatMap(({ result, source, difference = '' }): readonly LineMark[] =>
          result === 'met' || source === undefined
            ? []
            : [{ kind: 'error', at: source, part: 'value', note: difference }],
        )
      : [],
  );

function runningAt(trace: Trace, at: Milliseconds): LineMark | undefined {
  const last = trace.events.findLast(
    (event) => event.time <= at && (event.kind === 'rule' || event.kind === 'attempt'),
  );
  // A rule is "now" for as long as it or its attempt lasts; one that takes no time, for the instant.
  if (last === undefined || last.end < at) return undefined;
  if (last.kind === 'rule') {
    const place = placeOf(trace, last, false);
    return place && { kind: 'running', at: place, part: 'key', note: 'evaluated now' };
  }
  if (last.kind !== 'attempt') return undefined;
  const plan = trace.events.find(
    (event) => event.kind === 'plan' && event.updateRequest === last.updateRequest,
  );
  if (plan?.kind !== 'plan') return undefined;
  const rule = trace.events.find(
    (event): event is RuleEvent =>
      event.kind === 'rule' && event.policy === plan.policy && event.rule === plan.rule,
  );
  const place = rule && placeOf(trace, rule, false);
  return place && { kind: 'running', at: place, part: 'key', note: `attempt ${last.attempt}, now` };
}

function placeOf(trace: Trace, event: RuleEvent, deciding: boolean): DocumentPath | undefined {
  const evaluation = trace.evaluations[event.evaluation];
  if (evaluation?.source === undefined) return undefined;
  const path = (deciding ? decidingPath(evaluation.tree) : undefined) ?? rulePath(evaluation);
  return path && { ...evaluation.source, path: [...evaluation.source.path, ...path] };
}

function decidingPath(nodes: RuleEvaluation['tree']): readonly PathSegment[] | undefined {
  for (const node of nodes) {
    const inner = decidingPath(node.children ?? []);
    if (inner !== undefined) return inner;
    if (node.decided === true && node.path !== undefined) return node.path;
  }
  return undefined;
}

/** `spec.rules[n]` of the rule, as any of its clauses says it. */
export function rulePath(evaluation: RuleEvaluation): readonly PathSegment[] | undefined {
  const path = evaluation.tree.find((node) => node.path !== undefined)?.path;
  const rules = path?.indexOf('rules') ?? -1;
  return path === undefined || rules < 0 ? undefined : path.slice(0, rules + 2);
}

const noteOf = (event: RuleEvent): string => (event.status === 'error' ? 'error' : `${event.rule} refused`);
