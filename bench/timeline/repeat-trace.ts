import type {
  EvaluationId,
  EventId,
  Milliseconds,
  ObjectRef,
  RevisionId,
  StepIndex,
  Trace,
  TraceEvent,
  TraceStep,
} from '../../src/index.ts';

/** Pause between two repetitions, milliseconds. */
const PAUSE = 2000;

/**
 * A long trace made of short ones: the stories one after the other, round and round, every time about other objects. The
 * first half repeats their steps; the second half is one step that all repetitions hang on, so that a single chapter is
 * as full as many. Only the last repetition is cut, so the length is `events` and a little more.
 */
export function repeatTrace(stories: readonly Trace[], events: number): Trace {
  const first = stories[0];
  if (first === undefined) throw new Error('Assertion failed: there is a story');
  const all: TraceEvent[] = [];
  const steps: TraceStep[] = first.steps.slice(0, 1);
  const revisions = stories.flatMap((story) => story.revisions);
  const evaluations = stories.flatMap((story) => story.evaluations);
  const bases = stories.map((_, i) => ({
    revision: stories.slice(0, i).reduce((sum, story) => sum + story.revisions.length, 0),
    evaluation: stories.slice(0, i).reduce((sum, story) => sum + story.evaluations.length, 0),
  }));
  let shift = first.steps[1]?.time ?? 0;
  let burst: { readonly step: number; readonly root: number } | undefined;
  for (let copy = 0; all.length < events; copy++) {
    const story = stories[copy % stories.length];
    const base = bases[copy % stories.length];
    if (story === undefined || base === undefined) break;
    const began = story.steps[1]?.time ?? 0;
    const dt = shift - began;
    const stepBase = steps.length - 1;
    const told = story.events.filter((event) => event.step > 0);
    const offset = all.length - (told[0]?.id ?? 0);
    const ids = new Map(told.map((event, i) => [event.id as number, all.length + i]));
    const isBurst = all.length >= events / 2;
    if (!isBurst) {
      for (const step of story.steps.slice(1)) {
        steps.push({
          ...step,
          index: (step.index + stepBase) as StepIndex,
          title: `${step.title}-${copy}`,
          time: (step.time + dt) as Milliseconds,
          settled: (step.settled + dt) as Milliseconds,
        });
      }
    }
    const change: Change = {
      dt,
      copy,
      base,
      id: (id) => (ids.get(id) ?? id + offset) as EventId,
    };
    for (const event of told) {
      const moved = moveEvent(event, change);
      if (burst === undefined) {
        all.push({ ...moved, step: (event.step + stepBase) as StepIndex });
        if (isBurst && event.kind === 'step') {
          steps.push({
            ...(story.steps[1] as TraceStep),
            index: steps.length as StepIndex,
            time: moved.time,
          });
          burst = { step: steps.length - 1, root: moved.id };
          all[all.length - 1] = { ...moved, step: burst.step as StepIndex };
        }
      } else if (event.kind === 'step') {
        // Steps of the burst are all the same one: its requests hang on the first.
        all.push({
          ...moved,
          kind: 'log',
          component: 'actor',
          source: 'client',
          level: 'stdout',
          line: event.stdout,
          message: event.stdout.slice(0, 40),
          end: moved.time,
          step: burst.step as StepIndex,
          cause: burst.root as EventId,
        } as TraceEvent);
      } else {
        all.push({ ...moved, step: burst.step as StepIndex });
      }
    }
    shift += story.end - began + PAUSE;
  }
  const end = all.reduce((last, event) => Math.max(last, event.end), 0);
  return { ...first, steps, events: all, revisions, evaluations, end: end as Milliseconds };
}

interface Change {
  readonly dt: number;
  readonly copy: number;
  readonly base: { readonly revision: number; readonly evaluation: number };
  id(id: number): EventId;
}

function moveEvent(event: TraceEvent, { dt, copy, base, id }: Change): TraceEvent {
  const time = (at: number) => (at + dt) as Milliseconds;
  const ref = (object: ObjectRef): ObjectRef => ({ ...object, name: `${object.name}-${copy}` });
  const revision = (at: number) => (at + base.revision) as RevisionId;
  const shared = {
    id: id(event.id),
    time: time(event.time),
    end: time(event.end),
    ...(event.cause === undefined ? {} : { cause: id(event.cause) }),
  };
  switch (event.kind) {
    case 'request':
      return {
        ...event,
        ...shared,
        target: ref(event.target),
        phases: event.phases.map((phase) => ({ ...phase, time: time(phase.time), end: time(phase.end) })),
      };
    case 'rule':
      return {
        ...event,
        ...shared,
        trigger: ref(event.trigger),
        evaluation: (event.evaluation + base.evaluation) as EvaluationId,
      };
    case 'stored':
      return { ...event, ...shared, object: ref(event.object), revision: revision(event.revision) };
    case 'never-stored':
      return { ...event, ...shared, object: ref(event.object) };
    case 'plan':
      return {
        ...event,
        ...shared,
        updateRequest: `${event.updateRequest}-${copy}`,
        trigger: ref(event.trigger),
        targets: event.targets.map(ref),
      };
    case 'update-request':
      return { ...event, ...shared, name: `${event.name}-${copy}`, revision: revision(event.revision) };
    case 'attempt':
    case 'attempt-part':
      return { ...event, ...shared, updateRequest: `${event.updateRequest}-${copy}` };
    case 'target':
      return {
        ...event,
        ...shared,
        updateRequest: `${event.updateRequest}-${copy}`,
        target: ref(event.target),
        trigger: ref(event.trigger),
      };
    case 'report':
      return { ...event, ...shared, report: ref(event.report) };
    default:
      return { ...event, ...shared };
  }
}
