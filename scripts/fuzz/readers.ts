/**
 * What reads text of people, one line a reader: a name, inputs that are right, and how it is read. `npm run fuzz` and the
 * test run all of them.
 */

import type { Json, JsonObject } from '../../src/base/json.ts';
import { equal, get, getList, getObject, getString, isObject } from '../../src/base/json.ts';
import { seededRandom } from '../../src/base/random.ts';
import { matchesFields, matchesRequirements, parseSelector } from '../../src/cluster/selector-text.ts';
import { substituteAll } from '../../src/engine/context/substitute.ts';
import { evaluateConditions } from '../../src/engine/match/conditions.ts';
import { matchRule } from '../../src/engine/match/match-rule.ts';
import type { PolicyContext } from '../../src/engine/policy-context.ts';
import { filterBackgroundRules } from '../../src/engine/rules/background.ts';
import { planGenerate } from '../../src/engine/rules/generate.ts';
import { mutate } from '../../src/engine/rules/mutate.ts';
import { matchPattern } from '../../src/engine/rules/pattern.ts';
import { validate } from '../../src/engine/rules/validate.ts';
import { compileCel } from '../../src/expressions/cel/compile.ts';
import { kubernetesEnvironment, REQUEST_TYPE } from '../../src/expressions/cel/kubernetes.ts';
import { DYN } from '../../src/expressions/cel/types.ts';
import { fromJson } from '../../src/expressions/cel/value.ts';
import { decodeBase64 } from '../../src/expressions/jmespath/base64.ts';
import { parseGoJson } from '../../src/expressions/jmespath/go-json.ts';
import { parseFloatText } from '../../src/expressions/jmespath/go-number.ts';
import { parseTime, RFC3339 } from '../../src/expressions/jmespath/go-time.ts';
import { hostOfUrl } from '../../src/expressions/jmespath/go-url.ts';
import { parseGoYaml } from '../../src/expressions/jmespath/go-yaml.ts';
import { parseImage } from '../../src/expressions/jmespath/image.ts';
import { compileJmesPath, search } from '../../src/expressions/jmespath/query.ts';
import { generateMatch } from '../../src/expressions/jmespath/regex-generator.ts';
import { matchSemverRange } from '../../src/expressions/jmespath/semver.ts';
import { encodeUtf8 } from '../../src/expressions/jmespath/utf8.ts';
import { readContextFile } from '../../src/formats/context-file.ts';
import { isKyvernoTest, readKyvernoTest } from '../../src/formats/kyverno-test.ts';
import { readMocks } from '../../src/formats/mocks.ts';
import { readScript } from '../../src/formats/script-lines.ts';
import { readUserInfoFile } from '../../src/formats/user-info-file.ts';
import { readValuesFile } from '../../src/formats/values-file.ts';
import {
  advise,
  behaviourOf,
  type ClusterBase,
  decodeLink,
  diagnosePolicies,
  encodeLink,
  isStateLink,
  LATEST_KYVERNO,
  type Libraries,
  type ManifestDocument,
  type ParsedFile,
  parseFile,
  parseFiles,
  policiesOf,
  readClusterBase,
  readMoment,
  readPolicy,
  readScenario,
  readState,
  readSteps,
  readStoryLink,
  runScenario,
  simulate,
  sortDocuments,
  type TextFile,
  writeStep,
} from '../../src/index.ts';
import { readFlags } from '../../src/kubectl/flags.ts';
import { readCustomColumns } from '../../src/kubectl/read/custom-columns.ts';
import { fillJsonPath, parseJsonPath } from '../../src/kubectl/read/json-path.ts';
import { formatYaml } from '../../src/kubectl/read/yaml-text.ts';
import { splitShell } from '../../src/kubectl/split-shell.ts';
import { parseDuration } from '../../src/kubernetes/duration.ts';
import { matchKind } from '../../src/kubernetes/kind-selector.ts';
import { parseLabelSelector } from '../../src/kubernetes/label-selector.ts';
import { applyJsonPatch, KYVERNO_JSON_PATCH, readJsonPatch } from '../../src/kubernetes/patch/json-patch.ts';
import { applyMergePatch } from '../../src/kubernetes/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../src/kubernetes/patch/strategic-merge-patch.ts';
import { formatQuantity, parseQuantity } from '../../src/kubernetes/quantity.ts';
import { matchWildcard } from '../../src/kubernetes/wildcard.ts';
import * as corpus from './corpus.ts';
import type { Read, Reading } from './oracle.ts';

