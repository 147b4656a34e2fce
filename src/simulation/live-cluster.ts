import { choicesOf } from '../base/choices.ts';
import { getString } from '../base/json.ts';
import { namesOf } from '../base/order.ts';
import { seededRandom } from '../base/random.ts';
import type { EventId } from '../base/units.ts';
import { createApiServer, type SimulatedApiServer } from '../cluster/api-server.ts';
import { startControllers } from '../cluster/controllers.ts';
import { API_SERVER_LATENCIES, CONTROLLER_LATENCIES } from '../cluster/latencies.ts';
import type { WebhookBehaviour } from '../cluster/webhook-dispatch.ts';
import { seedApplied } from '../kubectl/seed-applied.ts';
import { type KubernetesObject, nameOf, namespaceOf, type UserInfo } from '../kubernetes/object.ts';
import { behaviourOf } from '../kyverno/behaviour.ts';
import { chartFlags, forAll, type KyvernoFlags } from '../kyverno/controller-flags.ts';
import { createRecorder, type TraceRecorder } from '../trace/create-recorder.ts';
import { installKyverno, type Kyverno, ready } from './kyverno.ts';
import { KyvernoPresence, webhookConfigurationsIn } from './kyverno-presence.ts';
import type { SimulationOptions } from './options.ts';
import { actors, kyvernoSettings, workloads } from './parts.ts';
import { policySources } from './policy-sources.ts';
import type { Scenario } from './scenario.ts';
import { createEventQueue, type EventQueue } from './scheduler.ts';
import { serveNode } from './serve-node.ts';

/** Wall clock at virtual time 0 unless the caller says otherwise: 2026-01-01T00:00:00Z. */
export const DEFAULT_START = 1_767_225_600_000;

const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' } as const;
const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' } as const;

/** Group and resource of what has a controller of its own, and of Pods. */
const WORKLOADS = new Set([
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'apps/daemonsets',
  'batch/jobs',
  'batch/cronjobs',
  '/pods',
  '/nodes',
]);

export const CLUSTER_ADMIN: UserInfo = {
  username: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
};

/** What the chart sets, and what the caller sets beside. */
function flagsWith({
  version,
  policyExceptions,
  exceptionNamespace,
  omitEvents,
}: SimulationOptions): KyvernoFlags {
  const chart = chartFlags(version);
  return forAll({
    ...chart,
    enablePolicyException: policyExceptions ?? false,
    exceptionNamespace: exceptionNamespace ?? (policyExceptions === true ? '*' : ''),
    omitEvents: omitEvents ?? chart.omitEvents,
  });
}

/**
 * A cluster with Kyverno on it, at rest: what the base and `scenario.before` hold. Whoever has it puts processes into the
 * queue and lets time pass; a run of a scenario does so step after step.
 */
export class LiveCluster {
  readonly queue: EventQueue = createEventQueue();
  readonly recorder: TraceRecorder;
  readonly server: SimulatedApiServer;
  readonly kyverno: Kyverno;
  readonly presence: KyvernoPresence;
  /** Wall clock at virtual time 0, milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** What of Kyverno's settings differs from the chart's. */
  settings: readonly string[] = [];

  constructor(scenario: Scenario, options: SimulationOptions) {
    this.startedAt = options.startedAt ?? DEFAULT_START;
    this.recorder = createRecorder(this.queue);
    const random = seededRandom(namesOf(options.seed));
    let presence: KyvernoPresence | undefined;
    this.server = createApiServer({
      recorder: this.recorder,
      random,
      now: () => this.queue.now(),
      wallClock: () => this.wallClock(),
      admission: () => presence?.admission(),
      latencies: API_SERVER_LATENCIES,
    });
    this.server.load(options.base);
    startControllers({ server: this.server, scheduler: this.queue, latencies: CONTROLLER_LATENCIES });
    if (options.node !== false) this.#watchWorkloads();
    const early = scenario.crdsAfterKyverno === true ? this.server.discovery() : undefined;
    const beginning = this.#begin();
    const flags = this.#configure(scenario, options);
    this.#setUp(scenario, beginning);
    const configurations = webhookConfigurationsIn(this.server);
    this.kyverno = installKyverno({
      server: this.server,
      scheduler: this.queue,
      recorder: this.recorder,
      behaviour: behaviourOf(options.version),
      flags,
      random,
      choices: choicesOf(options.seed),
      wallClock: () => this.wallClock(),
      explain: options.explain ?? true,
      mocks: scenario.mocks,
      libraries: options.libraries ?? {},
      sources: policySources(scenario),
      ...(early === undefined ? {} : { knownDiscovery: early }),
    });
    const { server, queue: scheduler, recorder, kyverno } = this;
    presence = new KyvernoPresence({ server, scheduler, recorder, kyverno }, configurations);
    this.presence = presence;
    // After Kyverno has listed what there is at its start: what is made when read has nothing that it looks for.
    if (options.node !== false) serveNode(this.server);
    this.setWebhooks(scenario.webhooks ?? {});
    if (scenario.actors.length > 0)
      actors.get().startActors(scenario.actors, {
        server: this.server,
        scheduler: this.queue,
        recorder: this.recorder,
        jmespath: { now: this.startedAt, random, libraries: options.libraries ?? {} },
      });
  }

