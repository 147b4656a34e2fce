import { expect, test } from 'vitest';
import { parseFile } from '../manifest/parse.ts';
import { readContextFile } from './context-file.ts';
import { isValuesFile, readMockFields, readValuesFile } from './values-file.ts';

const documentOf = (text: string) => {
  const [document] = parseFile({ path: 'values.yaml', text }).documents;
  if (document === undefined) throw new Error('no document');
  return document;
};

const HEAD = 'apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\n';

test('values are read whatever the case of their fields, the exact spelling first', () => {
  const { values, diagnostics } = readValuesFile(
    documentOf(`${HEAD}GLOBALVALUES: {a: 1}
globalValues: {request.operation: UPDATE}
Policies:
- Name: p
  resources: [{name: r, Values: {x: 1}}]
  rules: [{name: q, values: {w: [2]}, foreachvalues: {z: [1, 2]}}]
namespaceSelector: [{name: prod, labels: {env: prod}}]
subresources:
- subresource: {name: deployments/scale, kind: Scale, group: autoscaling, version: v1, verbs: null}
  parentResource: {name: deployments, kind: Deployment, group: apps, version: v1}
`),
  );
  expect(diagnostics).toEqual([]);
  expect(values.globalValues).toEqual({ 'request.operation': 'UPDATE' });
  expect(values.policies).toEqual([
    {
      name: 'p',
      resources: [{ name: 'r', values: { x: 1 } }],
      rules: [{ name: 'q', values: { w: [2] }, foreachValues: { z: [1, 2] } }],
    },
  ]);
  expect(values.namespaceSelector).toEqual([{ name: 'prod', labels: { env: 'prod' } }]);
  expect(values.subresources[0]?.parentResource.kind).toBe('Deployment');
});

test('inline values are read from their place in a Test', () => {
  const document = documentOf('kind: Test\nvalues:\n  globalValues: {a: b}\n  nonsense: 1\n');
  const { values, diagnostics } = readValuesFile(document, ['values']);
  expect(values.globalValues).toEqual({ a: 'b' });
  expect(diagnostics.map(({ code, location }) => [code, location?.line])).toEqual([['cli-values', 4]]);
});

test('a Test carries its mocks beside its other fields', () => {
  const document = documentOf(`kind: Test
results: []
apiCallResponses:
- {url: "https://a.example/x", method: post, response: {body: {ok: true}}}
- {urlPath: /healthz, response: {statusCode: 503, body: {}}}
globalContextEntries:
- {name: e, data: {a: [1]}, fieldPath: a}
`);
  const { apiCallResponses, globalContextEntries, diagnostics } = readMockFields(document);
  expect(diagnostics).toEqual([]);
  expect(apiCallResponses).toEqual([
    { url: 'https://a.example/x', method: 'POST', statusCode: 200, body: { ok: true } },
    { url: '/healthz', statusCode: 503, body: {} },
  ]);
  expect(globalContextEntries).toEqual([{ name: 'e', root: { a: [1] }, fieldPath: 'a', projections: [] }]);
});

test.each([
  ['- {response: {body: {}}}', 'Either `url`'],
  ['- {url: "https://a", urlPath: /b, response: {body: {}}}', 'exclude each other'],
  ['- {url: a.example, response: {body: {}}}', 'absolute http or https URL'],
  ['- {urlPath: b, response: {body: {}}}', 'starts with /'],
  ['- {urlPath: /b, method: PUT, response: {body: {}}}', 'GET or POST'],
  ['- {urlPath: /b, response: {body: 1}}', 'is an object'],
  ['- {urlPath: /b}', '`response.body` is required'],
  ['- {urlPath: /b, response: {statusCode: 99, body: {}}}', 'between 100 and 599'],
  ['- {urlPath: /b, response: {body: {}}}\n- {urlPath: /b, response: {body: {}}}', 'already'],
])('an answer that cannot be used is said: %s', (text, message) => {
  const { diagnostics } = readValuesFile(documentOf(`${HEAD}apiCallResponses:\n${text}\n`));
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]?.message).toContain(message);
});

test('files of a global context entry are found in the folder, and only there', () => {
  const resources = documentOf('kind: ConfigMap\n');
  const read = (path: string) =>
    readValuesFile(
      documentOf(`${HEAD}globalContextEntries:\n- {name: e, resourceFiles: ["${path}"]}\n`),
      [],
      (name) => (name === 'deep/a.yaml' ? [resources] : undefined),
    );
  expect(read('./deep/a.yaml').values.globalContextEntries[0]?.root).toEqual([{ kind: 'ConfigMap' }]);
  for (const path of ['/deep/a.yaml', '../a.yaml', 'b.yaml', '']) {
    expect(read(path).values.globalContextEntries).toEqual([]);
    expect(read(path).diagnostics).toHaveLength(1);
  }
});

test('a context holds resources and images', () => {
  const { context, diagnostics } = readContextFile(
    documentOf(`apiVersion: cli.kyverno.io/v1alpha1
kind: Context
spec:
  Resources: [{apiVersion: v1, kind: Secret}, {metadata: {}}]
  images: [{image: nginx, config: {created: x}}]
`),
  );
  expect(context.resources).toEqual([{ apiVersion: 'v1', kind: 'Secret' }]);
  expect(context.images).toMatchObject([{ image: 'nginx', registry: '', config: { created: 'x' } }]);
  expect(diagnostics.map(({ message }) => message)).toEqual(["Object 'Kind' is missing."]);
});

test('texts of any shape are read without a throw', () => {
  for (const text of ['', '[]', 'a', 'policies: {a: b}', 'policies: [1, [2], {rules: 3}]', '__proto__: 1'])
    expect(() => {
      for (const document of parseFile({ path: 'v.yaml', text }).documents) {
        isValuesFile(document.value);
        readValuesFile(document);
        readMockFields(document);
        readContextFile(document);
      }
    }).not.toThrow();
});
