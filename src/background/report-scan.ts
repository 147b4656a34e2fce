import type { WatchEvent } from '../cluster/api.ts';
import { isPolicy, isReady } from '../kyverno/policy-informer.ts';
import type { BackgroundEnvironment } from './environment.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { scans } from './parts.ts';

/**
 * The reports controller's background scan (lifecycle H.2): when a policy becomes Ready, its validate rules are evaluated
 * for every object that exists. Results are reported; nothing is blocked.
 */
export class ReportScan {
  readonly #env: BackgroundEnvironment;

  constructor(env: BackgroundEnvironment) {
    this.#env = env;
  }

  start(): void {
    this.#env.server.watch((event) => {
      if (becameReady(event))
        this.#env.scheduler.spawn(
          scans.get().scanPolicy(this.#env, event.object, event.event),
          BACKGROUND_LATENCIES.scan,
        );
    });
  }
}

function becameReady({ type, object, previous }: WatchEvent): boolean {
  return (
    isPolicy(object) &&
    type === 'MODIFIED' &&
    isReady(object) &&
    (previous === undefined || !isReady(previous))
  );
}