export interface Reader {
  readonly name: string;
  readonly corpus: readonly string[];
  readonly read: Read;
  /** How many cases of another reader one case of this one takes. */
  readonly weight: number;
}

const TEST = 'chainsaw-test.yaml';
const MAX_EVENTS = 300;

/** The readers, with what they need loaded beforehand. */
export function makeReaders(base: ClusterBase, libraries: Libraries): readonly Reader[] {
  const reader = (name: string, inputs: readonly string[], read: Read, weight = 1): Reader => ({
    name,
    corpus: inputs,
    read,
    weight,
  });
  const options = { version: LATEST_KYVERNO, seed: 1, base, libraries, maxEvents: MAX_EVENTS };
  const policies = [...corpus.policies, ...corpus.libraryPolicies];
  return [
    reader('yaml', [...policies, ...corpus.clusters, ...corpus.tests], readYaml),
    reader('policies', policies, (text) => {
      const { documents, diagnostics, texts } = parsed({ path: 'policies.yaml', text });
      const judged = diagnosePolicies(documents, options);
      const read = documents.map(({ object }) => (object === undefined ? undefined : readPolicy(object)));
      return { answer: read, diagnostics: [...diagnostics, ...judged], texts };
    }),
    reader('engine', policies, (text) => evaluateAll(text, libraries), 3),
    reader('scenario', [...corpus.tests, ...corpus.clusters, ...policies], (text) =>
      readFolder([...companions, { path: TEST, text }]),
    ),
    reader('steps', corpus.tests, editSteps, 2),
    reader('actors', corpus.actors, (text) => readFolder([{ path: 'actors.yaml', text }])),
    reader('mocks', corpus.cliFiles, readMockFile),
    reader(
      'cli-test',
      corpus.cliFiles,
      ofDocuments((document) => ({
        ...readKyvernoTest(document),
        isTest: isKyvernoTest(document),
      })),
    ),
    reader(
      'cli-values',
      corpus.cliFiles,
      ofDocuments((document) => readValuesFile(document)),
    ),
    reader(
      'cli-context',
      corpus.cliFiles,
      ofDocuments((document) => readContextFile(document)),
    ),
    reader(
      'cli-user-info',
      corpus.cliFiles,
      ofDocuments((document) => readUserInfoFile(document)),
    ),
    reader('sorting', [...policies, ...corpus.tests, ...corpus.cliFiles], (text) => {
      const file = parseFile({ path: 'pasted.yaml', text });
      return { answer: sortDocuments([file]).map(({ room, form, title }) => [room, form, title]) };
    }),
    reader('link', links(), (text) => ({
      answer: [decodeLink(text), decodeLink(`#${text}`), isStateLink(text)],
    })),
    reader(
      'story-link',
      ['#story=bad-namespace&moment=1/step/denied&version=1.13', '1/update-request/last'],
      (text) => ({
        answer: [readStoryLink(text), readMoment(text)],
      }),
    ),
    reader(
      'state',
      [JSON.stringify({ name: 'a', version: '1.19', seed: 1, files: [['a', 'b']], view: { event: 1 } })],
      ofJson(readState),
    ),
    reader(
      'cluster-base',
      [
        corpus.base.slice(0, 20_000),
        '{"kubernetes":"1.34","kyverno":"1.19","objects":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}]}',
      ],
      ofJson((json) => readClusterBase(json, LATEST_KYVERNO)),
    ),
    reader('jmespath', corpus.expressions, (text) => ({ answer: query(text, libraries) })),
    reader('cel', corpus.celExpressions, (text) => ({ answer: evaluateCel(text) })),
    reader('json-path', JSON_PATHS, (text) => {
      const parsedPath = parseJsonPath(text);
      const columns = readCustomColumns(text);
      return {
        answer: [
          'template' in parsedPath ? fillJsonPath(parsedPath.template, DOCUMENT) : parsedPath,
          'columns' in columns ? columns.columns.map(({ cell }) => cell(DOCUMENT as never, 0)) : columns,
        ],
      };
    }),
    reader('yaml-print', [JSON.stringify(POD), '{"a":"1e3","b":"yes","c":"x\\n y"}'], ofJson(printedYaml)),
    reader('x509', corpus.certificates, (text) => ({ answer: libraries.x509?.decode(text) })),
    reader('der', corpus.certificates.map(bytesOfPem), (text) => ({
      answer: libraries.x509?.decode(pemOfBytes(text)),
    })),
    reader(
      'regex',
      ['^a(b|c)*[d-f]+$', '(?P<x>\\d{2,3})-(?i:y)\\b', '\\p{Greek}|[^\\s]', 'a{0,50}?'],
      (text) => {
        const program = libraries.regex?.compile(text);
        const found =
          program && 'matches' in program ? [program.matches('abcdefg'), program.find(text, 0)] : program;
        return { answer: [found, generateMatch(text, seededRandom(1))] };
      },
    ),
    reader(
      'variables',
      corpus.readCases('variables', 10),
      ofJson((json) =>
        substituteAll(get(json, 'document') ?? json, {
          query: (expression) => ({ value: `<${expression}>` }),
          isDelete: false,
        }),
      ),
    ),
    reader(
      'patterns',
      corpus.readCases('patterns', 40),
      ofJson((json) => [
        matchPattern(get(json, 'resource') ?? get(json, 'value'), get(json, 'pattern') ?? json),
        matchPattern(json, json),
      ]),
    ),
    reader(
      'conditions',
      corpus.readCases('conditions', 100),
      ofJson((json) =>
        evaluateConditions(get(json, 'conditions') ?? [json], {
          behaviour: behaviourOf(LATEST_KYVERNO),
          substitute: (document) => ({ value: document }),
          drainUsed: () => [],
        }),
      ),
    ),
    reader(
      'match',
      corpus.readCases('match', 20),
      ofJson((json) => matchRule({ name: 'r', raw: get(json, 'rule') ?? json }, SUBJECT, '')),
    ),
    reader(
      'json-patch',
      [
        '[{"op":"add","path":"/a/0/b~1","value":1},{"op":"move","from":"/a","path":"/b"},{"op":"test","path":"/c","value":null}]',
      ],
      ofJson((json) => {
        const read = readJsonPatch(json);
        return 'error' in read ? read : applyJsonPatch(DOCUMENT, read.operations, KYVERNO_JSON_PATCH);
      }),
    ),
    reader(
      'strategic-patch',
      [
        '{"metadata":{"finalizers":["a"],"$setElementOrder/finalizers":["b"]},"spec":{"containers":[{"name":"a","$patch":"delete"},{"name":"b","env":[{"name":"x","value":"y"}]}],"volumes":[{"name":"v","$retainKeys":["name"]}]}}',
      ],
      ofJson((json) => [
        applyMergePatch(DOCUMENT, json),
        applyStrategicMergePatch(DOCUMENT, json, { group: '', kind: 'Pod' }),
        applyStrategicMergePatch(isObject(json) ? json : {}, DOCUMENT, { group: '', kind: 'Pod' }),
      ]),
    ),
    reader('scalars', SCALARS, readScalars),
    reader('kubectl-line', corpus.kubectlLines, (text) => {
      const words = splitShell(text);
      return { answer: [readScript(text), words, 'words' in words ? readFlags(words.words) : undefined] };
    }),
    reader('kubectl', corpus.kubectlLines, (text) => runLine(text, options), 8),
    reader(
      'run',
      corpus.stories.map(({ name }) => name).map(storyText),
      (text) => runFolder(text, options),
      30,
    ),
    reader(
      'run-policies',
      policies,
      (text) => {
        const [story] = corpus.stories;
        const files = (story?.files ?? []).map((file) =>
          file.path === 'policies.yaml' ? { ...file, text } : file,
        );
        return runFiles(files, options);
      },
      20,
    ),
  ];
}

