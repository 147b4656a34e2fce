import type { ObjectRef, Trace, TraceEvent } from '../../src/index.ts';
import { refKey, refText, triggerWasRefused, userText, verdictOf } from '../../src/index.ts';
import type { Mark, Row } from './marks.ts';

type Of<Kind extends TraceEvent['kind']> = Extract<TraceEvent, { kind: Kind }>;

/** Everything that happened to one object that a rule makes or changes. */
interface Life {
  readonly ref: ObjectRef;
  readonly happened: (Of<'plan'> | Of<'target'> | Of<'stored'>)[];
}

/** A row for each object that a rule planned, made, changed or failed to make, in the order they are first spoken of. */
export function downstreamRows(trace: Trace): Row[] {
  const lives = new Map<string, Life>();
  const lifeOf = (ref: ObjectRef): Life => {
    const key = refKey(ref);
    let life = lives.get(key);
    if (life === undefined) {
      life = { ref, happened: [] };
      lives.set(key, life);
    }
    return life;
  };
  const made = madeBy(trace);
  const gone = new Map<string, number>();
  for (const event of trace.events) {
    if (event.kind === 'plan')
      for (const target of event.targets) if (!renamed(made, event, target)) lifeOf(target);
    if (event.kind === 'target') lifeOf(event.target);
    if (event.kind === 'update-request' && (event.state === 'dropped' || event.state === 'deleted')) {
      gone.set(event.name, event.time);
    }
  }
  for (const event of trace.events) {
    if (event.kind === 'plan')
      for (const target of event.targets) {
        if (!renamed(made, event, target)) lifeOf(target).happened.push(event);
      }
    else if (event.kind === 'target') lifeOf(event.target).happened.push(event);
    else if (event.kind === 'stored') lives.get(refKey(event.object))?.happened.push(event);
  }
  const several = lives.size > 1;
  return [...lives.values()].map((life) => ({
    marks: lifeMarks(trace, life, gone),
    about: { kind: life.ref.kind, name: life.ref.name },
    ...(several ? { label: life.ref.name } : {}),
  }));
}

function lifeMarks(trace: Trace, { ref, happened }: Life, gone: ReadonlyMap<string, number>): Mark[] {
  const marks: Mark[] = [];
  const name = refText(ref);
  const synchronized = happened.some((event) => event.kind === 'target' && event.synchronize);
  const made = happened.some((event) => event.kind === 'stored' && isKyverno(event));
  const firstStep = trace.steps[1]?.time ?? 0;

  /** What stands open: it ends when the next thing begins. */
  let open: (Omit<Mark, 'end'> & { readonly end?: never }) | undefined;
  const close = (time: number, more: Partial<Mark> = {}) => {
    if (open !== undefined && time >= open.start) {
      marks.push({ ...open, ...more, end: time as Mark['end'] });
    }
    open = undefined;
  };
  const begin = (event: TraceEvent, shape: Mark['shape'], text: string, more: Partial<Mark> = {}) => {
    close(event.time);
    const { end: _, ...rest } = {
      shape,
      event: event.id,
      start: Math.max(event.time, firstStep) as Mark['start'],
      step: event.step,
      text,
      tone: 'plain' as const,
      body: 'b' as const,
      fromStart: true as const,
      ...more,
    };
    open = rest;
  };

  /** A ghost whose UpdateRequest decided nothing about it ends with the UpdateRequest. */
  const endsWith = (updateRequest: string, at: number) => {
    const end = gone.get(updateRequest);
    const later = happened.slice(at + 1).find((one) => one.time <= (end ?? Number.POSITIVE_INFINITY));
    if (end !== undefined && later === undefined) close(end);
  };

  /** What a write of Kyverno's is called; what it did not make it has changed, by a rule with targets. */
  const wordOf = (change: 'ADDED' | 'MODIFIED'): string =>
    synchronized ? 'in sync' : change === 'ADDED' ? 'produced' : 'changed';

  for (const [i, event] of happened.entries()) {
    switch (event.kind) {
      case 'stored': {
        const kyverno = isKyverno(event);
        if (event.change === 'DELETED') {
          close(event.time, { upright: { tone: 'plain', word: '' } });
          const back = happened
            .slice(i + 1, i + 50)
            .some((later) => later.kind === 'stored' && later.change === 'ADDED');
          if (back && made) begin(event, 'ghost', `deleted, by ${userText(event.username)}`);
          else marks.push(...deletedWord(event));
        } else if (kyverno) {
          const again = event.change === 'ADDED' && marks.length > 0;
          const reverted = open?.shape === 'drift';
          begin(event, 'bar', marks.length === 0 && open === undefined ? name : wordOf(event.change), {
            ...(synchronized ? { tone: 'allow' as const, tinted: true as const } : {}),
            ...(again ? { detail: 'created again' } : reverted ? { detail: 'reverted' } : {}),
            ...(marks.length === 0 && synchronized ? { detail: 'in sync' } : {}),
          });
        } else if (event.change === 'ADDED' || open === undefined || open.shape === 'ghost') {
          begin(event, 'bar', name);
        } else if (made && synchronized && event.component !== 'controller-manager') {
          if (open.shape !== 'drift') {
            begin(event, 'drift', `drifted, by ${userText(event.username)}`, { tone: 'warn', glyph: 'warn' });
          }
        } else {
          begin(event, 'bar', `changed, by ${userText(event.username)}`);
        }
        break;
      }
      case 'plan':
        // A plan that comes true needs no ghost: the object itself stands there.
        if (event.action === 'delete' || open !== undefined) break;
        if (comesTrue(happened, i, event.updateRequest)) break;
        begin(event, 'ghost', name, { detail: plannedDetail(trace, event) });
        endsWith(event.updateRequest, i);
        break;
      case 'target': {
        const { result } = event;
        if (result === 'never' || result === 'refused') {
          if (open?.shape === 'ghost') {
            open = { ...open, detail: `${result === 'never' ? 'would be' : 'refused'}: ${event.reason}` };
          } else if (open === undefined) {
            begin(event, 'ghost', name, {
              detail: `${result === 'never' ? 'would be' : 'refused'}: ${event.reason}`,
            });
          }
          const last = !happened
            .slice(i + 1)
            .some((later) => later.kind === 'target' && later.updateRequest === event.updateRequest);
          if (last && open?.shape === 'ghost')
            close(Math.max(gone.get(event.updateRequest) ?? event.end, event.end));
        } else if (open?.shape === 'drift' && result !== 'deleted') {
          begin(event, 'bar', 'in sync', { tone: 'allow', tinted: true, detail: verdictOf(event).word });
        }
        break;
      }
    }
  }
  close(trace.end);
  return marks.filter((mark) => mark.end >= firstStep);
}

