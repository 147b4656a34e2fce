import { Fragment, lazy, memo, Suspense } from 'react';
import { useStore } from 'zustand';
import {
  type Advice,
  type EventId,
  type Milliseconds,
  type OutcomeRow,
  originOf,
  outcomeRows,
  type RequestEvent,
  type RuleEvent,
  type StepEvent,
  stepNumber,
  type Trace,
  type TraceEvent,
  type TraceStep,
} from '../../src/index.ts';
import { usePresent } from '../stores/present.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';
import { Printed } from '../ui/printed.tsx';
import './outcome.css';

const Expectations = lazy(async () => ({ default: (await import('./expectations.tsx')).Expectations }));
const ExpectationSummary = lazy(async () => ({
  default: (await import('./expectations.tsx')).ExpectationSummary,
}));

/** What each step was answered and what each phase would produce, at the playhead's time. */
export function OutcomePane() {
  const { run } = useStudio();
  const trace = useStore(run, (state) => state.trace);
  const advice = useStore(run, (state) => state.advice);
  const at = usePresent();
  if (trace === undefined) return <p className="pane-empty">Nothing has run yet.</p>;
  const current = currentStep(trace, at);
  return (
    <div className="outcome">
      <Settings lines={trace.settings ?? []} />
      {trace.steps.some((step) => step.kind === 'check') && (
        <Suspense fallback={null}>
          <ExpectationSummary trace={trace} at={at} />
        </Suspense>
      )}
      {trace.steps
        .filter((step) => step.kind === 'command' || step.kind === 'check')
        .map((step) => (
          <StepOutcome
            key={step.index}
            trace={trace}
            step={step}
            progress={progressOf(trace, step, at)}
            open={step.index === current}
          />
        ))}
      <GenerateTable rows={outcomeRows(trace, at)} trace={trace} />
      <AdviceList advice={advice} trace={trace} at={at} />
    </div>
  );
}

/** Which of Kyverno's settings differ from its chart's: they decide what the rest means. */
function Settings({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <p className="second">
      Kyverno’s settings differ from its chart’s:{' '}
      {lines.map((line, index) => (
        <Fragment key={line}>
          {index > 0 && ', '}
          <code>{line}</code>
        </Fragment>
      ))}
      .
    </p>
  );
}

/** The step under way at a moment, or the last one that was. */
function currentStep(trace: Trace, at: Milliseconds): number | undefined {
  return trace.steps.filter((step) => step.kind === 'command' && step.time <= at).at(-1)?.index;
}

const byStep = new WeakMap<Trace, ReadonlyMap<number, readonly TraceEvent[]>>();

/** Events of a step, in order; sorted out once for a trace, since a long run has as many steps as it has rows here. */
function eventsOf(trace: Trace, step: number): readonly TraceEvent[] {
  let known = byStep.get(trace);
  if (known === undefined) {
    const sorted = new Map<number, TraceEvent[]>();
    for (const event of trace.events) {
      const list = sorted.get(event.step);
      if (list === undefined) sorted.set(event.step, [event]);
      else list.push(event);
    }
    known = sorted;
    byStep.set(trace, known);
  }
  return known.get(step) ?? [];
}

const stepEventOf = (trace: Trace, step: TraceStep): StepEvent | undefined =>
  eventsOf(trace, step.index).find((one): one is StepEvent => one.kind === 'step');

/** How far a step has come at a moment. */
type Progressed = 'later' | 'waiting' | 'answered';

function progressOf(trace: Trace, step: TraceStep, at: Milliseconds): Progressed {
  if (step.time > at) return 'later';
  return (stepEventOf(trace, step)?.end ?? 0) <= at ? 'answered' : 'waiting';
}

interface StepProps {
  readonly trace: Trace;
  readonly step: TraceStep;
  readonly progress: Progressed;
  /** The step at the playhead shows what kubectl printed; earlier ones fold it away. */
  readonly open: boolean;
}

