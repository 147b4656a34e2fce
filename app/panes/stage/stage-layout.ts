/** A place in the picture, CSS pixels of its own size. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point {
  readonly w: number;
  readonly h: number;
}

/** Where words stand and how much room they have. */
export interface Spot extends Point {
  readonly anchor: 'start' | 'middle' | 'end';
  readonly room: number;
}

export interface GatePlace {
  /** The wall: its middle, its length, and the half of its opening. */
  readonly wall: Point & { readonly length: number; readonly opening: number; readonly upright: boolean };
  readonly label: Spot;
  readonly verdict: Spot;
  readonly notes: Spot;
}

export interface StageLayout {
  readonly kind: 'wide' | 'tall';
  /** Little width: headings are a word shorter. */
  readonly short: boolean;
  readonly width: number;
  readonly height: number;
  readonly font: { readonly name: number; readonly text: number; readonly mono: number };
  readonly token: { readonly w: number; readonly h: number };
  readonly shore: { readonly y: number; readonly h: number };
  readonly headings: { readonly admission: Spot; readonly background: Spot };
  readonly caller: Rect;
  readonly callerNote: Spot;
  /** The API server: one pillar through the shore, because both phases ask it; tall: with an arm that the track crosses. */
  readonly server: Rect;
  readonly serverArm: Rect | undefined;
  /** Where a token stands at each station, from the caller to etcd. */
  readonly track: readonly Point[];
  readonly mutating: GatePlace;
  readonly schema: { readonly label: Spot; readonly notes: Spot };
  readonly validating: GatePlace;
  readonly etcd: { readonly label: Spot; readonly note: Spot };
  /** The way of an UpdateRequest from the validating gate into the queue. */
  readonly birth: readonly Point[];
  readonly birthNote: Spot | undefined;
  readonly ticket: Rect;
  /** Where other UpdateRequests are told, and how many lines of them fit. */
  readonly others: Spot;
  readonly otherLines: number;
  /** From the ticket to the controller, and from the controller to the API server. */
  readonly handOver: readonly [Point, Point];
  readonly worker: Rect;
  readonly workerNote: Spot;
  readonly ask: readonly [Point, Point];
  readonly asked: Spot;
  readonly heard: Spot;
  readonly downstream: { readonly label: Spot; readonly box: Rect; readonly note: Spot };
  readonly delivery: readonly Point[];
  /** The way of a controller's write: controller, API server, up to the track. */
  readonly upward: readonly Point[];
}

/** Smallest sizes that the two arrangements are made for; below, the picture shrinks as a whole. */
export const LEAST_WIDE = { width: 880, height: 340 } as const;
export const TALL = { width: 390, height: 690 } as const;

/** Chooses the arrangement and its size for the room there is. `zoom` makes the type larger: for a projector. */
export function layoutStage(width: number, height: number, zoom = 1): StageLayout {
  if (width < 620) return tallLayout(Math.max(340, Math.min(560, width)));
  const w = Math.max(LEAST_WIDE.width, width / zoom);
  const h = (height / width) * w;
  // Too low for the arrangement: it becomes wider instead, and shrinks as a whole.
  if (h < LEAST_WIDE.height) return wideLayout((w * LEAST_WIDE.height) / Math.max(60, h), LEAST_WIDE.height);
  return wideLayout(w, Math.min(h, w * 0.62));
}