/** Files beside the one that changes. */
const companions: readonly TextFile[] = [
  { path: 'policies.yaml', text: corpus.policies[0] ?? '' },
  { path: 'cluster.yaml', text: corpus.clusters[0] ?? '' },
];

const textsOf = (files: readonly TextFile[]): ReadonlyMap<string, string> =>
  new Map(files.map(({ path, text }) => [path, text]));

function parsed(file: TextFile): ParsedFile & { readonly texts: ReadonlyMap<string, string> } {
  return { ...parseFile(file), texts: textsOf([file]) };
}

/** Every value's place lies in the text. */
function readYaml(text: string): Reading {
  const { documents, diagnostics, texts } = parsed({ path: 'a.yaml', text });
  let asked = 0;
  const places: number[] = [];
  const visit = (document: ManifestDocument, value: Json, path: readonly (string | number)[]): void => {
    asked += 1;
    if (asked > 300 || path.length > 20) return;
    for (const part of ['key', 'value'] as const) {
      const { range } = document.locate(path, part);
      if (!(range.start >= 0 && range.start <= range.end && range.end <= text.length))
        throw new Error(`the ${part} at ${path.join('.')} stands from ${range.start} to ${range.end}`);
      places.push(range.start, range.end);
    }
    if (Array.isArray(value)) for (const [at, item] of value.entries()) visit(document, item, [...path, at]);
    else if (isObject(value))
      for (const [key, item] of Object.entries(value)) visit(document, item, [...path, key]);
  };
  for (const document of documents) visit(document, document.value, []);
  return { answer: [documents.map(({ value, index }) => [value, index]), places], diagnostics, texts };
}

