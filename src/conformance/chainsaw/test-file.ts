import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getString, isObject } from '../../base/json.ts';
import { type FileTree, joinPath } from '../cli/file-tree.ts';
import { loadDocuments } from '../cli/load-documents.ts';

/** One entry of a step, as written: what it does, and where it stands. */
export interface Operation {
  /** `apply`, `assert`, …; what is unknown is kept, so that the run can say so. */
  readonly type: string;
  readonly body: JsonObject;
  /** `step-02: apply resource.yaml`. */
  readonly place: string;
  /** The step goes on after it, whatever it comes to; the test has failed all the same. */
  readonly continues: boolean;
}

/** `bindings` of a test, a step or a template, in order. */
export type Binding = { readonly name: string; readonly value: Json };

export interface Step {
  readonly bindings: readonly Binding[];
  readonly operations: readonly Operation[];
  readonly finally: readonly Operation[];
  readonly cleanup: readonly Operation[];
  readonly timeouts: JsonObject;
  readonly template?: boolean;
  readonly propagation?: Propagation;
}

/** How a deletion treats what the object owns. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** A Chainsaw Test with its step templates put in (chainsaw.kyverno.io/v1alpha1). */
export interface ChainsawTestFile {
  readonly folder: string;
  readonly name: string;
  readonly metadata: JsonObject;
  /** `spec.namespace`; empty if Chainsaw is to make one. */
  readonly namespace: string;
  readonly bindings: readonly Binding[];
  readonly timeouts: JsonObject;
  /** `spec.template`, if it is set. */
  readonly template?: boolean;
  readonly forceTerminationGracePeriod?: string;
  readonly propagation?: Propagation;
  /** Bindings of each scenario that the test is run for; one without any if there are none. */
  readonly scenarios: readonly (readonly Binding[])[];
  /** What is merged into the namespace that Chainsaw makes. */
  readonly namespaceTemplate: JsonObject;
  readonly steps: readonly Step[];
}

export type Loaded<T> = T | { readonly unsupported: string };

/** Fields that steer how Chainsaw runs and reports, and do not change what a test means here. */
const STEERING: ReadonlySet<string> = new Set([
  'bindings',
  'catch',
  'compiler',
  'fastNamespaceDeletion',
  'namespaceTemplate',
  'scenarios',
  'cleanup',
  'concurrent',
  'delayBeforeCleanup',
  'deletionPropagationPolicy',
  'description',
  'failFast',
  'forceTerminationGracePeriod',
  'name',
  'namespace',
  'skipDelete',
  'steps',
  'template',
  'timeouts',
]);
const STEP_FIELDS: ReadonlySet<string> = new Set([
  'bindings',
  'catch',
  'compiler',
  'deletionPropagationPolicy',
  'template',
  'cleanup',
  'description',
  'finally',
  'name',
  'skipDelete',
  'timeouts',
  'try',
  'use',
]);
const TEMPLATE_FIELDS: ReadonlySet<string> = new Set(['bindings', 'catch', 'cleanup', 'finally', 'try']);
/** Beside an operation in its entry; anything else there is the operation. */
const BESIDE: ReadonlySet<string> = new Set(['compiler', 'continueOnError', 'description']);

/** Reads a test file and the templates that it uses. */
export function readTestFile(tree: FileTree, path: string, folder: string): Loaded<ChainsawTestFile> {
  const loaded = loadDocuments(tree, path);
  if ('error' in loaded) return { unsupported: loaded.error };
  const tests = loaded.filter(({ value }) => value !== null);
  const [first] = tests;
  if (first === undefined || tests.length > 1) return { unsupported: `${path}: one Test a file` };
  if (getString(first.value, 'apiVersion') !== 'chainsaw.kyverno.io/v1alpha1')
    return { unsupported: `${path}: not a chainsaw.kyverno.io/v1alpha1 Test` };
  const spec = get(first.value, 'spec');
  const unknown = unknownKey(spec, STEERING);
  if (unknown !== undefined) return { unsupported: `spec.${unknown}` };
  const foreign = foreignCompiler(spec, '');
  if (foreign !== undefined) return { unsupported: foreign };
  const steps: Step[] = [];
  for (const [index, step] of getList(spec, 'steps').entries()) {
    const read = readStep(tree, folder, step, index);
    if ('unsupported' in read) return read;
    steps.push(read);
  }
  const metadata = get(first.value, 'metadata');
  const template = get(spec, 'template');
  const grace = getString(spec, 'forceTerminationGracePeriod');
  const scenarios = getList(spec, 'scenarios').map(bindingsOf);
  return {
    folder,
    name: getString(metadata, 'name') ?? '',
    metadata: isObject(metadata) ? metadata : {},
    namespace: getString(spec, 'namespace') ?? '',
    bindings: bindingsOf(spec),
    timeouts: objectOf(get(spec, 'timeouts')),
    ...(typeof template === 'boolean' ? { template } : {}),
    ...(grace === undefined ? {} : { forceTerminationGracePeriod: grace }),
    ...propagationOf(spec),
    scenarios: scenarios.length === 0 ? [[]] : scenarios,
    namespaceTemplate: objectOf(get(spec, 'namespaceTemplate')),
    steps,
  };
}

