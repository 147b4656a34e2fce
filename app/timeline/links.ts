import type { EventId } from '../../src/index.ts';
import type { Arranged } from './arrange.ts';
import { type Box, type Density, type LaneBox, placeMark, rowY, type View } from './geometry.ts';
import type { Round } from './loops.ts';
import type { LaneId, Mark } from './marks.ts';
import type { TimelineModel } from './model.ts';

/** An arrow from a cause to its effect: right angles only. */
export interface Link {
  readonly kind: 'flow' | 'question' | 'answer' | 'refusal' | 'loop';
  readonly from: EventId;
  readonly to: EventId;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Words on a plate: which time round. */
  readonly text?: string;
}

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const INSET = 4;

/** Arrows that lead to a visible mark. */
export function linkPaths(
  model: TimelineModel,
  arranged: Arranged,
  view: View,
  lanes: readonly LaneBox[],
  density: Density,
  boxes: readonly Box[],
  loops?: ReadonlyMap<EventId, Round>,
): Link[] {
  const links: Link[] = [];
  for (const box of boxes) {
    const round = loops?.get(box.mark.event);
    if (round !== undefined) links.push(...loopPath(arranged, view, lanes, box, round));
    const { shape } = box.mark;
    if (shape === 'ghost' || shape === 'drift' || shape === 'group' || box.quiet === true) continue;
    // Members of a group hang on its trunk.
    if (lanes[box.lane]?.lane.rows[box.row]?.member === true) continue;
    if (box.mark.glyph === 'never-stored' && box.mark.start > view.playhead) continue;
    // What has no arrow unless it is lit: far out that is nearly everything, so its cause is not looked for.
    if (!view.lit.has(box.mark.event) && !hasIdleArrow(box, lanes[box.lane]?.lane.id)) continue;
    const cause = causeOf(model, arranged, box.mark);
    if (cause === undefined) continue;
    const lane = lanes[cause.lane];
    if (lane === undefined || lane.lane.collapsed) continue;
    const from: Rect = { ...placeMark(cause.mark, view), y: rowY(lane, cause.row), h: density.bar };
    links.push(
      ...pathsBetween(
        arranged,
        cause,
        from,
        box,
        view.lit.has(cause.mark.event) && view.lit.has(box.mark.event),
      ),
    );
  }
  return links;
}

/** Between marks too narrow to be read arrows would be all there is to see; lines of a log stand under what wrote them. */
const hasIdleArrow = ({ mark, w }: Box, lane: LaneId | undefined): boolean =>
  (mark.shape === 'point' || w >= 8) && lane !== 'events' && lane !== 'reports';

/** Back over the row to the round before; left out where both ends are one place. */
function loopPath(
  arranged: Arranged,
  view: View,
  lanes: readonly LaneBox[],
  box: Box,
  { before, number }: Round,
): Link[] {
  const place = arranged.placeOf(before);
  const lane = place && lanes[place.lane];
  if (place === undefined || lane === undefined || lane.lane.collapsed) return [];
  const x1 = placeMark(place.mark, view).x + 5;
  const x0 = box.x + 5;
  if (x0 - x1 < 14) return [];
  const top = box.y - 5;
  return [
    {
      kind: 'loop',
      from: before,
      to: box.mark.event,
      text: `round ${number}`,
      points: [
        { x: x0, y: box.y },
        { x: x0, y: top },
        { x: Math.max(x1, -40), y: top },
        { x: Math.max(x1, -40), y: rowY(lane, place.row) },
      ],
    },
  ];
}

/** The nearest cause that has a mark. */
function causeOf(model: TimelineModel, arranged: Arranged, mark: Mark) {
  let at = model.flow.cause[mark.event] ?? -1;
  for (let i = 0; i < 8 && at >= 0; i++) {
    const place = arranged.placeOf(at as EventId);
    if (place !== undefined && place.mark !== mark) return place;
    at = model.flow.cause[at] ?? -1;
  }
  return undefined;
}

function pathsBetween(
  arranged: Arranged,
  cause: { readonly lane: number; readonly row: number; readonly mark: Mark },
  a: Rect,
  box: Box,
  lit: boolean,
): Link[] {
  const from = cause.mark.event;
  const to = box.mark.event;
  const laneOf = (lane: number) => arranged.lanes[lane]?.id;
  const source = laneOf(cause.lane);
  const target = laneOf(box.lane);
  if (source === target) {
    if (source === 'update-requests' && cause.row === box.row && lit) {
      const y = a.y + a.h + 1;
      return [
        {
          kind: 'flow',
          from,
          to,
          points: [
            { x: a.x + 1, y },
            { x: box.x + 2, y },
          ],
        },
      ];
    }
    if (source !== 'api-server') return [];
    if (box.x < a.x + a.w) return [];
  }
  if (!lit && (a.w < 8 || !hasIdleArrow(box, target))) return [];
  // An attempt's result is told by the segment above it.
  if (source === 'background' && target === 'update-requests') return [];
  if (box.mark.glyph === 'never-stored') return [{ kind: 'refusal', from, to, points: refusal(a, box) }];
  if (source === 'background' && target === 'api-server') {
    const bottom = box.y + box.h;
    const x0 = box.x + Math.min(6, box.w / 3);
    const x1 = box.x + box.w - Math.min(6, box.w / 3);
    return [
      {
        kind: 'question',
        from,
        to,
        points: [
          { x: x0, y: a.y },
          { x: x0, y: bottom + 1 },
        ],
      },
      {
        kind: 'answer',
        from,
        to,
        points: [
          { x: x1, y: bottom },
          { x: x1, y: a.y },
        ],
      },
    ];
  }
  return [
    {
      kind: 'flow',
      from,
      to,
      points: elbow(a, box, lit && (source === 'api-server' || source === 'update-requests')),
    },
  ];
}

const refusal = (a: Rect, box: Box) => {
  const y = a.y + a.h / 2;
  return [
    { x: a.x + a.w + 5, y },
    { x: box.x, y },
    { x: box.x, y: box.y + box.h / 2 - 8 },
  ];
};

function elbow(a: Rect, box: Box, along: boolean): { readonly x: number; readonly y: number }[] {
  const isPoint = box.mark.shape === 'point';
  const ty = box.y + box.h / 2;
  const down = box.y > a.y;
  const edge = down ? a.y + a.h : a.y;
  const aEnd = a.x + a.w;
  if (isPoint && box.x > a.x + INSET && box.x < aEnd - 1) {
    return [
      { x: box.x, y: edge },
      { x: box.x, y: ty + (down ? -8 : 8) },
    ];
  }
  const tx = isPoint ? box.x - 8 : box.x;
  const wanted = tx - 8;
  if (wanted < a.x + INSET - 3) {
    // The effect begins with its cause: the thread leaves at the left and comes back.
    const x = Math.min(tx - 7, a.x - 1);
    const y = a.y + a.h * 0.7;
    return [
      { x: a.x, y },
      { x, y },
      { x, y: ty },
      { x: tx, y: ty },
    ];
  }
  const sx = Math.min(wanted, aEnd - 3);
  const path = [
    { x: sx, y: edge },
    { x: sx, y: ty },
    { x: tx, y: ty },
  ];
  return along && sx > a.x + 10
    ? [{ x: a.x + 1, y: edge + 1 }, { x: sx, y: edge + 1 }, ...path.slice(1)]
    : path;
}