/** Told anew only when the step has come further: a moment changes one of many. */
const StepOutcome = memo(function StepOutcome({ trace, step, progress, open }: StepProps) {
  const { selection, playback } = useStudio();
  const event = stepEventOf(trace, step);
  const number = stepNumber(trace, step.index);
  if (progress === 'later' || event === undefined)
    return (
      <section className="step-outcome later">
        <StepNumber number={number} />
        <p>{step.title}, after the playhead</p>
      </section>
    );
  const answered = progress === 'answered';
  const go = () => {
    selection.getState().select(event.id);
    playback.getState().seek(event.end);
  };
  return (
    <section
      className="step-outcome"
      aria-label={number === undefined ? step.title : `Step ${number}: ${step.title}`}
    >
      <StepNumber number={number} />
      <div>
        <h3>
          <button type="button" className="step-title" onClick={go}>
            {step.title}
          </button>
          {step.kind === 'command' && <span className="step-user">as {step.username}</span>}
          <StepVerdict event={event} answered={answered} />
        </h3>
        {answered ? (
          <Answer trace={trace} event={event} open={open} />
        ) : (
          <p className="second">
            {step.kind === 'check' ? 'Chainsaw looks every 50 ms.' : 'The caller waits for the answer.'}
          </p>
        )}
        {answered && event.expectations !== undefined && (
          <Suspense fallback={null}>
            <Expectations event={event} />
          </Suspense>
        )}
      </div>
    </section>
  );
});

/** A look has no number: nobody asks for anything. */
const StepNumber = ({ number }: { readonly number: number | undefined }) =>
  number === undefined ? <span /> : <span className="step-number">{number}</span>;

function StepVerdict({ event, answered }: { readonly event: StepEvent; readonly answered: boolean }) {
  if (!answered) return <span className="chip skip">waiting</span>;
  switch (event.verdict) {
    case 'denied':
      return <Chip tone="deny" mark="denied" text="Denied" />;
    case 'error':
      return <Chip tone="error" mark="error" text="Error" />;
    case 'allowed':
      return event.stderr.includes('Warning:') ? (
        <Chip tone="warn" mark="warned" text="Allowed, with a warning" />
      ) : (
        <Chip tone="allow" mark="allowed" text="Allowed" />
      );
    case 'none':
      return null;
  }
}

export function Chip({
  tone,
  mark,
  text,
}: {
  readonly tone: string;
  readonly mark: MarkName;
  readonly text: string;
}) {
  return (
    <span className={`chip ${tone}`}>
      <Mark name={mark} />
      {text}
    </span>
  );
}

function Answer({
  trace,
  event,
  open,
}: {
  readonly trace: Trace;
  readonly event: StepEvent;
  readonly open: boolean;
}) {
  const { selection, page } = useStudio();
  const inStep = eventsOf(trace, event.step).filter((one) => one.phase === 'admission');
  // kubectl first reads what it applies: a read that finds nothing is no refusal.
  const request = inStep.findLast(
    (one): one is RequestEvent => one.kind === 'request' && one.component === 'client' && one.code >= 400,
  );
  const stoppers = inStep.filter(
    (one): one is RuleEvent =>
      one.kind === 'rule' &&
      one.enforced &&
      (one.status === 'fail' || one.status === 'error') &&
      originOf(trace, one.id)?.id === event.id,
  );
  const output = `${event.stderr}${event.stdout}`.replace(/\n+$/, '');
  const show = (id: EventId) => {
    selection.getState().select(id);
    page.showPane('details');
  };
  return (
    <>
      {event.verdict === 'denied' || event.verdict === 'error' ? (
        <p className="second">
          {stoppers.length > 0 && (
            <>
              Stopped by{' '}
              {stoppers.map((rule, index) => (
                <Fragment key={rule.id}>
                  {index > 0 && ', '}
                  <button type="button" className="link-button" onClick={() => show(rule.id)}>
                    {rule.policy} / {rule.rule}
                  </button>
                </Fragment>
              ))}
              .{' '}
            </>
          )}
          {stoppers.length === 0 && request !== undefined && `${refusalText(request)} `}
          Nothing was stored.
        </p>
      ) : null}
      {output !== '' &&
        (open || event.verdict !== 'allowed' ? (
          <Printed text={output} verdict={event.verdict} />
        ) : (
          <details>
            <summary className="second">What kubectl printed</summary>
            <Printed text={output} verdict={event.verdict} />
          </details>
        ))}
      <Mutations requests={inStep} discarded={event.verdict === 'denied'} />
    </>
  );
}

