import type { EventId, Trace } from '../../../src/index.ts';
import { Caller, Etcd, Gate, Schema, Server } from './stage-admission.tsx';
import { Downstream, Question, Queue, Worker } from './stage-background.tsx';
import { type Point, partOf, placeOfToken, type StageLayout } from './stage-layout.ts';
import type { StageModel } from './stage-model.ts';
import { Line, role, Words } from './stage-parts.tsx';
import { type Lit, Token } from './stage-tokens.tsx';

export interface StageDrawingProps {
  readonly trace: Trace;
  readonly model: StageModel;
  readonly layout: StageLayout;
  readonly selected: EventId | undefined;
  /** Less motion: tokens stand at stations. */
  readonly steps: boolean;
  /** All but what is selected stands back. */
  readonly spotlight?: boolean;
  /** Without it the picture is just a picture, as an exported one. */
  readonly onSelect?: (event: EventId) => void;
}

/** The Stage: one moment as a place. Everything in it is placed by the layout and inked by the model; it holds no state. */
export function StageDrawing(props: StageDrawingProps) {
  const { model, layout, steps } = props;
  const lit = litOf(props);
  const front = model.tokens.at(-1);
  return (
    <>
      <Grounds layout={layout} />
      <Lines model={model} layout={layout} steps={steps} under />
      <Server model={model} layout={layout} />
      <Lines model={model} layout={layout} steps={steps} under={false} />
      <Caller model={model} layout={layout} lit={lit} />
      <Gate
        gate={model.mutating}
        place={layout.mutating}
        name="Mutating gate"
        part="mutating"
        layout={layout}
        lit={lit}
      />
      <Schema model={model} layout={layout} />
      <Gate
        gate={model.validating}
        place={layout.validating}
        name="Validating gate"
        part="validating"
        layout={layout}
        lit={lit}
      />
      <Etcd model={model} layout={layout} lit={lit} />
      {model.tokens.map((token) => (
        <Token key={token.event} token={token} layout={layout} lit={lit} steps={steps} />
      ))}
      <Queue model={model} layout={layout} lit={lit} />
      <Worker model={model} layout={layout} lit={lit} />
      <Question model={model} layout={layout} lit={lit} />
      <Downstream model={model} layout={layout} lit={lit} />
      {layout.birthNote !== undefined && model.birth !== undefined && front !== undefined && (
        <Words at={layout.birthNote} size={layout.font.text} weight={450} color="ink2">
          {front.state === 'denied' && layout.birthNote.room > 230
            ? 'born all the same, beside the verdict'
            : 'born beside the verdict'}
        </Words>
      )}
    </>
  );
}

/** What stands for the selection: an event's own place, and that of what belongs to it. */
function litOf({ trace, selected, onSelect, spotlight = false }: StageDrawingProps): Lit {
  const belongs = (event: EventId): boolean => {
    if (event === selected) return true;
    const own = trace.events[event];
    const other = selected === undefined ? undefined : trace.events[selected];
    if (own === undefined || other === undefined) return false;
    if (own.kind === 'update-request')
      return (
        (other.kind === 'update-request' && other.name === own.name) ||
        (other.kind === 'plan' && other.updateRequest === own.name)
      );
    if (own.kind === 'attempt') return other.kind === 'attempt-part' && other.cause === own.id;
    if (own.kind === 'request')
      return (other.kind === 'stored' || other.kind === 'never-stored') && other.cause === own.id;
    if (own.kind === 'target')
      return other.kind === 'target' && other.updateRequest === own.updateRequest && other.rule === own.rule;
    if (own.kind === 'rule') return other.kind === 'webhook' && own.cause === other.id;
    return false;
  };
  const isSelected = (event: EventId | undefined) =>
    event !== undefined && selected !== undefined && belongs(event);
  return {
    isSelected,
    isDimmed: (event) => spotlight && selected !== undefined && !isSelected(event),
    onSelect,
  };
}