const ofDocuments =
  (read: (document: ManifestDocument) => object): Read =>
  (text) => {
    const { documents, diagnostics, texts } = parsed({ path: 'a.yaml', text });
    const read_ = documents.map(read);
    const found = read_.flatMap((one) =>
      'diagnostics' in one ? (one.diagnostics as typeof diagnostics) : [],
    );
    return { answer: read_, diagnostics: [...diagnostics, ...found], texts };
  };

const ofJson =
  (read: (json: Json) => unknown): Read =>
  (text) => {
    try {
      return { answer: [read(freeze(JSON.parse(text.split('\n---\n')[0] ?? '') as Json))] };
    } catch (error) {
      if (error instanceof SyntaxError) return { answer: 'no JSON' };
      throw error;
    }
  };

/** What is read is never changed in place: whoever tries it throws. */
function freeze<T extends Json>(value: T): T {
  const pending: Json[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop())
    if (typeof next === 'object' && next !== null && !Object.isFrozen(next)) {
      Object.freeze(next);
      pending.push(...(Object.values(next) as Json[]));
    }
  return value;
}

function readFolder(files: readonly TextFile[]): Reading {
  const folder = files.map((file) => parseFile(file));
  const { name, steps, actors, diagnostics } = readScenario(folder);
  return {
    answer: [name, steps.map(({ title, user }) => [title, user]), actors.map(({ reactions }) => reactions)],
    diagnostics: [...folder.flatMap((file) => file.diagnostics), ...diagnostics],
    texts: textsOf(files),
  };
}

function readMockFile(text: string): Reading {
  const { file, documents, diagnostics, texts } = parsed({ path: 'mocks.yaml', text });
  const read = readMocks([{ file, documents, diagnostics }]);
  return { answer: read.mocks, diagnostics: [...diagnostics, ...read.diagnostics], texts };
}

/** Every change of the steps leaves a text that is read again. */
function editSteps(text: string): Reading {
  const file = parseFile({ path: TEST, text });
  const test = readSteps(file);
  const count = test?.steps.length ?? 0;
  const edits = [
    writeStep(file, { type: 'add', at: count, step: { kind: 'wait', duration: '1s' } }),
    writeStep(file, { type: 'remove', index: Math.floor(count / 2) }),
    writeStep(file, { type: 'move', index: 0, to: Math.max(0, count - 1) }),
    writeStep(file, { type: 'set-user', index: 0, username: 'bob' }),
  ];
  const after = edits.map(({ edits: changes }) => {
    for (const { range } of changes)
      if (!(range.start >= 0 && range.start <= range.end && range.end <= text.length))
        throw new Error(`an edit from ${range.start} to ${range.end} of ${text.length}`);
    return changes.map((change) => change.text);
  });
  return { answer: [count, after] };
}

const storyText = (name: string): string =>
  (corpus.stories.find((story) => story.name === name)?.files ?? [])
    .map(({ path, text }) => `# file: ${path}\n${text}`)
    .join('\n');

