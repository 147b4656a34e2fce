import type { Json, JsonObject, PathSegment } from '../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../base/json.ts';
import type { Diagnostic, Severity } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { TestSection, TestStep } from '../simulation/scenario.ts';

/** Operations of a Chainsaw Test that become steps. */
export const STEP_OPERATIONS = [
  'apply',
  'create',
  'update',
  'patch',
  'delete',
  'sleep',
  'script',
  'command',
] as const;
export type StepOperation = (typeof STEP_OPERATIONS)[number];
/** Operations that look and do not touch. */
const LOOKING = ['assert', 'describe', 'error', 'events', 'get', 'podLogs', 'wait'] as const;
export type LookOperation = (typeof LOOKING)[number];

/** One entry of a step's `try`, `catch`, `finally` or `cleanup`. */
export interface TestOperation {
  readonly type: StepOperation | LookOperation;
  /** What stands behind `apply:` and the like. */
  readonly body: JsonObject;
  /** Path of the entry in its document: `spec.steps[1].try[0]`. */
  readonly path: readonly PathSegment[];
  /** Index of the Chainsaw step it belongs to. */
  readonly step: number;
  readonly stepName: string;
  readonly section: TestSection;
  /** What is said for the whole Chainsaw step. */
  readonly frame: TestStep;
  /** The document that `path` is of: the Test, or the StepTemplate that the step uses. */
  readonly document: ManifestDocument;
  /** In the first step, if that is named `setup`: it tells what exists before. */
  readonly setup: boolean;
}

/** A Chainsaw Test (chainsaw.kyverno.io/v1alpha1), as far as a scenario goes. */
export interface ChainsawTest {
  readonly document: ManifestDocument;
  readonly name: string;
  /** `spec.namespace`; empty if Chainsaw is to make one. */
  readonly namespace: string;
  readonly operations: readonly TestOperation[];
  /** It says more than what is done and what is to be refused: assertions, bindings, something to catch. */
  readonly checked: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Fields that only steer Chainsaw itself: how long it waits, what it cleans up, how it reports. */
const STEERING: ReadonlySet<string> = new Set([
  'cleanup',
  'concurrent',
  'continueOnError',
  'delayBeforeCleanup',
  'deletionPropagationPolicy',
  'description',
  'failFast',
  'forceTerminationGracePeriod',
  'skipDelete',
  'template',
  'timeout',
  'timeouts',
  'skipCommandOutput',
  'skipLogOutput',
]);
const SECTIONS = ['try', 'catch', 'finally', 'cleanup'] as const;
const WRITING = ['file', 'resource', 'dryRun', 'expect', 'bindings', 'outputs'];
const OBJECT = ['apiVersion', 'kind', 'resource', 'name', 'namespace', 'selector', 'format'];
const BODY_FIELDS: Readonly<Record<TestOperation['type'], readonly string[]>> = {
  apply: WRITING,
  create: WRITING,
  update: WRITING,
  patch: WRITING,
  delete: ['file', 'ref', 'expect', 'bindings'],
  sleep: ['duration'],
  script: ['content', 'check', 'bindings', 'outputs'],
  command: ['entrypoint', 'args', 'check', 'bindings', 'outputs'],
  assert: ['file', 'resource', 'bindings'],
  error: ['file', 'resource', 'bindings'],
  get: OBJECT,
  describe: [...OBJECT, 'showEvents'],
  events: OBJECT,
  podLogs: [...OBJECT, 'container', 'tail'],
  wait: [...OBJECT, 'for'],
};

/** Whether a document is a Chainsaw Test. */
export const isChainsawTest = (value: Json): boolean =>
  getString(value, 'kind') === 'Test' &&
  (getString(value, 'apiVersion') ?? '').startsWith('chainsaw.kyverno.io/');

/**
 * Reads a Test. What a scenario cannot do is said at its place; nothing is passed over. `lookup` finds the files of step
 * templates; without it, a step that uses one has no operations.
 */
export const readTest = (
  document: ManifestDocument,
  lookup: (path: string) => readonly ManifestDocument[] | undefined = () => [],
): ChainsawTest => new TestReader(document, lookup).read();

type Where = Pick<TestOperation, 'step' | 'stepName' | 'setup' | 'section' | 'frame' | 'document'>;

class TestReader {
  readonly #document: ManifestDocument;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #operations: TestOperation[] = [];
  readonly #lookup: (path: string) => readonly ManifestDocument[] | undefined;

