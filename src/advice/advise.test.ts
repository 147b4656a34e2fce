import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../base/json.ts';
import { getList, getObject, isObject } from '../base/json.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import { NO_MOCKS } from '../kyverno/mocks.ts';
import type { Policy, RuleType } from '../kyverno/policy.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { parseFile } from '../manifest/parse.ts';
import type { Scenario } from '../simulation/scenario.ts';
import type { TraceEvent } from '../trace/event.ts';
import type { Trace } from '../trace/trace.ts';
import type { Advice } from './advice.ts';
import { advise } from './advise.ts';
import { alignmentOf } from './conditions.ts';
import { addKey, formatBlock } from './yaml-text.ts';

const REQUIRE = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: require-team}
spec:
  validationFailureAction: Enforce
  rules:
    - name: check-team
      match: {any: [{resources: {kinds: [Namespace]}}]}
      validate:
        pattern: {metadata: {labels: {team: "?*"}}}
---
`;
const generate = (match: string, rest = ''): string => `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: add-default-deny}
spec:
  rules:
    - name: default-deny
      match:
        any:
          - resources:${match}
      generate:
        kind: NetworkPolicy
        name: default-deny
        namespace: "{{ request.object.metadata.name }}"
        synchronize: true${rest}
`;
const BLOCK = `
              kinds:
                - Namespace # all`;

/** A policy of the text, as the reader of policies would give it. */
function policyOf({ object }: ManifestDocument): Policy {
  const spec = getObject(object, 'spec');
  const rules = getList(spec, 'rules').map((raw, at) => {
    const rule: JsonObject = isObject(raw) ? raw : {};
    const type: RuleType = Object.hasOwn(rule, 'generate') ? 'generate' : 'validate';
    return { name: String(rule['name']), type, raw: rule, path: ['spec', 'rules', at], autogen: false };
  });
  const name = String(object?.metadata['name']);
  if (object === undefined) throw new Error('no policy');
  return { kind: 'ClusterPolicy', name, namespace: '', key: name, object, spec, rules };
}

const behaviours: Readonly<Record<string, Partial<Behaviour>>> = {
  '1.11': { logFormat: 'klog', createsUpdateRequestsBesideVerdict: false, fallsBackToAdmissionObject: true },
  '1.12': {
    logFormat: 'zap',
    createsUpdateRequestsBesideVerdict: true,
    fallsBackToAdmissionObject: true,
    swallowsNotFound: false,
  },
  '1.14': {
    logFormat: 'zerolog',
    createsUpdateRequestsBesideVerdict: true,
    fallsBackToAdmissionObject: true,
    swallowsNotFound: false,
  },
  '1.18': {
    logFormat: 'zerolog',
    createsUpdateRequestsBesideVerdict: true,
    fallsBackToAdmissionObject: true,
    swallowsNotFound: true,
  },
  '1.19': {
    logFormat: 'zerolog',
    createsUpdateRequestsBesideVerdict: true,
    fallsBackToAdmissionObject: false,
    swallowsNotFound: true,
  },
};

function run(text: string, trace?: Trace, version = '1.19'): readonly Advice[] {
  const before = parseFile({ path: 'policies.yaml', text }).documents;
  const step = parseFile({
    path: 'chainsaw-test.yaml',
    text: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: bad}\n',
  });
  const scenario: Scenario = {
    name: 's',
    before,
    steps: [
      {
        title: '',
        user: { username: 'u', groups: [] },
        action: {
          type: 'kubectl',
          argv: ['create', '-f', 'bad.yaml'],
          files: { 'bad.yaml': step.documents },
        },
      },
    ],
    actors: [],
    mocks: NO_MOCKS,
    diagnostics: [],
  };
  return advise(scenario, before.map(policyOf), trace, { version, ...behaviours[version] } as Behaviour);
}
const find = (advice: readonly Advice[], code: string): Advice | undefined =>
  advice.find((one) => one.code === code);
function fixed(text: string, advice: Advice | undefined): string {
  const edits = [...(advice?.fix?.edits ?? [])].sort((left, right) => right.range.start - left.range.start);
  return edits.reduce(
    (result, { range, text: inserted }) => result.slice(0, range.start) + inserted + result.slice(range.end),
    text,
  );
}

const trigger = { apiVersion: 'v1', kind: 'Namespace', name: 'bad' };
/** A run in which the request for `bad` was denied and left an UpdateRequest. */
const denied = traceOf(
  { kind: 'step' },
  { kind: 'request', cause: 0, refusedBy: 'validating', code: 400 },
  { kind: 'webhook', cause: 1 },
  {
    kind: 'rule',
    cause: 2,
    policy: 'require-team',
    rule: 'check-team',
    ruleType: 'validate',
    status: 'fail',
    enforced: true,
  },
  {
    kind: 'plan',
    cause: 2,
    policy: 'add-default-deny',
    rule: 'default-deny',
    action: 'generate',
    trigger,
    updateRequest: 'ur-1',
  },
);
function traceOf(...events: readonly JsonObject[]): Trace {
  return {
    events: events.map((event, id) => ({ ...event, id, time: id }) as unknown as TraceEvent),
  } as unknown as Trace;
}

