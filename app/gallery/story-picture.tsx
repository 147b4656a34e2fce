import type { Trace } from '../../src/index.ts';

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
  readonly end?: 'post' | 'upright';
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
        barsOf(trace).map((bar) => <BarShape key={`${bar.y} ${bar.x} ${bar.role}`} bar={bar} />)}
    </svg>
  );
}

function BarShape({ bar }: { readonly bar: Bar }) {
  const { x, width, y, role, dashed, end } = bar;
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
      {end === 'upright' && (
        <path d={`M${right} ${y - 2}v${BAR + 4}`} stroke="var(--ink2)" strokeWidth="1.6" />
      )}
    </>
  );
}

/** Places events by their order: every event is worth the same width, as on the chapters scale. */
function barsOf(trace: Trace): readonly Bar[] {
  const shown = trace.events.filter((event) => event.step > 0);
  const times = [...new Set(shown.flatMap((event) => [event.time as number, event.end as number]))].sort(
    (a, b) => a - b,
  );
  const rank = new Map(times.map((time, index) => [time, index]));
  const unit = (WIDTH - 2 * EDGE) / Math.max(1, times.length);
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
        const denied = event.verdict === 'denied';
        if (event.verdict === 'none') return [];
        const role = denied ? 'deny' : event.verdict === 'error' ? 'error' : 'allow';
        return [
          { ...bar(event.time, event.end, TRACKS.step, role), ...(denied ? { end: 'post' as const } : {}) },
        ];
      }
      case 'webhook':
        return [bar(event.time, event.end, TRACKS.webhook, event.allowed ? 'a' : 'deny')];
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
      case 'target': {
        const end = times.at(-1) ?? event.end;
        if (event.result === 'never' || event.result === 'refused')
          return [{ ...bar(event.time, end, TRACKS.target, 'none'), dashed: true }];
        if (event.result === 'created') return [bar(event.time, end, TRACKS.target, 'allow')];
        return [];
      }
      default:
        return [];
    }
  });
}
