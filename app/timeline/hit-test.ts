import type { EventId } from '../../src/index.ts';
import { flagCovers } from './flag-place.ts';
import type { Band, Box } from './geometry.ts';
import type { FoldBox, Frame } from './layout.ts';
import type { Link } from './links.ts';

export type Hit =
  | { readonly kind: 'mark'; readonly box: Box }
  | { readonly kind: 'link'; readonly link: Link }
  | { readonly kind: 'band'; readonly band: Band; readonly event: EventId | undefined }
  | { readonly kind: 'fold'; readonly fold: FoldBox }
  | { readonly kind: 'playhead' }
  | { readonly kind: 'ruler' }
  | { readonly kind: 'nothing' };

const LINK_REACH = 4;

/** What lies under a point of the canvas. A mark's hit area is the full height of its row, and a point's words count. */
export function hitTest(frame: Frame, x: number, y: number): Hit {
  const flag = Math.abs(x - frame.playhead.x);
  if (y < frame.density.ruler) {
    const fold = frame.folds.find(({ x0, x1, open }) =>
      open ? Math.abs(x - middle(x0, x1, frame)) < 34 : x >= x0 && x <= x1,
    );
    if (fold !== undefined && !(flag < 40 && flagCovers(frame, x))) return { kind: 'fold', fold };
    return flag < 40 && flagCovers(frame, x) ? { kind: 'playhead' } : { kind: 'ruler' };
  }
  const isPinned = y < frame.pinnedBottom;
  let nearest: { readonly box: Box; readonly distance: number } | undefined;
  for (const box of frame.boxes) {
    if (y < box.y - 1 || y > box.y + box.h + 1) continue;
    if (frame.lanes[box.lane]?.lane.pinned !== isPinned) continue;
    const isPoint = box.mark.shape === 'point';
    const x0 = isPoint ? box.x - 10 : box.x;
    const x1 = isPoint ? box.x + 10 + Math.min(box.room, box.mark.text.length * 6.2) : box.x + box.w;
    const distance = x < x0 ? x0 - x : x > x1 ? x - x1 : 0;
    // Narrow marks get a target of 24 pixels where nothing else is nearer.
    const reach = Math.max(0, (24 - (x1 - x0)) / 2);
    if (distance <= reach && (nearest === undefined || distance <= nearest.distance))
      nearest = { box, distance };
  }
  if (nearest !== undefined) return { kind: 'mark', box: nearest.box };
  const band = frame.bands.find(
    (one) => y >= one.y && y <= one.y + one.h && x >= one.x0 && x <= Math.max(one.x1, one.x0 + 6),
  );
  if (band !== undefined) {
    const kept = band.kept.find((one) => Math.abs(one.x + 2 - x) < 8);
    return { kind: 'band', band, event: kept?.mark.event };
  }
  for (const link of frame.links) {
    if (isNear(link, x, y)) return { kind: 'link', link };
  }
  if (flag < 5) return { kind: 'playhead' };
  const fold = frame.folds.find(({ x0, x1, open }) => !open && x >= x0 && x <= x1);
  return fold === undefined ? { kind: 'nothing' } : { kind: 'fold', fold };
}

/** The middle of what is seen of an opened fold: there its handle stands. */
const middle = (x0: number, x1: number, { width }: Frame): number =>
  (Math.max(0, x0) + Math.min(width, x1)) / 2;

function isNear({ points }: Link, x: number, y: number): boolean {
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1];
    const b = points[i];
    if (a === undefined || b === undefined) continue;
    const inX = x >= Math.min(a.x, b.x) - LINK_REACH && x <= Math.max(a.x, b.x) + LINK_REACH;
    const inY = y >= Math.min(a.y, b.y) - LINK_REACH && y <= Math.max(a.y, b.y) + LINK_REACH;
    if (inX && inY) return true;
  }
  return false;
}

/** The event that a click selects; undefined clears. */
export function eventOf(hit: Hit): EventId | undefined {
  if (hit.kind === 'mark') return hit.box.mark.event;
  if (hit.kind === 'band') return hit.event;
  return hit.kind === 'link' ? hit.link.to : undefined;
}