  constructor(document: ManifestDocument, lookup: (path: string) => readonly ManifestDocument[] | undefined) {
    this.#document = document;
    this.#lookup = lookup;
  }

  read(): ChainsawTest {
    const { value } = this.#document;
    const spec = get(value, 'spec');
    const version = getString(value, 'apiVersion');
    if (version !== 'chainsaw.kyverno.io/v1alpha1')
      this.#say('error', ['apiVersion'], `${version} is not known; a Test is chainsaw.kyverno.io/v1alpha1.`);
    this.#checkFields(spec, ['spec'], ['namespace', 'steps', 'bindings', 'skip'], 'of a Test');
    const steps = get(spec, 'skip') === true ? [] : getList(spec, 'steps');
    if (get(spec, 'skip') === true)
      this.#say('warning', ['spec', 'skip'], 'The Test is skipped: none of its steps is run.');
    steps.forEach((step, index) => {
      this.#readStep(step, index);
    });
    // What is cleaned up is cleaned up at the end, the last step's first.
    const end = this.#operations.filter(({ section }) => section === 'cleanup');
    const operations = [
      ...this.#operations.filter(({ section }) => section !== 'cleanup'),
      ...end.sort((left, right) => right.step - left.step),
    ];
    const namespace = getString(spec, 'namespace') ?? '';
    if (namespace === '')
      this.#say(
        'warning',
        ['spec'],
        'Without `spec.namespace` Chainsaw makes a namespace of its own; the studio uses `default`.',
        'Add `namespace: default`, then both do the same.',
      );
    return {
      document: this.#document,
      name: getString(value, 'metadata', 'name') ?? '',
      namespace,
      operations,
      checked: operations.some(isChecked),
      diagnostics: this.#diagnostics,
    };
  }

  #readStep(step: Json, index: number): void {
    const path = ['spec', 'steps', index];
    if (!isObject(step)) {
      this.#say('error', path, 'A step is an object with `name` and `try`.');
      return;
    }
    const stepName = getString(step, 'name') ?? '';
    const setup = index === 0 && stepName === 'setup';
    this.#checkFields(step, path, ['name', 'bindings', 'use', ...SECTIONS], 'of a step');
    const used = this.#templateOf(step, path);
    const { document, root } = used ?? { document: this.#document, root: path };
    const body = used?.spec ?? step;
    const test = get(this.#document.value, 'spec');
    const frame: TestStep = {
      id: index + 1,
      testBindings: getList(test, 'bindings'),
      bindings: [
        ...getList(step, 'bindings'),
        ...(used === undefined ? [] : getList(used.spec, 'bindings')),
        ...getList(step, 'use', 'with', 'bindings'),
      ],
      timeouts: { ...getObject(test, 'timeouts'), ...getObject(step, 'timeouts') },
      template: (get(step, 'template') ?? get(test, 'template')) !== false,
      namespace: getString(test, 'namespace') ?? 'default',
      metadata: getObject(this.#document.value, 'metadata'),
    };
    for (const section of SECTIONS)
      getList(body, section).forEach((entry, place) => {
        const where = { step: index, stepName, setup: setup && section === 'try', section, frame, document };
        this.#readOperation(entry, [...root, section, place], where);
      });
  }

  /** The StepTemplate that a step uses instead of operations of its own. */
  #templateOf(
    step: Json,
    path: readonly PathSegment[],
  ):
    | { readonly spec: Json; readonly document: ManifestDocument; readonly root: readonly PathSegment[] }
    | undefined {
    const file = getString(step, 'use', 'template');
    if (file === undefined) return undefined;
    const documents = this.#lookup(file.replace(/^\.?\//, ''));
    const document = documents?.find(({ value }) => getString(value, 'kind') === 'StepTemplate');
    const spec = document === undefined ? undefined : get(document.value, 'spec');
    if (document !== undefined && spec !== undefined) return { spec, document, root: ['spec'] };
    if (documents?.length !== 0)
      this.#say('error', [...path, 'use', 'template'], `There is no StepTemplate in ${file}.`);
    return undefined;
  }

  #readOperation(entry: Json, path: readonly PathSegment[], where: Where): void {
    if (!isObject(entry)) {
      this.#say('error', path, 'An operation is an object such as `apply: …`.');
      return;
    }
    for (const key of Object.keys(entry)) {
      const type = [...STEP_OPERATIONS, ...LOOKING].find((name) => name === key);
      const body = get(entry, key);
      // What setup asserts (policies are Ready) always holds here.
      if (STEERING.has(key) || (where.setup && LOOKING.some((name) => name === key))) continue;
      if (type === undefined) this.#unsupported([...path, key], notSimulated(key));
      else if (isObject(body)) {
        this.#checkFields(body, [...path, key], BODY_FIELDS[type], `of \`${key}\``);
        this.#operations.push({ type, body, path, ...where });
      } else this.#say('error', [...path, key], `\`${key}\` needs fields: ${BODY_FIELDS[type].join(', ')}.`);
    }
  }