function refusalText(request: RequestEvent): string {
  switch (request.refusedBy) {
    case 'authorization':
      return 'The API server’s authorisation refused it.';
    case 'schema':
      return 'The API server’s validation refused it, before validating admission.';
    case 'validating':
    case 'mutating':
      return 'Admission refused it.';
    default:
      return `The API server answered ${request.code}${request.reason === undefined ? '' : ` ${request.reason}`}.`;
  }
}

function Mutations({
  requests,
  discarded,
}: {
  readonly requests: Trace['events'];
  readonly discarded: boolean;
}) {
  const changes = requests.flatMap((one) =>
    one.kind === 'request' && one.component === 'client' && Array.isArray(one.mutations) ? one.mutations : [],
  );
  if (changes.length === 0) return null;
  return (
    <ul className="mutations" aria-label="Changes that mutation made">
      {changes.map((change) => (
        <li key={JSON.stringify(change)}>
          <code>{JSON.stringify(change)}</code>
        </li>
      ))}
      {discarded && <li className="second">discarded with the request</li>}
    </ul>
  );
}

const STATE_LOOK: Readonly<Record<OutcomeRow['state'], { readonly tone: string; readonly mark?: MarkName }>> =
  {
    planned: { tone: 'planned' },
    produced: { tone: 'allow', mark: 'allowed' },
    'in sync': { tone: 'allow', mark: 'allowed' },
    drifted: { tone: 'warn', mark: 'warned' },
    deleted: { tone: 'skip', mark: 'deleted' },
    refused: { tone: 'deny', mark: 'denied' },
    never: { tone: 'planned' },
    changed: { tone: 'allow', mark: 'allowed' },
    unchanged: { tone: 'skip', mark: 'skipped' },
    'not planned': { tone: 'skip', mark: 'skipped' },
  };