function Grounds({ layout }: { readonly layout: StageLayout }) {
  const { width, height, shore, headings, font } = layout;
  return (
    <>
      <rect width={width} height={height} fill={role('paper')} />
      <rect y={shore.y + shore.h} width={width} height={height - shore.y - shore.h} fill={role('tide')} />
      <rect y={shore.y} width={width} height={shore.h} fill={role('desk')} />
      <path d={`M0 ${shore.y + 0.5}H${width}M0 ${shore.y + shore.h - 0.5}H${width}`} stroke={role('line2')} />
      {(['admission', 'background'] as const).map((phase) => (
        <text
          key={phase}
          x={headings[phase].x}
          textAnchor={headings[phase].anchor}
          y={headings[phase].y}
          fontSize={font.name}
          fontFamily={role('sans')}
          fontWeight="650"
          fill={role('ink')}
        >
          {phase === 'admission' ? 'Admission' : 'Background'}
          <tspan fontWeight="400" fontSize={font.text} fill={role('ink2')} dx="10">
            {phase === 'admission' ? 'the caller waits' : 'nobody waits'}
          </tspan>
        </text>
      ))}
    </>
  );
}

/** The way into the queue ends on top of the tickets that lie behind the one in front. */
function aboveStack(birth: readonly Point[], { queue }: StageModel): readonly Point[] {
  const last = birth.at(-1);
  if (last === undefined || queue.others.length + queue.more === 0) return birth;
  return [...birth.slice(0, -1), { ...last, y: last.y - 8 }];
}

/** The circuit: admission runs on, background runs back. `under`: what the API server's pillar covers. */
function Lines({
  model,
  layout,
  steps,
  under,
}: {
  readonly model: StageModel;
  readonly layout: StageLayout;
  readonly steps: boolean;
  readonly under: boolean;
}) {
  const { track, birth, handOver, ask, delivery } = layout;
  const { tokens, worker, question, targets } = model;
  const [target] = targets;
  const wide = layout.kind === 'wide';
  const start: Point = wide
    ? { x: layout.caller.x + layout.caller.w, y: track[0]?.y ?? 0 }
    : { x: track[0]?.x ?? 0, y: layout.caller.y + layout.caller.h };
  const end = track.at(-1) ?? start;
  const above = tokens.find(({ side }) => side === 'above');
  const below = tokens.find(({ side }) => side === 'below');
  const at = (token: (typeof tokens)[number]) =>
    placeOfToken(
      layout,
      token.side,
      steps && token.state === 'moving' ? Math.floor(token.progress + 1e-6) : token.progress,
    );
  const stopped =
    above !== undefined && (above.state === 'denied' || above.state === 'error') ? at(above) : undefined;
  if (under)
    return (
      <>
        <Line points={[start, stopped ?? end]} tone="guide" />
        <Line points={handOver} tone="guide" />
        <Line points={ask} tone="guide" />
        {target === undefined && <Line points={delivery} tone="guide" />}
      </>
    );
  const made =
    target !== undefined &&
    target.state !== 'planned' &&
    target.state !== 'never' &&
    target.state !== 'refused' &&
    target.state !== 'deleted';
  const written = below !== undefined && (
    <Line
      points={below.progress < 1 ? partOf(layout.upward, below.progress) : [...layout.upward, at(below)]}
      tone={below.outline ? 'idle' : 'thread'}
    />
  );
  const asking = question !== undefined && question.text !== '';
  return (
    <>
      {stopped !== undefined && (
        <Line
          points={[
            wide
              ? { x: stopped.x + layout.token.w / 2 + 24, y: stopped.y }
              : { x: stopped.x, y: stopped.y + layout.token.h / 2 + 14 },
            wide
              ? { x: end.x - layout.token.w / 2 - 3, y: end.y }
              : { x: end.x, y: end.y - layout.token.h / 2 - 2 },
          ]}
          tone="deny"
        />
      )}
      {below?.outline === true && written}
      {above !== undefined && <Line points={[start, at(above)]} tone={above.outline ? 'idle' : 'thread'} />}
      {model.birth !== undefined && model.birth.share > 0 && (
        <Line
          points={partOf(aboveStack(birth, model), model.birth.share)}
          tone={below === undefined || below.outline ? 'thread' : 'idle'}
          head
        />
      )}
      {worker.reached > 0 && <Line points={handOver} tone={worker.busy ? 'thread' : 'idle'} head />}
      {asking && below === undefined && <Line points={ask} tone="thread" head={question?.answer === ''} />}
      {below?.outline === false && written}
      {target !== undefined && <Line points={delivery} tone={made ? 'idle' : 'owed'} head={made} />}
    </>
  );
}