describe('a generate rule that matches what is denied', () => {
  const text = REQUIRE + generate(BLOCK);
  const advice = find(run(text, denied), 'advice-align-generate');

  it('is advised with the denied trigger as proof', () => {
    expect(advice?.events).toEqual([4, 3, 1]);
    expect(advice?.message).toBe(
      'add-default-deny / default-deny matched Namespace bad, which require-team / check-team denied, so its UpdateRequest looked for a trigger that was never stored.',
    );
    expect(advice?.hint).toBe('Match only Namespaces with the label team.');
    expect(advice?.location?.line).toBe(18);
  });

  it('is not advised without a run that proves it', () => {
    expect(find(run(text), 'advice-align-generate')).toBeUndefined();
  });

  it.each([
    [BLOCK, `${BLOCK}\n              selector:\n                matchLabels:\n                  team: "?*"`],
    [' {kinds: [Namespace]}', ' {kinds: [Namespace], selector: {matchLabels: {team: "?*"}}}'],
    [
      ' {kinds: [Namespace], selector: {matchLabels: {a: b}}}',
      ' {kinds: [Namespace], selector: {matchLabels: {a: b, team: "?*"}}}',
    ],
  ])('is fixed by the selector: %s', (before, after) => {
    const given = REQUIRE + generate(before);
    expect(fixed(given, find(run(given, denied), 'advice-align-generate'))).toBe(REQUIRE + generate(after));
  });

  it('is fixed by a precondition where labels do not tell it', () => {
    const given = text.replace('labels: {team: "?*"}', 'annotations: {a/b: "x*"}');
    expect(fixed(given, find(run(given, denied), 'advice-align-generate'))).toContain(`
      preconditions:
        all:
          - key: "{{ request.object.metadata.annotations.\\"a/b\\" || '' }}"
            operator: Equals
            value: "x*"
      generate:`);
  });
});

describe('the condition behind a validate rule', () => {
  it.each<[JsonObject, ReturnType<typeof alignmentOf>]>([
    [{ pattern: { metadata: { labels: { a: 'x', b: '?*' } } } }, { labels: { a: 'x', b: '?*' } }],
    [{ pattern: { spec: { '(x)': 'a' } } }, undefined],
    [{ pattern: { spec: { x: 'a | b' } } }, undefined],
    [{ pattern: { spec: { x: ['a'] } } }, undefined],
    [{ anyPattern: [] }, undefined],
    [
      { deny: { conditions: { any: [{ key: 'a', operator: 'AnyIn', value: ['b'], message: 'm' }] } } },
      { preconditions: { all: [{ key: 'a', operator: 'AllNotIn', value: ['b'] }] } },
    ],
    [
      { deny: { conditions: { all: [{ key: 'a', operator: 'Equals', value: 1 }] } } },
      { preconditions: { any: [{ key: 'a', operator: 'NotEquals', value: 1 }] } },
    ],
    [{ deny: { conditions: { any: [{ key: 'a', operator: 'DurationLessThan', value: 1 }] } } }, undefined],
  ])('%j', (validate, expected) => {
    expect(alignmentOf({ validate })).toEqual(expected);
  });
});

describe('synchronize', () => {
  const off = generate(BLOCK).replace('synchronize: true', 'synchronize: false');

  it('is advised for what is meant to stay, and set by the fix', () => {
    expect(fixed(off, find(run(off), 'advice-synchronize'))).toBe(generate(BLOCK));
    const none = generate(BLOCK).replace('\n        synchronize: true', '');
    expect(fixed(none, find(run(none), 'advice-synchronize'))).toContain('synchronize: true');
  });

  it('is not advised for one-off messages', () => {
    const fresh = off.replace(
      'name: default-deny\n        namespace',
      'name: "m-{{ request.object.metadata.resourceVersion }}"\n        namespace',
    );
    expect(find(run(fresh), 'advice-synchronize')).toBeUndefined();
    const update = off.replace(BLOCK, `${BLOCK}\n              operations: [UPDATE]`);
    expect(find(run(update), 'advice-synchronize')).toBeUndefined();
    expect(find(run(fresh), 'advice-name-loses-updates')).toBeDefined();
    expect(find(run(fresh, undefined, '1.18'), 'advice-name-loses-updates')).toBeUndefined();
  });

  it('is proven by what a person did to the downstream', () => {
    const target = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace: 'bad',
      name: 'default-deny',
    };
    const trace = traceOf(
      { kind: 'target', policy: 'add-default-deny', rule: 'default-deny', result: 'created', target },
      { kind: 'stored', object: target, change: 'DELETED', component: 'client' },
    );
    expect(find(run(off, trace), 'advice-synchronize')?.events).toEqual([1]);
  });

  it('does not go together with operations', () => {
    const text = generate(`${BLOCK}\n              operations: [CREATE]`);
    expect(find(run(text), 'advice-operations-stop-sync')?.location?.line).toBe(12);
  });
});