const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** The `deletionPropagationPolicy` of an operation, a step or a test. */
export function propagationIn(value: Json | undefined): Propagation | undefined {
  const policy = getString(value, 'deletionPropagationPolicy');
  return policy === 'Background' || policy === 'Foreground' || policy === 'Orphan' ? policy : undefined;
}

function propagationOf(value: Json | undefined): { readonly propagation?: Propagation } {
  const propagation = propagationIn(value);
  return propagation === undefined ? {} : { propagation };
}

/** Expressions are JMESPath; another default compiler anywhere makes them something else. */
function foreignCompiler(value: Json | undefined, place: string): string | undefined {
  const compiler = getString(value, 'compiler');
  if (compiler !== undefined && compiler !== 'jp') return `${place}the compiler ${compiler} is not simulated`;
  return undefined;
}

const unknownKey = (value: Json | undefined, known: ReadonlySet<string>): string | undefined =>
  Object.keys(objectOf(value)).find((key) => !known.has(key));

const bindingsOf = (value: Json | undefined): readonly Binding[] =>
  getList(value, 'bindings').map((entry) => ({
    name: getString(entry, 'name') ?? '',
    value: get(entry, 'value') ?? null,
  }));

/** A step's own operations, or those of the template that it uses; the template's bindings come before those of `with`. */
function readStep(tree: FileTree, folder: string, step: Json, index: number): Loaded<Step> {
  const title = getString(step, 'name') ?? `step ${index + 1}`;
  const unknown = unknownKey(step, STEP_FIELDS);
  if (unknown !== undefined) return { unsupported: `${title}: \`${unknown}\` of a step` };
  const use = get(step, 'use');
  let body: Json = step;
  let bindings = bindingsOf(step);
  if (use !== undefined) {
    const path = (getString(use, 'template') ?? '').replace(/^\/+/, '');
    const loaded = loadDocuments(tree, joinPath(folder, path));
    if ('error' in loaded) return { unsupported: `${title}: ${loaded.error}` };
    const template = loaded.find(({ value }) => getString(value, 'kind') === 'StepTemplate');
    const spec = get(template?.value, 'spec');
    if (spec === undefined) return { unsupported: `${title}: ${path} is no StepTemplate` };
    body = spec;
    const inner = unknownKey(spec, TEMPLATE_FIELDS);
    if (inner !== undefined) return { unsupported: `${title}: \`${inner}\` of a step template` };
    bindings = [...bindings, ...bindingsOf(spec), ...bindingsOf(get(use, 'with'))];
  }
  const foreign =
    foreignCompiler(step, `${title}: `) ??
    ['try', 'finally', 'cleanup']
      .flatMap((section) => getList(body, section))
      .map((entry) => foreignCompiler(entry, `${title}: `))
      .find((text) => text !== undefined);
  if (foreign !== undefined) return { unsupported: foreign };
  const template = get(step, 'template');
  return {
    bindings,
    ...(typeof template === 'boolean' ? { template } : {}),
    ...propagationOf(step),
    operations: readOperations(body, 'try', title),
    finally: readOperations(body, 'finally', title),
    cleanup: readOperations(body, 'cleanup', title),
    timeouts: objectOf(get(step, 'timeouts')),
  };
}

function readOperations(step: Json, section: string, title: string): readonly Operation[] {
  return getList(step, section).map((entry) => {
    const key = Object.keys(objectOf(entry)).find((name) => !BESIDE.has(name)) ?? '';
    const body = objectOf(get(entry, key));
    const what = getString(body, 'file') ?? getString(body, 'entrypoint') ?? '';
    const outer = section === 'try' ? title : `${title} (${section})`;
    return {
      type: key,
      body,
      place: `${outer}: ${key}${what === '' ? '' : ` ${what}`}`,
      continues: get(entry, 'continueOnError') === true,
    };
  });
}
