import { equal, get, getList, getString, type Json } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { Scheduler } from '../base/scheduler.ts';
import { type EventId, milliseconds } from '../base/units.ts';
import type { Admission, ApiServer, WatchEvent } from '../cluster/api.ts';
import type { SimulatedApiServer } from '../cluster/api-server.ts';
import { webhookCalls } from '../cluster/parts.ts';
import type { WebhookBehaviour } from '../cluster/webhook-dispatch.ts';
import { stringEntries } from '../kubernetes/label-selector.ts';
import { type KubernetesObject, nameOf, namespaceOf } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { Kyverno } from './kyverno.ts';

const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' } as const;
const SERVICES = { group: '', version: 'v1', resource: 'services' } as const;
const ADMISSION = 'kyverno-admission-controller';
const BACKGROUND = 'kyverno-background-controller';
/** Controllers that the simulation cannot stop. */
const OTHERS = ['kyverno-reports-controller', 'kyverno-cleanup-controller'];
const SERVICE = 'kyverno-svc';
/** A container's start until the controller works, its lease taken: about what an image at hand takes. */
const START = milliseconds(3000);

/** What of the cluster the presence of Kyverno's webhooks and controllers is read from. */
export interface PresenceEnvironment {
  readonly server: SimulatedApiServer;
  readonly scheduler: Scheduler;
  readonly recorder: Recorder;
  readonly kyverno: Kyverno;
}

/** The webhook configurations in a cluster that Kyverno is not in yet. */
export const webhookConfigurationsIn = (server: Pick<ApiServer, 'listAll'>): readonly KubernetesObject[] =>
  ['validating', 'mutating'].flatMap((type) =>
    server.listAll({
      group: 'admissionregistration.k8s.io',
      version: 'v1',
      resource: `${type}webhookconfigurations`,
    }),
  );

/**
 * Whether Kyverno is there, as its Deployments and its Service say, and whom the API server calls. Scaled to nothing, the
 * admission controller takes its webhook configurations with it: nothing is checked (webhooks/server.go). With its Service
 * leading nowhere, the configurations stay: each webhook's failurePolicy decides.
 */
export class KyvernoPresence {
  readonly #env: PresenceEnvironment;
  readonly #behaviours = new Map<string, WebhookBehaviour>();
  /** Configurations in the cluster that are not Kyverno's. */
  readonly #foreign = new Set<string>();
  /** Kyverno's controllers that are scaled to nothing. */
  readonly #stopped = new Set<string>();
  #reachable = true;
  #dispatch: Admission | undefined;

  /** `before`: the configurations that were there before Kyverno was. */
  constructor(env: PresenceEnvironment, before: readonly KubernetesObject[]) {
    this.#env = env;
    for (const object of before) this.#note(object, true);
    env.server.watch((event) => this.#see(event));
  }

  /** From now on the webhook of a name behaves like this. */
  behave(name: string, behaviour: WebhookBehaviour): void {
    this.#behaviours.set(name, behaviour);
  }

  /** Whom the API server asks: Kyverno alone, as long as nothing else is to be asked and it can be. */
  admission(): Admission {
    const { kyverno, server, recorder } = this.#env;
    if (this.#foreign.size === 0 && this.#reachable && this.#stopped.size === 0) return kyverno.admission;
    this.#dispatch ??= new (webhookCalls.get().WebhookDispatch)({
      server,
      recorder,
      behaviourOf: (name) => this.#behaviours.get(name),
      kyverno: () => (this.#reachable ? kyverno.admission : undefined),
    });
    return this.#dispatch;
  }

  #see(event: WatchEvent): void {
    const { object, info, type } = event;
    if (info.group === 'admissionregistration.k8s.io') this.#note(object, type !== 'DELETED');
    if (namespaceOf(object) !== KYVERNO_NAMESPACE) return;
    if (info.kind === 'Deployment' && info.group === DEPLOYMENTS.group) {
      this.#scaled(event);
      this.#argued(event);
    }
    if (info.kind === 'Service' && info.group === '' && nameOf(object) === SERVICE) this.#lookForEndpoints();
  }

  #note(object: KubernetesObject, exists: boolean): void {
    if (!object.kind.endsWith('WebhookConfiguration')) return;
    if (getString(object, 'metadata', 'labels', 'webhook.kyverno.io/managed-by') === 'kyverno') return;
    const key = `${object.kind}/${nameOf(object)}`;
    if (exists) this.#foreign.add(key);
    else this.#foreign.delete(key);
  }

  #scaled({ object, type, event }: WatchEvent): void {
    const name = nameOf(object);
    const stops = type === 'DELETED' || get(get(object, 'spec'), 'replicas') === 0;
    if (stops === this.#stopped.has(name)) return;
    if (!stops) {
      this.#stopped.delete(name);
      if (name === ADMISSION || name === BACKGROUND)
        this.#env.scheduler.spawn(this.#begin(name, event), START);
      return;
    }
    this.#stopped.add(name);
    if (name === ADMISSION) this.#env.kyverno.admission.stop();
    if (name === BACKGROUND) this.#env.kyverno.background.stop();
    if (OTHERS.includes(name))
      this.#env.recorder.record({
        kind: 'unsupported',
        phase: 'background',
        cause: event,
        what: `Deployment ${name} without replicas`,
        message: `${name} goes on in the simulation whatever its Deployment says.`,
      });
  }

  /** Arguments are read once, when the scenario begins. */
  #argued({ object, previous, event }: WatchEvent): void {
    const argsOf = (deployment: KubernetesObject): readonly Json[] =>
      getList(deployment, 'spec', 'template', 'spec', 'containers').map(
        (container) => get(container, 'args') ?? null,
      );
    if (previous === undefined || equal(argsOf(previous), argsOf(object))) return;
    const name = nameOf(object);
    this.#env.recorder.record({
      kind: 'unsupported',
      phase: 'background',
      cause: event,
      what: `arguments of Deployment ${name}`,
      message: `${name} goes on with the arguments that it began with: put them into kyverno.yaml.`,
    });
  }

  *#begin(name: string, cause: EventId): Process<void> {
    if (this.#stopped.has(name)) return;
    if (name === ADMISSION) this.#env.kyverno.admission.goOn(cause);
    else this.#env.kyverno.background.goOn();
    yield* [];
  }

  /** The Service leads to the admission controller as long as its selector fits the Pods. */
  #lookForEndpoints(): void {
    const { server } = this.#env;
    const service = server.lookup(SERVICES, KYVERNO_NAMESPACE, SERVICE);
    const deployment = server.lookup(DEPLOYMENTS, KYVERNO_NAMESPACE, ADMISSION);
    const template = get(get(deployment, 'spec'), 'template');
    const labels = new Map(stringEntries(get(get(template, 'metadata'), 'labels')));
    const selector = stringEntries(get(get(service, 'spec'), 'selector'));
    this.#reachable =
      service !== undefined &&
      selector.length > 0 &&
      selector.every(([key, value]) => labels.get(key) === value);
  }
}
