import type { Json, PathSegment } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';
import { type Milliseconds, milliseconds } from '../base/units.ts';
import { parseDuration } from '../kubernetes/duration.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { WebhookBehaviour } from '../simulation/scenario.ts';

/** An actor that answers a webhook which a configuration in the cluster registers (docs/scenario-format.md). */
export interface WebhookActor {
  /** `webhooks[].name` of the configuration. */
  readonly name: string;
  /** Until something of `changes` holds. */
  readonly behaviour: WebhookBehaviour;
  readonly changes: readonly {
    /** Name of the step of chainsaw-test.yaml from which on it holds. */
    readonly from: string;
    readonly behaviour: WebhookBehaviour;
    readonly location: NonNullable<Diagnostic['location']>;
  }[];
}

type Path = readonly PathSegment[];
const BEHAVIOUR = ['delay', 'verdict', 'message', 'patch'];
const VERDICTS: readonly string[] = ['allow', 'deny', 'error'] satisfies WebhookBehaviour['verdict'][];

/** Reads an actor with `spec.webhook`; one without a name is left out and said. */
export function readWebhookActor(document: ManifestDocument): {
  readonly webhooks: readonly WebhookActor[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const say = (path: Path, message: string): void => {
    diagnostics.push({
      code: 'scenario-actor',
      severity: 'error',
      message,
      location: document.locate(path, 'key'),
    });
  };
  const check = (value: Json | undefined, path: Path, known: readonly string[]): void => {
    if (!isObject(value)) say(path, `\`${path.join('.')}\` is an object with ${known.join(', ')}.`);
    else
      for (const key of Object.keys(value))
        if (!known.includes(key))
          say([...path, key], `\`${key}\` is not known; known are ${known.join(', ')}.`);
  };
  const duration = (value: Json | undefined, path: Path): Milliseconds => {
    const nanoseconds = typeof value === 'string' ? parseDuration(value) : undefined;
    if (nanoseconds !== undefined && nanoseconds >= 0n) return milliseconds(Number(nanoseconds) / 1e6);
    if (value !== undefined) say(path, '`delay` is a duration such as `1500ms`.');
    return milliseconds(0);
  };
  const behaviour = (value: Json, path: Path): WebhookBehaviour => {
    const verdict = getString(value, 'verdict') ?? 'allow';
    if (!VERDICTS.includes(verdict)) say([...path, 'verdict'], '`verdict` is allow, deny or error.');
    const message = getString(value, 'message');
    const patch = get(value, 'patch');
    return {
      delay: duration(get(value, 'delay'), [...path, 'delay']),
      verdict: VERDICTS.includes(verdict) ? (verdict as WebhookBehaviour['verdict']) : 'allow',
      ...(message === undefined ? {} : { message }),
      ...(patch === undefined ? {} : { patch }),
    };
  };
  const path: Path = ['spec', 'webhook'];
  check(get(document.value, 'spec'), ['spec'], ['webhook']);
  const webhook = get(get(document.value, 'spec'), 'webhook') ?? null;
  check(webhook, path, ['name', ...BEHAVIOUR, 'then']);
  const name = getString(webhook, 'name') ?? '';
  if (name === '') {
    say(path, 'A webhook needs the `name` that its configuration in the cluster gives it.');
    return { webhooks: [], diagnostics };
  }
  const changes = getList(webhook, 'then').map((entry, at) => {
    const place = [...path, 'then', at];
    check(entry, place, ['from', ...BEHAVIOUR]);
    const from = getString(entry, 'from') ?? '';
    return { from, behaviour: behaviour(entry, place), location: document.locate([...place, 'from']) };
  });
  return { webhooks: [{ name, behaviour: behaviour(webhook, path), changes }], diagnostics };
}
