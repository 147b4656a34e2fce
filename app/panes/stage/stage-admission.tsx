import { refText } from '../../../src/index.ts';
import { Mark, type MarkName } from '../../ui/marks.tsx';
import type { GatePlace, Spot, StageLayout } from './stage-layout.ts';
import { fitText, textWidth, wrapText } from './stage-layout.ts';
import type { StageModel } from './stage-model.ts';
import { Item, PartIcon, Ring, role, round, Words } from './stage-parts.tsx';
import type { GateRule, StageGate } from './stage-requests.ts';
import type { Lit } from './stage-tokens.tsx';

interface PartProps {
  readonly model: StageModel;
  readonly layout: StageLayout;
  readonly lit: Lit;
}

const TONE_MARK: Readonly<Record<GateRule['tone'], MarkName>> = {
  allow: 'allowed',
  deny: 'denied',
  warn: 'warned',
  error: 'error',
  skip: 'skipped',
};

/** A mark of the studio, its middle at a point. */
export function MarkAt({
  name,
  x,
  y,
  size,
  outlined = false,
}: {
  readonly name: MarkName;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly outlined?: boolean;
}) {
  return (
    <g transform={`translate(${round(x - size / 2)} ${round(y - size / 2)})`}>
      <Mark name={name} size={size} outlined={outlined} />
    </g>
  );
}

/** Who sends the object, and what the sender was told. */
export function Caller({ model, layout, lit }: PartProps) {
  const { caller } = model;
  const { caller: box, callerNote: note, font } = layout;
  const x = box.x + box.w / 2;
  const selected = lit.isSelected(caller.event);
  const name = caller.name === '' ? 'client' : caller.name;
  // A long name is written smaller before it is cut.
  const nameSize = Math.max(
    12.5,
    Math.min(font.name, (font.name * (box.w - 10)) / Math.max(1, textWidth(name, font.name))),
  );
  const verdict = caller.verdict;
  return (
    <Item
      label={`Sender ${name}: ${caller.line}${verdict === undefined ? '' : `, ${verdict.word}`}`}
      event={caller.event}
      selected={selected}
      dimmed={lit.isDimmed(caller.event)}
      onSelect={lit.onSelect}
      part="caller"
    >
      {selected && <Ring {...box} />}
      <rect
        x={box.x}
        y={box.y}
        width={box.w}
        height={box.h}
        rx="8"
        fill={role('sheet')}
        stroke={role('line2')}
        strokeWidth="1.5"
      />
      <Words at={{ x, y: box.y + box.h / 2 - 3, anchor: 'middle' }} size={nameSize} weight={650}>
        {fitText(name, box.w - 8, nameSize)}
      </Words>
      <Words at={{ x, y: box.y + box.h / 2 + 16, anchor: 'middle' }} size={font.mono - 0.6} mono color="ink2">
        {fitText(caller.line, box.w - 8, font.mono - 0.6, true)}
      </Words>
      {verdict !== undefined && (
        <VerdictWord
          spot={note}
          mark={TONE_MARK[verdict.tone]}
          tone={verdict.tone}
          word={verdict.word}
          size={font.text}
        />
      )}
    </Item>
  );
}

/** A mark and its word, the pair placed as its spot says. */
function VerdictWord({
  spot,
  mark,
  tone,
  word,
  size,
  markSize = size + 3,
}: {
  readonly spot: Spot;
  readonly mark: MarkName;
  readonly tone: string;
  readonly word: string;
  readonly size: number;
  readonly markSize?: number;
}) {
  const width = markSize + 7 + textWidth(word, size);
  const x = spot.anchor === 'middle' ? spot.x - width / 2 : spot.x;
  return (
    <>
      <MarkAt name={mark} x={x + markSize / 2} y={spot.y - size * 0.35} size={markSize} />
      <Words at={{ x: x + markSize + 7, y: spot.y }} size={size} weight={650} color={tone}>
        {word}
      </Words>
    </>
  );
}

