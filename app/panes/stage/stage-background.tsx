import { refText } from '../../../src/index.ts';
import { MarkAt, size } from './stage-admission.tsx';
import type { Rect, StageLayout } from './stage-layout.ts';
import { along, fitText, textWidth, wrapText } from './stage-layout.ts';
import type { StageModel } from './stage-model.ts';
import { Item, PartIcon, Ring, role, round, Words } from './stage-parts.tsx';
import type { StagePip, StageTicket } from './stage-queue.ts';
import type { Lit } from './stage-tokens.tsx';

interface PartProps {
  readonly model: StageModel;
  readonly layout: StageLayout;
  readonly lit: Lit;
}

/** The queue: the UpdateRequest in front as a ticket with its tries, the others below it, what is too many as a number. */
export function Queue({ model, layout, lit }: PartProps) {
  const { queue, birth } = model;
  const { ticket, others, otherLines, font } = layout;
  const { front } = queue;
  const born = front !== undefined;
  const all = queue.others.length + queue.more;
  // The last line that fits says how many found no room.
  const lines =
    all <= Math.min(otherLines, queue.others.length) ? all : Math.min(otherLines - 1, queue.others.length);
  const left = all - lines;
  return (
    <g data-part="queue">
      {queue.others.length + queue.more > 0 && (
        <path
          d={ticketPath({ ...ticket, x: ticket.x + 7, y: ticket.y - 7 })}
          fill={role('tide')}
          stroke={role('slice-b-edge')}
          strokeWidth="1.25"
        />
      )}
      {queue.others.length + queue.more > 1 && (
        <path
          d={ticketPath({ ...ticket, x: ticket.x + 3.5, y: ticket.y - 3.5 })}
          fill={role('tide')}
          stroke={role('slice-b-edge')}
          strokeWidth="1.25"
        />
      )}
      {born ? (
        <Ticket ticket={front} box={ticket} layout={layout} lit={lit} />
      ) : (
        <NoTicket box={ticket} layout={layout} coming={birth !== undefined} />
      )}
      {queue.others.slice(0, lines).map((one, i) => (
        <OtherTicket
          key={one.name}
          ticket={one}
          x={others.x}
          y={others.y + i * (font.text + 6)}
          room={others.room}
          size={font.text - 0.6}
          lit={lit}
        />
      ))}
      {left > 0 && (
        <Words
          at={{ x: others.x, y: others.y + lines * (font.text + 6) }}
          size={font.text - 0.6}
          weight={600}
          color="ink2"
        >
          {fitText(
            `+${left} more${layout.kind === 'tall' ? '' : `: ${waits(queue, born)}`}`,
            others.room,
            font.text,
          )}
        </Words>
      )}
    </g>
  );
}

/** How the others stand: `2 wait, 9 done`; the one in front is not counted. */
function waits({ waiting, done, front }: StageModel['queue'], born: boolean): string {
  const over = front?.word === 'dropped' || front?.word === 'deleted';
  const wait = waiting - (born && !over ? 1 : 0);
  const gone = done - (over ? 1 : 0);
  return [
    ...(wait > 0 ? [`${wait} ${wait === 1 ? 'waits' : 'wait'}`] : []),
    ...(gone > 0 ? [`${gone} done`] : []),
  ].join(', ');
}

/** A ticket with a bite at the middle of both sides. */
function ticketPath({ x, y, w, h }: Rect): string {
  const bite = 9;
  const middle = y + h / 2;
  return `M${round(x)} ${round(y)}H${round(x + w)}V${round(middle - bite)}A${bite} ${bite} 0 0 0 ${round(x + w)} ${round(middle + bite)}V${round(y + h)}H${round(x)}V${round(middle + bite)}A${bite} ${bite} 0 0 0 ${round(x)} ${round(middle - bite)}Z`;
}

function NoTicket({
  box,
  layout,
  coming,
}: {
  readonly box: Rect;
  readonly layout: StageLayout;
  readonly coming: boolean;
}) {
  const { font } = layout;
  return (
    <>
      <path
        d={ticketPath(box)}
        fill="none"
        stroke={role(coming ? 'ink2' : 'line2')}
        strokeWidth="1.25"
        {...(coming ? { strokeDasharray: '5 4' } : {})}
      />
      <PartIcon part="update-requests" at={{ x: box.x + 34, y: box.y + box.h / 2 - 1 }} color="ink3" />
      <Words at={{ x: box.x + 52, y: box.y + box.h / 2 + 4 }} size={font.text} color="ink3">
        {coming ? 'an UpdateRequest is coming' : 'no UpdateRequest yet'}
      </Words>
    </>
  );
}

