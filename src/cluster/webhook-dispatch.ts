import { get, getList, getString, type Json } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { sideBySide } from '../base/side-by-side.ts';
import { type EventId, type Milliseconds, milliseconds } from '../base/units.ts';
import type { AdmissionRequest, AdmissionResponse } from '../kubernetes/admission-review.ts';
import { type KubernetesObject, nameOf } from '../kubernetes/object.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { Admission, ApiServer } from './api.ts';
import { applyPatch } from './patching.ts';
import { isCalledFor } from './webhook-match.ts';

/** How a webhook that is not Kyverno's answers. */
export interface WebhookBehaviour {
  /** From the call to the answer. */
  readonly delay: Milliseconds;
  /** `error`: nobody answers. */
  readonly verdict: 'allow' | 'deny' | 'error';
  /** Of a denial, what it says; of an error, what the connection says. */
  readonly message?: string;
  /** What a mutating webhook changes: JSON patch operations, or a merge patch. */
  readonly patch?: Json;
}

/** What the API server's calls of webhooks depend on. */
export interface WebhookWorld {
  readonly server: Pick<ApiServer, 'lookup' | 'listAll' | 'discovery'>;
  readonly recorder: Recorder;
  /** How the webhook of a name behaves now; undefined if nobody said. */
  behaviourOf(name: string): WebhookBehaviour | undefined;
  /** Kyverno's side of the calls; undefined while nothing reaches its service. */
  kyverno(): Admission | undefined;
}

type Type = 'mutating' | 'validating';
/** A webhook to call, or Kyverno as a whole: it knows which of its own are meant. */
type Call = 'kyverno' | { readonly webhook: Json; readonly own: boolean };

const ALLOWED: AdmissionResponse = { allowed: true, warnings: [] };
const DEFAULT_TIMEOUT = 10;
/** A service without endpoints is known to be one at once. */
const AT_ONCE = milliseconds(1);
const MANAGED_BY = 'webhook.kyverno.io/managed-by';

/**
 * The API server's calls of all webhooks that configurations in the cluster register: mutating ones one after the other, in
 * order of their configurations' names, validating ones side by side; the first to deny is the answer, once all have
 * answered (lifecycle A.1).
 */
export class WebhookDispatch implements Admission {
  readonly #world: WebhookWorld;
  /** Webhooks of which nobody said how they answer, and that were told of. */
  readonly #unknown = new Set<string>();

  constructor(world: WebhookWorld) {
    this.#world = world;
  }

  *mutate(request: AdmissionRequest, cause: EventId): Process<AdmissionResponse> {
    const warnings: string[] = [];
    let current = request;
    for (const call of this.#calls('mutating', request)) {
      const answer = yield* this.#ask('mutating', call, current, cause);
      warnings.push(...answer.warnings);
      if (!answer.allowed) return { ...answer, warnings };
      if (answer.object !== undefined) current = { ...current, object: answer.object };
    }
    const { object } = current;
    return {
      allowed: true,
      warnings,
      ...(object === undefined || object === request.object ? {} : { object }),
    };
  }

  *validate(request: AdmissionRequest, cause: EventId): Process<AdmissionResponse> {
    const calls = this.#calls('validating', request);
    const answers = yield* sideBySide(calls.map((call) => this.#ask('validating', call, request, cause)));
    const denial = answers.find(({ allowed }) => !allowed);
    const warnings = answers.flatMap((answer) => answer.warnings);
    return denial === undefined ? { allowed: true, warnings } : { ...denial, warnings };
  }

  /** Whom a request goes to, in order. */
  #calls(type: Type, request: AdmissionRequest): readonly Call[] {
    const { server } = this.#world;
    const resource = `${type}webhookconfigurations`;
    const configurations = server.listAll({
      group: 'admissionregistration.k8s.io',
      version: 'v1',
      resource,
    });
    const reachable = this.#world.kyverno() !== undefined;
    const calls: Call[] = [];
    for (const configuration of [...configurations].sort(byName)) {
      const own = isKyvernos(configuration);
      if (own && reachable) {
        // Kyverno sorts its own webhooks out; its resource webhooks stand for all of them.
        if (!calls.includes('kyverno')) calls.push('kyverno');
        continue;
      }
      for (const webhook of getList(configuration, 'webhooks'))
        if (isCalledFor(webhook, request, server)) calls.push({ webhook, own });
    }
    return calls;
  }

  *#ask(type: Type, call: Call, request: AdmissionRequest, cause: EventId): Process<AdmissionResponse> {
    if (call !== 'kyverno') return yield* this.#call(type, call, request, cause);
    const kyverno = this.#world.kyverno();
    if (kyverno === undefined) return ALLOWED;
    return yield* type === 'mutating' ? kyverno.mutate(request, cause) : kyverno.validate(request, cause);
  }