/** The API server, one through the shore: both phases ask it. */
export function Server({ model, layout }: Omit<PartProps, 'lit'>) {
  const { server, serverArm, font } = layout;
  const x = server.x + server.w / 2;
  const asks =
    model.question !== undefined &&
    model.question.text !== '' &&
    !model.tokens.some(({ side }) => side === 'below');
  const box = { fill: role('sheet'), stroke: role('line2'), strokeWidth: 1.5 };
  if (serverArm !== undefined) {
    const { x: ax, y, w, h } = serverArm;
    const bottom = server.y + server.h;
    const path = `M${ax + 8} ${y}H${ax + w - 8}a8 8 0 0 1 8 8V${y + h - 8}a8 8 0 0 1 -8 8H${server.x + server.w}V${bottom - 8}a8 8 0 0 1 -8 8H${server.x + 8}a8 8 0 0 1 -8 -8V${y + 8}a8 8 0 0 1 8 -8z`;
    const middle = (y + h + layout.shore.y) / 2;
    return (
      <g data-part="server">
        <path d={path} {...box} />
        <PartIcon part="api-server" at={{ x, y: y + h / 2 }} />
        <g transform={`rotate(-90 ${x} ${middle})`}>
          <Words at={{ x, y: middle + 5, anchor: 'middle' }} size={font.name} weight={650}>
            API server
          </Words>
        </g>
        {asks && (
          <Words
            at={{ x, y: layout.ask[1].y + 5, anchor: 'middle' }}
            size={font.name}
            weight={650}
            color="thread"
          >
            {`? ${model.question?.number ?? ''}`}
          </Words>
        )}
      </g>
    );
  }
  const trackY = layout.track[1]?.y ?? server.y;
  const askY = layout.ask[1].y;
  const middle = (trackY + askY) / 2;
  return (
    <g data-part="server">
      <rect x={server.x} y={server.y} width={server.w} height={server.h} rx="8" {...box} />
      <Words at={{ x, y: server.y + 21, anchor: 'middle' }} size={font.text - 1} color="ink2">
        authn, authz
      </Words>
      <PartIcon part="api-server" at={{ x, y: middle - 25 }} size={20} color="ink" />
      <Words at={{ x, y: middle + 4, anchor: 'middle' }} size={font.name} weight={650}>
        API
      </Words>
      <Words at={{ x, y: middle + 4 + font.name * 1.25, anchor: 'middle' }} size={font.name} weight={650}>
        server
      </Words>
      {asks && (
        <Words at={{ x, y: askY + 5, anchor: 'middle' }} size={font.text - 0.6} weight={650} color="thread">
          {`question ${model.question?.number ?? ''}`}
        </Words>
      )}
    </g>
  );
}

/** A gate: two walls with a leaf between them; what it says stands around it. */
export function Gate({
  gate,
  place,
  name,
  part,
  layout,
  lit,
}: {
  readonly gate: StageGate;
  readonly place: GatePlace;
  readonly name: string;
  readonly part: 'mutating' | 'validating';
  readonly layout: StageLayout;
  readonly lit: Lit;
}) {
  const { font } = layout;
  const { wall, label, verdict, notes } = place;
  const selected = lit.isSelected(gate.event) || gate.rules.some(({ event }) => lit.isSelected(event));
  const words = { later: 'waits', asking: 'is looking', open: 'open', closed: 'closed' }[gate.state];
  const half = wall.length / 2;
  const ring = wall.upright
    ? { x: wall.x - 10, y: wall.y - half, w: 20, h: wall.length }
    : { x: wall.x - half, y: wall.y - 10, w: wall.length, h: 20 };
  return (
    <Item
      label={gateLabel(name, words, gate)}
      event={gate.event}
      selected={selected}
      dimmed={lit.isDimmed(gate.event)}
      onSelect={lit.onSelect}
      part={part}
    >
      {selected && <Ring {...ring} />}
      <Words at={label} size={font.name} weight={650} color={gate.state === 'later' ? 'ink3' : 'ink'}>
        {layout.short ? name.replace(' gate', '') : name}
      </Words>
      <Wall gate={gate} wall={wall} />
      {gate.word !== '' && (part === 'validating' || gate.state === 'closed') && layout.kind === 'wide' && (
        <VerdictWord
          spot={gate.state === 'open' ? { ...verdict, x: verdict.x + 28 } : verdict}
          mark={gate.state === 'closed' ? 'denied' : gate.word === 'Warned' ? 'warned' : 'allowed'}
          tone={gate.state === 'closed' ? 'deny' : gate.word === 'Warned' ? 'warn' : 'allow'}
          word={gate.word}
          size={font.name + 3}
          markSize={font.name + 6}
        />
      )}
      {layout.kind === 'tall' && gate.word !== '' && part === 'validating' && (
        <VerdictWord
          spot={verdict}
          mark={gate.state === 'closed' ? 'denied' : gate.word === 'Warned' ? 'warned' : 'allowed'}
          tone={gate.state === 'closed' ? 'deny' : gate.word === 'Warned' ? 'warn' : 'allow'}
          word={gate.word}
          size={font.name}
        />
      )}
      <GateNotes gate={gate} spot={notes} layout={layout} most={part === 'validating' ? rowsOf(layout) : 2} />
    </Item>
  );
}