function Ticket({
  ticket,
  box,
  layout,
  lit,
}: {
  readonly ticket: StageTicket;
  readonly box: Rect;
  readonly layout: StageLayout;
  readonly lit: Lit;
}) {
  const { font } = layout;
  const selected = lit.isSelected(ticket.event);
  const over = ticket.word === 'dropped' || ticket.word === 'deleted';
  const left = box.x + 22;
  const right = box.x + box.w - 20;
  const word = over || ticket.tone === 'plain' ? ticket.word : ticket.word;
  const color = ticket.tone === 'plain' ? 'ink' : ticket.tone;
  const wordWidth = textWidth(word, font.text) + 9;
  const nameRoom = box.w - 42 - 26 - textWidth('UpdateRequest', font.name) - 8;
  return (
    <Item
      label={`UpdateRequest ${ticket.name}: ${ticket.word} ${ticket.after}`.trim()}
      event={ticket.event}
      selected={selected}
      dimmed={lit.isDimmed(ticket.event)}
      onSelect={lit.onSelect}
      part="ticket"
    >
      {selected && <Ring {...box} />}
      <path
        d={ticketPath(box)}
        fill={role('code')}
        stroke={role(over ? 'ink2' : 'thread')}
        strokeWidth={over ? 1.5 : 2.2}
      />
      <PartIcon part="update-requests" at={{ x: left + 9, y: box.y + 25 }} color="ink" />
      <Words at={{ x: left + 25, y: box.y + 30 }} size={font.name} weight={650}>
        UpdateRequest
      </Words>
      <Words at={{ x: right, y: box.y + 30, anchor: 'end' }} size={font.mono} mono color="ink2">
        {fitText(ticket.name, nameRoom, font.mono, true)}
      </Words>
      <Pips pips={ticket.pips} x={left + 12} y={box.y + box.h / 2 + 5} room={right - left - 24} />
      <Words at={{ x: left, y: box.y + box.h - 14 }} size={font.text} weight={650} color={color}>
        {word}
      </Words>
      <Words at={{ x: left + wordWidth, y: box.y + box.h - 14 }} size={font.text} weight={450} color="ink2">
        {fitText(ticket.after, right - left - wordWidth, font.text)}
      </Words>
    </Item>
  );
}

/** One pip for each try: its mark once it is over, a number before. */
function Pips({
  pips,
  x,
  y,
  room,
}: {
  readonly pips: readonly StagePip[];
  readonly x: number;
  readonly y: number;
  readonly room: number;
}) {
  const step = Math.min(62, room / Math.max(1, pips.length - 1));
  return (
    <>
      {pips.map((pip, i) => {
        const at = x + i * step;
        return (
          <g key={pip.number} data-pip={pip.state}>
            {i > 0 && (
              <path
                d={`M${round(at - step + 17)} ${round(y)}H${round(at - 17)}`}
                stroke={role('ink3')}
                strokeWidth="1.25"
              />
            )}
            <Pip pip={pip} x={at} y={y} />
          </g>
        );
      })}
    </>
  );
}

function Pip({ pip, x, y }: { readonly pip: StagePip; readonly x: number; readonly y: number }) {
  if (pip.state === 'failed') return <MarkAt name="error" x={x} y={y} size={25} />;
  if (pip.state === 'completed') return <MarkAt name="allowed" x={x} y={y} size={25} />;
  const now = pip.state === 'now';
  return (
    <>
      {now && (
        <circle cx={round(x)} cy={round(y)} r="17" fill="none" stroke={role('thread')} strokeWidth="1.75" />
      )}
      <circle
        cx={round(x)}
        cy={round(y)}
        r={now ? 13 : 12}
        fill={now ? role('thread') : 'none'}
        stroke={role(now ? 'thread' : 'ink3')}
        strokeWidth="1.5"
      />
      <Words at={{ x, y: y + 5, anchor: 'middle' }} size={14} weight={650} color={now ? 'glyph' : 'ink2'}>
        {String(pip.number)}
      </Words>
    </>
  );
}

function OtherTicket({
  ticket,
  x,
  y,
  room,
  size: fontSize,
  lit,
}: {
  readonly ticket: StageTicket;
  readonly x: number;
  readonly y: number;
  readonly room: number;
  readonly size: number;
  readonly lit: Lit;
}) {
  const selected = lit.isSelected(ticket.event);
  const color = ticket.tone === 'plain' ? 'ink2' : ticket.tone;
  const name = fitText(ticket.name, room * 0.5, fontSize, true);
  return (
    <Item
      label={`UpdateRequest ${ticket.name}: ${ticket.word}`}
      event={ticket.event}
      selected={selected}
      dimmed={lit.isDimmed(ticket.event)}
      onSelect={lit.onSelect}
      part="other-ticket"
    >
      {selected && <Ring x={x} y={y - fontSize} w={room} h={fontSize + 4} />}
      <rect x={x} y={y - fontSize - 1} width={room} height={fontSize + 6} fill="transparent" />
      <Words at={{ x, y }} size={fontSize} mono color="ink2">
        {name}
      </Words>
      <Words
        at={{ x: x + textWidth(name, fontSize, true) + 12, y }}
        size={fontSize}
        weight={600}
        color={color}
      >
        {ticket.word}
      </Words>
    </Item>
  );
}

