import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { type Tone, type TraceEvent, verdictOf } from '../../src/index.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';
import type { NumberedDifference, Side } from './compare-model.ts';
import { DifferenceMark } from './difference-mark.tsx';

interface TableProps {
  readonly differences: readonly NumberedDifference[];
  readonly chosen: number | undefined;
  readonly names: Readonly<Record<Side, string>>;
  readonly onChoose: (index: number | undefined) => void;
}

/** More are shown when somebody asks for them. */
const FIRST_ROWS = 100;

/** `Difference 3 of 7, only above: POST networkpolicies`. */
export const differenceName = ({ number, kind, title }: NumberedDifference, of: number): string =>
  `Difference ${number} of ${of}, ${kind}: ${title}`;

/** The numbered differences; a row is chosen by mouse, by arrows, or by N from anywhere. */
export function DifferenceTable({ differences, chosen, names, onChoose }: TableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [all, showAll] = useState(false);
  // Long lists stand in their beginning, and go as far as the chosen row.
  const shown = all ? differences : differences.slice(0, Math.max(FIRST_ROWS, (chosen ?? 0) + 1));
  const left = differences.length - shown.length;
  const steps = new Set(differences.map(({ step }) => step)).size > 1;
  useEffect(() => {
    const row = chosen === undefined ? undefined : body.current?.children[chosen];
    if (!(row instanceof HTMLElement)) return;
    row.scrollIntoView({ block: 'nearest' });
    // Arrows and N go on from the chosen row if the table has the focus.
    if (body.current?.contains(document.activeElement)) row.focus({ preventScroll: true });
  }, [chosen]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLButtonElement) return;
    const last = differences.length - 1;
    const at = chosen ?? -1;
    const to = {
      ArrowDown: Math.min(last, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: last,
      Enter: Math.max(0, at),
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChoose(to);
  };

  return (
    <table
      className="compare-table"
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows are chosen, so it is a grid
      role="grid"
      aria-label="Differences"
      aria-rowcount={differences.length + 1}
      onKeyDown={onKeyDown}
    >
      <thead>
        <tr>
          <th scope="col" className="what">
            What differs
          </th>
          <th scope="col" className="at">
            at, ms
          </th>
          <th scope="col">{names.above}</th>
          <th scope="col">{names.below}</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {shown.map((difference, index) => (
          <tr
            key={difference.number}
            aria-rowindex={index + 2}
            aria-selected={index === chosen}
            aria-label={differenceName(difference, differences.length)}
            tabIndex={index === (chosen ?? 0) ? 0 : -1}
            onClick={() => onChoose(index)}
            onFocus={() => {
              if (chosen === undefined) onChoose(index);
            }}
          >
            <td className="what">
              <DifferenceMark kind={difference.kind} />
              <i>{difference.number}</i>
              <b title={difference.title}>{difference.title}</b>
            </td>
            <td className="at">
              {steps && difference.step !== undefined && (
                <>
                  <em title={`step ${difference.step}`}>{difference.step}</em>{' '}
                </>
              )}
              {difference.at}
            </td>
            <Outcome difference={difference} side="above" name={names.above} />
            <Outcome difference={difference} side="below" name={names.below} />
          </tr>
        ))}
        {left > 0 && (
          <tr className="more">
            <td colSpan={4}>
              <button type="button" className="link-button" onClick={() => showAll(true)}>
                Show {left} more differences
              </button>
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

const MARKS: Readonly<Partial<Record<Tone, MarkName>>> = {
  deny: 'denied',
  error: 'error',
  warn: 'warned',
};

/** The verdict that a text begins with: an end that is told by the state before it has that one's. */
function verdictIn(text: string, event: TraceEvent): { readonly tone: Tone; readonly word: string } {
  return text.startsWith('Completed') ? { tone: 'allow', word: 'Completed' } : verdictOf(event);
}

function Outcome({
  difference,
  side,
  name,
}: {
  readonly difference: NumberedDifference;
  readonly side: Side;
  readonly name: string;
}) {
  const text = difference[side];
  const event = difference.first[side];
  if (text === '')
    return (
      <td className="none" data-run={name}>
        none
      </td>
    );
  const { tone, word } = event === undefined ? { tone: 'plain' as const, word: '' } : verdictIn(text, event);
  const isVerdict = word !== '' && text.startsWith(word);
  const mark = isVerdict ? MARKS[tone] : undefined;
  return (
    <td data-run={name} title={text}>
      {mark !== undefined && <Mark name={mark} size={12} />}
      {isVerdict && <b className={`tone-${tone}`}>{word}</b>}
      {isVerdict ? text.slice(word.length) : text}
    </td>
  );
}