function wideLayout(width: number, height: number): StageLayout {
  // 0 on a narrow pane, 1 where the workspace is folded away.
  const ease = Math.min(1, Math.max(0, (width - 900) / 380));
  const between = (a: number, b: number) => a + (b - a) * ease;
  const font = { name: between(14.5, 16.5), text: between(13, 14.8), mono: between(12.2, 13.4) };
  const token = { w: between(122, 138), h: 46 };
  const shoreY = Math.round(height * 0.525);
  const shore = { y: shoreY, h: 7 };
  const trackY = Math.round(shoreY * 0.525);
  const workerY = Math.round(shoreY + 7 + (height - shoreY - 7) * 0.49);
  const caller = { x: between(12, 22), y: trackY - 29, w: between(112, 132), h: 58 };
  const callerRight = caller.x + caller.w;
  const server = {
    x: callerRight + token.w + between(6, 18),
    y: Math.round(trackY - Math.min(62, trackY - 34)),
    w: between(82, 96),
    h: 0,
  };
  const serverBottom = Math.min(height - 24, workerY + 66);
  const pillar = { ...server, h: serverBottom - server.y };
  const pillarRight = pillar.x + pillar.w;
  const pillarX = pillar.x + pillar.w / 2;
  const mutX = pillarRight + between(token.w * 0.52, token.w + 22);
  const valX = width * between(0.69, 0.672);
  const etcdX = width - between(12, 46) - token.w / 2;
  const schemaX = mutX + (valX - token.w - mutX) * between(0.84, 0.75);
  const wallLength = Math.min(130, trackY * 1.06);
  const half = wallLength / 2;
  const labelY = Math.max(26, trackY - half - 16);
  const noteY = trackY + half - 26;
  const worker = { w: between(132, 170), h: 86, x: 0, y: workerY - 43 };
  const ticketW = Math.min(350, Math.max(244, width * 0.25));
  const ticket = { x: width - between(14, 52) - ticketW, y: workerY - 57, w: ticketW, h: 114 };
  const workerX = pillarRight + (ticket.x - pillarRight) * between(0.64, 0.55) - worker.w / 2;
  const workerBox = { ...worker, x: workerX };
  const ask: readonly [Point, Point] = [
    { x: workerX, y: workerY },
    { x: pillarRight, y: workerY },
  ];
  const askX = (workerX + pillarRight) / 2;
  const askRoom = workerX - pillarRight - 14;
  const birthX = valX - 9 - token.w / 2;
  const ticketIn = Math.max(ticket.x + 40, Math.min(ticket.x + ticket.w * 0.34, width - 200));
  const birthY = shoreY - Math.max(16, (shoreY - trackY - half) * 0.3);
  const notesRoom = etcdX - token.w / 2 - valX - 30;
  const at = (x: number, y: number, anchor: Spot['anchor'], room: number): Spot => ({ x, y, anchor, room });
  const downstreamW = pillar.x - between(12, 24) - between(16, 30);
  const downstream = { x: between(12, 24), y: workerY - 23, w: downstreamW, h: 46 };
  return {
    kind: 'wide',
    short: ease < 0.4,
    width,
    height,
    font,
    token,
    shore,
    headings: {
      admission: at(between(14, 24), 27, 'start', 260),
      background: at(between(14, 24), height - 12, 'start', 260),
    },
    caller,
    callerNote: at(caller.x + caller.w / 2, caller.y + caller.h + 24, 'middle', caller.w + 40),
    server: pillar,
    serverArm: undefined,
    track: [
      { x: callerRight + (pillar.x - callerRight) / 2, y: trackY },
      { x: pillarX, y: trackY },
      { x: mutX - 11 - token.w / 2, y: trackY },
      { x: schemaX, y: trackY },
      { x: valX - 9 - token.w / 2, y: trackY },
      { x: etcdX, y: trackY },
    ],
    mutating: {
      wall: { x: mutX, y: trackY, length: wallLength, opening: 20, upright: true },
      label: at(mutX, labelY, 'middle', 150),
      verdict: at(mutX + 16, trackY - half + 22, 'start', schemaX - mutX - 20),
      notes: at(mutX + 17, noteY, 'start', Math.max(84, schemaX - mutX - 62)),
    },
    schema: {
      label: at(schemaX, labelY, 'middle', 110),
      notes: at(schemaX, noteY, 'middle', Math.max(90, valX - token.w / 2 - schemaX)),
    },
    validating: {
      wall: { x: valX, y: trackY, length: wallLength, opening: 20, upright: true },
      label: at(valX, labelY, 'middle', 170),
      verdict: at(valX + 18, trackY - half + 26, 'start', notesRoom),
      notes: at(valX + 20, noteY, 'start', notesRoom),
    },
    etcd: {
      label: at(etcdX, labelY, 'middle', token.w),
      note: at(etcdX, trackY + token.h / 2 + 24, 'middle', token.w + 40),
    },
    birth: [
      { x: birthX, y: trackY },
      { x: birthX, y: birthY },
      { x: ticketIn, y: birthY },
      { x: ticketIn, y: ticket.y },
    ],
    birthNote: at(ticketIn + 18, shoreY - 9, 'start', width - ticketIn - 24),
    ticket,
    others: at(ticket.x, ticket.y + ticket.h + 20, 'start', ticket.w),
    otherLines: Math.max(1, Math.floor((height - 8 - (ticket.y + ticket.h + 20)) / (font.text + 6)) + 1),
    handOver: [
      { x: ticket.x, y: workerY },
      { x: workerX + worker.w, y: workerY },
    ],
    worker: workerBox,
    workerNote: at(workerX + worker.w / 2, workerY + 43 + 20, 'middle', worker.w + 60),
    ask,
    asked: at(askX, workerY - 19, 'middle', askRoom),
    heard: at(askX, workerY + 31, 'middle', askRoom),
    downstream: {
      label: at(downstream.x, downstream.y - 14, 'start', downstreamW),
      box: downstream,
      note: at(downstream.x, downstream.y + downstream.h + 21, 'start', downstreamW + 20),
    },
    delivery: [
      { x: pillar.x, y: workerY },
      { x: downstream.x + downstream.w, y: workerY },
    ],
    // Beside the pillar's name, not across it.
    upward: [ask[0], { x: pillarRight - 13, y: workerY }, { x: pillarRight - 13, y: trackY }],
  };
}

