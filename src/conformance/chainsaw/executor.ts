import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { ApiRequest, ApiResponse, ResourceInfo } from '../../cluster/api.ts';
import type { EvaluateStatement } from '../../expressions/assertion/assert-tree.ts';
import { type Bindings, bind } from '../../expressions/assertion/bindings.ts';
import { CHAINSAW_FUNCTIONS } from '../../expressions/assertion/chainsaw-functions.ts';
import { communityJmesPath } from '../../expressions/assertion/community.ts';
import { templateReference, templateValue } from '../../expressions/assertion/templating.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf } from '../../kubernetes/object.ts';
import type { ManifestDocument } from '../../manifest/manifest.ts';
import {
  bindAll,
  bindTold,
  judgeScript,
  judgeWrite,
  MET,
  missed,
  type Output,
  readOutputs,
  type Sight,
  titleOf,
  unsupported,
  type Verdict,
} from '../../simulation/chainsaw/judge.ts';
import { type KubectlOperation, kubectlArguments } from '../../simulation/chainsaw/kubectl-operations.ts';
import { findObjects, infoOf, lookOnce, type Place } from '../../simulation/chainsaw/look.ts';
import { asObject, inNamespace, withGracePeriod } from '../../simulation/chainsaw/objects.ts';
import { millisecondsOf } from '../../simulation/chainsaw/timeouts.ts';
import { type FileTree, joinPath } from '../cli/file-tree.ts';
import { loadDocuments } from '../cli/load-documents.ts';
import { celOf } from './cel-objects.ts';
import { TEST_USER, type TestCluster } from './cluster.ts';
import { filesOf } from './globs.ts';
import { ScriptRunner } from './script-runner.ts';
import { ShellUnsupported } from './shell-script.ts';
import type { CommandResult } from './shell-world.ts';
import { type Operation, type Propagation, propagationIn } from './test-file.ts';

/** What an operation knows of its test. */
export interface ExecutorOptions {
  readonly tree: FileTree;
  readonly folder: string;
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly bindings: Bindings;
  readonly timeouts: JsonObject;
  readonly template: boolean;
  /** Merged into the namespace that is made for the test. */
  readonly namespaceTemplate: JsonObject;
  readonly gracePeriod?: string;
  readonly propagation: Propagation;
  /** Files that scripts of the test wrote. */
  readonly written: Map<string, string>;
  readonly programs: Json;
}

/** Chainsaw looks again every 50 ms; between two operations about as much time passes. */
const BETWEEN = 50;
const WRITES = ['apply', 'create', 'update', 'patch'] as const;
type Write = (typeof WRITES)[number];
const WRITING = [
  'file',
  'resource',
  'expect',
  'timeout',
  'template',
  'description',
  'bindings',
  'outputs',
  'dryRun',
];
const LOOKING = ['file', 'resource', 'timeout', 'template', 'description', 'bindings'];
const SCRIPTING = [
  'check',
  'timeout',
  'env',
  'skipLogOutput',
  'skipCommandOutput',
  'description',
  'bindings',
  'outputs',
  'workDir',
];
const OBJECT = ['apiVersion', 'kind', 'resource', 'name', 'namespace', 'selector', 'timeout'];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  apply: WRITING,
  create: WRITING,
  update: WRITING,
  patch: [...WRITING, 'subresource'],
  delete: [
    'file',
    'ref',
    'expect',
    'timeout',
    'template',
    'description',
    'deletionPropagationPolicy',
    'bindings',
  ],
  assert: LOOKING,
  error: LOOKING,
  sleep: ['duration'],
  script: [...SCRIPTING, 'content', 'shell'],
  command: [...SCRIPTING, 'entrypoint', 'args'],
  get: [...OBJECT, 'format'],
  describe: [...OBJECT, 'showEvents'],
  events: ['name', 'namespace', 'selector', 'timeout', 'format'],
  podLogs: ['name', 'namespace', 'selector', 'timeout', 'container', 'tail'],
  wait: [...OBJECT, 'format', 'for'],
};