function GenerateTable({ rows, trace }: { readonly rows: readonly OutcomeRow[]; readonly trace: Trace }) {
  if (rows.length === 0)
    return <p className="second generate-none">No generate rule has planned anything up to here.</p>;
  const steps = new Set(rows.map((row) => row.step)).size;
  return (
    <div className="generate-scroll">
      <table className="generate-table">
        <caption className="visually-hidden">What each phase would produce, up to the playhead</caption>
        <thead>
          <tr>
            {steps > 1 && <th scope="col">Step</th>}
            <th scope="col">
              {rows.every(({ action }) => action === 'mutate') ? 'Would be changed' : 'Would be generated'}
            </th>
            <th scope="col">Admission planned</th>
            <th scope="col">Background did</th>
            <th scope="col">State</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <GenerateRow
              key={`${row.event}|${row.rule}|${row.target?.name ?? ''}`}
              row={row}
              trace={trace}
              numbered={steps > 1}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function GenerateRow({
  row,
  trace,
  numbered,
}: {
  readonly row: OutcomeRow;
  readonly trace: Trace;
  readonly numbered: boolean;
}) {
  const { selection, page } = useStudio();
  const selected = useStore(selection, (state) => state.selected === row.event);
  const look = STATE_LOOK[row.state];
  const show = () => {
    selection.getState().select(row.event);
    page.showPane('details');
  };
  return (
    <tr aria-selected={selected}>
      {numbered && <td className="step-cell">{stepNumber(trace, row.step)}</td>}
      <td className="target-cell">
        {row.target ? (
          <>
            <strong className="target-kind">{row.target.kind}</strong>
            <code>
              {row.target.namespace !== undefined && (
                <span className="name-part">{row.target.namespace}/</span>
              )}
              <span className="name-part">{row.target.name}</span>
            </code>
          </>
        ) : (
          <span className="none">{row.action === 'delete' ? 'downstreams of the trigger' : 'none'}</span>
        )}
        <button type="button" className="link-button" onClick={show}>
          <span className="name-part">{row.policy}&nbsp;/</span> <span className="name-part">{row.rule}</span>
        </button>
      </td>
      <td>
        {row.updateRequest === undefined ? (
          <span className="none">no UpdateRequest</span>
        ) : (
          <>
            {row.action === 'delete' ? 'UpdateRequest, to delete' : 'UpdateRequest'}
            <code>{row.updateRequest}</code>
          </>
        )}
      </td>
      <td className="progress">
        <Progress row={row} />
      </td>
      <td>
        <span className={`chip ${look.tone}`}>
          {look.mark !== undefined && <Mark name={look.mark} size={13} />}
          {row.state}
        </span>
      </td>
      <td className="why">{row.reason}</td>
    </tr>
  );
}

function Progress({ row }: { readonly row: OutcomeRow }) {
  const { progress } = row;
  if (progress === undefined) return <span className="none">nothing to do</span>;
  if (progress.attempts === 0) return <span className="none">not started</span>;
  const gaveUp = progress.state === 'dropped';
  return (
    <>
      {gaveUp ? (
        <>
          gave up after <strong>{progress.attempts}</strong> attempts
        </>
      ) : (
        <>
          attempt <strong>{progress.attempts}</strong> of {progress.of}
        </>
      )}
      {progress.failed > 0 && (
        <span className="failed-count">
          {progress.failed} failed{progress.running ? ', 1 asking' : ''}
        </span>
      )}
      {progress.failed === 0 && !progress.running && !gaveUp && (
        <span className="progress-state">{progress.state === 'deleted' ? 'Completed' : progress.state}</span>
      )}
    </>
  );
}

function AdviceList({
  advice,
  trace,
  at,
}: {
  readonly advice: readonly Advice[];
  readonly trace: Trace;
  readonly at: Milliseconds;
}) {
  const [now, later] = partition(
    advice,
    (one) => (trace.events[one.events[0] ?? -1]?.end ?? Number.POSITIVE_INFINITY) <= at,
  );
  return (
    <section className="advice" aria-label="Advice">
      {now.map((one) => (
        <AdviceItem key={one.code + one.title} advice={one} />
      ))}
      {later.length > 0 && (
        <details>
          <summary>
            {later.length === 1 ? '1 more piece of advice' : `${later.length} more pieces of advice`}
          </summary>
          {later.map((one) => (
            <AdviceItem key={one.code + one.title} advice={one} />
          ))}
        </details>
      )}
    </section>
  );
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): readonly [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

function AdviceItem({ advice }: { readonly advice: Advice }) {
  const { services, selection, workspace } = useStudio();
  const [first] = advice.events;
  const { fix, location } = advice;
  return (
    <div className="advice-item">
      <Mark name="noise" />
      <p>
        <strong>{advice.title}</strong> {advice.message} {advice.hint}
      </p>
      <div className="advice-actions">
        {fix !== undefined && (
          <button type="button" className="link-button" onClick={() => services.applyFix(fix)}>
            {fix.title}
          </button>
        )}
        {first !== undefined && (
          <button type="button" className="link-button" onClick={() => selection.getState().select(first)}>
            Show the proof
          </button>
        )}
        {location !== undefined && (
          <button type="button" className="link-button" onClick={() => workspace.revealPlace(location)}>
            {location.file}:{location.line}
          </button>
        )}
        {advice.code === 'advice-test-locally' && (
          <button type="button" className="link-button" onClick={() => services.downloadTest()}>
            Download kyverno-test.yaml with its files
          </button>
        )}
        {advice.snippets.map((snippet) => (
          <button
            type="button"
            className="link-button"
            key={snippet.title}
            onClick={() => services.copy(snippet.text, `${snippet.title} copied`)}
          >
            Copy {snippet.title}
          </button>
        ))}
      </div>
    </div>
  );
}
