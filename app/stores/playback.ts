import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Milliseconds } from '../../src/index.ts';
import { milliseconds } from '../../src/index.ts';

/** A moment that play and step stop at. Times rise strictly. */
export interface PlayStop {
  readonly time: Milliseconds;
  readonly caption: string;
  /** True for the beginning of a person's step. */
  readonly beginsStep: boolean;
}

/** What playback moves over; asked anew each time, never kept. */
export interface PlayTrack {
  readonly start: Milliseconds;
  readonly end: Milliseconds;
  readonly stops: readonly PlayStop[];
}

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;
export type Speed = (typeof SPEEDS)[number];

export interface PlaybackState {
  /** The moment shown, virtual time. */
  readonly playhead: Milliseconds;
  readonly playing: boolean;
  /** Divides stays and travel. */
  readonly speed: Speed;
  /** The person asked for less motion: travel becomes jumps. */
  readonly reducedMotion: boolean;
  /** Playing goes round in this stretch, virtual time. */
  readonly loop: { readonly start: number; readonly end: number } | undefined;
  /** Playing ends here. */
  readonly until: number | undefined;

  readonly setLoop: (loop: { readonly start: number; readonly end: number } | undefined) => void;
  /** Plays up to a time and pauses there. */
  readonly playTo: (time: number) => void;
  readonly seek: (time: Milliseconds) => void;
  readonly play: () => void;
  readonly pause: () => void;
  readonly toggle: () => void;
  readonly next: () => void;
  readonly previous: () => void;
  readonly nextStep: () => void;
  readonly previousStep: () => void;
  readonly toStart: () => void;
  readonly toEnd: () => void;
  readonly setSpeed: (speed: Speed) => void;
  readonly slower: () => void;
  readonly faster: () => void;
  readonly setReducedMotion: (reduced: boolean) => void;
  /** Moves on while playing. `now`: milliseconds of any steady wall clock. Called once a frame. */
  readonly advance: (now: number) => void;
}

export type PlaybackStore = StoreApi<PlaybackState>;

/** Time for the playhead to travel to the next event at speed 1. */
export const TRAVEL_MS = 420;

/** How long a caption is shown while playing at speed 1: 700 ms and 45 ms a word, 900 to 3200. */
export function stayOn(caption: string): number {
  const words = caption.split(' ').filter((word) => word !== '').length;
  return Math.min(3200, Math.max(900, 700 + 45 * words));
}

/** Index of the last stop at or before a time; -1 before the first. */
export function stopAt(stops: readonly PlayStop[], time: number): number {
  let low = 0;
  let high = stops.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stops[middle]?.time ?? Number.POSITIVE_INFINITY) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** cubic-bezier(.2, 0, 0, 1) as a function of progress, solved by bisection. */
export function easeTravel(progress: number): number {
  if (progress <= 0) return 0;
  if (progress >= 1) return 1;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 20; i++) {
    const t = (low + high) / 2;
    const x = 3 * (1 - t) * (1 - t) * t * 0.2 + t * t * t;
    if (x < progress) low = t;
    else high = t;
  }
  const t = (low + high) / 2;
  return 3 * (1 - t) * t * t + t * t * t;
}

/**
 * The playhead and how it moves. Travel between two events takes the same wall time whatever lies between them, so a
 * `warp` may say which virtual time stands in the middle of the picture: a fraction of the way on screen → time.
 */