/** Performs the operations of a step on the cluster. */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #cluster: TestCluster;
  readonly #evaluate: EvaluateStatement;
  /** What the step's operations know: its bindings, and what operations before put out. */
  #bindings: Bindings;
  /** What the present operation puts out. */
  #outputs: Output[] = [];

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#cluster = options.cluster;
    this.#bindings = options.bindings;
    this.#evaluate = communityJmesPath(
      { now: this.#cluster.live.wallClock(), random: () => 0, libraries: {} },
      CHAINSAW_FUNCTIONS,
    );
  }

  /** The test's namespace, unless it is there. */
  makeNamespace(): void {
    const { namespace } = this.#options;
    const resource = { group: '', version: 'v1', resource: 'namespaces' };
    if (this.#cluster.live.server.lookup(resource, '', namespace) !== undefined) return;
    const template = templateValue(this.#options.namespaceTemplate, this.#sight);
    const more = 'error' in template || !isObject(template.value) ? {} : template.value;
    const metadata = { ...getObject(more, 'metadata'), name: namespace };
    const body = { ...more, apiVersion: 'v1', kind: 'Namespace', metadata };
    this.#cluster.perform(this.#send({ verb: 'create', resource, body }));
  }

  run({ type, body }: Operation): Verdict {
    const known = Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
    if (known === undefined) return unsupported(`the operation \`${type}\` is not simulated`);
    const unknown = Object.keys(body).find((key) => !known.includes(key));
    if (unknown !== undefined) return unsupported(`\`${unknown}\` of \`${type}\` is not simulated`);
    this.#cluster.pass(BETWEEN);
    const outer = this.#bindings;
    this.#outputs = [];
    const bound = bindAll(getList(body, 'bindings'), this.#sight, null);
    if ('bindings' in bound) this.#bindings = bound.bindings;
    const verdict = 'error' in bound ? unsupported(bound.error) : this.#perform(type, body);
    // An operation's own bindings end with it; what it puts out stays.
    this.#bindings = this.#outputs.reduce((known, { name, value }) => bind(known, name, value), outer);
    return verdict;
  }

  #perform(type: string, body: JsonObject): Verdict {
    switch (type) {
      case 'sleep': {
        const duration = millisecondsOf(getString(body, 'duration'));
        if (duration === undefined) return unsupported('a duration that cannot be read');
        this.#cluster.pass(duration);
        return MET;
      }
      case 'script':
      case 'command':
        return this.#script(type, body);
      case 'get':
      case 'describe':
      case 'events':
      case 'podLogs':
      case 'wait':
        return this.#kubectl(type, body);
      default:
        return this.#onDocuments(type, body);
    }
  }

  /** `outputs` of an operation that succeeded; `seen`: what its check saw. */
  #putOut(body: JsonObject, input: Json, seen: Bindings): Verdict {
    const read = readOutputs(body, input, { evaluate: this.#evaluate, bindings: seen });
    if ('unsupported' in read) return unsupported(read.unsupported);
    this.#outputs.push(...read.outputs);
    return MET;
  }

  get #sight(): Sight {
    return { evaluate: this.#evaluate, bindings: this.#bindings };
  }

  get #place(): Place {
    return { server: this.#cluster.live.server, namespace: this.#options.namespace };
  }

  #kubectl(type: KubectlOperation, body: JsonObject): Verdict {
    const { namespace } = this.#options;
    const timeout = getString(body, 'timeout') ?? getString(this.#options.timeouts, 'exec') ?? '5s';
    const args = kubectlArguments(type, body, {
      namespace,
      timeout,
      templating: this.#sight,
      infoOf: (kind) => this.#cluster.live.server.discovery().byKind(kind),
    });
    if ('error' in args) return missed(args.error);
    return this.#script('command', { entrypoint: 'kubectl', args: args.argv });
  }

  /** One operation a document; all are tried, the first that fails tells. */
  #onDocuments(type: string, body: JsonObject): Verdict {
    const documents = type === 'delete' && get(body, 'ref') !== undefined ? undefined : this.#documents(body);
    if (documents !== undefined && 'reason' in documents) return documents;
    if (documents === undefined) return this.#deleteReference(body);
    let verdict = MET;
    for (const document of documents) {
      const one = this.#onDocument(type, body, document);
      if (verdict.type === 'met') verdict = one;
    }
    return verdict;
  }

  #onDocument(type: string, body: JsonObject, document: JsonObject): Verdict {
    const templated = this.#templated(document, body, type === 'assert' || type === 'error');
    if ('error' in templated) return unsupported(`a template that cannot be evaluated: ${templated.error}`);
    if (type === 'assert' || type === 'error')
      return this.#look(type, templated.value as JsonObject, this.#timeout(type, body));
    const object = asObject(templated.value);
    if (object === undefined) return missed('an object without apiVersion or kind');
    const cel = celOf(object);
    if (cel !== undefined) return unsupported(cel);
    if (type === 'delete') return this.#delete([object], body);
    return this.#write(type as Write, object, body);
  }

  #templated(
    document: JsonObject,
    body: JsonObject,
    referenceOnly: boolean,
  ): { readonly value: Json } | { readonly error: string } {
    const own = get(body, 'template');
    if (own === undefined ? !this.#options.template : own === false) return { value: document };
    return referenceOnly ? templateReference(document, this.#sight) : templateValue(document, this.#sight);
  }

  /** The documents of a `file` or the `resource` itself; lists are taken apart. */
  #documents(body: JsonObject): readonly JsonObject[] | Exclude<Verdict, { type: 'met' }> {
    const own = get(body, 'resource');
    if (isObject(own)) return [own];
    const file = templateValue(get(body, 'file') ?? null, this.#sight);
    if ('error' in file) return { type: 'unsupported', reason: file.error };
    if (typeof file.value !== 'string') return { type: 'unsupported', reason: 'neither file nor resource' };
    const paths = filesOf(this.#options.tree, joinPath(this.#options.folder, file.value));
    if (paths === undefined) return { type: 'unsupported', reason: `a glob in folders: ${file.value}` };
    const documents: ManifestDocument[] = [];
    for (const path of paths) {
      const loaded = loadDocuments(this.#options.tree, path);
      if ('error' in loaded) return { type: 'unsupported', reason: loaded.error };
      documents.push(...loaded);
    }
    return documents.flatMap(({ value }) => {
      const items = get(value, 'items');
      return Array.isArray(items) ? items.filter(isObject) : isObject(value) ? [value] : [];
    });
  }

  #timeout(type: string, body: JsonObject): number {
    const kind = WRITES.includes(type as Write)
      ? 'apply'
      : type === 'script' || type === 'command'
        ? 'exec'
        : type;
    return millisecondsOf(getString(body, 'timeout') ?? getString(this.#options.timeouts, kind)) ?? 30_000;
  }

  *#send(request: Omit<ApiRequest, 'user' | 'component' | 'fieldManager'>): Process<ApiResponse> {
    return yield* this.#cluster.live.server.request({
      ...request,
      user: TEST_USER,
      component: 'client',
      fieldManager: 'chainsaw',
    });
  }

  #write(type: Write, document: KubernetesObject, body: JsonObject): Verdict {
    const deadline = this.#cluster.now() + this.#timeout(type, body);
    // Chainsaw retries what failed; here only something that falls due can make a difference.
    for (;;) {
      const verdict = this.#writeOnce(type, document, body);
      if (verdict.type !== 'missed' || type === 'create' || !this.#cluster.advance(deadline)) return verdict;
    }
  }

  #writeOnce(type: Write, document: KubernetesObject, body: JsonObject): Verdict {
    const info = infoOf(this.#cluster.live.server, document);
    if (info === undefined)
      return judgeWrite(
        document,
        body,
        `no matches for kind "${document.kind}" in version "${document.apiVersion}"`,
        this.#sight,
      );
    const seconds = Math.trunc((millisecondsOf(this.#options.gracePeriod) ?? 0) / 1000);
    const placed = inNamespace(document, info, this.#options.namespace);
    const object =
      seconds === 0 || (type !== 'apply' && type !== 'create') ? placed : withGracePeriod(placed, seconds);
    const response = this.#cluster.perform(this.#request(type, object, info, body));
    const seen = response.object ?? object;
    const verdict = judgeWrite(seen, body, response.failure?.message, this.#sight);
    if (verdict.type !== 'met' || response.failure !== undefined) return verdict;
    return this.#putOut(body, seen, bind(this.#bindings, 'error', null));
  }

  *#request(
    type: Write,
    object: KubernetesObject,
    info: ResourceInfo,
    options: JsonObject,
  ): Process<ApiResponse> {
    const subresource = getString(options, 'subresource');
    const place = {
      resource: info,
      ...(info.namespaced ? { namespace: getString(object.metadata, 'namespace') ?? '' } : {}),
      ...(get(options, 'dryRun') === true ? { dryRun: true } : {}),
    };
    const name = nameOf(object);
    if (type === 'create') return yield* this.#send({ verb: 'create', ...place, body: object });
    if (type === 'apply' && name === '') return yield* this.#send({ verb: 'create', ...place, body: object });
    const found = yield* this.#send({ verb: 'get', ...place, name });
    if (found.object === undefined)
      return type === 'apply' && found.code === 404
        ? yield* this.#send({ verb: 'create', ...place, body: object })
        : found;
    const resourceVersion = getString(found.object, 'metadata', 'resourceVersion') ?? '';
    const current = { ...object, metadata: { ...object.metadata, resourceVersion } };
    if (type === 'update') return yield* this.#send({ verb: 'update', ...place, name, body: current });
    return yield* this.#send({
      verb: 'patch',
      ...place,
      name,
      ...(subresource === undefined || subresource === '' ? {} : { subresource }),
      patch: { type: 'merge', body: current },
    });
  }

  #look(type: 'assert' | 'error', document: JsonObject, timeout: number): Verdict {
    const deadline = this.#cluster.now() + timeout;
    for (;;) {
      const verdict = lookOnce(type, document, this.#place, this.#sight);
      if (verdict.type !== 'missed' || !this.#cluster.advance(deadline)) return verdict;
    }
  }

  #deleteReference(body: JsonObject): Verdict {
    const templated = templateValue(get(body, 'ref') ?? null, this.#sight);
    if ('error' in templated) return unsupported(templated.error);
    const ref = templated.value;
    const name = getString(ref, 'name');
    const namespace = getString(ref, 'namespace');
    const object = asObject({
      apiVersion: getString(ref, 'apiVersion') ?? '',
      kind: getString(ref, 'kind') ?? '',
      metadata: {
        ...(name === undefined ? {} : { name }),
        ...(namespace === undefined ? {} : { namespace }),
        labels: getObject(ref, 'labels'),
      },
    });
    return object === undefined ? unsupported('a reference without kind') : this.#delete([object], body);
  }

  #delete(wanted: readonly KubernetesObject[], body: JsonObject): Verdict {
    const deadline = this.#cluster.now() + this.#timeout('delete', body);
    for (const reference of wanted) {
      const found = findObjects(reference, this.#place);
      const info = infoOf(this.#cluster.live.server, reference);
      if (found === undefined || info === undefined)
        return missed(`no matches for kind "${reference.kind}" in version "${reference.apiVersion}"`);
      for (const object of found) {
        const verdict = this.#deleteOne(object, info, body, deadline);
        if (verdict.type !== 'met') return verdict;
      }
    }
    return MET;
  }

  #deleteOne(object: KubernetesObject, info: ResourceInfo, body: JsonObject, deadline: number): Verdict {
    const namespace = getString(object.metadata, 'namespace') ?? '';
    const name = nameOf(object);
    const response = this.#cluster.perform(
      this.#send({
        verb: 'delete',
        resource: info,
        name,
        propagationPolicy: propagationIn(body) ?? this.#options.propagation,
        ...(info.namespaced ? { namespace } : {}),
      }),
    );
    const failure = response.failure?.reason === 'NotFound' ? undefined : response.failure?.message;
    const verdict = judgeWrite(object, body, failure, this.#sight);
    if (verdict.type !== 'met' || failure !== undefined) return verdict;
    const uid = getString(object.metadata, 'uid');
    for (;;) {
      const left = this.#cluster.live.server.lookup(info, namespace, name);
      if (left === undefined || getString(left.metadata, 'uid') !== uid) return MET;
      if (!this.#cluster.advance(deadline))
        return missed(`${titleOf(object)} is still there after it was deleted`);
    }
  }

  #script(type: 'script' | 'command', body: JsonObject): Verdict {
    const { tree, namespace, written, programs } = this.#options;
    const shell = getString(body, 'shell') ?? 'sh';
    if (shell !== 'sh' && shell !== 'bash') return unsupported(`the shell ${shell}`);
    const folder = joinPath(this.#options.folder, getString(body, 'workDir') ?? '');
    const variables = new Map([['NAMESPACE', namespace]]);
    for (const entry of getList(body, 'env')) {
      const value = templateValue(get(entry, 'value') ?? '', this.#sight);
      if ('error' in value) return unsupported(value.error);
      variables.set(getString(entry, 'name') ?? '', String(value.value));
    }
    const runner = new ScriptRunner({ cluster: this.#cluster, tree, folder, written, programs });
    let result: CommandResult;
    try {
      result = this.#cluster.perform(
        type === 'script'
          ? runner.script(getString(body, 'content') ?? '', variables)
          : runner.command(getString(body, 'entrypoint') ?? '', getList(body, 'args').map(String), variables),
      );
    } catch (error) {
      if (error instanceof ShellUnsupported)
        return unsupported(`the script is not simulated: ${error.message}`);
      throw error;
    }
    const error = result.exitCode === 0 ? null : `exit status ${result.exitCode}`;
    const told = { stdout: result.stdout, stderr: result.stderr, error };
    const verdict = judgeScript(body, told, this.#sight);
    return verdict.type === 'met' ? this.#putOut(body, null, bindTold(this.#bindings, told)) : verdict;
  }
}
