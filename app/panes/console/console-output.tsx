import { Fragment, type ReactNode, useMemo, useState } from 'react';
import {
  type EventId,
  type Milliseconds,
  refText,
  type StoredEvent,
  type Trace,
} from '../../../src/index.ts';
import { useStudio } from '../../stores/studio.ts';
import { foldOf } from './fold.ts';

/** Names that say nothing by themselves. */
const COMMON = new Set([
  'default',
  'kyverno',
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'kube-root-ca.crt',
]);
const NAME = /[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/g;
const SHORTEST_NAME = 4;

/**
 * Output as kubectl prints it; lines break at any letter and hang, long output folds. Names that the trace knows lead to
 * Details where they come first.
 */
export function ConsoleOutput({
  text,
  trace,
  at,
}: {
  readonly text: string;
  readonly trace: Trace;
  readonly at: Milliseconds;
}) {
  const [unfolded, unfold] = useState(false);
  const lines = useMemo(() => text.replace(/\n+$/, '').split('\n'), [text]);
  const names = useMemo(() => namesIn(trace, at), [trace, at]);
  const fold = unfolded ? undefined : foldOf(lines);
  const linked = new Set<string>();
  const draw = (from: number, to: number): ReactNode =>
    lines.slice(from, to).map((line, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other name
      <div key={from + index} className="console-line">
        {line === '' ? ' ' : pieces(line, names, linked)}
      </div>
    ));
  if (fold === undefined) return <div className="console-output">{draw(0, lines.length)}</div>;
  return (
    <div className="console-output">
      {draw(0, fold.from)}
      <div className="console-fold">
        <svg width="24" height="8" viewBox="0 0 24 8" aria-hidden="true">
          <path d="M0 6l3-4 3 4 3-4 3 4 3-4 3 4 3-4 3 4" fill="none" stroke="currentColor" />
        </svg>
        <span>{fold.text}</span>
        <button type="button" className="link-button" onClick={() => unfold(true)}>
          Show
        </button>
      </div>
      {draw(fold.to, lines.length)}
    </div>
  );
}

/** The last write of every name until a moment. */
function namesIn(trace: Trace, at: Milliseconds): ReadonlyMap<string, StoredEvent> {
  const names = new Map<string, StoredEvent>();
  for (const event of trace.events) {
    if (event.time > at) break;
    if (event.kind === 'stored' && event.object.kind !== 'Event' && !COMMON.has(event.object.name))
      names.set(event.object.name, event);
  }
  return names;
}

function pieces(
  line: string,
  names: ReadonlyMap<string, StoredEvent>,
  linked: Set<string>,
): readonly ReactNode[] {
  const found: ReactNode[] = [];
  let end = 0;
  for (const match of line.matchAll(NAME)) {
    const [word] = match;
    const event = word.length < SHORTEST_NAME ? undefined : names.get(word);
    if (event === undefined || linked.has(word)) continue;
    linked.add(word);
    found.push(<Fragment key={end}>{line.slice(end, match.index)}</Fragment>);
    found.push(<NameLink key={match.index} name={word} event={event} />);
    end = match.index + word.length;
  }
  found.push(<Fragment key="rest">{line.slice(end)}</Fragment>);
  return found;
}

function NameLink({ name, event }: { readonly name: string; readonly event: StoredEvent }) {
  const { selection, page } = useStudio();
  const show = (id: EventId): void => {
    selection.getState().select(id);
    page.showPane('details');
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button would not break with its line
    <span
      role="button"
      tabIndex={0}
      className="console-name"
      title={`${refText(event.object)} in Details`}
      onClick={() => show(event.id)}
      onKeyDown={(key) => {
        if (key.key !== 'Enter' && key.key !== ' ') return;
        key.preventDefault();
        show(event.id);
      }}
    >
      {name}
    </span>
  );
}