describe('a trigger that cannot be listed', () => {
  it('is advised with the ClusterRole that lets it', () => {
    const message =
      'rule default-deny failed: failed to fetch trigger resource: failed to list trigger resources: secrets is forbidden: User "x" cannot list resource "secrets" in API group "" in the namespace "s04"';
    const trace = traceOf({
      kind: 'update-request',
      policy: 'add-default-deny',
      rules: ['default-deny'],
      message,
    });
    const advice = find(run(generate(BLOCK), trace), 'advice-trigger-not-listable');
    expect(advice?.events).toEqual([0]);
    const [role] = parseFile({ path: 'r.yaml', text: advice?.snippets[0]?.text ?? '' }).documents;
    expect(role?.value).toMatchObject({
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }],
    });
  });
});

describe('the test before the commit', () => {
  it('is the command for these very files', () => {
    expect(find(run(REQUIRE + generate(BLOCK)), 'advice-test-locally')?.snippets[0]?.text).toBe(
      "cat > bad.yaml <<'EOF'\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: bad\nEOF\nkyverno apply policies.yaml \\\n  --resource bad.yaml\n",
    );
  });
});

describe('monitoring', () => {
  const filterOf = (version: string): string =>
    find(run(REQUIRE + generate(BLOCK), denied, version), 'advice-monitoring')?.snippets[0]?.text ?? '';
  /** Whether the alert counts a line: every `|~` matches it and no `!~` does. */
  const alerts = (version: string, line: string): boolean =>
    [...filterOf(version).matchAll(/([|!])~ `([^`]*)`/g)].every(
      ([, sign, pattern = '']) => new RegExp(pattern).test(line) === (sign === '|'),
    );
  const lines = {
    '1.12': (error: string) =>
      `2026-11-22T10:00:00Z\tERROR\tbackground\tgenerate/generate.go:390\tfailed to apply generate rule\t{"name": "ur-x", "policy": "add-default-deny", "resource": "v1/Namespace//bad", "policy": "add-default-deny", "rule": "default-deny", "resource": "bad", "error": "${error}"}`,
    '1.14': (error: string) =>
      `2026-11-22T10:00:00Z ERR github.com/kyverno/kyverno/pkg/background/generate/controller.go:370 > failed to apply generate rule error="${error}" logger=background name=ur-x policy=add-default-deny trigger=/bad`,
  };

  it.each(['1.12', '1.14'] as const)('of %s ignores the expected line and no other', (version) => {
    expect(alerts(version, lines[version]('namespaces \\"bad\\" not found'))).toBe(false);
    expect(alerts(version, lines[version]('configmaps is forbidden: User \\"x\\"'))).toBe(true);
    expect(
      alerts(
        version,
        lines[version]('namespaces \\"bad\\" not found').replaceAll('add-default-deny', 'other'),
      ),
    ).toBe(true);
  });

  it('of versions without an expected error line ignores none', () => {
    for (const version of ['1.11', '1.18', '1.19']) expect(filterOf(version)).not.toContain('!~');
    expect(alerts('1.19', lines['1.14']('any'))).toBe(true);
    expect(alerts('1.19', 'x TRC github.com/kyverno > start processing UR v=2')).toBe(false);
    expect(
      alerts('1.11', 'E1122 10:00:00.000000       1 generate.go:378] "failed to apply generate rule"'),
    ).toBe(true);
  });

  it('asks Prometheus for the policies of this scenario', () => {
    const snippets = find(run(REQUIRE + generate(BLOCK), denied), 'advice-monitoring')?.snippets;
    expect(snippets?.[1]?.text).toContain(
      'kyverno_policy_results_total{rule_type="generate", rule_result=~"fail|error", policy_name=~"add-default-deny"}',
    );
  });
});

describe('a key added to a map', () => {
  it.each([
    ['a:\n  b: 1\n', 'a:\n  b: 1\n  c:\n    d: e\n'],
    ['a: {b: 1}\n', 'a: {b: 1, c: {d: e}}\n'],
    ['a: {}\n', 'a: {}\n'],
    ['a: {c: 1}\n', 'a: {c: 1}\n'],
  ])('%j', (text, expected) => {
    const [document] = parseFile({ path: 'a.yaml', text }).documents;
    const edit = document && addKey(document, ['a'], 'c', { d: 'e' });
    const result = edit ? text.slice(0, edit.range.start) + edit.text + text.slice(edit.range.end) : text;
    expect(result).toBe(expected);
  });

  it('is written so that YAML reads the same value', () => {
    const value = { a: 'yes', b: [1, { c: ['x: y', ''], d: {} }], 'e f': null, g: 'on', h: [], i: '1.0' };
    const [document] = parseFile({ path: 'a.yaml', text: formatBlock(value, 0) }).documents;
    expect(document?.value).toEqual(value);
  });
});