function tallLayout(width: number): StageLayout {
  const font = { name: 14.5, text: 13, mono: 12 };
  const token = { w: 128, h: 40 };
  const trackX = 148;
  const trackY = [96, 138, 180, 236, 262, 328] as const;
  const labelX = trackX + token.w / 2 + 24;
  const room = width - labelX - 10;
  const at = (x: number, y: number, anchor: Spot['anchor'], space: number): Spot => ({
    x,
    y,
    anchor,
    room: space,
  });
  const caller = { x: trackX - 66, y: 32, w: 132, h: 42 };
  const server = { x: 16, y: 119, w: 44, h: 458 };
  const arm = { x: 16, y: 119, w: trackX + token.w / 2 - 4, h: 38 };
  const shore = { y: 366, h: 8 };
  const left = 76;
  const ticket = { x: left, y: 402, w: width - left - 14, h: 96 };
  const worker = { x: 150, y: 518, w: Math.min(230, width - 150 - 14), h: 42 };
  const workerY = worker.y + 21;
  const box = { x: left, y: 612, w: Math.min(300, width - left - 14), h: 42 };
  const handX = worker.x + worker.w / 2;
  const wall = (y: number) => ({
    x: trackX,
    y,
    length: token.w + 28,
    opening: token.w / 2 + 2,
    upright: false,
  });
  const birthX = 68;
  return {
    kind: 'tall',
    short: false,
    width,
    height: TALL.height,
    font,
    token,
    shore,
    headings: { admission: at(16, 21, 'start', 260), background: at(width - 14, 392, 'end', 260) },
    caller,
    callerNote: at(labelX, 58, 'start', room),
    server,
    serverArm: arm,
    track: trackY.map((y) => ({ x: trackX, y })),
    mutating: {
      wall: wall(206),
      label: at(labelX, 188, 'start', room),
      verdict: at(labelX, 188, 'start', room),
      notes: at(labelX, 206, 'start', room),
    },
    schema: { label: at(labelX, 242, 'start', room), notes: at(labelX + 62, 242, 'start', room - 62) },
    validating: {
      wall: wall(290),
      label: at(labelX, 264, 'start', room),
      verdict: at(labelX, 284, 'start', room),
      notes: at(labelX, 303, 'start', room),
    },
    etcd: { label: at(labelX, 340, 'start', 60), note: at(labelX, 358, 'start', room) },
    birth: [
      { x: trackX, y: trackY[4] },
      { x: birthX, y: trackY[4] },
      { x: birthX, y: 384 },
      { x: left + 6, y: 384 },
      { x: left + 6, y: ticket.y },
    ],
    birthNote: undefined,
    ticket,
    otherLines: 1,
    others: at(94, 394, 'start', 90),
    handOver: [
      { x: handX, y: ticket.y + ticket.h },
      { x: handX, y: worker.y },
    ],
    worker,
    workerNote: at(handX, worker.y - 14, 'middle', 0),
    ask: [
      { x: worker.x, y: workerY },
      { x: server.x + server.w, y: workerY },
    ],
    asked: at(left, 580, 'start', width - 90),
    heard: at(left, 598, 'start', width - 90),
    downstream: {
      label: at(left, box.y + box.h + 19, 'start', 96),
      box,
      note: at(left + 96, box.y + box.h + 19, 'start', width - left - 110),
    },
    delivery: [
      { x: 38, y: server.y + server.h },
      { x: 38, y: box.y + 21 },
      { x: box.x, y: box.y + 21 },
    ],
    upward: [
      { x: worker.x, y: workerY },
      { x: 53, y: workerY },
      { x: 53, y: trackY[1] },
      { x: trackX, y: trackY[1] },
    ],
  };
}

