import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Diagnostic, LATEST_KYVERNO, loadParts, parseFile } from '../../../src/index.ts';
import { checkFiles, notToldYet } from './check-files.ts';
import type { SchemaLibrary } from './library.ts';
import { testLibrary } from './test-library.ts';

let library: SchemaLibrary;

beforeAll(async () => {
  await loadParts();
  library = testLibrary();
  await library.load(
    ['Pod', 'Deployment', 'ConfigMap', 'ClusterPolicy', 'NetworkPolicy', 'CustomResourceDefinition'].map(
      (kind) => `kind: ${kind}`,
    ),
  );
});

const check = (text: string, path = 'f.yaml'): readonly Diagnostic[] =>
  checkFiles([{ path, text }], LATEST_KYVERNO, library);
const told = (text: string): readonly string[] =>
  check(text).map(
    ({ code, severity, location }) =>
      `${code} ${severity} ${text.slice(location?.range.start, location?.range.end)}`,
  );

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n';
const POLICY = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p}
spec:
  rules:
    - name: r
      match: {any: [{resources: {kinds: [Pod]}}]}
`;

describe('objects', () => {
  it('finds misspelt fields and offers the right one', () => {
    const text = `${POD}  containers: [{name: a, imag: b}]\n`;
    const [found] = check(text);
    expect(found).toMatchObject({
      code: 'schema-unknown-field',
      severity: 'warning',
      message: 'unknown field "spec.containers[0].imag"',
    });
    expect(found?.hint).toMatch(/^Did you mean image\?/);
    expect(found?.fix?.edits[0]?.text).toBe('image');
  });

  it.each([
    ['  containers: [{name: a}]\n  hostNetwork: "true"\n', 'schema-type refused "true"'],
    ['  containers: [{name: a, args: [1]}]\n', 'schema-type refused 1'],
    ['  containers: {name: a}\n', 'schema-type refused {name: a}'],
    ['  containers: [{name: a}]\n  restartPolicy: always\n', 'schema-value refused always'],
    ['  containers: [{image: a}]\n', 'schema-required warning image'],
    ['  containers: [{name: a, ports: [{containerPort: 8.5}]}]\n', 'schema-type refused 8.5'],
  ])('finds what the server does not read: %j', (spec, finding) => {
    expect(told(POD + spec)).toEqual([
      finding.startsWith('schema-required') ? expect.stringContaining('schema-required') : finding,
    ]);
  });

  it.each([
    '  containers: [{name: a, resources: {limits: {cpu: 1, memory: 1Gi}}}]\n',
    '  containers: [{name: a, livenessProbe: {httpGet: {port: http}}, ports: [{containerPort: 80}]}]\n',
    '  containers: [{name: a}]\n  nodeSelector: {any-key: x}\n  tolerations:\n',
  ])('takes quantities, integers or text, free keys and empty values: %j', (spec) => {
    expect(told(POD + spec)).toEqual([]);
  });

  it('speaks in the words of the API server where a CRD is broken, that of the workspace included', () => {
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: as.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: A, plural: as}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, required: [size], properties: {size: {type: integer, minimum: 1}, pattern: {type: string, pattern: '(a+)+$'}}}
---
apiVersion: example.com/v1
kind: A
metadata: {name: a}
spec: {size: 0, colour: red, pattern: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab}
---
apiVersion: example.com/v1
kind: A
metadata: {name: b}
spec: {size: many}
`;
    expect(check(crd).map(({ message, severity }) => `${severity} ${message}`)).toEqual([
      'refused unknown field "spec.colour"',
      'refused spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
      'refused spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    ]);
  });

  it('says nothing of kinds without a schema, of a status, and of what a test only compares with', () => {
    expect(told('apiVersion: example.com/v1\nkind: B\nspec: {a: 1}\n')).toEqual([]);
    expect(told(`${POD}  containers: [{name: a}]\nstatus: {whatever: 1}\n`)).toEqual([]);
    const test =
      'apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nspec: {steps: [{try: [{assert: {file: f.yaml}}]}]}\n';
    const files = [
      { path: 'chainsaw-test.yaml', text: test },
      { path: 'f.yaml', text: `${POD}  containers: [{image: a}]\n` },
    ];
    expect(checkFiles(files, LATEST_KYVERNO, library)).toEqual([]);
  });

  it('judges Kyverno’s kinds by the version whose schemas are there', () => {
    const files = [{ path: 'f.yaml', text: POLICY.replace('spec:\n', 'spec:\n  background: maybe\n') }];
    expect(checkFiles(files, LATEST_KYVERNO, library)).toHaveLength(1);
    expect(checkFiles(files, '1.13', library)).toEqual([]);
  });

  it('survives a CRD that is no CRD', () => {
    const crd =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {group: e.com, names: {kind: A}, versions: [{name: v1, schema: {openAPIV3Schema: {properties: 1, items: [], required: x, enum: {a: 1}}}}, 7]}\n---\napiVersion: e.com/v1\nkind: A\nmetadata: {__proto__: {a: 1}, constructor: 1}\n';
    expect(() => check(crd)).not.toThrow();
  });
});

