import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFile } from '../manifest/parse.ts';
import { readClusterResourceFile } from './cluster-resource-file.ts';
import { readKyvernoTest } from './kyverno-test.ts';
import { readUserInfoFile } from './user-info-file.ts';

function read(text: string): ReturnType<typeof readKyvernoTest> {
  const [document] = parseFile({ path: 'kyverno-test.yaml', text }).documents;
  if (document === undefined) throw new Error('no document');
  return readKyvernoTest(document);
}

const HEAD = 'apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: t}\n';

test('a test is read with its results', () => {
  const { test: found, diagnostics } = read(
    `${HEAD}policies: [p.yaml]\nresources: [r.yaml]\nresults:\n- {policy: p, rule: r, kind: Pod, resources: [a, ns/b], result: pass}\n`,
  );
  expect(diagnostics).toEqual([]);
  expect(found.policies).toEqual(['p.yaml']);
  expect(found.results[0]).toMatchObject({
    policy: 'p',
    rule: 'r',
    resources: ['a', 'ns/b'],
    result: 'pass',
  });
});

test('fields are known in any case', () => {
  const { test: found, diagnostics } = read(`${HEAD}Policies: [p.yaml]\nUSERINFO: u.yaml\n`);
  expect(diagnostics).toEqual([]);
  expect(found).toMatchObject({ policies: ['p.yaml'], userInfo: 'u.yaml' });
});

test('an unknown field is an error at its place', () => {
  const { diagnostics } = read(`${HEAD}results:\n- {policy: p, resource: a, result: pass}\n`);
  expect(diagnostics.map(({ severity, location }) => [severity, location?.line])).toEqual([['error', 5]]);
});

test('a path that stands twice counts once', () => {
  expect(read(`${HEAD}resources: [a.yaml, b.yaml, a.yaml]\n`).test.resources).toEqual(['a.yaml', 'b.yaml']);
});

test('a result without resources is told from one with none', () => {
  const { test: found } = read(
    `${HEAD}results:\n- {policy: p, result: pass}\n- {policy: p, resources: [], result: pass}\n`,
  );
  expect(found.results.map(({ resources }) => resources)).toEqual([undefined, []]);
});

test('the old schema is refused', () => {
  expect(read('name: t\npolicies: [p.yaml]\n').diagnostics).toHaveLength(1);
  expect(read(`${HEAD}name: t\n`).diagnostics).toHaveLength(1);
});

test('inline values are read in their place', () => {
  const { test: found } = read(`${HEAD}values:\n  globalValues: {request.operation: UPDATE}\n`);
  expect(found.values?.globalValues).toEqual({ 'request.operation': 'UPDATE' });
});

test('user information without kind is refused', () => {
  const [document] = parseFile({ path: 'u.yaml', text: 'clusterRoles: [admin]\n' }).documents;
  expect(document && readUserInfoFile(document).diagnostics).toHaveLength(1);
});

test('user information is read', () => {
  const text =
    'apiVersion: cli.kyverno.io/v1alpha1\nkind: UserInfo\nclusterRoles: [admin]\nuserInfo: {username: mo, groups: [g]}\n';
  const [document] = parseFile({ path: 'u.yaml', text }).documents;
  expect(document && readUserInfoFile(document)).toEqual({
    info: { userInfo: { username: 'mo', groups: ['g'] }, roles: [], clusterRoles: ['admin'] },
    diagnostics: [],
  });
});

test('no document makes the readers stumble', () => {
  const names = fc.constantFrom(
    'results',
    'policies',
    'values',
    'kind',
    'userInfo',
    'spec',
    '__proto__',
    'x',
  );
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(value, (data) => {
      const [document] = parseFile({ path: 'f.yaml', text: JSON.stringify(data) }).documents;
      if (document === undefined) return;
      readKyvernoTest(document);
      readUserInfoFile(document);
      readClusterResourceFile(document);
    }),
    { numRuns: 200 },
  );
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});