/** Where a token is: a place between two stations, or on a controller's way up to the track. */
export function placeOfToken(layout: StageLayout, side: 'above' | 'below', progress: number): Point {
  if (side === 'below' && progress < 1) return along(layout.upward, Math.max(0, progress));
  const { track } = layout;
  const at = Math.min(track.length - 1, Math.max(0, progress));
  const from = track[Math.floor(at)] as Point;
  const to = track[Math.min(track.length - 1, Math.floor(at) + 1)] as Point;
  return mix(from, to, at - Math.floor(at));
}

const mix = (a: Point, b: Point, share: number): Point => ({
  x: a.x + (b.x - a.x) * share,
  y: a.y + (b.y - a.y) * share,
});

/** The point a share of the way along a line of several pieces. */
export function along(points: readonly Point[], share: number): Point {
  const lengths = points.slice(1).map((point, i) => distance(points[i] as Point, point));
  let left = lengths.reduce((sum, one) => sum + one, 0) * Math.min(1, Math.max(0, share));
  for (const [i, length] of lengths.entries()) {
    if (left <= length && length > 0) return mix(points[i] as Point, points[i + 1] as Point, left / length);
    left -= length;
  }
  return points.at(-1) as Point;
}

/** The first part of a line, up to a share of its length. */
export function partOf(points: readonly Point[], share: number): readonly Point[] {
  if (share >= 1) return points;
  const end = along(points, share);
  const total = points.slice(1).reduce((sum, point, i) => sum + distance(points[i] as Point, point), 0);
  const kept: Point[] = [points[0] as Point];
  let done = 0;
  for (const [i, point] of points.slice(1).entries()) {
    done += distance(points[i] as Point, point);
    if (done >= total * share) break;
    kept.push(point);
  }
  return [...kept, end];
}

const distance = (a: Point, b: Point): number => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

/** A line with right angles and rounded corners as an SVG path. */
export function pathOf(points: readonly Point[], radius = 10): string {
  let path = '';
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    const after = points[i + 1];
    if (before === undefined) path += `M${n(point.x)} ${n(point.y)}`;
    else if (after === undefined) path += `L${n(point.x)} ${n(point.y)}`;
    else {
      const r = Math.min(radius, distance(before, point) / 2, distance(point, after) / 2);
      const a = toward(point, before, r);
      const b = toward(point, after, r);
      path += `L${n(a.x)} ${n(a.y)}Q${n(point.x)} ${n(point.y)} ${n(b.x)} ${n(b.y)}`;
    }
  }
  return path;
}

function toward(from: Point, to: Point, by: number): Point {
  const length = distance(from, to);
  return length === 0 ? from : mix(from, to, by / length);
}

const n = (value: number): number => Math.round(value * 100) / 100;

// --- Words ---

/** Width of a text, estimated: the picture is laid out without a browser. */
export const textWidth = (text: string, size: number, mono = false): number =>
  mono ? text.length * size * 0.6 : [...text].reduce((sum, sign) => sum + widthOfSign(sign), 0) * size;

function widthOfSign(sign: string): number {
  if ("ijlI.,:;|!’'()[] f/t".includes(sign)) return 0.31;
  if ('mwMW—…@%'.includes(sign)) return 0.86;
  if (/[A-Z]/.test(sign)) return 0.68;
  return 0.565;
}

/** The text, or its beginning with `…`, in a width. */
export function fitText(text: string, room: number, size: number, mono = false): string {
  if (textWidth(text, size, mono) <= room) return text;
  let end = text.length;
  while (end > 1 && textWidth(`${text.slice(0, end)}…`, size, mono) > room) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}

/** A text in lines of a width, at most so many; what is left over ends in `…`. */
export function wrapText(text: string, room: number, size: number, most: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, size) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  if (lines.length > most) {
    const last = lines.slice(most - 1).join(' ');
    return [...lines.slice(0, most - 1), last].map((one) => fitText(one, room, size));
  }
  return lines.map((one) => fitText(one, room, size));
}