/** The files of a folder in one text, so that a change may hit any of them. */
function filesOf(text: string): readonly TextFile[] {
  const parts = text.split(/^# file: /m).slice(1);
  if (parts.length === 0) return [{ path: 'all.yaml', text }];
  const files = parts.map((part) => {
    const [path = ''] = part.split('\n');
    return { path, text: part.slice(path.length + 1) };
  });
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

type RunOptions = Parameters<typeof runScenario>[1];
const runFolder = (text: string, options: RunOptions): Reading => runFiles(filesOf(text), options);

function runFiles(files: readonly TextFile[], options: RunOptions): Reading {
  const { trace, diagnostics, advice } = runScenario(files, options);
  return { answer: [JSON.stringify(trace), advice], diagnostics, texts: textsOf(files) };
}

function runLine(text: string, options: RunOptions): Reading {
  const script = JSON.stringify(text);
  const test = `apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: t}\nspec:\n  namespace: default\n  steps:\n  - try:\n    - script: {content: ${script}}\n`;
  const files = [{ path: TEST, text: test }];
  const scenario = readScenario(parseFiles(files));
  const trace = simulate(scenario, options);
  const advice = advise(scenario, policiesOf(scenario), trace, behaviourOf(options.version));
  return {
    answer: [JSON.stringify(trace), advice],
    diagnostics: scenario.diagnostics,
    texts: textsOf(files),
  };
}

const POD: JsonObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'default', labels: { app: 'web' }, annotations: { a: 'b' } },
  spec: {
    containers: [
      { name: 'a', image: 'nginx', env: [{ name: 'x', value: 'y' }], securityContext: { privileged: true } },
      { name: 'b', image: 'ghcr.io/a/b:1', resources: { limits: { memory: '1Gi' } } },
    ],
    volumes: [{ name: 'v', emptyDir: {} }],
  },
};
const DOCUMENT = freeze(POD);
const SUBJECT = {
  resource: DOCUMENT,
  kind: { group: '', version: 'v1', kind: 'Pod' },
  subresource: '',
  operation: 'CREATE' as const,
  admissionInfo: {
    userInfo: { username: 'bob', groups: ['devs'] },
    roles: ['default:r'],
    clusterRoles: ['admin'],
  },
  namespaceLabels: { a: 'b' },
};

function evaluateAll(text: string, libraries: Libraries): Reading {
  const unavailable = () => ({ error: 'not available' });
  const answers = parseFile({ path: 'policies.yaml', text }).documents.flatMap(({ object }) => {
    const policy =
      object === undefined ? undefined : readPolicy(freeze(object as JsonObject) as typeof object);
    if (policy === undefined) return [];
    return [true, false].map((explain) => {
      const context: PolicyContext = {
        policy,
        ...SUBJECT,
        newObject: DOCUMENT as PolicyContext['newObject'] & object,
        oldObject: DOCUMENT as PolicyContext['newObject'] & object,
        operation: 'UPDATE',
        request: { uid: 'u', operation: 'UPDATE', namespace: 'default' },
        exceptions: [],
        configuration: { isExcluded: () => false, isFiltered: () => false },
        loader: {
          configMap: () => ({ value: { data: {}, metadata: {} } }),
          apiCall: unavailable,
          service: unavailable,
          globalContext: unavailable,
          imageData: unavailable,
        },
        behaviour: behaviourOf(LATEST_KYVERNO),
        now: 0,
        random: seededRandom(1),
        libraries,
        explain,
      };
      const rules = [mutate(context), validate(context), filterBackgroundRules(context)];
      const plans = policy.rules
        .filter(({ type }) => type === 'generate')
        .map((rule) => planGenerate(context, rule));
      return rules.map(({ rules: responses, patched }) => [responses, patched]).concat([plans as never]);
    });
  });
  // Whether somebody asks for explanations changes nothing else.
  for (let at = 0; at + 1 < answers.length; at += 2)
    if (JSON.stringify(withoutNodes(answers[at])) !== JSON.stringify(withoutNodes(answers[at + 1])))
      throw new Error('the explanation changes the answer');
  return { answer: answers.length };
}

/** Without the rows of explanations that a generate plan carries. */
const withoutNodes = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer ?? null, (key, value: unknown) => (key === 'nodes' ? undefined : value)));