export function Worker({ model, layout, lit }: PartProps) {
  const { worker } = model;
  const { worker: box, workerNote, font } = layout;
  const selected = lit.isSelected(worker.event);
  const x = box.x + box.w / 2;
  const y = box.y + box.h / 2;
  const tall = layout.kind === 'tall';
  return (
    <Item
      label={`Background controller: ${worker.text === '' ? 'waits for work' : `${worker.text}${worker.busy ? '' : ', over'}`}`}
      event={worker.event}
      selected={selected}
      dimmed={lit.isDimmed(worker.event)}
      onSelect={lit.onSelect}
      part="worker"
    >
      {selected && <Ring {...box} />}
      <rect
        {...size(box)}
        rx="8"
        fill={role('sheet')}
        stroke={role(worker.busy ? 'thread' : 'line2')}
        strokeWidth={worker.busy ? 2 : 1.5}
      />
      {tall ? (
        <>
          <PartIcon part="background" at={{ x: box.x + 22, y }} color="ink" />
          <Words at={{ x: box.x + 38, y: y + 5 }} size={font.name} weight={650}>
            {fitText('Background controller', box.w - 46, font.name)}
          </Words>
        </>
      ) : (
        <>
          <PartIcon part="background" at={{ x, y: box.y + 20 }} size={19} color="ink" />
          <Words at={{ x, y: box.y + 50, anchor: 'middle' }} size={font.name} weight={650}>
            Background
          </Words>
          <Words at={{ x, y: box.y + 50 + font.name * 1.25, anchor: 'middle' }} size={font.name} weight={650}>
            controller
          </Words>
          <Words at={workerNote} size={font.text - 0.5} color="ink2">
            {worker.busy ? worker.text : ''}
          </Words>
        </>
      )}
    </Item>
  );
}

/** What the attempt asks, and what it and those before it heard. */
export function Question({ model, layout, lit }: PartProps) {
  const { question } = model;
  if (question === undefined) return null;
  const { ask, asked, heard, font } = layout;
  const selected = question.text !== '' && lit.isSelected(question.event);
  const { way } = question;
  const dot = way === undefined ? undefined : along(ask, way.direction === 'out' ? way.share : 1 - way.share);
  const tall = layout.kind === 'tall';
  const answer = question.answer === '' ? question.earlier : `the answer: ${question.answer}`;
  const [before, after] = splitAnswer(answer);
  const tone =
    question.answer === ''
      ? question.earlier === ''
        ? 'ink2'
        : 'error'
      : question.answerTone === 'plain'
        ? 'ink'
        : question.answerTone;
  const oneLine = tall || textWidth(`${before} ${after}`, font.text) <= heard.room;
  const aboutLines = wrapText(question.about, asked.room, font.text, 2);
  const afterLines = wrapText(after, heard.room, font.text, 2);
  return (
    <Item
      label={`Question of attempt ${question.number}: ${question.text} ${question.about}. ${answer}`}
      event={question.text === '' ? undefined : question.event}
      selected={selected}
      dimmed={lit.isDimmed(question.event)}
      onSelect={lit.onSelect}
      part="question"
    >
      {selected && (
        <Ring
          x={asked.x - (tall ? 4 : asked.room / 2)}
          y={asked.y - font.text * 2.2}
          w={asked.room}
          h={font.text * 2.6}
        />
      )}
      {tall ? (
        <>
          <Words at={asked} size={font.mono} mono>
            {question.text}
          </Words>
          <Words
            at={{ x: asked.x + textWidth(question.text, font.mono, true) + 10, y: asked.y }}
            size={font.text}
            weight={450}
            color="ink2"
          >
            {fitText(question.about, asked.room - textWidth(question.text, font.mono, true) - 10, font.text)}
          </Words>
        </>
      ) : (
        <>
          <Words at={{ ...asked, y: asked.y - aboutLines.length * (font.text + 5) }} size={font.mono} mono>
            {fitText(question.text, asked.room + 10, font.mono, true)}
          </Words>
          {aboutLines.map((line, i) => (
            <Words
              key={line}
              at={{ ...asked, y: asked.y - (aboutLines.length - 1 - i) * (font.text + 5) }}
              size={font.text}
              weight={450}
              color="ink2"
            >
              {line}
            </Words>
          ))}
        </>
      )}
      {oneLine ? (
        <text
          x={round(heard.x)}
          y={round(heard.y)}
          textAnchor={heard.anchor}
          fontSize={font.text}
          fontFamily={role('sans')}
          fill={role('ink2')}
        >
          {before}{' '}
          <tspan fontWeight="650" fill={role(tone)}>
            {after}
          </tspan>
        </text>
      ) : (
        <>
          <Words at={heard} size={font.text} weight={450} color="ink2">
            {before}
          </Words>
          {afterLines.map((line, i) => (
            <Words
              key={line}
              at={{ ...heard, y: heard.y + (i + 1) * (font.text + 5) }}
              size={font.text}
              weight={650}
              color={tone}
            >
              {line}
            </Words>
          ))}
        </>
      )}
      {dot !== undefined && (
        <>
          <circle cx={round(dot.x)} cy={round(dot.y)} r="11" fill={role('tide')} />
          <circle
            data-part="question-dot"
            cx={round(dot.x)}
            cy={round(dot.y)}
            r="7.5"
            fill={role('thread')}
          />
        </>
      )}
    </Item>
  );
}

