import type { Json, JsonObject, PathSegment } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';
import type { Diagnostic, Severity } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { testDetails } from './parts.ts';
import {
  type ChainsawTest,
  STEP_OPERATIONS,
  type StepOperation,
  type TestOperation,
} from './test-operation.ts';

export type { ChainsawTest, StepOperation, TestOperation };

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
const WRITING = ['file', 'resource', 'dryRun', 'expect', 'bindings', 'outputs'];
const SCRIPTING = ['check', 'bindings', 'outputs'];
const BODY_FIELDS: Readonly<Record<StepOperation, readonly string[]>> = {
  apply: WRITING,
  create: WRITING,
  update: WRITING,
  patch: WRITING,
  delete: ['file', 'ref', 'expect', 'bindings'],
  sleep: ['duration'],
  script: ['content', ...SCRIPTING],
  command: ['entrypoint', 'args', ...SCRIPTING],
};
/** Said in a Test, it is more than what is done and what is to be refused. A false alarm costs a look, no more. */
const DETAILS =
  /"(assert|bindings|catch|cleanup|describe|error|events|finally|get|match|outputs|podLogs|skip|use|wait)":|"check":(?!\{"\(\$error != null\)":true\})|"\([^"]*\)"[,}\]]/;

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
  readonly #details: ReturnType<typeof testDetails.get> | undefined;

  constructor(document: ManifestDocument, lookup: (path: string) => readonly ManifestDocument[] | undefined) {
    this.#document = document;
    this.#lookup = lookup;
    this.#details = DETAILS.test(JSON.stringify(document.value)) ? testDetails.get() : undefined;
  }

  read(): ChainsawTest {
    const { value } = this.#document;
    const spec = get(value, 'spec');
    const version = getString(value, 'apiVersion');
    if (version !== 'chainsaw.kyverno.io/v1alpha1')
      this.#say('error', ['apiVersion'], `${version} is not known; a Test is chainsaw.kyverno.io/v1alpha1.`);
    this.#checkFields(spec, ['spec'], ['namespace', 'steps', 'bindings', 'skip'], 'of a Test');
    const steps = this.#details?.isSkipped(spec) ? [] : getList(spec, 'steps');
    if (steps.length === 0 && get(spec, 'skip') === true)
      this.#say('warning', ['spec', 'skip'], 'The Test is skipped: none of its steps is run.');
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
      operations: this.#details?.inOrder(this.#operations) ?? this.#operations,
      checked: this.#details !== undefined,
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
    this.#checkFields(step, path, ['name', 'try', 'bindings', 'use', 'catch', 'finally'], 'of a step');
    const parts = this.#details?.partsOf(this.#document, step, index, this.#lookup) ?? {
      document: this.#document,
      sections: [{ section: 'try' as const, entries: getList(step, 'try'), root: [...path, 'try'] }],
    };
    if (parts.problem !== undefined) this.#say('error', [...path, 'use', 'template'], parts.problem);
    const { document, frame } = parts;
    for (const { section, entries, root } of parts.sections)
      entries.forEach((entry, place) => {
        this.#readOperation(entry, [...root, place], {
          step: index,
          stepName,
          setup: setup && section === 'try',
          section,
          document,
          ...(frame === undefined ? {} : { frame }),
        });
      });
  }

  #readOperation(entry: Json, path: readonly PathSegment[], where: Where): void {
    if (!isObject(entry)) {
      this.#say('error', path, 'An operation is an object such as `apply: …`.');
      return;
    }
    for (const key of Object.keys(entry)) {
      const looks = this.#details?.fieldsOf(key);
      const type = STEP_OPERATIONS.find((name) => name === key);
      const body = get(entry, key);
      // What setup asserts (policies are Ready) always holds here.
      if (STEERING.has(key) || (where.setup && looks !== undefined)) continue;
      const fields = looks ?? (type && BODY_FIELDS[type]);
      if (fields === undefined) this.#unsupported([...path, key], notSimulated(key));
      else if (isObject(body)) {
        this.#checkFields(body, [...path, key], fields, `of \`${key}\``);
        this.#operations.push({ type: key as TestOperation['type'], body, path, ...where });
      } else this.#say('error', [...path, key], `\`${key}\` needs fields: ${fields.join(', ')}.`);
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