export function createPlayback(
  track: () => PlayTrack,
  warp: (from: number, to: number, fraction: number) => number = (from, to, fraction) =>
    from + (to - from) * fraction,
): PlaybackStore {
  let leg: { readonly began: number; readonly from: number; readonly to: number } | undefined;
  let stayUntil: number | undefined;

  return createStore<PlaybackState>((set, get) => {
    const rest = () => {
      leg = undefined;
      stayUntil = undefined;
    };
    const moveTo = (time: number) => {
      const { start, end } = track();
      rest();
      set({ playhead: milliseconds(Math.min(end, Math.max(start, time))) });
    };
    const by = (direction: 1 | -1, stepsOnly: boolean) => {
      const { stops, start, end } = track();
      const { playhead } = get();
      const at = stopAt(stops, playhead);
      const isStop = (index: number) => !stepsOnly || stops[index]?.beginsStep === true;
      let index = direction > 0 ? at + 1 : (stops[at]?.time ?? start) < playhead ? at : at - 1;
      while (index >= 0 && index < stops.length && !isStop(index)) index += direction;
      moveTo(stops[index]?.time ?? (direction > 0 ? end : start));
    };
    const shiftSpeed = (by: 1 | -1) => {
      const speed = SPEEDS[SPEEDS.indexOf(get().speed) + by];
      if (speed !== undefined) set({ speed });
    };

    return {
      playhead: track().start,
      playing: false,
      speed: 1,
      reducedMotion: false,
      loop: undefined,
      until: undefined,
      setLoop: (loop) => set({ loop }),
      playTo: (until) => {
        if (until <= get().playhead) return;
        rest();
        set({ playing: true, until });
      },
      seek: moveTo,
      play: () => {
        const { start, stops } = track();
        const last = stops.at(-1)?.time ?? start;
        rest();
        set(get().playhead >= last ? { playing: true, playhead: start } : { playing: true });
      },
      pause: () => {
        const { stops } = track();
        const to = leg?.to;
        rest();
        // A pause while travelling arrives, so that the caption and the picture belong together.
        set(
          to !== undefined && stopAt(stops, to) >= 0
            ? { playing: false, until: undefined, playhead: milliseconds(to) }
            : { playing: false, until: undefined },
        );
      },
      toggle: () => (get().playing ? get().pause() : get().play()),
      next: () => by(1, false),
      previous: () => by(-1, false),
      nextStep: () => by(1, true),
      previousStep: () => by(-1, true),
      toStart: () => moveTo(track().start),
      toEnd: () => moveTo(track().end),
      setSpeed: (speed) => set({ speed }),
      slower: () => shiftSpeed(-1),
      faster: () => shiftSpeed(1),
      setReducedMotion: (reducedMotion) => set({ reducedMotion }),
      advance: (now) => {
        const { playing, playhead, speed, reducedMotion } = get();
        if (!playing) return;
        const { stops } = track();
        const at = stopAt(stops, playhead);
        if (leg !== undefined) {
          const progress = (now - leg.began) / (TRAVEL_MS / speed);
          const { from, to } = leg;
          if (progress < 1) {
            set({ playhead: milliseconds(warp(from, to, easeTravel(progress))) });
            return;
          }
          leg = undefined;
          stayUntil = now + stayOn(stops[stopAt(stops, to)]?.caption ?? '') / speed;
          set({ playhead: milliseconds(to) });
          return;
        }
        stayUntil ??= now + stayOn(stops[at]?.caption ?? '') / speed;
        if (now < stayUntil) return;
        stayUntil = undefined;
        const { loop, until } = get();
        if (until !== undefined && playhead >= until) {
          rest();
          set({ playing: false, until: undefined });
          return;
        }
        let next = stops[at + 1]?.time;
        if (loop !== undefined && (next === undefined || next > loop.end || playhead < loop.start)) {
          // Round again, from the first stop in the stretch.
          rest();
          const first = stops[stopAt(stops, loop.start)]?.time ?? loop.start;
          set({ playhead: milliseconds(Math.max(first, loop.start)) });
          return;
        }
        if (until !== undefined && (next === undefined || next > until)) next = milliseconds(until);
        if (next === undefined) {
          rest();
          set({ playing: false });
        } else if (reducedMotion) {
          stayUntil = now + stayOn(stops[stopAt(stops, next)]?.caption ?? '') / speed;
          set({ playhead: next });
        } else {
          leg = { began: now, from: playhead, to: next };
        }
      },
    };
  });
}
