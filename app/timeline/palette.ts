import type { Tone } from '../../src/index.ts';

/** Colours and fonts of the theme, read from CSS custom properties once per theme change. */
export interface Palette {
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly thread: string;
  readonly glyph: string;
  readonly paper: string;
  readonly tide: string;
  readonly desk: string;
  readonly sheet: string;
  readonly line: string;
  readonly line2: string;
  readonly warnFill: string;
  readonly warnGlyph: string;
  readonly hatch: string;
  readonly tintThread: string;
  readonly body: { readonly a: string; readonly b: string };
  readonly bodyEdge: { readonly a: string; readonly b: string };
  readonly tone: Readonly<Record<Tone, string>>;
  readonly tint: Readonly<Record<Tone, string>>;
  readonly font: string;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const get = (name: string) => style.getPropertyValue(`--${name}`).trim() || '#808080';
  return {
    ink: get('ink'),
    ink2: get('ink2'),
    ink3: get('ink3'),
    thread: get('thread'),
    glyph: get('glyph'),
    paper: get('paper'),
    tide: get('tide'),
    desk: get('desk'),
    sheet: get('sheet'),
    line: get('line'),
    line2: get('line2'),
    warnFill: get('warn-fill'),
    warnGlyph: get('warn-glyph'),
    hatch: get('hatch'),
    tintThread: get('tint-thread'),
    body: { a: get('slice-a'), b: get('slice-b') },
    bodyEdge: { a: get('slice-a-edge'), b: get('slice-b-edge') },
    tone: {
      plain: get('ink2'),
      allow: get('allow'),
      deny: get('deny'),
      warn: get('warn'),
      error: get('error'),
      noise: get('noise'),
      skip: get('skip'),
    },
    tint: {
      plain: get('slice-b'),
      allow: get('tint-allow'),
      deny: get('tint-deny'),
      warn: get('tint-warn'),
      error: get('tint-error'),
      noise: get('tint-noise'),
      skip: get('tint-skip'),
    },
    font: style.fontFamily || 'system-ui, sans-serif',
  };
}

function channels(hex: string): [number, number, number] | undefined {
  const match = /^#([0-9a-f]{6})$/i.exec(hex);
  if (match?.[1] === undefined) return undefined;
  const value = Number.parseInt(match[1], 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

const mixes = new Map<string, string>();

/** `share` of one colour over another; the first one where they are not six-digit hex (forced colours). */
export function mixColor(over: string, under: string, share: number): string {
  const key = `${over} ${under} ${share}`;
  let color = mixes.get(key);
  if (color === undefined) {
    if (mixes.size > 500) mixes.clear();
    color = readMix(over, under, share);
    mixes.set(key, color);
  }
  return color;
}

function readMix(over: string, under: string, share: number): string {
  const a = channels(over);
  const b = channels(under);
  if (a === undefined || b === undefined) return over;
  const mixed = a.map((value, i) => Math.round(value * share + (b[i] ?? 0) * (1 - share)));
  return `rgb(${mixed.join(' ')})`;
}
