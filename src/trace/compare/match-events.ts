import type { ObjectRef } from '../../kubernetes/object.ts';
import type { TraceEvent, UpdateRequestEvent } from '../event.ts';
import { isTold } from '../told.ts';
import type { Trace } from '../trace.ts';
import { plainTextOf } from './plain-text.ts';

/** Two events, one of each run, that are the same thing happening. */
export interface EventPair {
  readonly above: TraceEvent;
  readonly below: TraceEvent;
}

export interface Matched {
  readonly pairs: readonly EventPair[];
  readonly onlyAbove: readonly TraceEvent[];
  readonly onlyBelow: readonly TraceEvent[];
}

/**
 * Which events of two runs are the same thing happening: the n-th of its kind under the same cause. Names that Kyverno or
 * the API server make up (UpdateRequests, reports, uids) do not tell events apart. What finds no partner under its cause is
 * tried once more beside it: an older Kyverno may do the same from another place.
 */
export function matchEvents(above: Trace, below: Trace): Matched {
  const matcher = new Matcher(above, below);
  return matcher.match();
}

class Matcher {
  readonly #above: Side;
  readonly #below: Side;
  /** Partner in the other run, by id. */
  readonly #partner = new Map<number, TraceEvent>();
  readonly #taken = new Set<number>();

  constructor(above: Trace, below: Trace) {
    this.#above = new Side(above);
    this.#below = new Side(below);
  }

  match(): Matched {
    const byCause = this.#below.index((event) => `${event.cause ?? ''}|${this.#below.identity(event)}`);
    this.#pass(byCause, (event) => {
      const cause = this.#above.cause(event);
      const partner = cause === undefined ? undefined : this.#partner.get(cause.id);
      if (cause !== undefined && partner === undefined) return undefined;
      return `${partner?.id ?? ''}|${this.#above.identity(event)}`;
    });
    const byStep = this.#below.index((event) => `${this.#below.step(event)}|${this.#below.identity(event)}`);
    this.#pass(byStep, (event) => `${this.#above.step(event)}|${this.#above.identity(event)}`);
    const pairs = this.#above.events.flatMap((event): EventPair[] => {
      const partner = this.#partner.get(event.id);
      return partner === undefined ? [] : [{ above: event, below: partner }];
    });
    return {
      pairs,
      onlyAbove: this.#above.events.filter(({ id }) => !this.#partner.has(id)),
      onlyBelow: this.#below.events.filter(({ id }) => !this.#taken.has(id)),
    };
  }

  /** Takes for each event above the first free one below that has its key, in order of time. */
  #pass(
    candidates: ReadonlyMap<string, readonly TraceEvent[]>,
    keyOf: (event: TraceEvent) => string | undefined,
  ): void {
    const next = new Map<string, number>();
    for (const event of this.#above.events) {
      if (this.#partner.has(event.id)) continue;
      const key = keyOf(event);
      if (key === undefined) continue;
      const found = candidates.get(key) ?? [];
      let at = next.get(key) ?? 0;
      while (at < found.length && this.#taken.has(found[at]?.id ?? -1)) at += 1;
      next.set(key, at + 1);
      const partner = found[at];
      if (partner === undefined) continue;
      this.#partner.set(event.id, partner);
      this.#taken.add(partner.id);
    }
  }
}

/** One run, as the comparison looks at it: what the lanes tell. */
class Side {
  readonly events: readonly TraceEvent[];
  readonly #trace: Trace;
  readonly #plain: (text: string) => string;
  readonly #ends = new Map<string, number>();
  readonly #updateRequests = new Map<string, number>();

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#plain = plainTextOf(trace);
    this.events = trace.events.filter((event) => isTold(trace, event) && event.kind !== 'stopped');
    for (const event of trace.events)
      if (event.kind === 'update-request') {
        this.#ends.set(event.name, event.id);
        if (!this.#updateRequests.has(event.name))
          this.#updateRequests.set(event.name, this.#updateRequests.size);
      }
  }

  /** The nearest cause that the comparison looks at. */
  cause(event: TraceEvent): TraceEvent | undefined {
    let at = event.cause;
    for (let guard = 0; at !== undefined && guard < 1_000; guard += 1) {
      const found = this.#trace.events[at];
      if (found === undefined || isTold(this.#trace, found)) return found;
      at = found.cause;
    }
    return undefined;
  }

  /** Title of the step: an edit of the steps may have given it another number. */
  step(event: TraceEvent): string {
    return this.#trace.steps[event.step]?.title ?? '';
  }

  index(keyOf: (event: TraceEvent) => string): ReadonlyMap<string, readonly TraceEvent[]> {
    const found = new Map<string, TraceEvent[]>();
    for (const event of this.events) {
      const cause = this.cause(event);
      const key = keyOf(cause === undefined ? event : { ...event, cause: cause.id });
      const events = found.get(key);
      if (events === undefined) found.set(key, [event]);
      else events.push(event);
    }
    return found;
  }

  /** What an event is, whatever came out of it. */
  identity(event: TraceEvent): string {
    switch (event.kind) {
      case 'step':
        return `step|${this.step(event)}`;
      case 'request':
        return `request|${event.component}|${event.verb}|${event.resource.resource}|${event.subresource}|${this.#place(event.target)}`;
      case 'webhook':
        return `webhook|${event.type}|${event.name}`;
      case 'rule':
        return `rule|${event.policy}|${event.rule}|${event.ruleType}`;
      case 'stored':
      case 'never-stored':
        return `${event.kind}|${event.change}|${this.#place(event.object)}`;
      case 'plan':
        return `plan|${event.policy}|${event.rule}|${event.action}`;
      case 'update-request':
        return this.#stateIdentity(event);
      case 'attempt':
        return `attempt|${event.attempt}`;
      case 'attempt-part':
        return `part|${event.part}|${event.rule}`;
      case 'target':
        return `target|${event.policy}|${event.rule}|${this.#place(event.target)}`;
      case 'event':
        return `event|${event.reason}|${event.action}|${this.#place(event.regarding)}`;
      case 'log':
        // Older versions write the same line at another level; an error is another matter.
        return `log|${event.source}|${event.level === 'error'}|${this.#plain(event.message)}`;
      case 'report':
        return `report|${event.source}|${event.report.kind}`;
      case 'policy':
        return `policy|${this.#place(event.policy)}`;
      case 'unsupported':
        return `unsupported|${event.what}`;
      case 'stopped':
        return 'stopped';
    }
  }

  #place(ref: ObjectRef): string {
    return MADE_UP.test(ref.kind) ? ref.kind : `${ref.kind}|${ref.namespace ?? ''}|${this.#plain(ref.name)}`;
  }

  /** The end of an UpdateRequest is one thing, however it ends; the states before are what they say. */
  #stateIdentity(event: UpdateRequestEvent): string {
    const state = this.#ends.get(event.name) === event.id ? 'end' : `${event.state}|${event.retryCount}`;
    return `update-request|${event.policy}|${event.trigger?.name ?? ''}|${state}`;
  }
}

const MADE_UP = /^(UpdateRequest|.*Report|Event)$/;
