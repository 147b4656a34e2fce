import { useMemo } from 'react';
import { useStore } from 'zustand';
import {
  causalityOf,
  type EventId,
  type Milliseconds,
  nameOf,
  outcomeRows,
  reasonOf,
  refText,
  stepNumber,
  type Trace,
  type TraceEvent,
  verdictOf,
} from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { Printed } from '../ui/printed.tsx';
import { CouldAlso } from './could-also.tsx';
import { EvaluationTree } from './evaluation-tree.tsx';
import { Expectations } from './expectations.tsx';
import { ObjectDiff, ObjectText } from './object-view.tsx';
import './details.css';

/** The selection: facts first, then the evaluation, objects, log lines, and the chain it stands in. */
export function DetailsPane() {
  const { run, selection } = useStudio();
  const trace = useStore(run, (state) => state.trace);
  const selected = useStore(selection, (state) => state.selected);
  const event = selected === undefined ? undefined : trace?.events[selected];
  if (trace === undefined || event === undefined)
    return (
      <p className="pane-empty">
        Select a mark in the timeline, a row of the list or of the Outcome table to see how it came about.
      </p>
    );
  return (
    <div className="details">
      <section className="details-main" aria-label="The selected event" tabIndex={-1}>
        <Heading trace={trace} event={event} />
        {event.couldAlso !== undefined && <CouldAlso sentences={event.couldAlso} />}
        <Body trace={trace} event={event} />
      </section>
      <aside className="details-side" aria-label="Objects and chain">
        <Objects trace={trace} event={event} />
        <Chain trace={trace} event={event} />
      </aside>
    </div>
  );
}

function Heading({ trace, event }: { readonly trace: Trace; readonly event: TraceEvent }) {
  const verdict = verdictOf(event);
  return (
    <>
      <h3>
        {titleOf(trace, event)}
        {verdict.word !== '' && (
          <span className={`chip ${verdict.tone === 'plain' ? 'skip' : verdict.tone}`}>{verdict.word}</span>
        )}
      </h3>
      <dl className="facts">
        <Fact name="when">
          {timeInStep(trace, event.time, event)}
          {event.end > event.time && `, for ${formatMs(event.end - event.time)}`}
        </Fact>
        <Fact name="phase">
          {event.phase === 'admission' ? 'admission, the caller waits' : 'background, nobody waits'}
        </Fact>
        <Facts event={event} />
      </dl>
    </>
  );
}

const KIND_WORDS: Readonly<Record<TraceEvent['kind'], string>> = {
  step: 'Step',
  request: 'Request',
  webhook: 'Webhook call',
  rule: 'Evaluate',
  stored: 'Stored in etcd',
  'never-stored': 'Never stored',
  plan: 'Admission plans',
  'update-request': 'UpdateRequest',
  attempt: 'Background controller',
  'attempt-part': 'Part of an attempt',
  target: 'Target',
  event: 'Event',
  log: 'Log line',
  report: 'Report',
  policy: 'Policy',
  unsupported: 'Not simulated',
  stopped: 'The run was stopped',
};

