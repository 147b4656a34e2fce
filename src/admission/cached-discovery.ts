import { get, getList } from '../base/json.ts';
import type { Clock } from '../base/scheduler.ts';
import type { ApiServer, Discovery } from '../cluster/api.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import { matchWildcard } from '../kubernetes/wildcard.ts';
import type { ControllerFlags } from '../kyverno/controller-flags.ts';
import type { Policy } from '../kyverno/policy.ts';

/**
 * Discovery as Kyverno's client caches it: kinds that come or go later are not noticed before the next resync, or before a
 * policy matches a kind that is unknown (corrections.md, "CRD created after Kyverno started").
 */
export class CachedDiscovery {
  readonly #server: Pick<ApiServer, 'discovery'>;
  readonly #clock: Clock;
  readonly #flags: Pick<ControllerFlags, 'crdWatcher' | 'resyncPeriod'>;
  #cached: Discovery;
  #at: number;

  /** `known`: what there was when Kyverno started. */
  constructor(
    server: Pick<ApiServer, 'discovery'>,
    clock: Clock,
    flags: Pick<ControllerFlags, 'crdWatcher' | 'resyncPeriod'>,
    known: Discovery = server.discovery(),
  ) {
    this.#flags = flags;
    this.#server = server;
    this.#clock = clock;
    this.#cached = known;
    this.#at = clock.now();
  }

  /** What Kyverno knows while it looks at a policy. */
  forPolicy(policy: Policy): Discovery {
    const stale = this.#clock.now() - this.#at >= this.#flags.resyncPeriod;
    if (this.#flags.crdWatcher || stale || matchedKinds(policy).some((kind) => !knows(this.#cached, kind))) {
      this.#cached = this.#server.discovery();
      this.#at = this.#clock.now();
    }
    return this.#cached;
  }
}

function matchedKinds(policy: Policy): readonly string[] {
  return policy.rules.flatMap(({ raw }) => {
    const match = get(raw, 'match');
    return [match, ...getList(match, 'any'), ...getList(match, 'all')].flatMap((filter) =>
      getList(get(filter, 'resources'), 'kinds').map(String),
    );
  });
}

function knows(discovery: Discovery, kind: string): boolean {
  const selector = parseKindSelector(kind);
  return discovery.resources.some(
    (info) =>
      matchWildcard(selector.group, info.group) &&
      matchWildcard(selector.version, info.version) &&
      matchWildcard(selector.kind, info.kind),
  );
}