  /** Starts the controllers of workloads with the first of their kinds. */
  #watchWorkloads(): void {
    let started: ReturnType<ReturnType<typeof workloads.get>['runWorkloads']> | undefined;
    this.server.watch((event) => {
      if (!WORKLOADS.has(`${event.info.group}/${event.info.resource}`)) return;
      started ??= workloads.get().runWorkloads({
        server: this.server,
        scheduler: this.queue,
        latencies: CONTROLLER_LATENCIES,
        wallClock: () => this.wallClock(),
      });
      started.see(event);
    });
  }

  /** How webhooks that are not Kyverno's behave from now on, by their names. */
  setWebhooks(behaviours: Readonly<Record<string, WebhookBehaviour>>): void {
    for (const [name, behaviour] of Object.entries(behaviours)) this.presence.behave(name, behaviour);
  }

  /** Milliseconds since the Unix epoch, in virtual time. */
  wallClock(): number {
    return this.startedAt + this.queue.now();
  }

  /** The step "before", which everything that is there from the start comes from. */
  #begin(): EventId {
    return this.recorder.record({
      kind: 'step',
      phase: 'admission',
      exitCode: 0,
      stdout: '',
      stderr: '',
      verdict: 'none',
    });
  }

  /** Kyverno as the scenario's `kyverno.yaml` installs it, over the chart's objects. */
  #configure({ kyverno = [] }: Scenario, options: SimulationOptions): KyvernoFlags {
    const flags = flagsWith(options);
    if (kyverno.length === 0) return flags;
    const part = kyvernoSettings.get();
    const settings = part.readKyvernoSettings(kyverno, options.version, flags);
    const objects = settings.patches.map((patch) => {
      const resource = patch.kind === 'ConfigMap' ? CONFIG_MAPS : DEPLOYMENTS;
      const below = this.server.lookup(resource, namespaceOf(patch), nameOf(patch));
      return below === undefined ? patch : part.patched(below, patch);
    });
    this.settings = settings.differences;
    this.server.seed(objects, { user: CLUSTER_ADMIN, component: 'client', fieldManager: 'helm' });
    return settings.flags;
  }

  /** Step 0: what exists before a person types anything. CRDs first, then Namespaces, then what lives in them. */
  #setUp(scenario: Scenario, cause: EventId): void {
    const objects = scenario.before.flatMap(({ object }) => (object === undefined ? [] : [object]));
    const rank = ({ kind }: KubernetesObject): number =>
      kind === 'CustomResourceDefinition' ? 0 : kind === 'Namespace' ? 1 : 2;
    const inOrder = [...objects].sort((left, right) => rank(left) - rank(right));
    const refused = seedApplied(this.server, inOrder.map(ready), CLUSTER_ADMIN, cause);
    for (const object of refused)
      this.recorder.record({
        kind: 'unsupported',
        phase: 'admission',
        cause,
        what: `${object.apiVersion} ${object.kind}`,
        message: `No CRD or built-in resource serves ${object.apiVersion} ${object.kind}, so ${getString(object.metadata, 'name') ?? 'it'} is not in the cluster.`,
      });
    this.queue.runToRest(() => undefined);
  }
}
