import type { Json, JsonObject, PathSegment } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';
import type { Diagnostic, Severity } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';

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

/** One entry of a step's `try`. */
export interface TestOperation {
  readonly type: StepOperation;
  /** What stands behind `apply:` and the like. */
  readonly body: JsonObject;
  /** Path of the entry in its document: `spec.steps[1].try[0]`. */
  readonly path: readonly PathSegment[];
  /** Index of the Chainsaw step it belongs to. */
  readonly step: number;
  readonly stepName: string;
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
/** Operations that look and do not touch. */
const LOOKING: ReadonlySet<string> = new Set([
  'assert',
  'describe',
  'error',
  'events',
  'get',
  'podLogs',
  'wait',
]);
const BODY_FIELDS: Readonly<Record<StepOperation, readonly string[]>> = {
  apply: ['file', 'resource', 'dryRun', 'expect'],
  create: ['file', 'resource', 'dryRun', 'expect'],
  update: ['file', 'resource', 'dryRun', 'expect'],
  patch: ['file', 'resource', 'dryRun', 'expect'],
  delete: ['file', 'ref', 'expect'],
  sleep: ['duration'],
  script: ['content', 'check'],
  command: ['entrypoint', 'args', 'check'],
};

/** Whether a document is a Chainsaw Test. */
export const isChainsawTest = (value: Json): boolean =>
  getString(value, 'kind') === 'Test' &&
  (getString(value, 'apiVersion') ?? '').startsWith('chainsaw.kyverno.io/');

/** Reads a Test. What a scenario cannot do is said at its place; nothing is passed over. */
export function readTest(document: ManifestDocument): ChainsawTest {
  const reader = new TestReader(document);
  return reader.read();
}

class TestReader {
  readonly #document: ManifestDocument;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #operations: TestOperation[] = [];

  constructor(document: ManifestDocument) {
    this.#document = document;
  }

  read(): ChainsawTest {
    const { value } = this.#document;
    const spec = get(value, 'spec');
    const version = getString(value, 'apiVersion');
    if (version !== 'chainsaw.kyverno.io/v1alpha1')
      this.#say('error', ['apiVersion'], `${version} is not known; a Test is chainsaw.kyverno.io/v1alpha1.`);
    this.#checkFields(spec, ['spec'], ['namespace', 'steps'], 'of a Test');
    const steps = getList(spec, 'steps');
    steps.forEach((step, index) => {
      this.#readStep(step, index);
    });
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
      operations: this.#operations,
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
    this.#checkFields(step, path, ['name', 'try'], 'of a step');
    getList(step, 'try').forEach((entry, place) => {
      this.#readOperation(entry, [...path, 'try', place], { step: index, stepName, setup });
    });
  }

  #readOperation(
    entry: Json,
    path: readonly PathSegment[],
    where: Pick<TestOperation, 'step' | 'stepName' | 'setup'>,
  ): void {
    if (!isObject(entry)) {
      this.#say('error', path, 'An operation is an object such as `apply: …`.');
      return;
    }
    for (const key of Object.keys(entry)) {
      const type = STEP_OPERATIONS.find((name) => name === key);
      const body = get(entry, key);
      // What setup asserts (policies are Ready) always holds here.
      if (STEERING.has(key) || (LOOKING.has(key) && where.setup)) continue;
      if (type === undefined) {
        this.#unsupported(
          [...path, key],
          LOOKING.has(key) ? `\`${key}\` is not checked yet` : notSimulated(key),
        );
      } else if (isObject(body)) {
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

/** Whether the operation says that it expects to be refused (`($error != null): true`). */
export const expectsError = (body: JsonObject): boolean =>
  [...getList(body, 'expect').map((entry) => get(entry, 'check')), get(body, 'check')].some(
    (check) =>
      isObject(check) &&
      Object.entries(check).some(
        ([key, value]) => /^\(\s*\$error\s*!=\s*`?null`?\s*\)$/.test(key) && value === true,
      ),
  );
