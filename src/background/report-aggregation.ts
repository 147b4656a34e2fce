import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { WatchEvent } from '../cluster/api.ts';
import { uidOf } from '../kubernetes/object.ts';
import { isPolicy } from '../kyverno/policy-informer.ts';
import type { BackgroundEnvironment } from './environment.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { aggregation } from './parts.ts';
import { type ReportSubject, subjectOf } from './report-subject.ts';

const EPHEMERAL = /^(Cluster)?EphemeralReport$/;
const REPORT = /^(Cluster)?PolicyReport$/;

/**
 * The reports controller's aggregation (lifecycle H.2): some seconds after an EphemeralReport came, or a policy changed or
 * went, the reports of the objects concerned are merged.
 */
export class ReportAggregation {
  readonly #env: BackgroundEnvironment;
  readonly #waiting = new Set<string>();
  /** Objects that have a report, by uid. */
  readonly #reported = new Map<string, string>();

  constructor(env: BackgroundEnvironment) {
    this.#env = env;
  }

  start(): void {
    this.#env.server.watch((event) => this.#see(event));
  }

  #see({ type, object, previous, info, event }: WatchEvent): void {
    const { metadata } = object;
    if (info.group === 'wgpolicyk8s.io' && REPORT.test(object.kind)) {
      const [uid, namespace] = [String(metadata['name']), String(metadata['namespace'] ?? '')];
      if (type === 'DELETED') this.#reported.delete(uid);
      else this.#reported.set(uid, namespace);
    } else if (info.group === 'reports.kyverno.io' && EPHEMERAL.test(object.kind)) {
      if (type === 'ADDED') this.#later(subjectOf(object), event);
    } else if (isPolicy(object)) {
      const changed = type === 'DELETED' || (type === 'MODIFIED' && previous?.['spec'] !== object['spec']);
      if (changed) for (const [uid, namespace] of this.#reported) this.#later({ uid, namespace }, event);
    } else if (type === 'DELETED') this.#reported.delete(uidOf(object));
  }

  #later(subject: ReportSubject | undefined, cause: EventId): void {
    if (subject === undefined || this.#waiting.has(subject.uid)) return;
    this.#waiting.add(subject.uid);
    this.#env.scheduler.spawnTimer(this.#aggregate(subject, cause), BACKGROUND_LATENCIES.aggregation);
  }

  *#aggregate(subject: ReportSubject, cause: EventId): Process<void> {
    this.#waiting.delete(subject.uid);
    yield* aggregation.get().aggregateReports(this.#env, subject, cause);
  }
}