  *#call(
    type: Type,
    { webhook, own }: Exclude<Call, 'kyverno'>,
    request: AdmissionRequest,
    cause: EventId,
  ): Process<AdmissionResponse> {
    const { recorder } = this.#world;
    const name = getString(webhook, 'name') ?? '';
    const behaviour = this.#behaviour(name, own, cause);
    const event = recorder.open({
      kind: 'webhook',
      phase: 'admission',
      cause,
      type,
      name,
      operation: request.operation,
      allowed: true,
      warnings: [],
    });
    const seconds = Number(get(webhook, 'timeoutSeconds') ?? DEFAULT_TIMEOUT);
    const late = behaviour.delay > seconds * 1000;
    yield late ? milliseconds(seconds * 1000) : behaviour.delay;
    if (late || behaviour.verdict === 'error') {
      const reason = late ? 'context deadline exceeded' : (behaviour.message ?? unreachable(webhook));
      const failure = `failed calling webhook "${name}": failed to call webhook: Post "${urlOf(webhook, seconds)}": ${reason}`;
      const admitted = getString(webhook, 'failurePolicy') === 'Ignore';
      recorder.close(event, { allowed: admitted, message: failure });
      return admitted ? ALLOWED : failed(name, failure);
    }
    if (behaviour.verdict === 'deny') {
      const { message = '' } = behaviour;
      recorder.close(event, { allowed: false, message });
      return denied(name, message);
    }
    recorder.close(event);
    return type === 'mutating' ? this.#patched(name, behaviour, request) : ALLOWED;
  }

  #behaviour(name: string, own: boolean, cause: EventId): WebhookBehaviour {
    if (own) return { delay: AT_ONCE, verdict: 'error' };
    const known = this.#world.behaviourOf(name);
    if (known !== undefined) return known;
    if (!this.#unknown.has(name)) {
      this.#unknown.add(name);
      this.#world.recorder.record({
        kind: 'unsupported',
        phase: 'admission',
        cause,
        what: `the webhook ${name}`,
        message: `Nothing says how the webhook ${name} answers, so it lets everything pass. An Actor with \`spec.webhook.name: ${name}\` says it.`,
      });
    }
    return { delay: AT_ONCE, verdict: 'allow' };
  }

  #patched(name: string, { patch }: WebhookBehaviour, request: AdmissionRequest): AdmissionResponse {
    const { object, resource } = request;
    const info = this.#world.server.discovery().byResource(resource);
    if (patch === undefined || object === undefined || info === undefined) return ALLOWED;
    const result = applyPatch(object, { type: Array.isArray(patch) ? 'json' : 'merge', body: patch }, info);
    return 'value' in result
      ? { allowed: true, warnings: [], object: result.value as KubernetesObject }
      : failed(name, result.failure.message);
  }
}

const byName = (left: KubernetesObject, right: KubernetesObject): number =>
  nameOf(left) < nameOf(right) ? -1 : 1;

const isKyvernos = (configuration: KubernetesObject): boolean =>
  getString(configuration, 'metadata', 'labels', MANAGED_BY) === 'kyverno';

/** The refusal of a webhook that answered (apiserver, webhook/errors ToStatusErr). */
function denied(webhook: string, message: string): AdmissionResponse {
  const why = message === '' ? ' without explanation' : `: ${message}`;
  const text = `admission webhook "${webhook}" denied the request${why}`;
  return { allowed: false, warnings: [], denied: { webhook, message: text, code: 400 } };
}

/** The refusal because a webhook with failurePolicy Fail could not be asked. */
const failed = (webhook: string, failure: string): AdmissionResponse => ({
  allowed: false,
  warnings: [],
  denied: { webhook, message: `Internal error occurred: ${failure}`, code: 500, reason: 'InternalError' },
});

/** Where a webhook is called: its URL, or that of its service. */
function urlOf(webhook: Json, seconds: number): string {
  const url = getString(webhook, 'clientConfig', 'url');
  if (url !== undefined) return `${url}?timeout=${seconds}s`;
  const service = get(get(webhook, 'clientConfig'), 'service');
  const [name = '', namespace = ''] = [getString(service, 'name'), getString(service, 'namespace')];
  const path = getString(service, 'path') ?? '/';
  return `https://${name}.${namespace}.svc:${Number(get(service, 'port') ?? 443)}${path}?timeout=${seconds}s`;
}

/** What the connection says where nobody listens. */
function unreachable(webhook: Json): string {
  const service = getString(webhook, 'clientConfig', 'service', 'name');
  if (service !== undefined) return `no endpoints available for service "${service}"`;
  const url = getString(webhook, 'clientConfig', 'url') ?? '';
  const host = url.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return `dial tcp ${host.includes(':') ? host : `${host}:443`}: connect: connection refused`;
}