/** Rows that fit between a gate's foot and the way of the UpdateRequest. */
function rowsOf(layout: StageLayout): number {
  const floor =
    layout.kind === 'tall' ? (layout.track[5]?.y ?? 0) : (layout.birth[1]?.y ?? layout.shore.y) - 4;
  return Math.max(2, Math.floor((floor - layout.validating.notes.y) / (layout.font.text + 5)) + 1);
}

function gateLabel(name: string, words: string, gate: StageGate): string {
  const rules = gate.rules.map((rule) => `${rule.name} ${rule.word}`).join(', ');
  return [`${name}: ${gate.word === '' ? words : gate.word}`, gate.note, rules].filter(Boolean).join('. ');
}

function Wall({ gate, wall }: { readonly gate: StageGate; readonly wall: GatePlace['wall'] }) {
  const { x, y, length, opening, upright } = wall;
  const half = length / 2;
  const turn = upright ? undefined : `rotate(90 ${x} ${y})`;
  if (gate.state === 'closed')
    return (
      <rect x={x - 7} y={y - half} width="14" height={length} rx="2.5" fill={role('deny')} transform={turn} />
    );
  const known = gate.state !== 'later';
  const stub = {
    width: 10,
    height: half - opening,
    rx: 2.5,
    fill: known ? role('ink3') : 'none',
    stroke: role('ink3'),
    strokeWidth: 1.25,
  };
  const leaf = opening * 2;
  return (
    <g transform={turn}>
      <rect x={x - 5} y={y - half} {...stub} />
      <rect x={x - 5} y={y + opening} {...stub} />
      {gate.state === 'open' ? (
        <path
          d={`M${x} ${y - opening}L${round(x + Math.min(38, leaf * 0.85))} ${round(y - opening - Math.min(30, half - opening - 4))}`}
          stroke={role('allow')}
          strokeWidth="4"
          strokeLinecap="round"
        />
      ) : (
        <path
          d={`M${x} ${y - opening}V${y + opening}`}
          stroke={role(gate.state === 'asking' ? 'thread' : 'ink3')}
          strokeWidth={gate.state === 'asking' ? 4 : 1.5}
          strokeLinecap="round"
        />
      )}
    </g>
  );
}

interface NoteRow {
  readonly mark?: MarkName;
  readonly words: string;
  readonly weight: number;
  readonly color: string;
  readonly after?: string;
}

function GateNotes({
  gate,
  spot,
  layout,
  most,
}: {
  readonly gate: StageGate;
  readonly spot: Spot;
  readonly layout: StageLayout;
  readonly most: number;
}) {
  const { text } = layout.font;
  const step = text + 5;
  const rows: NoteRow[] = [];
  let left = gate.more;
  for (const [i, rule] of gate.rules.entries()) {
    const whole = wrapText(rule.name, spot.room - 22, text, 2);
    const lines = whole.some((line) => line.endsWith('…'))
      ? [fitText(rule.short, spot.room - 22, text)]
      : whole;
    // A rule stands here whole, or it is counted.
    if (rows.length + lines.length > most) {
      left++;
      continue;
    }
    for (const [line, words] of lines.entries())
      rows.push({
        words,
        weight: 600,
        color: 'ink',
        ...(line === 0 ? { mark: TONE_MARK[rule.tone] } : {}),
        ...(line === lines.length - 1 && rule.word === 'matches' ? { after: 'matches' } : {}),
      });
    if (i === 0 && gate.state === 'closed' && gate.note !== '' && rows.length < most)
      for (const words of wrapText(gate.note, spot.room - 22, text, Math.min(2, most - rows.length)))
        rows.push({ words, weight: 450, color: 'ink2' });
  }
  if (gate.state !== 'closed' && gate.note !== '')
    rows.push({ words: gate.note, weight: 450, color: 'ink2' });
  if (left > 0 && rows.length < most)
    rows.push({ words: `and ${left} more ${left === 1 ? 'rule' : 'rules'}`, weight: 450, color: 'ink2' });
  const indent = gate.rules.length > 0 ? text + 7 : 0;
  return (
    <>
      {rows.slice(0, most).map((row, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other name
        <g key={i}>
          {row.mark !== undefined && (
            <MarkAt
              name={row.mark}
              x={spot.x + text / 2}
              y={spot.y + i * step - text * 0.35}
              size={text + 1}
            />
          )}
          <Words
            at={{ x: spot.x + indent, y: spot.y + i * step }}
            size={text}
            weight={row.weight}
            color={row.color}
          >
            {row.words}
          </Words>
          {row.after !== undefined && textWidth(row.words, text) + 74 < spot.room && (
            <Words
              at={{ x: spot.x + indent + textWidth(row.words, text) + 12, y: spot.y + i * step }}
              size={text}
              weight={450}
              color="ink2"
            >
              {row.after}
            </Words>
          )}
        </g>
      ))}
    </>
  );
}

