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
}

/** `bindings` of a test, a step or a template, in order. */
export type Binding = { readonly name: string; readonly value: Json };

export interface Step {
  readonly bindings: readonly Binding[];
  readonly operations: readonly Operation[];
  readonly finally: readonly Operation[];
  readonly cleanup: readonly Operation[];
  readonly timeouts: JsonObject;
}

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
  readonly steps: readonly Step[];
}

export type Loaded<T> = T | { readonly unsupported: string };

/** Fields that steer how Chainsaw runs and reports, and do not change what a test means here. */
const STEERING: ReadonlySet<string> = new Set([
  'bindings',
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
  'cleanup',
  'description',
  'finally',
  'name',
  'skipDelete',
  'timeouts',
  'try',
  'use',
]);
/** Beside an operation in its entry; anything else there is the operation. */
const BESIDE: ReadonlySet<string> = new Set(['description']);

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
  const steps: Step[] = [];
  for (const [index, step] of getList(spec, 'steps').entries()) {
    const read = readStep(tree, folder, step, index);
    if ('unsupported' in read) return read;
    steps.push(read);
  }
  const metadata = get(first.value, 'metadata');
  const template = get(spec, 'template');
  const grace = getString(spec, 'forceTerminationGracePeriod');
  return {
    folder,
    name: getString(metadata, 'name') ?? '',
    metadata: isObject(metadata) ? metadata : {},
    namespace: getString(spec, 'namespace') ?? '',
    bindings: bindingsOf(spec),
    timeouts: objectOf(get(spec, 'timeouts')),
    ...(typeof template === 'boolean' ? { template } : {}),
    ...(grace === undefined ? {} : { forceTerminationGracePeriod: grace }),
    steps,
  };
}

const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

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
    bindings = [...bindings, ...bindingsOf(spec), ...bindingsOf(get(use, 'with'))];
  }
  return {
    bindings,
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
    return { type: key, body, place: `${outer}: ${key}${what === '' ? '' : ` ${what}`}` };
  });
}
