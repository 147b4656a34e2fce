import { describe, expect, it } from 'vitest';
import { parseFile } from '../manifest/parse.ts';
import { readPolicies } from './read-policies.ts';

const read = (text: string) => readPolicies(parseFile({ path: 'policies.yaml', text }).documents);
const policy = (rules: string): string =>
  `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n${rules}`;

const RULE = '  - name: r\n    match: {any: [{resources: {kinds: [Pod]}}]}\n';

describe('reading policies', () => {
  it('reads ClusterPolicies, Policies and exceptions, and leaves the rest alone', () => {
    const found = read(
      [
        policy(`${RULE}    validate: {pattern: {metadata: {name: "?*"}}}\n`),
        'apiVersion: kyverno.io/v1\nkind: Policy\nmetadata: {name: q, namespace: team}\nspec: {rules: [{name: r, generate: {kind: X}}]}\n',
        'apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e, namespace: team}\nspec: {exceptions: []}\n',
        'apiVersion: example.com/v1\nkind: Policy\nmetadata: {name: other}\n',
      ].join('---\n'),
    );
    expect(found.policies.map(({ key }) => key)).toEqual(['p', 'team/q']);
    expect(found.exceptions).toEqual([{ name: 'e', namespace: 'team', spec: { exceptions: [] } }]);
    expect(found.diagnostics).toEqual([]);
  });

  it.each([
    ['validate.cel', '    validate: {cel: {expressions: [{expression: "true"}]}}\n', 8, 16],
    ['verifyImages', '    verifyImages: [{imageReferences: ["*"]}]\n', 8, 5],
  ])('says where %s stands, which is not simulated', (what, body, line, column) => {
    const [found] = read(policy(RULE + body)).diagnostics;
    expect(found).toMatchObject({ code: 'kyverno-unsupported-field', location: { line, column } });
    expect(found?.message).toContain(`\`${what}\``);
  });

  it('says that CEL policies do nothing; cleanup policies do something', () => {
    const codes = [
      'policies.kyverno.io/v1\nkind: ValidatingPolicy',
      'kyverno.io/v2\nkind: CleanupPolicy',
    ].map((kind) => read(`apiVersion: ${kind}\nmetadata: {name: x}\n`).diagnostics.map(({ code }) => code));
    expect(codes).toEqual([['kyverno-unsupported-kind'], []]);
  });

  it('warns of a policy without rules', () => {
    const found = read('apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {}\n');
    expect(found.policies).toHaveLength(1);
    expect(found.diagnostics.map(({ code }) => code)).toEqual(['kyverno-no-rules']);
  });

  it('offers the field that was probably meant', () => {
    const [found] = read(policy(`${RULE}    validate: {patern: {a: b}}\n`)).diagnostics;
    expect(found).toMatchObject({
      code: 'kyverno-unknown-field',
      message: 'unknown field "spec.rules[0].validate.patern"',
      fix: { title: 'Change to pattern' },
    });
  });

  it('survives rules, matches and bodies of any other type', () => {
    for (const spec of [
      'rules: 5',
      'rules: [5, null, [], {}]',
      'rules: [{match: 1, validate: [], mutate: x}]',
      '5',
    ])
      expect(
        read(
          `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: ${spec.includes(':') ? `{${spec}}` : spec}\n`,
        ).policies,
      ).toHaveLength(1);
  });
});
