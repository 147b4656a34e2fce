import { useStore } from 'zustand';
import { nameOf, verdictOf } from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark } from '../ui/marks.tsx';
import { MARK_OF } from './event-list.tsx';
import type { Hover } from './gestures.ts';
import type { TimelineModel } from './model.ts';
import { COUNTED } from './row-index.ts';
import { isExpected, tipSentence } from './tip-text.ts';

const WORD = {
  error: 'failed',
  deny: 'denied',
  warn: 'warned',
  noise: 'expected',
  skip: 'skipped',
  allow: 'allowed',
  plain: 'other',
} as const;

/** What lies under the pointer: its name, its verdict, and the one sentence that matters. */
export function Tooltip({ model, hover }: { readonly model: TimelineModel; readonly hover: Hover }) {
  const width = useStore(useStudio().viewport, (state) => state.width);
  const flip = hover.x > width - 330;
  return (
    <div
      className="timeline-tooltip"
      style={{ top: hover.y + 16, ...(flip ? { right: width - hover.x + 8 } : { left: hover.x + 12 }) }}
    >
      {hover.band !== undefined && <BandTip {...hover.band} />}
      {hover.event !== undefined && <EventTip model={model} event={model.trace.events[hover.event]} />}
    </div>
  );
}

function EventTip({
  model,
  event,
}: {
  readonly model: TimelineModel;
  readonly event: TimelineModel['trace']['events'][number] | undefined;
}) {
  if (event === undefined) return undefined;
  const expected = isExpected(model.trace, event);
  const verdict = expected ? ({ tone: 'noise', word: 'expected' } as const) : verdictOf(event);
  const mark = MARK_OF[verdict.tone];
  const sentence = tipSentence(model.trace, event);
  return (
    <>
      <b>{nameOf(model.trace, event)}</b>
      {verdict.word !== '' && (
        <span className={`tone-${verdict.tone}`}>
          {mark !== undefined && <Mark name={mark} size={13} />} {verdict.word}
        </span>
      )}
      {sentence !== '' && <p>{sentence}</p>}
      {event.couldAlso?.map((one) => (
        <p key={one}>Could also be otherwise: {one}</p>
      ))}
    </>
  );
}

function BandTip({ text, tones }: NonNullable<Hover['band']>) {
  return (
    <>
      <b>{text}</b>
      {COUNTED.map((tone, i) =>
        (tones[i] ?? 0) > 0 ? (
          <span key={tone} className={`tone-${tone} band-count`}>
            {tones[i]} {WORD[tone]}
          </span>
        ) : undefined,
      )}
      <p>Click to zoom in.</p>
    </>
  );
}
