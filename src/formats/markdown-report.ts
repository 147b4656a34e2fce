import type { EventId } from '../base/units.ts';
import { causalityOf } from '../trace/causality.ts';
import type { StepEvent, TraceEvent } from '../trace/event.ts';
import { outcomeRows } from '../trace/outcome.ts';
import type { Trace } from '../trace/trace.ts';
import {
  captionAtEnd,
  captionAtStart,
  durationText,
  firstSentence,
  nameOf,
  reasonOf,
  refText,
  stepNumber,
  userText,
  verdictOf,
} from '../trace/words.ts';
import { toldChain } from './chain-of.ts';
import { mermaidOfChain } from './mermaid.ts';

export interface ReportOptions {
  /** Name of the scenario. */
  readonly name: string;
  /** The event whose chain is told; without it the whole trace. */
  readonly event?: EventId;
  /** Whether the chain is drawn too, as Mermaid. */
  readonly diagram?: boolean;
}

/** More rows than a person reads in an issue. */
const MOST_ROWS = 200;

/**
 * The causal chain as Markdown for an issue or a post-mortem: what happened, why, the chain with its times, and the texts
 * that the cluster printed, whole. Tables are GitHub's; texts are escaped, so nothing in them is markup.
 */
export function reportOfChain(trace: Trace, { name, event, diagram = false }: ReportOptions): string {
  const chain = toldChain(trace, event);
  const steps = chain.filter(
    (one): one is StepEvent => one.kind === 'step' && trace.steps[one.step]?.kind === 'command',
  );
  const selected = event === undefined ? undefined : trace.events[event];
  return [
    `# ${escapeMarkdown(selected === undefined ? name : `${name}: ${nameOf(trace, selected)}`)}`,
    '',
    `Simulated on Kyverno ${trace.kyverno}, seed ${trace.seed}, by Admission Studio.`,
    '',
    ...whatHappened(trace, steps),
    ...whatBackgroundDid(trace, chain),
    ...whyItIsSo(trace, selected, chain),
    ...chainTable(trace, chain),
    ...printedTexts(trace, steps, chain),
    ...(diagram
      ? ['## As a diagram', '', ...fence(mermaidOfChain(trace, event).trimEnd(), 'mermaid'), '']
      : []),
  ].join('\n');
}

/** A text in which no sign is markup, on one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>#|~&@]/g, (sign) =>
      sign === '@' ? '@\u200b' : sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : `\\${sign}`,
    );
}

/** A text as it was printed; the fence is longer than any in it. */
function fence(text: string, language = ''): readonly string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = '`'.repeat(longest + 1);
  return [`${ticks}${language}`, text, ticks];
}

function whatHappened(trace: Trace, steps: readonly StepEvent[]): readonly string[] {
  const lines = steps.map((event) => {
    const step = trace.steps[event.step];
    const verdict = event.verdict === 'none' ? '' : `: **${event.verdict}**`;
    return `${stepNumber(trace, event.step) ?? 1}. ${escapeMarkdown(`${step?.title ?? ''}, as ${userText(step?.username ?? '')}`)}${verdict}`;
  });
  return [
    '## What happened',
    '',
    ...(lines.length === 0 ? ['Nobody asked for it: a timer did.'] : lines),
    '',
  ];
}

function whatBackgroundDid(trace: Trace, chain: readonly TraceEvent[]): readonly string[] {
  const steps = new Set(chain.map(({ step }) => step));
  const requests = new Set(
    chain.flatMap((one) =>
      one.kind === 'update-request' ? [one.name] : one.kind === 'plan' ? [one.updateRequest] : [],
    ),
  );
  const rows = outcomeRows(trace, trace.end).filter(
    (row) => steps.has(row.step) && (row.updateRequest === undefined || requests.has(row.updateRequest)),
  );
  if (rows.length === 0) return [];
  return [
    '| rule | target | state | why |',
    '| --- | --- | --- | --- |',
    ...rows
      .slice(0, MOST_ROWS)
      .map((row) =>
        tableRow([
          `${row.policy} / ${row.rule}`,
          row.target === undefined ? '' : refText(row.target),
          row.state,
          row.reason,
        ]),
      ),
    '',
  ];
}

/** A row of a table; nothing in a cell is markup. */
export const tableRow = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => escapeMarkdown(cell)).join(' | ')} |`;

/** The causes of the event and the rules that decided, in order of time, each as one sentence. */
function whyItIsSo(
  trace: Trace,
  selected: TraceEvent | undefined,
  chain: readonly TraceEvent[],
): readonly string[] {
  const path = new Set(
    selected === undefined
      ? []
      : [
          selected.id,
          ...causalityOf(trace)
            .causesOf(selected.id)
            .map(({ id }) => id),
        ],
  );
  const causes = chain.filter(
    (one) => path.has(one.id) || (one.kind === 'rule' && (one.status === 'fail' || one.status === 'error')),
  );
  if (causes.length === 0) return [];
  return [
    '## Why',
    '',
    ...causes.slice(0, MOST_ROWS).map((one) => `- ${escapeMarkdown(sentenceOf(trace, one))}`),
    '',
  ];
}

function sentenceOf(trace: Trace, event: TraceEvent): string {
  const told = (captionAtEnd(trace, event) ?? captionAtStart(trace, event))?.text ?? nameOf(trace, event);
  const reason = reasonOf(event);
  // A caption that has the beginning of the reason has all that a list needs; the texts stand below, whole.
  return reason === '' || told.includes(firstSentence(reason).slice(0, 40)) ? told : `${told}: ${reason}`;
}

function chainTable(trace: Trace, chain: readonly TraceEvent[]): readonly string[] {
  const first = chain[0]?.time ?? 0;
  const rows = chain.slice(0, MOST_ROWS).map((event) => {
    const { word } = verdictOf(event);
    return tableRow([
      `+${durationText(event.time - first)}`,
      event.phase,
      `${event.kind}: ${nameOf(trace, event)}`,
      word,
    ]);
  });
  const left = chain.length - rows.length;
  return [
    '## The chain',
    '',
    '| time | phase | what | verdict |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(left > 0 ? ['', `And ${left} more events.`] : []),
    '',
  ];
}

/** What kubectl printed, what the UpdateRequests say, what the logs say: whole, as the cluster wrote it. */
function printedTexts(
  trace: Trace,
  steps: readonly StepEvent[],
  chain: readonly TraceEvent[],
): readonly string[] {
  const lines: string[] = [];
  for (const event of steps) {
    const step = trace.steps[event.step];
    const text = `${event.stdout}${event.stderr}`.trimEnd();
    lines.push(...fence(`$ ${step?.command ?? ''}${text === '' ? '' : `\n${text}`}`), '');
  }
  const messages = new Set(
    chain.flatMap((one) =>
      one.kind === 'update-request' && one.message !== '' ? [`${one.name}: ${one.message}`] : [],
    ),
  );
  if (messages.size > 0)
    lines.push('Status of the UpdateRequest:', '', ...fence([...messages].join('\n')), '');
  const logs = chain.flatMap((one) => (one.kind === 'log' ? [one.line] : [])).slice(0, 40);
  if (logs.length > 0) lines.push('Logs:', '', ...fence(logs.join('\n')), '');
  return lines.length === 0 ? [] : ['## What was printed', '', ...lines];
}