function query(text: string, libraries: Libraries): unknown {
  const compiled = compileJmesPath(text);
  if ('error' in compiled) return compiled;
  return search(
    compiled.query,
    { request: { object: DOCUMENT }, list: [3, 1, 2], text: 'a-b' },
    {
      now: 0,
      random: seededRandom(1),
      libraries,
    },
  );
}

const CEL = kubernetesEnvironment({ object: DYN, oldObject: DYN, request: REQUEST_TYPE });

function evaluateCel(text: string): unknown {
  const compiled = compileCel(text, CEL);
  if ('failure' in compiled) return compiled.failure;
  const { type, evaluate } = compiled.program;
  return [type, evaluate(new Map([['object', fromJson(DOCUMENT)]]))];
}

const JSON_PATHS: readonly string[] = [
  '{.metadata.name}',
  '{range .spec.containers[*]}{.name}{"\\t"}{.image}{"\\n"}{end}',
  "{.spec.containers[?(@.name=='a')].image}",
  '{.spec.containers[0:2:1].name} {..name}',
  'NAME:.metadata.name,K:.spec.containers[*].name',
];

/** What is printed as kubectl prints it is the same value when it is read. */
function printedYaml(json: Json): string {
  const text = formatYaml(json);
  const read = parseFile({ path: 'a.yaml', text }).documents[0]?.value;
  if (isObject(json) && Object.keys(json).length > 0 && !equal(read, json) && isPlain(json))
    throw new Error(`is read as ${JSON.stringify(read)}: ${text}`);
  return text;
}

/** Texts of letters alone: what every reader of YAML reads in the same way. */
const isPlain = (json: Json): boolean =>
  !/[^\x20-\x7e]|\\/.test(JSON.stringify(json)) && !JSON.stringify(json).includes('e+');

/** The bytes of a certificate, a character each: so a change hits the structure and not its letters. */
const bytesOfPem = (pem: string): string =>
  Buffer.from(pem.replace(/^[\s\S]*?-----BEGIN [A-Z ]+-----|-----END[\s\S]*$/g, ''), 'base64').toString(
    'latin1',
  );
const pemOfBytes = (bytes: string): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes, 'latin1').toString('base64')}\n-----END CERTIFICATE-----\n`;

const links = (): readonly string[] =>
  corpus.stories
    .slice(0, 3)
    .map(({ name, files }) =>
      encodeLink({ name, files, version: LATEST_KYVERNO, seed: 1, view: { event: 1 } }),
    );

const SCALARS: readonly string[] = [
  '100m',
  '1.5Gi',
  '1e3',
  '1h30m',
  '-1.5s',
  '2024-02-29T12:00:00Z',
  'Mon, 02 Jan 2006 15:04:05 MST',
  'https://user@example.com:8080/a?b=c#d',
  'ghcr.io/acme/app:v1@sha256:0123456789012345678901234567890123456789012345678901234567890123',
  '>=1.2.3 <2.0.0 || 3.x',
  'aGVsbG8=',
  '{"a": [1, 2.5e3, "\\u00e9"]}',
  'a in (b, c), d notin (e), !f, g=h',
  'metadata.name=a,status.phase!=Running',
  'apps/v1/Deployment/scale',
  'Pod.exec',
  'a*?b',
  '{matchLabels: {a: b*}}',
];

/** Everything that is told in one short text. */
function readScalars(text: string): Reading {
  const quantity = parseQuantity(text);
  const requirements = parseSelector(text);
  return {
    answer: [
      quantity && formatQuantity(quantity),
      parseDuration(text),
      parseTime(RFC3339, text),
      parseTime(text, '2024-02-29T12:00:00Z'),
      hostOfUrl(text),
      parseImage(text),
      matchSemverRange('1.2.3', text),
      matchSemverRange(text, '>=1.2.3'),
      decodeBase64(encodeUtf8(text)),
      parseGoJson(text),
      parseGoYaml(text),
      parseFloatText(text),
      requirements && matchesRequirements(requirements, { a: 'b' }),
      matchesFields(text, DOCUMENT),
      matchKind([text], SUBJECT.kind, ''),
      matchWildcard(text, 'abc'),
      matchWildcard('a*', text),
      parseLabelSelector({ matchLabels: { [text]: text } }),
      getString(getObject(DOCUMENT, text), text),
      getList(DOCUMENT, text),
    ],
  };
}
