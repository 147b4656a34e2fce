import type { EventId } from '../../../src/index.ts';
import { refText } from '../../../src/index.ts';
import { fitText, placeOfToken, type StageLayout } from './stage-layout.ts';
import { Item, Ring, role, round, Words } from './stage-parts.tsx';
import { type StageToken, verbWord } from './stage-requests.ts';

/** What is selected, and what a press does. */
export interface Lit {
  readonly isSelected: (event: EventId | undefined) => boolean;
  /** The light is on another place. */
  readonly isDimmed: (event: EventId | undefined) => boolean;
  readonly onSelect: ((event: EventId) => void) | undefined;
}

const LOOKS: Readonly<
  Record<StageToken['state'], { readonly fill: string; readonly edge: string; readonly width: number }>
> = {
  moving: { fill: 'sheet', edge: 'thread', width: 2 },
  denied: { fill: 'tint-deny', edge: 'deny', width: 2 },
  error: { fill: 'tint-error', edge: 'error', width: 2 },
  stored: { fill: 'sheet', edge: 'ink', width: 1.75 },
  deleted: { fill: 'sheet', edge: 'ink2', width: 1.6 },
  answered: { fill: 'sheet', edge: 'ink2', width: 1.5 },
};

/** An object on its way. With less motion asked for it stands at the station it has reached. */
export function Token({
  token,
  layout,
  lit,
  steps,
}: {
  readonly token: StageToken;
  readonly layout: StageLayout;
  readonly lit: Lit;
  readonly steps: boolean;
}) {
  const progress = steps && token.state === 'moving' ? Math.floor(token.progress + 1e-6) : token.progress;
  const { x, y } = placeOfToken(layout, token.side, progress);
  const { w, h } = layout.token;
  const { font } = layout;
  const box = { x: x - w / 2, y: y - h / 2, w, h };
  const { fill, edge, width } = LOOKS[token.state];
  const selected = lit.isSelected(token.event);
  const verb = verbWord(token.verb);
  const dashed = token.outline && token.state !== 'stored';
  const name = token.ref.name === '' ? 'all' : token.ref.name;
  return (
    <Item
      label={`${verb === '' ? '' : `${verb} `}${refText(token.ref)}, ${{ moving: 'on its way', denied: 'denied', error: 'refused', stored: 'stored', deleted: 'deleted', answered: 'answered' }[token.state]}`}
      event={token.event}
      selected={selected}
      dimmed={lit.isDimmed(token.event)}
      onSelect={lit.onSelect}
      part={`token-${token.side}`}
    >
      {selected && <Ring {...box} />}
      <rect
        x={round(box.x)}
        y={round(box.y)}
        width={w}
        height={h}
        rx="6"
        fill={role(token.outline ? 'paper' : fill)}
        stroke={role(edge)}
        strokeWidth={token.outline ? 1.6 : width}
        {...(dashed ? { strokeDasharray: '5 4' } : {})}
      />
      <Words
        at={{ x, y: y - 4, anchor: 'middle' }}
        size={font.text - 0.6}
        weight={650}
        color={token.outline ? 'ink2' : 'ink'}
      >
        {fitText(`${verb === '' ? '' : `${verb} `}${token.ref.kind}`, w - 10, font.text)}
      </Words>
      <Words
        at={{ x, y: y + 14, anchor: 'middle' }}
        size={font.mono - 0.6}
        mono
        color={token.outline ? 'ink2' : 'ink'}
      >
        {fitText(name, w - 8, font.mono - 0.6, true)}
      </Words>
    </Item>
  );
}
