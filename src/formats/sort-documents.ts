import type { Json } from '../base/json.ts';
import { getList, getObject, getString, isObject } from '../base/json.ts';
import { lineStartAt } from '../base/lines.ts';
import { nameOf, namespaceOf, parseApiVersion } from '../kubernetes/object.ts';
import { matchWildcard } from '../kubernetes/wildcard.ts';
import { CEL_POLICY_KINDS } from '../kyverno/kyverno-kinds.ts';
import type { ManifestDocument, ParsedFile } from '../manifest/manifest.ts';
import { isActor } from './actor-kind.ts';
import { isChainsawTest } from './chainsaw-test.ts';
import { declaresMocks } from './cli-kinds.ts';

/** Where a document of pasted text belongs. */
export type DocumentRoom = 'policies' | 'cluster' | 'steps';

/** One document of pasted or dropped text, with where it belongs and why. */
export interface SortedDocument {
  readonly file: string;
  readonly index: number;
  /** `ClusterPolicy require-team`. */
  readonly title: string;
  /** Lines in its file, from 1, inclusive. */
  readonly firstLine: number;
  readonly lastLine: number;
  readonly text: string;
  readonly room: DocumentRoom;
  /** One sentence: why there. */
  readonly reason: string;
  /** What kind of file it is a part of, if it is more than an object. */
  readonly form?: 'chainsaw-test' | 'actor' | 'cli-test' | 'mocks' | 'kyverno';
}

/**
 * Sorts the documents of pasted or dropped files into policies, cluster and steps. `policies`: those that are in the studio
 * already; what they match counts as a step too.
 */
export function sortDocuments(
  parsed: readonly ParsedFile[],
  policies: readonly ManifestDocument[] = [],
): readonly SortedDocument[] {
  const documents = parsed.flatMap((file) => file.documents.map((document) => ({ file, document })));
  const matching = [...policies, ...documents.map(({ document }) => document)].filter(({ value }) =>
    isPolicy(value),
  );
  let steps = 0;
  return documents.map(({ file, document }) => {
    const judged = judge(document.value, matching);
    if (judged.room === 'steps' && judged.form === undefined) steps += 1;
    return {
      file: document.file,
      index: document.index,
      title: titleOf(document.value),
      firstLine: document.location.line,
      lastLine: document.location.endLine,
      text: textOf(file, document),
      ...judged,
      reason: judged.reason.replace('step N', `step ${steps}`),
    };
  });
}

type Judgement = Pick<SortedDocument, 'room' | 'reason' | 'form'>;

function judge(value: Json, policies: readonly ManifestDocument[]): Judgement {
  if (isChainsawTest(value))
    return { room: 'steps', form: 'chainsaw-test', reason: 'A Chainsaw test: its operations are the steps.' };
  if (isActor(value))
    return { room: 'cluster', form: 'actor', reason: 'An actor: it lives in the cluster beside Kyverno.' };
  const { group } = parseApiVersion(getString(value, 'apiVersion') ?? '');
  const kind = getString(value, 'kind') ?? '';
  if (declaresMocks(value))
    return {
      room: 'cluster',
      form: 'mocks',
      reason: `Declared answers of what is outside the cluster (${kind}).`,
    };
  if (group === 'cli.kyverno.io' || isCliTest(value))
    return {
      room: 'cluster',
      form: 'cli-test',
      reason: `A file of the Kyverno CLI (${kind || 'Test'}): kept beside the cluster, not applied to it.`,
    };
  if (isKyvernoSetting(value))
    return {
      room: 'cluster',
      form: 'kyverno',
      reason: "Kyverno's own configuration: laid over what its chart installs.",
    };
  if (isPolicy(value))
    return { room: 'policies', reason: 'A Kyverno policy. It is Ready before the first step.' };
  if (KYVERNO_GROUPS.has(group))
    return { room: 'policies', reason: `A ${kind} belongs to Kyverno's policies.` };
  const read = readMarks(value);
  if (read !== undefined)
    return { room: 'cluster', reason: `It has ${read}: read from a cluster, so it is there before.` };
  if (ALWAYS_CLUSTER.has(kind))
    return { room: 'cluster', reason: `A ${kind} is what other objects need, so it is there before.` };
  const policy = policies.find((document) => mayMatch(document.value, value));
  if (policy === undefined)
    return { room: 'cluster', reason: 'No policy here speaks of it, so it is there before.' };
  return {
    room: 'steps',
    reason: `${nameOf(policy.value)} matches it and it has no uid: applied as step N.`,
  };
}

