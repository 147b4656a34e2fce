import type { Json, JsonObject, PathSegment } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';
import { milliseconds } from '../base/units.ts';
import { parseDuration } from '../kubernetes/duration.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument, ParsedFile } from '../manifest/manifest.ts';
import type { Actor, ActorAction, ActorReaction } from '../simulation/scenario.ts';
import { ACTOR_API_VERSION, isActor } from './actor-kind.ts';
import { readWebhookActor, type WebhookActor } from './webhook-actor.ts';

/** Reads all actors of a folder's files. An actor that cannot be read is left out and said. */
export function readActors(parsed: readonly ParsedFile[]): {
  readonly actors: readonly Actor[];
  readonly webhooks: readonly WebhookActor[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const actors: Actor[] = [];
  const webhooks: WebhookActor[] = [];
  for (const document of parsed.flatMap((file) => file.documents)) {
    if (!isActor(document.value)) continue;
    if (get(get(document.value, 'spec'), 'webhook') !== undefined) {
      const read = readWebhookActor(document);
      diagnostics.push(...read.diagnostics);
      webhooks.push(...read.webhooks);
      continue;
    }
    const reader = new ActorReader(document);
    const actor = reader.read();
    diagnostics.push(...reader.diagnostics);
    if (actor !== undefined) actors.push(actor);
  }
  return { actors, webhooks, diagnostics };
}

type Path = readonly PathSegment[];
type Require = ActorReaction['require'][number];

class ActorReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #document: ManifestDocument;

  constructor(document: ManifestDocument) {
    this.#document = document;
  }

  read(): Actor | undefined {
    const { value, file, index } = this.#document;
    if (getString(value, 'apiVersion') !== ACTOR_API_VERSION)
      this.#say(['apiVersion'], `An actor is ${ACTOR_API_VERSION}.`);
    const name = this.#text(value, ['metadata', 'name']);
    const namespace = getString(value, 'metadata', 'namespace') ?? 'default';
    this.#check(get(value, 'spec'), ['spec'], ['watch', 'reactions']);
    const watch = this.#watch(get(get(value, 'spec'), 'watch'));
    const reactions = getList(value, 'spec', 'reactions').map((reaction, at) =>
      this.#reaction(reaction, ['spec', 'reactions', at]),
    );
    if (name === undefined || watch === undefined) return undefined;
    return { name, namespace, watch, reactions, source: { file, document: index, path: [] } };
  }

  #watch(value: Json | undefined): Actor['watch'] | undefined {
    const path = ['spec', 'watch'];
    this.#check(value, path, ['apiVersion', 'kind', 'namespace']);
    const apiVersion = this.#text(this.#document.value, [...path, 'apiVersion']);
    const kind = this.#text(this.#document.value, [...path, 'kind']);
    if (apiVersion === undefined || kind === undefined) return undefined;
    const namespace = getString(value, 'namespace');
    return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) };
  }

  #reaction(value: Json, path: Path): ActorReaction {
    this.#check(value, path, ['require', 'do']);
    return {
      require: getList(value, 'require').flatMap((entry, at) =>
        this.#require(entry, [...path, 'require', at]),
      ),
      actions: getList(value, 'do').flatMap((entry, at) => this.#action(entry, [...path, 'do', at])),
    };
  }

  #require(value: Json, path: Path): readonly Require[] {
    this.#check(value, path, ['apiVersion', 'kind', 'namespace', 'name', 'absent']);
    const apiVersion = this.#text(this.#document.value, [...path, 'apiVersion']);
    const kind = this.#text(this.#document.value, [...path, 'kind']);
    const name = this.#text(this.#document.value, [...path, 'name']);
    if (apiVersion === undefined || kind === undefined || name === undefined) return [];
    const namespace = getString(value, 'namespace') ?? '';
    return [{ apiVersion, kind, name, namespace, absent: get(value, 'absent') === true }];
  }

  #action(value: Json, path: Path): readonly ActorAction[] {
    this.#check(value, path, ['after', 'log', 'level', 'status', 'delete']);
    const after = milliseconds(this.#duration(get(value, 'after'), [...path, 'after']));
    const line = getString(value, 'log');
    const status = get(value, 'status');
    const level = get(value, 'level') === 'error' ? 'error' : 'info';
    if (line !== undefined) return [{ type: 'log', after, line, level }];
    if (isObject(status)) return [{ type: 'status', after, status }];
    if (get(value, 'delete') === true) return [{ type: 'delete', after }];
    this.#say(path, 'An action is `log: text`, `status: {…}` or `delete: true`.');
    return [];
  }

  #duration(value: Json | undefined, path: Path): number {
    if (value === undefined) return 0;
    const nanoseconds = typeof value === 'string' ? parseDuration(value) : undefined;
    if (nanoseconds !== undefined && nanoseconds >= 0n) return Number(nanoseconds) / 1e6;
    this.#say(path, '`after` is a duration such as `20ms`.');
    return 0;
  }

  #text(value: Json, path: Path): string | undefined {
    const found = getString(value, ...path);
    if (found === undefined || found === '') this.#say(path, `An actor needs \`${path.join('.')}\`.`);
    return found === '' ? undefined : found;
  }

  #check(value: Json | undefined, path: Path, known: readonly string[]): void {
    if (!isObject(value)) {
      this.#say(path, `\`${path.join('.')}\` is an object with ${known.join(', ')}.`);
      return;
    }
    for (const key of Object.keys(value as JsonObject))
      if (!known.includes(key))
        this.#say([...path, key], `\`${key}\` is not known; known are ${known.join(', ')}.`);
  }

  #say(path: Path, message: string): void {
    this.diagnostics.push({
      code: 'scenario-actor',
      severity: 'error',
      message,
      location: this.#document.locate(path, 'key'),
    });
  }
}