export function Schema({ model, layout }: Omit<PartProps, 'lit'>) {
  const { schema } = model;
  const { label, notes } = layout.schema;
  const { font } = layout;
  const color = schema.state === 'later' ? 'ink3' : 'ink';
  const word = { later: '', asking: 'checks', open: 'valid', closed: 'refused' }[schema.state];
  return (
    <g data-part="schema">
      <Words at={label} size={font.name} weight={650} color={color}>
        Schema
      </Words>
      <Words at={notes} size={font.text} weight={600} color={schema.state === 'closed' ? 'error' : 'ink'}>
        {word}
      </Words>
      {layout.kind === 'wide' && (
        <Words at={{ ...notes, y: notes.y + font.text + 5 }} size={font.text} weight={450} color="ink2">
          {fitText(schema.note, notes.room, font.text)}
        </Words>
      )}
    </g>
  );
}

/** etcd: its name, the outline of what never came, and how much else was stored. */
export function Etcd({ model, layout, lit }: PartProps) {
  const { label, note } = layout.etcd;
  const { font, token } = layout;
  const { never, more } = model.etcd;
  const place = layout.track.at(-1) ?? { x: 0, y: 0 };
  const box = { x: place.x - token.w / 2, y: place.y - token.h / 2, w: token.w, h: token.h };
  const front = model.tokens.at(-1);
  const inside =
    front !== undefined && front.progress >= 5 && (front.state === 'stored' || front.state === 'deleted');
  const word = inside ? (front.state === 'deleted' ? 'deleted' : 'stored') : '';
  const alone = word === '' && never === undefined;
  const selected = never !== undefined && lit.isSelected(never.event);
  const x = label.anchor === 'middle' ? label.x + 13 : label.x + 24;
  const iconX = label.anchor === 'middle' ? label.x - 19 : label.x + 8;
  return (
    <g data-part="etcd">
      <PartIcon part="etcd" at={{ x: iconX, y: label.y - 5 }} color="ink" />
      <Words at={{ ...label, x }} size={font.name} weight={650}>
        etcd
      </Words>
      {never === undefined ? (
        !inside && <rect {...size(box)} rx="6" fill="none" stroke={role('line2')} strokeWidth="1.25" />
      ) : (
        <Item
          label={`${refText(never.ref)} was never stored`}
          event={never.event}
          selected={selected}
          dimmed={lit.isDimmed(never.event)}
          onSelect={lit.onSelect}
          part="never-stored"
        >
          {selected && <Ring {...box} />}
          <rect
            {...size(box)}
            rx="6"
            fill={role('paper')}
            stroke={role('ink2')}
            strokeWidth="1.6"
            strokeDasharray="5 4"
          />
          <Words
            at={{ x: place.x, y: place.y - 4, anchor: 'middle' }}
            size={font.text - 0.8}
            weight={600}
            color="ink2"
          >
            {fitText(never.ref.kind, token.w - 10, font.text)}
          </Words>
          <Words
            at={{ x: place.x, y: place.y + 14, anchor: 'middle' }}
            size={font.mono - 0.6}
            mono
            color="ink2"
          >
            {fitText(never.ref.name, token.w - 8, font.mono - 0.6, true)}
          </Words>
          <VerdictWord spot={note} mark="never-stored" tone="deny" word="never stored" size={font.text} />
        </Item>
      )}
      {word !== '' && (
        <VerdictWord
          spot={note}
          mark={word === 'deleted' ? 'deleted' : 'stored'}
          tone="ink"
          word={word}
          size={font.text}
          markSize={font.text - 1}
        />
      )}
      {more > 0 && (
        <Words
          at={
            layout.kind === 'tall'
              ? { x: note.x + (alone ? 0 : 104), y: note.y }
              : { ...note, y: note.y + font.text + 5 }
          }
          size={font.text - 0.5}
          weight={450}
          color="ink2"
        >
          {layout.kind === 'tall' ? `+${more}` : `${alone ? '' : 'and '}${more} more stored`}
        </Words>
      )}
    </g>
  );
}

export const size = ({
  x,
  y,
  w,
  h,
}: {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}) => ({
  x: round(x),
  y: round(y),
  width: round(w),
  height: round(h),
});