const POLICY_KINDS: ReadonlySet<string> = new Set([
  'ClusterPolicy',
  'Policy',
  ...CEL_POLICY_KINDS.filter((kind) => kind !== 'PolicyException'),
  'ValidatingAdmissionPolicy',
  'MutatingAdmissionPolicy',
]);
const KYVERNO_GROUPS: ReadonlySet<string> = new Set(['kyverno.io', 'policies.kyverno.io']);
const POLICY_GROUPS: ReadonlySet<string> = new Set([
  'kyverno.io',
  'policies.kyverno.io',
  'admissionregistration.k8s.io',
]);
const ALWAYS_CLUSTER: ReadonlySet<string> = new Set([
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ServiceAccount',
]);

const SETTINGS =
  /^(ConfigMap kyverno(-metrics)?|Deployment kyverno-(admission|background|cleanup|reports)-controller)$/;

function isKyvernoSetting(value: Json): boolean {
  const name = `${getString(value, 'kind')} ${getString(value, 'metadata', 'name')}`;
  return getString(value, 'metadata', 'namespace') === 'kyverno' && SETTINGS.test(name);
}

function isPolicy(value: Json): boolean {
  const { group } = parseApiVersion(getString(value, 'apiVersion') ?? '');
  return POLICY_GROUPS.has(group) && POLICY_KINDS.has(getString(value, 'kind') ?? '');
}

/** The CLI's test file of old: without apiVersion, with policies and results. */
const isCliTest = (value: Json): boolean =>
  isObject(value) && getList(value, 'results').length > 0 && getList(value, 'policies').length > 0;

/** What an object has only after a cluster stored it. */
function readMarks(value: Json): string | undefined {
  const metadata = getObject(value, 'metadata');
  const marks = ['uid', 'resourceVersion', 'creationTimestamp'].filter((key) => Object.hasOwn(metadata, key));
  if (marks.length === 0) return undefined;
  return marks.map((mark) => `a ${mark}`).join(marks.length > 2 ? ', ' : ' and ');
}

/** Whether a rule's kinds and names may speak of the object; selectors, users and conditions are left to the run. */
function mayMatch(policy: Json, object: Json): boolean {
  const kind = getString(object, 'kind') ?? '';
  const rules = getList(policy, 'spec', 'rules');
  const filters = rules.flatMap((rule) => [
    ...[...getList(rule, 'match', 'any'), ...getList(rule, 'match', 'all')].map((filter) =>
      getObject(filter, 'resources'),
    ),
    getObject(rule, 'match', 'resources'),
  ]);
  if (filters.some((filter) => fits(filter, kind, object))) return true;
  const resources = getList(policy, 'spec', 'matchConstraints', 'resourceRules').flatMap((rule) =>
    getList(rule, 'resources'),
  );
  const singular = kind.toLowerCase();
  return resources.some(
    (name) => typeof name === 'string' && (name === '*' || plurals(singular).includes(name)),
  );
}

function fits(filter: Json, kind: string, object: Json): boolean {
  const kinds = getList(filter, 'kinds').filter((entry) => typeof entry === 'string');
  const names = getList(filter, 'names').filter((entry) => typeof entry === 'string');
  const namespaces = getList(filter, 'namespaces').filter((entry) => typeof entry === 'string');
  const isKind = kinds.some((entry) => matchWildcard(entry.split('/').at(-1)?.split('.').at(-1) ?? '', kind));
  return isKind && some(names, nameOf(object)) && some(namespaces, namespaceOf(object));
}

const some = (patterns: readonly string[], text: string): boolean =>
  patterns.length === 0 || patterns.some((pattern) => matchWildcard(pattern, text));

const plurals = (kind: string): readonly string[] => [`${kind}s`, `${kind}es`, kind.replace(/y$/, 'ies')];

/** `Namespace payments`; for what is no object, what it holds. */
function titleOf(value: Json): string {
  const kind = getString(value, 'kind');
  const name = nameOf(value) || getString(value, 'metadata', 'generateName') || '';
  if (kind === undefined) return isCliTest(value) ? 'Kyverno CLI test' : 'no object';
  return name === '' ? kind : `${kind} ${name}`;
}

/** The document's own text, without the lines that only separate it. */
function textOf({ file }: ParsedFile, { location }: ManifestDocument): string {
  const { start, end } = location.range;
  const lineStart = lineStartAt(file.text, start);
  return `${leadingComments(file.text, lineStart)}${file.text
    .slice(lineStart, end)
    .replace(/^---[ \t]*\n?/, '')
    .trimEnd()}\n`;
}

/** Comment lines right above the document, up to its separator. */
function leadingComments(text: string, start: number): string {
  let from = start;
  while (from > 0) {
    const lineStart = lineStartAt(text, from - 1);
    if (!/^\s*(#|$)/.test(text.slice(lineStart, from))) break;
    from = lineStart;
  }
  return text.slice(from, start).replace(/^\s*\n/, '');
}
