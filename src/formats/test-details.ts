import type { DocumentPath } from '../base/document-path.ts';
import { get, getList, getObject, getString, isObject, type Json, type PathSegment } from '../base/json.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { StepTest, TestSection, TestStep } from '../simulation/scenario.ts';
import type { TestOperation } from './test-operation.ts';

/*
 * What a Chainsaw Test says beside what is done: sections, templates of steps, bindings, assertions. Only Tests that say such
 * things load this.
 */

const SECTIONS = ['try', 'catch', 'finally', 'cleanup'] as const;
const OBJECT = ['apiVersion', 'kind', 'resource', 'name', 'namespace', 'selector', 'format'];
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['assert', ['file', 'resource', 'bindings']],
  ['error', ['file', 'resource', 'bindings']],
  ['get', OBJECT],
  ['describe', [...OBJECT, 'showEvents']],
  ['events', OBJECT],
  ['podLogs', [...OBJECT, 'container', 'tail']],
  ['wait', [...OBJECT, 'for']],
]);

/** What may stand behind an operation that looks; undefined if it is none. */
export const fieldsOf = (operation: string): readonly string[] | undefined => FIELDS.get(operation);

export const isSkipped = (spec: Json | undefined): boolean => get(spec, 'skip') === true;

/** What is cleaned up is cleaned up at the end, what the last step left first. */
export function inOrder(operations: readonly TestOperation[]): readonly TestOperation[] {
  const end = operations.filter(({ section }) => section === 'cleanup');
  return [
    ...operations.filter(({ section }) => section !== 'cleanup'),
    ...end.sort((left, right) => right.step - left.step),
  ];
}

/** A step's operations by section, its own or those of the template that it uses, and what is said for all of them. */
export interface StepParts {
  readonly document: ManifestDocument;
  readonly frame?: TestStep;
  readonly sections: readonly {
    readonly section: TestSection;
    readonly entries: readonly Json[];
    readonly root: readonly PathSegment[];
  }[];
  /** Why its template cannot be used. */
  readonly problem?: string;
}

/** Takes a step of the Test `document` apart; an empty list of documents means that templates are not looked for. */
export function partsOf(
  document: ManifestDocument,
  step: Json,
  index: number,
  lookup: (path: string) => readonly ManifestDocument[] | undefined,
): StepParts {
  const file = getString(step, 'use', 'template');
  const documents = file === undefined ? [] : lookup(file.replace(/^\.?\//, ''));
  const used = documents?.find(({ value }) => getString(value, 'kind') === 'StepTemplate');
  const body = used === undefined ? step : (get(used.value, 'spec') ?? null);
  const root: readonly PathSegment[] = used === undefined ? ['spec', 'steps', index] : ['spec'];
  const test = get(document.value, 'spec');
  const frame: TestStep = {
    id: index + 1,
    testBindings: getList(test, 'bindings'),
    bindings: [
      ...getList(step, 'bindings'),
      ...(used === undefined ? [] : getList(body, 'bindings')),
      ...getList(step, 'use', 'with', 'bindings'),
    ],
    timeouts: { ...getObject(test, 'timeouts'), ...getObject(step, 'timeouts') },
    template: (get(step, 'template') ?? get(test, 'template')) !== false,
    namespace: getString(test, 'namespace') ?? 'default',
    metadata: getObject(document.value, 'metadata'),
  };
  const missing = file !== undefined && used === undefined && documents?.length !== 0;
  return {
    document: used ?? document,
    frame,
    sections: SECTIONS.map((section) => ({
      section,
      entries: getList(body, section),
      root: [...root, section],
    })),
    ...(missing ? { problem: `There is no StepTemplate in ${file}.` } : {}),
  };
}

/** What the Test says of an operation; `documents` are those that it looks for. */
export function testOf(
  { type, body, path, section, frame, document }: TestOperation,
  last: boolean,
  source: DocumentPath,
  documents: readonly ManifestDocument[],
): StepTest | undefined {
  const inline = get(body, 'resource') !== undefined;
  const step = frame ?? partsOf(document, {}, 0, () => []).frame;
  if (step === undefined) return undefined;
  return {
    type: 'operation',
    operation: type,
    body,
    step,
    section,
    last,
    source,
    documents: documents.flatMap(({ value, file, index }) =>
      isObject(value)
        ? [
            {
              value,
              source: inline
                ? { ...source, path: [...path, type, 'resource'] }
                : { file, document: index, path: [] },
            },
          ]
        : [],
    ),
  };
}

/** `get Pod/web`, `wait for Deployment/web`. */
export function lookTitle({ type, body }: TestOperation): string {
  const what = getString(body, 'kind') ?? getString(body, 'resource') ?? (type === 'podLogs' ? 'Pod' : '');
  const which = getString(body, 'name') ?? getString(body, 'selector') ?? '';
  const verb = type === 'podLogs' ? 'logs of' : type === 'wait' ? 'wait for' : type;
  return [verb, what === '' || which === '' ? what || which : `${what}/${which}`].filter(Boolean).join(' ');
}
