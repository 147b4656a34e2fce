import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { WatchEvent } from '../cluster/api.ts';
import { nameOf, namespaceOf, uidOf } from '../kubernetes/object.ts';
import { isPolicy } from '../kyverno/policy-informer.ts';
import type { BackgroundEnvironment } from './environment.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { aggregation } from './parts.ts';
import type { ReportSubject } from './report-subject.ts';

const EPHEMERAL = /^(Cluster)?EphemeralReport$/;
const REPORT = /^(Cluster)?PolicyReport$/;

/**
 * The reports controller's aggregation (lifecycle H.2): some seconds after an EphemeralReport came it is given its owner, if
 * it has none, and some seconds later merged; after a policy changed or went, all reports are looked at again.
 */
export class ReportAggregation {
  readonly #env: BackgroundEnvironment;
  /** What waits for its turn: EphemeralReports by their place, objects by their uid. */
  readonly #waiting = new Set<string>();
  /** Objects that have a report, by uid, and their namespace. */
  readonly #reported = new Map<string, string>();

  constructor(env: BackgroundEnvironment) {
    this.#env = env;
  }

  start(): void {
    this.#env.server.watch((event) => this.#see(event));
  }

  #see({ type, object, previous, info, event }: WatchEvent): void {
    if (info.group === 'wgpolicyk8s.io' && REPORT.test(object.kind)) {
      if (type === 'DELETED') this.#reported.delete(nameOf(object));
      else this.#reported.set(nameOf(object), namespaceOf(object));
    } else if (info.group === 'reports.kyverno.io' && EPHEMERAL.test(object.kind)) {
      if (type !== 'DELETED') this.#take(namespaceOf(object), nameOf(object), event);
    } else if (isPolicy(object)) {
      const changed = type === 'DELETED' || (type === 'MODIFIED' && previous?.['spec'] !== object['spec']);
      if (changed) for (const [uid, namespace] of this.#reported) this.#merge({ uid, namespace }, event);
    } else if (type === 'DELETED') this.#reported.delete(uidOf(object));
  }

  #take(namespace: string, name: string, cause: EventId): void {
    this.#later(`${namespace}/${name}`, () => this.#takeReport(namespace, name, cause));
  }

  *#takeReport(namespace: string, name: string, cause: EventId): Process<void> {
    const again = yield* aggregation.get().takeReport(this.#env, namespace, name, cause);
    if (again) this.#take(namespace, name, cause);
  }

  #merge(subject: ReportSubject, cause: EventId): void {
    this.#later(subject.uid, () => aggregation.get().aggregateReports(this.#env, subject, cause));
  }

  #later(key: string, run: () => Process<void>): void {
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#env.scheduler.spawnTimer(this.#run(key, run), BACKGROUND_LATENCIES.aggregation);
  }

  *#run(key: string, run: () => Process<void>): Process<void> {
    this.#waiting.delete(key);
    yield* run();
  }
}