/** What UpdateRequests made of each rule, for telling planned names from real ones. */
type Made = ReadonlyMap<string, readonly ObjectRef[]>;

function madeBy(trace: Trace): Made {
  const made = new Map<string, ObjectRef[]>();
  for (const event of trace.events) {
    if (event.kind !== 'target') continue;
    const key = `${event.updateRequest}|${event.rule}`;
    const targets = made.get(key);
    if (targets === undefined) made.set(key, [event.target]);
    else targets.push(event.target);
  }
  return made;
}

/** Whether the UpdateRequest made its object under another name: names may hold what only the live trigger knows. */
function renamed(made: Made, plan: Of<'plan'>, target: ObjectRef): boolean {
  const targets = made.get(`${plan.updateRequest}|${plan.rule}`) ?? [];
  const alike = targets.some(({ kind, namespace }) => kind === target.kind && namespace === target.namespace);
  return alike && !targets.some((one) => refKey(one) === refKey(target));
}

/** Why what was planned is not there, as far as the trace of its trigger tells. */
function plannedDetail(trace: Trace, plan: Of<'plan'>): string {
  return triggerWasRefused(trace, plan.trigger) ? 'would be: its trigger was never stored' : 'planned';
}

const isKyverno = (event: Of<'stored'>): boolean =>
  event.component === 'background-controller' || event.component === 'admission-controller';

function deletedWord(event: Of<'stored'>): Mark[] {
  return [
    {
      shape: 'point',
      event: event.id,
      start: event.time,
      end: event.time,
      step: event.step,
      text: 'deleted',
      detail: `by ${userText(event.username)}`,
      tone: 'plain',
      glyph: 'deleted',
      body: 'b',
    },
  ];
}

/** Whether what an UpdateRequest planned was stored while it lived. */
function comesTrue(happened: Life['happened'], from: number, updateRequest: string): boolean {
  for (const event of happened.slice(from + 1)) {
    if (event.kind === 'stored' && event.change !== 'DELETED') return true;
    if (event.kind === 'target' && event.updateRequest === updateRequest) {
      if (event.result !== 'never' && event.result !== 'refused') return true;
    }
    if (event.kind === 'plan' && event.updateRequest !== updateRequest) return false;
  }
  return false;
}
