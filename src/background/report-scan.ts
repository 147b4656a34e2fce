import { get, getList, getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { type EventId, eventId } from '../base/units.ts';
import type { WatchEvent } from '../cluster/api.ts';
import { matchKind } from '../kubernetes/kind-selector.ts';
import { type GroupVersionKind, gvkOf, type KubernetesObject } from '../kubernetes/object.ts';
import { isPolicy, isReady, policyKeyOf } from '../kyverno/policy-informer.ts';
import { hasContentOf } from './content.ts';
import type { BackgroundEnvironment } from './environment.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { scans } from './parts.ts';

/** A policy that is scanned for, and the kinds that its rules name. */
interface Scanned {
  readonly object: KubernetesObject;
  readonly kinds: readonly string[];
  /** The policy's last change. */
  readonly cause: EventId;
}

/**
 * The reports controller's background scan (lifecycle H.2): when a policy becomes Ready or changes, and when an exception to
 * it for the background comes, changes or goes, its validate rules are evaluated for every object that exists; some time
 * after an object came or changed, all policies are for that object; every hour everything is looked at again. Results are
 * reported; nothing is blocked.
 */
export class ReportScan {
  readonly #env: BackgroundEnvironment;
  readonly #scanned = new Map<string, Scanned>();
  /** Once there is a policy to scan for. */
  #isHourly = false;

  constructor(env: BackgroundEnvironment) {
    this.#env = env;
  }

  start(): void {
    const { server } = this.#env;
    for (const resource of ['clusterpolicies', 'policies'])
      for (const object of server.listAll({ group: 'kyverno.io', version: 'v1', resource }))
        if (isReady(object)) this.#keep(object, eventId(0));
    server.watch((event) => this.#see(event));
  }

  #see(event: WatchEvent): void {
    const { object, type, info } = event;
    if (isPolicy(object)) this.#seePolicy(event);
    else if (info.group === 'kyverno.io' && info.kind === 'PolicyException') {
      // An exception changes nothing that was found before it unless its spec does, and one without background nothing at all.
      const changed = type !== 'MODIFIED' || event.previous?.['spec'] !== object['spec'];
      if (changed && get(object['spec'], 'background') !== false)
        for (const { object: policy } of this.#excepted(object)) this.#scan(policy, event.event);
    } else if (type !== 'DELETED' && isContent(event)) this.#seeObject(event);
  }

  #seePolicy({ type, object, previous, event }: WatchEvent): void {
    if (type === 'DELETED' || !isReady(object)) {
      this.#scanned.delete(policyKeyOf(object));
      return;
    }
    this.#keep(object, event);
    const changed = previous === undefined || !isReady(previous) || previous['spec'] !== object['spec'];
    if (type === 'MODIFIED' && changed) this.#scan(object, event);
  }

  #keep(object: KubernetesObject, cause: EventId): void {
    const key = policyKeyOf(object);
    if (get(object['spec'], 'background') === false) {
      this.#scanned.delete(key);
      return;
    }
    this.#scanned.set(key, { object, kinds: kindsOf(object), cause });
    if (this.#isHourly) return;
    this.#isHourly = true;
    this.#scanHourly();
  }

  #scanHourly(): void {
    this.#env.scheduler.spawnTimer(this.#scanAll(), this.#env.flags.backgroundScanInterval);
  }

  *#scanAll(): Process<void> {
    for (const { object, cause } of [...this.#scanned.values()])
      yield* scans.get().scanPolicy(this.#env, object, cause);
    this.#scanHourly();
  }

  #excepted(exception: KubernetesObject): readonly Scanned[] {
    const names = getList(exception, 'spec', 'exceptions').map((entry) => getString(entry, 'policyName'));
    return [...this.#scanned].flatMap(([key, scanned]) => (names.includes(key) ? [scanned] : []));
  }

  #scan(policy: KubernetesObject, cause: EventId): void {
    this.#env.scheduler.spawn(scans.get().scanPolicy(this.#env, policy, cause), BACKGROUND_LATENCIES.scan);
  }

  #seeObject({ object, info, event }: WatchEvent): void {
    const kind = gvkOf(object);
    if (this.#policiesFor(kind).length === 0) return;
    const scan = (): Process<void> =>
      scans.get().scanObject(
        this.#env,
        info,
        object,
        this.#policiesFor(kind).map((scanned) => scanned.object),
        event,
      );
    this.#env.scheduler.spawnTimer(later(scan), BACKGROUND_LATENCIES.objectScan);
  }

  #policiesFor(kind: GroupVersionKind): readonly Scanned[] {
    return [...this.#scanned.values()].filter(({ kinds }) => matchKind(kinds, kind, ''));
  }
}

/** What is asked for when it is due is looked at then, not before. */
function* later(process: () => Process<void>): Process<void> {
  yield* process();
}

const isContent = ({ object, previous }: WatchEvent): boolean =>
  previous === undefined || !hasContentOf(object, previous);

function kindsOf(policy: KubernetesObject): readonly string[] {
  return getList(policy, 'spec', 'rules').flatMap((rule) => {
    const match = get(rule, 'match');
    return [match, ...getList(match, 'any'), ...getList(match, 'all')].flatMap((filter) =>
      getList(filter, 'resources', 'kinds').filter((kind): kind is string => typeof kind === 'string'),
    );
  });
}