function splitAnswer(text: string): readonly [string, string] {
  const at = text.indexOf(': ');
  return at < 0 ? ['', text] : [text.slice(0, at + 1), text.slice(at + 2)];
}

/** What background makes of it, or owes. */
export function Downstream({ model, layout, lit }: PartProps) {
  const { targets, moreTargets, moreTargetsText } = model;
  const { label, box, note } = layout.downstream;
  const { font } = layout;
  const [target] = targets;
  if (target === undefined)
    return (
      <g data-part="downstream">
        <Words at={label} size={font.name} weight={650} color="ink3">
          Downstream
        </Words>
        <rect {...size(box)} rx="5" fill="none" stroke={role('line2')} strokeWidth="1.25" />
      </g>
    );
  const selected = target.own && lit.isSelected(target.event);
  const absent =
    target.state === 'planned' ||
    target.state === 'never' ||
    target.state === 'refused' ||
    target.state === 'deleted';
  const drifted = target.state === 'drifted';
  const color = target.state === 'refused' ? 'deny' : drifted ? 'warn' : absent ? 'ink2' : 'allow';
  const { ref } = target;
  const name = ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
  const x = box.x + box.w / 2;
  return (
    <Item
      label={`Downstream ${refText(ref)}: ${target.word}`}
      event={target.event}
      selected={selected}
      dimmed={lit.isDimmed(target.event) || (!target.own && lit.isDimmed(undefined))}
      onSelect={lit.onSelect}
      part="downstream"
    >
      {selected && <Ring {...box} />}
      <Words at={label} size={font.name} weight={650}>
        Downstream
      </Words>
      {drifted && <Hatch box={box} />}
      <rect
        {...size(box)}
        rx="5"
        fill={absent || drifted ? 'none' : role('tint-allow')}
        stroke={role(absent ? 'ink2' : drifted ? 'warn' : 'allow')}
        strokeWidth="1.6"
        {...(absent ? { strokeDasharray: '5 4' } : {})}
      />
      {drifted && (
        <rect x={box.x + 12} y={box.y + 5} width={box.w - 24} height={box.h - 10} fill={role('paper')} />
      )}
      <Words at={{ x, y: box.y + box.h / 2 - 4, anchor: 'middle' }} size={font.text - 0.4} weight={650}>
        {fitText(ref.kind, box.w - 12, font.text)}
      </Words>
      <Words at={{ x, y: box.y + box.h / 2 + 14, anchor: 'middle' }} size={font.mono - 0.6} mono>
        {fitText(name, box.w - 10, font.mono - 0.6, true)}
      </Words>
      {!absent && (
        <MarkAt
          name={drifted ? 'warned' : 'allowed'}
          x={note.x + 8}
          y={note.y - font.text * 0.35}
          size={16}
        />
      )}
      <Words
        at={{ ...note, x: note.x + (absent ? 0 : 22) }}
        size={font.text}
        weight={absent ? 500 : 600}
        color={color}
      >
        {target.word}
      </Words>
      {moreTargets > 0 && (
        <Words at={{ ...note, y: note.y + font.text + 5 }} size={font.text - 0.5} weight={500} color="ink2">
          {fitText(`+${moreTargets} more: ${moreTargetsText}`, note.room, font.text)}
        </Words>
      )}
    </Item>
  );
}

function Hatch({ box }: { readonly box: Rect }) {
  const lines: string[] = [];
  for (let at = box.x - box.h; at < box.x + box.w; at += 8.5) {
    const from = Math.max(at, box.x);
    const to = Math.min(at + box.h, box.x + box.w);
    lines.push(
      `M${round(from)} ${round(box.y + box.h - (from - at))}L${round(to)} ${round(box.y + box.h - (to - at))}`,
    );
  }
  return <path d={lines.join('')} stroke={role('hatch')} strokeWidth="1.7" fill="none" />;
}
