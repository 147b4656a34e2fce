import { isTold, type Trace } from '../../src/index.ts';

const WIDTH = 218;
const HEIGHT = 102;
const EDGE = 8;
const TRACKS = { step: 12, webhook: 30, request: 55, attempt: 69, target: 83 } as const;
const BAR = 7;

interface Bar {
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly role: string;
  readonly dashed?: boolean;
  readonly end?: 'post';
  /** Nothing came of it: an empty ring, no bar. */
  readonly ring?: boolean;
}

/** A trace in five tracks: steps, webhooks, UpdateRequests, attempts, downstreams; time is counted in events. */
export function StoryPicture({ trace }: { readonly trace: Trace | undefined }) {
  return (
    <svg
      className="story-picture"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect y="49" width={WIDTH} height={HEIGHT - 49} fill="var(--tide)" />
      <path d={`M0 48.5H${WIDTH}M0 50.5H${WIDTH}`} stroke="var(--line2)" strokeWidth=".8" />
      {trace !== undefined &&
        barsOf(trace).map((bar) => <BarShape key={`${bar.y} ${bar.x} ${bar.role} ${bar.width}`} bar={bar} />)}
    </svg>
  );
}

function BarShape({ bar }: { readonly bar: Bar }) {
  const { x, width, y, role, dashed, end, ring } = bar;
  if (ring === true)
    return <circle cx={x} cy={y + BAR / 2} r="3.4" fill="none" stroke="var(--deny)" strokeWidth="1.4" />;
  const right = x + Math.max(3, width);
  const tinted = role !== 'a' && role !== 'b' && role !== 'none';
  const fill = tinted ? `var(--tint-${role})` : role === 'none' ? 'none' : `var(--slice-${role})`;
  const stroke = tinted ? `var(--${role})` : role === 'none' ? 'var(--ink2)' : `var(--slice-${role}-edge)`;
  return (
    <>
      <rect
        x={x}
        y={y}
        width={Math.max(3, width)}
        height={BAR}
        rx="1.5"
        fill={fill}
        stroke={stroke}
        strokeWidth=".9"
        {...(dashed === true ? { strokeDasharray: '3 2' } : {})}
      />
      {end === 'post' && <path d={`M${right} ${y - 3}v${BAR + 6}`} stroke="var(--deny)" strokeWidth="2" />}
    </>
  );
}

/** Places events by their order: every event is worth the same width, as on the chapters scale. */
function barsOf(trace: Trace): readonly Bar[] {
  const shown = trace.events.filter(
    (event) => isTold(trace, event) && event.step > 0 && event.kind !== 'log' && event.kind !== 'report',
  );
  const times = [...new Set(shown.flatMap((event) => [event.time as number, event.end as number]))].sort(
    (a, b) => a - b,
  );
  const rank = new Map(times.map((time, index) => [time, index]));
  const unit = (WIDTH - 2 * EDGE) / Math.max(1, times.length);
  const last = times.at(-1) ?? 0;
  const xOf = (time: number): number => EDGE + (rank.get(time) ?? 0) * unit;
  const bar = (time: number, end: number, y: number, role: string): Bar => ({
    x: xOf(time),
    width: xOf(end) - xOf(time),
    y,
    role,
  });
  return shown.flatMap((event): readonly Bar[] => {
    switch (event.kind) {
      case 'step': {
        if (event.verdict === 'none') return [];
        const role = { denied: 'deny', error: 'error', allowed: 'allow' }[event.verdict];
        const post = event.verdict === 'denied' ? { end: 'post' as const } : {};
        return [{ ...bar(event.time, event.end, TRACKS.step, role), ...post }];
      }
      case 'webhook': {
        const asked = event.cause === undefined ? undefined : trace.events[event.cause];
        if (asked?.kind === 'request' && asked.component !== 'client') return [];
        return [bar(event.time, event.end, TRACKS.webhook, event.allowed ? 'a' : 'deny')];
      }
      case 'never-stored':
        return [
          { ...bar(event.time, event.time, TRACKS.webhook, 'deny'), x: xOf(event.time) + 9, ring: true },
        ];
      case 'update-request': {
        if (event.state === 'deleted' || event.state === 'dropped' || event.state === '') return [];
        const next = shown.find(
          (one) => one.kind === 'update-request' && one.name === event.name && one.time > event.time,
        );
        const role = event.state === 'Failed' ? 'error' : event.state === 'Completed' ? 'allow' : 'b';
        return [bar(event.time, next?.time ?? event.end, TRACKS.request, role)];
      }
      case 'attempt':
        return [bar(event.time, event.end, TRACKS.attempt, event.result === 'failed' ? 'error' : 'b')];
      case 'plan':
        return madeBy(shown, event.updateRequest)
          ? []
          : [
              {
                ...bar(event.time, endOf(shown, event.updateRequest) ?? last, TRACKS.target, 'none'),
                dashed: true,
              },
            ];
      case 'target': {
        if (event.result !== 'created') return [];
        const gone = shown.find(
          (one) =>
            one.kind === 'stored' &&
            one.change === 'DELETED' &&
            one.time > event.time &&
            one.object.kind === event.target.kind &&
            one.object.name === event.target.name,
        );
        return [bar(event.time, gone?.time ?? last, TRACKS.target, 'allow')];
      }
      default:
        return [];
    }
  });
}

/** Whether an UpdateRequest made anything. */
const madeBy = (events: Trace['events'], name: string): boolean =>
  events.some(
    (event) =>
      event.kind === 'target' &&
      event.updateRequest === name &&
      event.result !== 'never' &&
      event.result !== 'refused',
  );

/** When an UpdateRequest was gone. */
const endOf = (events: Trace['events'], name: string): number | undefined =>
  events.findLast((event) => event.kind === 'update-request' && event.name === name)?.time;