  #checkFields(
    value: Json | undefined,
    path: readonly PathSegment[],
    known: readonly string[],
    of: string,
  ): void {
    if (!isObject(value)) return;
    for (const key of Object.keys(value))
      if (!known.includes(key) && !STEERING.has(key))
        this.#unsupported([...path, key], notSimulated(key, of));
  }

  #unsupported(path: readonly PathSegment[], fact: string): void {
    this.#diagnostics.push({
      code: 'scenario-unsupported',
      severity: 'warning',
      message: `${fact}: the simulation goes on without it.`,
      location: this.#document.locate(path, 'key'),
    });
  }

  #say(severity: Severity, path: readonly PathSegment[], message: string, hint?: string): void {
    this.#diagnostics.push({
      code: 'scenario-test',
      severity,
      message,
      ...(hint === undefined ? {} : { hint }),
      location: this.#document.locate(path, 'key'),
    });
  }
}

const notSimulated = (key: string, of = ''): string =>
  `\`${key}\` ${of === '' ? '' : `${of} `}is not simulated`;

/** Whether an operation, or its step, says what only Chainsaw's expressions tell. */
const isChecked = ({ type, section, body, frame, setup }: TestOperation): boolean =>
  !setup &&
  (LOOKING.some((name) => name === type) ||
    section !== 'try' ||
    frame.bindings.length + frame.testBindings.length > 0 ||
    ['bindings', 'outputs'].some((key) => get(body, key) !== undefined) ||
    (checksOf(body).length > 0 && !expectsError(body, true)));

const checksOf = (body: JsonObject): readonly (Json | undefined)[] => {
  const check = get(body, 'check');
  return [
    ...getList(body, 'expect').map((entry) => get(entry, 'check')),
    ...(check === undefined ? [] : [check]),
  ];
};

/** Whether the operation says that it expects to be refused (`($error != null): true`); `alone`: and nothing else. */
export function expectsError(body: JsonObject, alone = false): boolean {
  const checks = checksOf(body);
  if (
    alone &&
    (checks.length !== 1 || getList(body, 'expect').some((entry) => get(entry, 'match') !== undefined))
  )
    return false;
  return checks.some(
    (check) =>
      isObject(check) &&
      (!alone || Object.keys(check).length === 1) &&
      Object.entries(check).some(
        ([key, value]) => /^\(\s*\$error\s*!=\s*`?null`?\s*\)$/.test(key) && value === true,
      ),
  );
}
