import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import { parseFile } from '../manifest/parse.ts';
import { behaviourOf } from './behaviour.ts';
import { policyDiagnostics } from './policy-diagnostics.ts';
import type { KyvernoVersion } from './versions.ts';

/** Variables without nesting; each stands for nothing. */
const variables: Parameters<typeof policyDiagnostics>[1]['variables'] = {
  find: (text) =>
    [...text.matchAll(/\{\{[^{}]*\}\}/g)].map((match) => ({
      prefix: '',
      text: match[0],
      start: match.index,
    })),
  substitute: (document, resolver) => {
    for (const [variable] of JSON.stringify(document).matchAll(/\{\{[^{}]*\}\}/g)) {
      const answer = resolver.query(variable.slice(2, -2).trim());
      if ('error' in answer) return { error: `failed to resolve: ${answer.error}` };
    }
    return { value: document };
  },
};

const served = ['Namespace', 'ConfigMap', 'Pod', 'Pod/exec'];

function diagnose(text: string, version: KyvernoVersion = '1.19'): readonly Diagnostic[] {
  return policyDiagnostics(parseFile({ path: 'policies.yaml', text }).documents, {
    behaviour: behaviourOf(version),
    variables,
    policyExceptions: false,
    isClusterScoped: (kind) => kind === 'Namespace' || kind === 'v1/Namespace',
    findKind: (kind) =>
      served.includes(kind) ? { subresource: kind.split('/').slice(1).join('') } : undefined,
  });
}

const policy = (body: string, kinds = 'Namespace'): string =>
  [
    'apiVersion: kyverno.io/v1',
    'kind: ClusterPolicy',
    'metadata: {name: p}',
    'spec:',
    '  rules:',
    '    - name: r',
    '      match:',
    '        any:',
    `          - resources: {kinds: [${kinds}]}`,
    body,
    '',
  ].join('\n');

const GENERATE = (rest: string): string => `      generate: {apiVersion: v1, name: x, data: {}, ${rest}}`;
const PATTERN = '      validate: {pattern: {metadata: {name: "?*"}}}';

const brief = (found: readonly Diagnostic[]): readonly string[] =>
  found.map(({ code, severity, location }) => `${severity} ${code} ${location?.line}:${location?.column}`);

describe('judging policies before anything runs', () => {
  it('has nothing to say of a sound policy, nor of what is no policy', () => {
    expect(diagnose(policy(PATTERN))).toEqual([]);
    expect(diagnose('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n')).toEqual([]);
    expect(diagnose('apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: c}\n')).toEqual([]);
  });

  it.each<[string, string, string]>([
    [
      'a target without its namespace',
      policy(GENERATE('kind: ConfigMap')),
      'refused kyverno-policy-refused 10:7',
    ],
    [
      'a namespace for a target that has none',
      policy(GENERATE('kind: Namespace, namespace: team')),
      'refused kyverno-policy-refused 10:81',
    ],
    ['a rule that does nothing', policy(''), 'refused kyverno-policy-refused 6:7'],
    [
      'an unknown variable, where it stands',
      policy('      validate: {message: "{{ foo }}", deny: {}}'),
      'refused kyverno-policy-refused 10:27',
    ],
    [
      'a value that the schema does not have',
      policy('      validate: {failureAction: Block, deny: {}}'),
      'refused kyverno-unsupported-value 10:33',
    ],
    [
      'a kind of a background rule that is a subresource',
      policy(PATTERN, 'Pod/exec'),
      'refused kyverno-policy-refused 9:25',
    ],
    ['a kind that nobody serves', policy(PATTERN, 'Namespase'), 'warning kyverno-kind-not-served 9:33'],
    [
      'lower-case actions',
      policy(PATTERN).replace('spec:', 'spec:\n  validationFailureAction: enforce'),
      'warning kyverno-policy-warning 5:28',
    ],
  ])('marks %s', (_, text, expected) => {
    expect(brief(diagnose(text))).toEqual([expected]);
  });

  it('says of a rule without match that it is required, and asks no webhook then', () => {
    const [found, ...more] = diagnose(
      'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {rules: [{name: r, validate: {deny: {}}}]}\n',
    );
    expect(found?.message).toBe('spec.rules[0].match: Required value');
    expect(more).toEqual([]);
  });

  it('knows which fields a version does not have yet', () => {
    const text = policy('      validate: {failureAction: Enforce, deny: {}}');
    expect(diagnose(text)).toEqual([]);
    const [found] = diagnose(text, '1.12');
    expect(found?.message).toBe('unknown field "spec.rules[0].validate.failureAction"');
    expect(found?.hint).toContain('spec.validationFailureAction');
  });

  it('tells kinds that no Kyverno serves from those that are not simulated', () => {
    const kind = (apiVersion: string, name: string): string =>
      `apiVersion: ${apiVersion}\nkind: ${name}\nmetadata: {name: x}\n`;
    const [typo] = diagnose(kind('kyverno.io/v1', 'ClusterPolice'));
    expect(typo?.message).toBe('no matches for kind "ClusterPolice" in version "kyverno.io/v1"');
    expect(typo?.hint).toBe('Did you mean ClusterPolicy?');
    expect(diagnose(kind('kyverno.io/v1', 'ValidatingPolicy'))[0]?.hint).toContain('policies.kyverno.io');
    expect(diagnose(kind('kyverno.io/v3', 'ClusterPolicy'))[0]?.hint).toContain('kyverno.io/v1');
    expect(brief(diagnose(kind('policies.kyverno.io/v1', 'ValidatingPolicy')))).toEqual([
      'warning kyverno-unsupported-kind 2:7',
    ]);
  });

  it('says that exceptions are off', () => {
    const found = diagnose('apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: x}\n');
    expect(found.map(({ code }) => code)).toEqual(['kyverno-exceptions-off']);
  });

  it('survives specs of any form', () => {
    for (const spec of [
      '5',
      '[]',
      '{rules: {}}',
      '{rules: [null, 5, {}]}',
      '{rules: [{name: [], match: 5, validate: x, generate: [], mutate: 1}]}',
    ])
      expect(() =>
        diagnose(`apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: ${spec}\n`),
      ).not.toThrow();
  });
});

describe('a cleanup policy', () => {
  const cleanup = (spec: string): readonly Diagnostic[] =>
    diagnose(`apiVersion: kyverno.io/v2\nkind: CleanupPolicy\nmetadata: {name: x}\nspec:\n${spec}`);
  const MATCH = '  match: {any: [{resources: {kinds: [Pod]}}]}\n';

  it('has nothing to say where the webhook takes it', () => {
    expect(cleanup(`${MATCH}  schedule: "*/5 * * * *"\n`)).toEqual([]);
  });

  it('is refused for its schedule, at its place', () => {
    const [found] = cleanup(`${MATCH}  schedule: often\n`);
    expect(found).toMatchObject({
      code: 'kyverno-cleanup-policy',
      severity: 'refused',
      location: { line: 6, column: 3 },
    });
  });

  it('is refused for a cluster-wide kind in a namespace', () => {
    const [found] = cleanup('  match: {any: [{resources: {kinds: [Namespace]}}]}\n  schedule: "@daily"\n');
    expect(found).toMatchObject({ code: 'kyverno-cleanup-policy', severity: 'refused' });
  });
});