function titleOf(trace: Trace, event: TraceEvent): string {
  const [word, name] = [KIND_WORDS[event.kind], nameOf(trace, event)];
  return name.startsWith(word) ? name : `${word} · ${name}`;
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Facts({ event }: { readonly event: TraceEvent }) {
  switch (event.kind) {
    case 'request':
      return (
        <>
          <Fact name="request">
            <code>
              {event.verb} {event.path}
            </code>
          </Fact>
          <Fact name="as">
            <code>{event.username}</code>
          </Fact>
          <Fact name="answer">
            {event.code} {event.reason ?? ''}
            {event.dryRun && ', dry run'}
          </Fact>
          {event.phases.length > 0 && (
            <Fact name="phases">
              {event.phases.map((phase) => `${phase.name} ${formatMs(phase.end - phase.time)}`).join(' · ')}
            </Fact>
          )}
        </>
      );
    case 'rule':
      return (
        <Fact name="on">
          {event.trigger.kind}{' '}
          <code>
            {event.trigger.namespace === undefined ? '' : `${event.trigger.namespace}/`}
            {event.trigger.name}
          </code>
        </Fact>
      );
    case 'update-request':
      return (
        <>
          <Fact name="policy">{event.policy}</Fact>
          <Fact name="rules">{event.rules.join(', ')}</Fact>
          <Fact name="retries">{event.retryCount}</Fact>
        </>
      );
    case 'stored':
      return (
        <Fact name="by">
          <code>{event.username}</code>
        </Fact>
      );
    case 'event':
      return (
        <>
          <Fact name="regarding">
            {event.regarding.kind} {event.regarding.name}
          </Fact>
          {event.related !== undefined && (
            <Fact name="related">
              {event.related.kind} {event.related.name}
            </Fact>
          )}
          <Fact name="from">{event.reportingComponent}</Fact>
        </>
      );
    case 'target':
      return <Fact name="synchronize">{String(event.synchronize)}</Fact>;
    default:
      return null;
  }
}

function Body({ trace, event }: { readonly trace: Trace; readonly event: TraceEvent }) {
  if (event.kind === 'rule') {
    const evaluation = trace.evaluations[event.evaluation];
    return (
      <>
        {event.message !== '' && <p className="message">{event.message}</p>}
        {evaluation !== undefined && <EvaluationTree evaluation={evaluation} />}
      </>
    );
  }
  if (event.kind === 'step') {
    const output = `${event.stderr}${event.stdout}`;
    const command = trace.steps[event.step]?.command ?? '';
    return (
      <>
        {command !== '' && <pre className="command">$ {command}</pre>}
        {output !== '' && <Printed text={output} verdict={event.verdict} />}
        {event.expectations !== undefined && <Expectations event={event} />}
      </>
    );
  }
  if (event.kind === 'log') return <Printed text={event.line} />;
  if (event.kind === 'plan') return <Became trace={trace} event={event} />;
  const reason = reasonOf(event);
  return (
    <>
      {reason !== '' && <Printed text={reason} />}
      {(event.kind === 'attempt' || event.kind === 'webhook') && <Evaluations trace={trace} event={event} />}
    </>
  );
}

/** A plan is as good as what comes of it: each target with how it stands at the end of the run, and why. */
function Became({ trace, event }: { readonly trace: Trace; readonly event: PlanEvent }) {
  const { selection } = useStudio();
  const rows = useMemo(
    () =>
      outcomeRows(trace, trace.end).filter(
        (row) => row.updateRequest === event.updateRequest && row.rule === event.rule,
      ),
    [trace, event],
  );
  return (
    <dl className="facts">
      {rows.map((row) => (
        <Fact key={`${row.event} ${row.target?.name}`} name="in the end">
          {row.target !== undefined && `${refText(row.target)}: `}
          <b>{row.state}</b>. {row.reason}{' '}
          <button
            type="button"
            className="link-button"
            onClick={({ currentTarget }) => {
              // This link goes with what it stands in: who came by keys goes on from what it leads to.
              currentTarget.closest<HTMLElement>('.details-main')?.focus();
              selection.getState().select(row.event);
            }}
          >
            What decided it
          </button>
        </Fact>
      ))}
    </dl>
  );
}

/** The rules that an attempt or a webhook call evaluated, as links to their trees. */
function Evaluations({ trace, event }: { readonly trace: Trace; readonly event: TraceEvent }) {
  const { selection } = useStudio();
  const rules = causalityOf(trace)
    .chainOf(event.id)
    .filter((one) => one.kind === 'rule' && one.time >= event.time && one.end <= event.end);
  if (rules.length === 0) return null;
  return (
    <ul className="rule-links">
      {rules.map((rule) => (
        <li key={rule.id}>
          <button type="button" className="link-button" onClick={() => selection.getState().select(rule.id)}>
            {nameOf(trace, rule)}
          </button>{' '}
          {verdictOf(rule).word}
        </li>
      ))}
    </ul>
  );
}

function Objects({ trace, event }: { readonly trace: Trace; readonly event: TraceEvent }) {
  if (event.kind === 'stored') {
    const after = trace.revisions[event.revision]?.object;
    const before = event.previous === undefined ? undefined : trace.revisions[event.previous]?.object;
    return (
      <>
        <h4>{event.object.name}, before and after</h4>
        {event.change === 'DELETED' ? (
          <ObjectDiff before={after} after={undefined} />
        ) : (
          <ObjectDiff before={before} after={after} />
        )}
      </>
    );
  }
  if (event.kind === 'update-request') {
    const object = trace.revisions[event.revision]?.object;
    return object === undefined ? null : (
      <>
        <h4>The UpdateRequest at this time</h4>
        <ObjectText value={object} />
      </>
    );
  }
  return null;
}

function Chain({ trace, event }: { readonly trace: Trace; readonly event: TraceEvent }) {
  const { selection, playback } = useStudio();
  const chain = shortChain(trace, event);
  const go = (id: EventId, time: Milliseconds) => {
    selection.getState().select(id);
    playback.getState().seek(time);
  };
  return (
    <>
      <h4>Because, and led to</h4>
      <ol className="chain">
        {chain.map((one) => (
          <li key={one.id} aria-current={one.id === event.id ? 'true' : undefined}>
            <button type="button" onClick={() => go(one.id, one.time)}>
              <span>{linkName(trace, one)}</span>
              <span className={`word ${verdictOf(one).tone}`}>{verdictOf(one).word}</span>
              <span className="time">{formatMs(one.time - (chain[0]?.time ?? one.time))}</span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

/** What a link of the chain is and what it is about, said once. */
function linkName(trace: Trace, event: TraceEvent): string {
  const word = KIND_WORDS[event.kind];
  const name = nameOf(trace, event);
  return name.startsWith(word) ? name : `${word}: ${name}`;
}

const CHAIN_LIMIT = 60;

type RuleEvent = Extract<TraceEvent, { readonly kind: 'rule' }>;
type PlanEvent = Extract<TraceEvent, { readonly kind: 'plan' }>;

/** Causes whole, effects as far as they stay readable; plain reads are told by their attempt. */
function shortChain(trace: Trace, event: TraceEvent): readonly TraceEvent[] {
  const { causesOf, chainOf } = causalityOf(trace);
  if (event.kind === 'rule') return chainOfRule(trace, event);
  const causes = new Set(causesOf(event.id).map((one) => one.id));
  return chainOf(event.id)
    .filter(
      (one) => one.id === event.id || causes.has(one.id) || (one.kind !== 'plan' && one.kind !== 'policy'),
    )
    .slice(0, CHAIN_LIMIT);
}

/**
 * An evaluation makes nothing happen itself: what follows comes from the webhook call or the attempt that it is part of.
 * Of that, what is about this rule, and whether the object was stored.
 */
function chainOfRule(trace: Trace, rule: RuleEvent): readonly TraceEvent[] {
  const { causesOf, chainOf } = causalityOf(trace);
  const causes = causesOf(rule.id);
  const above = new Set(causes.map((one) => one.id));
  const request = causes.find((one) => one.kind === 'request') ?? causes[0];
  const concerns = (one: TraceEvent): boolean => {
    if (one.id === rule.id || above.has(one.id)) return true;
    if (one.time < rule.time) return false;
    switch (one.kind) {
      case 'plan':
      case 'target':
        return one.policy === rule.policy && one.rule === rule.rule;
      case 'update-request':
        return one.policy === rule.policy && one.rules.includes(rule.rule);
      case 'attempt-part':
        return one.rule === rule.rule && one.part !== 'evaluate';
      case 'never-stored':
        return one.cause === request?.id && rule.status === 'fail' && rule.enforced;
      case 'stored':
        return one.cause === request?.id;
      case 'event':
        return one.message.includes(rule.rule);
      default:
        return false;
    }
  };
  return chainOf((request ?? rule).id)
    .filter(concerns)
    .slice(0, CHAIN_LIMIT);
}

function timeInStep(trace: Trace, time: Milliseconds, event: TraceEvent): string {
  const step = trace.steps[event.step];
  return `+${formatMs(time - (step?.time ?? 0))} in ${stepWords(trace, event.step)}`;
}

function stepWords(trace: Trace, index: number): string {
  const number = stepNumber(trace, index);
  if (number !== undefined) return `step ${number}`;
  return trace.steps[index]?.kind === 'wait'
    ? 'a wait'
    : trace.steps[index]?.kind === 'check'
      ? 'a check'
      : 'the set-up';
}

function formatMs(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
