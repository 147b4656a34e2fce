import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { ApiRequest, ApiResponse, ApiServer, ResourceInfo } from '../cluster/api.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { Failure } from './failure.ts';
import { formatFailures } from './failure.ts';
import type { Arguments } from './flags.ts';
import { flag, isOn } from './flags.ts';
import type { SchemaDocuments } from './read/explain-schema.ts';

/** What surrounds a kubectl process. */
export interface KubectlEnvironment {
  /** The step's event: the cause of every request. */
  readonly cause?: EventId;
  /** Namespace of the context; `default` if absent. */
  readonly namespace?: string;
  /** Wall clock, milliseconds since the Unix epoch: ages are counted from it. */
  readonly now?: number;
  /** The wall clock while the command runs; `now` if absent. */
  readonly clock?: () => number;
  /** What was written to the logs of the cluster until now, in order of time. */
  readonly logs?: () => readonly LogLine[];
  /** What else writes logs than Kyverno's controllers; whoever wrote a line if absent. */
  readonly workloads?: readonly { readonly namespace: string; readonly name: string }[];
  /** Wall clock until which `-w` and `-f` go on; without it they are not simulated. */
  readonly followUntil?: number;
  /** Schemas with descriptions, for `explain`. */
  readonly schemas?: SchemaDocuments;
}

/** A line of a controller's or an actor's log. */
export interface LogLine {
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly time: number;
  /** Deployment that wrote it. */
  readonly source: string;
  readonly line: string;
}

export type DryRun = 'none' | 'client' | 'server';

/** A running kubectl: its arguments, its user, what it has printed so far. */
export class Session {
  readonly args: Arguments;
  readonly user: UserInfo;
  readonly server: ApiServer;
  readonly files: Readonly<Record<string, readonly ManifestDocument[]>>;
  readonly #environment: KubectlEnvironment;
  readonly #warned = new Set<string>();
  readonly #failures: Failure[] = [];
  #wantsSchemaOf: WantedSchema | undefined;
  #stdout = '';
  #stderr = '';

  constructor(
    args: Arguments,
    user: UserInfo,
    files: Readonly<Record<string, readonly ManifestDocument[]>>,
    server: ApiServer,
    environment: KubectlEnvironment,
  ) {
    this.args = args;
    this.user = user;
    this.files = files;
    this.server = server;
    this.#environment = environment;
  }

  get namespace(): string {
    return flag(this.args, 'namespace') || this.#environment.namespace || 'default';
  }

  get now(): number {
    return this.#environment.now ?? 0;
  }

  /** Wall clock at this moment of the command. */
  get clock(): number {
    return this.#environment.clock?.() ?? this.now;
  }

  get followUntil(): number | undefined {
    return this.#environment.followUntil;
  }

  get workloads(): KubectlEnvironment['workloads'] {
    return this.#environment.workloads;
  }

  get schemas(): SchemaDocuments | undefined {
    return this.#environment.schemas;
  }

  /** Notes that the documents of a kind would tell more. */
  wantSchemaOf(apiVersion: string, kind: string): void {
    this.#wantsSchemaOf = { apiVersion, kind };
  }

  logs(): readonly LogLine[] {
    return this.#environment.logs?.() ?? [];
  }

  get dryRun(): DryRun {
    const value = flag(this.args, 'dry-run');
    if (value === 'server') return 'server';
    return value === undefined || value === 'none' || value === 'false' ? 'none' : 'client';
  }

  get failures(): readonly Failure[] {
    return this.#failures;
  }

  /** Sends a request as this kubectl; warnings are printed as they arrive, each text once. */
  *send(
    request: Omit<ApiRequest, 'user' | 'component' | 'fieldManager'>,
    manager: string,
  ): Process<ApiResponse> {
    const writes = request.verb !== 'get' && request.verb !== 'list';
    const response = yield* this.server.request({
      ...request,
      user: this.user,
      component: 'client',
      fieldManager: flag(this.args, 'field-manager') ?? manager,
      ...(writes && this.dryRun === 'server' ? { dryRun: true } : {}),
      ...(this.#environment.cause === undefined ? {} : { cause: this.#environment.cause }),
    });
    for (const warning of response.warnings) this.warn(warning);
    return response;
  }

  warn(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.#stderr += `Warning: ${text}\n`;
  }

  print(line: string): void {
    this.#stdout += `${line}\n`;
  }

  /** Text as it is, line breaks included. */
  write(text: string): void {
    this.#stdout += text;
  }

  printError(line: string): void {
    this.#stderr += `${line}\n`;
  }

  /** Tells what was done to an object: `namespace/x created (server dry run)`, or with `-o name` its name alone. */
  printDone(info: Pick<ResourceInfo, 'group' | 'kind'>, name: string, done: string): void {
    const short = flag(this.args, 'output') === 'name';
    this.print(short ? `${typeOf(info)}/${name}` : `${typeOf(info)}/${name} ${done}${this.dryRunSuffix}`);
  }

  get dryRunSuffix(): string {
    return { none: '', client: ' (dry run)', server: ' (server dry run)' }[this.dryRun];
  }

  fail(failure: Failure): void {
    this.#failures.push(failure);
  }

  isOn(name: string, unset = false): boolean {
    return isOn(this.args, name, unset);
  }

  result(): KubectlResult {
    return {
      ...(this.#wantsSchemaOf === undefined ? {} : { wantsSchemaOf: this.#wantsSchemaOf }),
      exitCode: this.#failures.length === 0 ? 0 : 1,
      stdout: this.#stdout,
      stderr: this.#stderr + formatFailures(this.#failures),
    };
  }
}

/** What a command wrote, and how it ended. */
export interface KubectlResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What of the command is not simulated; the cluster was not touched by it. */
  readonly unsupported?: string;
  /** The documents of this kind were not there, and would tell more. */
  readonly wantsSchemaOf?: WantedSchema;
}

/** A kind that `explain` is asked about. */
export interface WantedSchema {
  readonly apiVersion: string;
  readonly kind: string;
}

/** `configmap`, `clusterpolicy.kyverno.io`: a kind as kubectl prints it. */
export const typeOf = ({ group, kind }: Pick<ResourceInfo, 'group' | 'kind'>): string =>
  group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;

/** Where an object lives, for a request. */
export const placeOf = (
  info: ResourceInfo,
  namespace: string,
): { readonly resource: ResourceInfo; readonly namespace?: string } =>
  info.namespaced ? { resource: info, namespace } : { resource: info };

export type LoadedObject = { readonly object: KubernetesObject; readonly info: ResourceInfo };
