/** What a key in parentheses asks for (lifecycle I.7; engine/anchor). `add`: only mutation knows it. */
export type AnchorType = 'condition' | 'global' | 'negation' | 'add' | 'equality' | 'existence';

export interface Anchor {
  readonly type: AnchorType;
  readonly key: string;
}

const ANCHOR = /^([+<=X^])?\(([^\n]+)\)$/;

const TYPES: Readonly<Record<string, AnchorType>> = {
  '<': 'global',
  X: 'negation',
  '+': 'add',
  '=': 'equality',
  '^': 'existence',
};

/** Reads `(key)`, `=(key)`, `^(key)`, `X(key)`, `<(key)`, `+(key)`; undefined for a plain key. */
export function parseAnchor(text: string): Anchor | undefined {
  if (!text.includes('(')) return undefined;
  const match = ANCHOR.exec(text.trim());
  if (!match) return undefined;
  const [, modifier, key = ''] = match;
  return { type: modifier === undefined ? 'condition' : (TYPES[modifier] ?? 'condition'), key };
}

/** The anchor's text around another key, as written. */
export const withAnchor = (text: string, key: string): string => {
  const trimmed = text.trim();
  return `${trimmed.slice(0, trimmed.indexOf('('))}(${key})`;
};
