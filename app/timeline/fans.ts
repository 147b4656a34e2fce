import type { EventId } from '../../src/index.ts';
import type { Arranged } from './arrange.ts';
import { type Box, type Density, type LaneBox, placeMark, rowY, type View } from './geometry.ts';
import { GROUP_FROM } from './row-groups.ts';

/** One trunk from what made many things, with a branch to each: drawn, lit and counted as a whole. */
export interface Fan {
  readonly cause: EventId;
  readonly trunk: { readonly x: number; readonly y0: number; readonly y1: number };
  readonly branches: readonly { readonly y: number; readonly x: number; readonly group: boolean }[];
  /** `1 → 24` */
  readonly text: string;
}

export type FanLayout = typeof layoutFans;

/** Fans to the groups and rows in the picture. */
export function layoutFans(
  arranged: Arranged,
  view: View,
  lanes: readonly LaneBox[],
  density: Density,
  boxes: readonly Box[],
): readonly Fan[] {
  const lane = arranged.lanes.findIndex(({ id }) => id === 'downstream');
  const shown = arranged.lanes[lane];
  if (shown === undefined || shown.collapsed) return [];
  const causes = new Map<EventId, number>();
  for (const { header } of shown.rows) {
    if (header?.group.cause === undefined || header.group.members.length < GROUP_FROM) continue;
    causes.set(header.group.cause, (causes.get(header.group.cause) ?? 0) + header.group.members.length);
  }
  const fans: Fan[] = [];
  for (const [cause, count] of causes) {
    const place = arranged.placeOf(cause);
    const box = place && lanes[place.lane];
    if (place === undefined || box === undefined || box.lane.collapsed) continue;
    const from = placeMark(place.mark, view);
    const y0 = rowY(box, place.row) + density.bar;
    const branches = boxes
      .filter((one) => one.lane === lane && isOf(shown.rows[one.row], cause, shown.rows, one.row))
      .filter((one, i, all) => all.findIndex(({ row }) => row === one.row) === i)
      .map((one) => ({ y: one.y + one.h / 2, x: one.x, group: shown.rows[one.row]?.member !== true }));
    if (branches.length === 0) continue;
    const x = Math.min(from.x + 6, ...branches.map((branch) => branch.x - 12));
    fans.push({
      cause,
      trunk: { x, y0, y1: Math.max(...branches.map(({ y }) => y)) },
      branches,
      text: `1 → ${count}`,
    });
  }
  return fans;
}

/** Whether a row is a group of the cause, or a member of an open one. */
function isOf(
  row: LaneBox['lane']['rows'][number] | undefined,
  cause: EventId,
  rows: LaneBox['lane']['rows'],
  at: number,
): boolean {
  if (row?.header !== undefined) return row.header.group.cause === cause;
  if (row?.sum === true) return row.marks[0]?.group?.cause === cause;
  if (row?.member !== true) return false;
  for (let i = at - 1; i >= 0; i--) {
    const header = rows[i]?.header;
    if (header !== undefined) return header.group.cause === cause;
  }
  return false;
}