describe('steps', () => {
  const step = (body: string) =>
    `apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: t}\nspec:\n  namespace: default\n  steps:\n    - name: a\n      try:\n        - ${body}\n`;

  it('checks the object of an operation, and less of a patch', () => {
    const pod = '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostNetwrok: true}}';
    expect(told(step(`create: {resource: ${pod}}`))).toEqual([
      'schema-unknown-field warning hostNetwrok',
      expect.stringContaining('schema-required warning'),
    ]);
    expect(told(step(`patch: {resource: ${pod}}`))).toEqual(['schema-unknown-field warning hostNetwrok']);
    expect(told(step(`assert: {resource: ${pod}}`))).toEqual([]);
  });
});

describe('policies', () => {
  it('takes anchors, operators and variables', () => {
    expect(
      told(`${POLICY}      validate:
        pattern:
          spec:
            =(hostNetwork): "false | !true"
            (containers):
              - X(image): "*:latest"
                ^(ports): [{containerPort: ">1024"}]
                <(name): "{{ request.object.metadata.name }}"
            "{{ request.operation }}": x
`),
    ).toEqual([]);
  });

  it('advises where a pattern’s key is nearly a field', () => {
    expect(told(`${POLICY}      validate: {pattern: {spec: {=(contaners): [{image: x}]}}}\n`)).toEqual([
      'schema-pattern-field advice =(contaners)',
    ]);
    expect(told(`${POLICY}      validate: {pattern: {metadata: {labels: {naem: x}}}}\n`)).toEqual([]);
  });

  it('checks generated data by its kind, not where a variable stands', () => {
    const generate = (data: string) =>
      `${POLICY}      generate: {apiVersion: v1, kind: ConfigMap, name: c, data: ${data}}\n`;
    expect(told(generate('{data: {a: "{{ request.name }}", b: 1}}'))).toEqual(['schema-type warning 1']);
    expect(told(generate('{dta: {a: b}}'))).toEqual(['schema-unknown-field warning dta']);
    expect(told(generate('"{{ some.data }}"'))).toEqual([]);
  });
});

describe('what others say', () => {
  const at = (start: number, end: number, line = 1) => ({
    file: 'f.yaml',
    range: { start, end },
    line,
    column: 1,
    endLine: line,
    endColumn: 1,
  });
  it('is not said again at the same place', () => {
    const found: Diagnostic = { code: 'schema-type', severity: 'refused', message: 'x', location: at(4, 9) };
    const own = (severity: Diagnostic['severity'], location = at(6, 12)): Diagnostic => ({
      code: 'kyverno-x',
      severity,
      message: 'y',
      location,
    });
    expect(notToldYet([found], [own('refused')])).toEqual([]);
    expect(notToldYet([found], [own('advice')])).toEqual([found]);
    expect(notToldYet([found], [own('refused', at(9, 12))])).toEqual([found]);
    expect(notToldYet([found], [own('warning', at(0, 90, 0))])).toEqual([found]);
  });
});

function yamlFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return yamlFiles(path);
    return /\.ya?ml$/.test(name) ? [path] : [];
  });
}

const root = resolve(import.meta.dirname, '../../..');
const corpora = join(root, '../shared/corpora/tests');

/** True findings in policies of the corpora, and why Kyverno takes the policy all the same. */
const TRUE_FINDINGS = [
  // The field is dropped when the RoleBinding is made.
  'kyverno/test/conformance/chainsaw/generate/clusterpolicy/cornercases/data-role-and-rolebinding/policy.yaml unknown field "spec.rules[1].generate.data.roleRef.namespace"',
  // Tests that want the refusal.
  'kyverno/test/conformance/chainsaw/validating-policies/exceptions/empty-policy-ref/exception.yaml spec.policyRefs: Required value',
  'kyverno/test/conformance/chainsaw/validating-policies/validation-checks/invalid-action/policy.yaml spec.validationActions[0]: Unsupported value: "test": supported values: "Deny", "Audit", "Warn"',
];

describe('texts that are right', () => {
  it('have no findings: the stories', async () => {
    const own = testLibrary();
    for (const folder of readdirSync(join(root, 'public/scenarios')).filter((name) => !name.includes('.'))) {
      const files = yamlFiles(join(root, 'public/scenarios', folder)).map((path) => ({
        path: relative(join(root, 'public/scenarios', folder), path),
        text: readFileSync(path, 'utf8'),
      }));
      await own.load(files.map(({ text }) => text));
      expect(checkFiles(files, LATEST_KYVERNO, own), folder).toEqual([]);
    }
  });

  it(`have no findings: Kyverno’s own policies${existsSync(corpora) ? '' : ' (the corpora are absent: not read)'}`, async () => {
    if (!existsSync(corpora)) return;
    const own = testLibrary();
    const found: string[] = [];
    let policies = 0;
    for (const path of yamlFiles(corpora)) {
      const text = readFileSync(path, 'utf8');
      if (!/^apiVersion: (policies\.)?kyverno\.io\//m.test(text)) continue;
      await own.load([text]);
      // What tests compare with is incomplete: it has no spec, or part of one.
      if (/assert|error|check-autogen/.test(path)) continue;
      policies += parseFile({ path, text }).documents.length;
      for (const one of checkFiles([{ path, text }], LATEST_KYVERNO, own))
        if (!/^(metadata|spec): Required value/.test(one.message))
          found.push(`${relative(corpora, path)} ${one.message}`);
    }
    expect(policies).toBeGreaterThan(1000);
    expect(found).toEqual(TRUE_FINDINGS);
  });
});
