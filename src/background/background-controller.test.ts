import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getPath, getString, type Json } from '../base/json.ts';
import { milliseconds } from '../base/units.ts';
import { type ClusterBase, readClusterBase } from '../cluster/cluster-base.ts';
import { splitShell } from '../kubectl/split-shell.ts';
import { NO_MOCKS } from '../kyverno/mocks.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { parseFile } from '../manifest/parse.ts';
import { simulate } from '../simulation/simulate.ts';
import { objectsAt } from '../trace/outcome.ts';
import type { Trace } from '../trace/trace.ts';
import { COMPLETED, DROPPED, lives, messages, ofKind } from './testing.ts';

const bases = new Map<KyvernoVersion, ClusterBase>();

function baseOf(version: KyvernoVersion): ClusterBase {
  const text = readFileSync(new URL(`../../public/cluster/base-${version}.json`, import.meta.url), 'utf8');
  const base = bases.get(version) ?? readClusterBase(JSON.parse(text), version);
  if (base === undefined) throw new Error(`no base for ${version}`);
  bases.set(version, base);
  return base;
}

/** Later than anything that happens. */
const END = milliseconds(Number.MAX_SAFE_INTEGER);

const ADMIN = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };
const documentsOf = (text: string) => parseFile({ path: 'x.yaml', text }).documents;

/** What happens in a cluster that holds `before` when the commands are run; files are named by `-f` in them. */
function play(
  version: KyvernoVersion,
  before: string,
  commands: readonly string[],
  files: Readonly<Record<string, string>> = {},
  options: { readonly policyExceptions?: boolean } = {},
): Trace {
  const parsed = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, documentsOf(text)]));
  return simulate(
    {
      name: 'test',
      before: documentsOf(before),
      steps: commands.map((command) => {
        const split = splitShell(command);
        const argv = 'words' in split ? split.words.slice(1) : [];
        return { title: command, user: ADMIN, action: { type: 'kubectl', argv, files: parsed } };
      }),
      actors: [],
      mocks: NO_MOCKS,
      diagnostics: [],
    },
    { version, seed: 1, base: baseOf(version), ...options },
  );
}

const backgroundEvents = (trace: Trace, step: number): readonly string[] =>
  ofKind(trace, 'event', step)
    .filter(({ reportingComponent }) => reportingComponent === 'kyverno-generate')
    .map(({ message }) => message);

const logs = (trace: Trace, step: number): readonly string[] =>
  ofKind(trace, 'log', step)
    .filter(({ component }) => component === 'background-controller')
    .map(({ message }) => message);

/** An object at the end. */
function object(trace: Trace, kind: string, namespace: string, name: string): Json | undefined {
  const found = objectsAt(trace, END).find(
    ({ ref }) => ref.kind === kind && (ref.namespace ?? '') === namespace && ref.name === name,
  );
  return found && trace.revisions[found.revision]?.object;
}

const data = (value: Json | undefined, key: string): string | undefined => getString(value, 'data', key);

const NAMESPACES = `
apiVersion: v1
kind: Namespace
metadata: {name: from}
---
apiVersion: v1
kind: Namespace
metadata: {name: to}
`;

const match = (more = ''): string =>
  `{any: [{resources: {kinds: [ConfigMap], namespaces: [from]${more === '' ? '' : `, ${more}`}}}]}`;

const generate = (body: string, matched = match(), spec = ''): string => `
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: gen}
spec:
  ${spec}
  rules:
  - name: copy
    match: ${matched}
    generate: {apiVersion: v1, kind: ConfigMap, ${body}}
`;

const COPY =
  'synchronize: true, name: "copy-{{request.object.metadata.name}}", namespace: to, data: {data: {x: "{{request.object.data.x || \'none\'}}"}}';

const protect = (namespace: string, operations: string): string => `
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: protect-${namespace}}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: protect
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [${namespace}], selector: {matchLabels: {keep: "yes"}}, operations: [${operations}]}}]}
    validate: {message: protected, deny: {}}
`;

const trigger = (name: string, x = '1', labels = '{}'): string => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: from, labels: ${labels}}
data: {x: "${x}"}
`;

describe('a trigger that was refused', () => {
  const before = NAMESPACES + generate(COPY) + protect('from', 'CREATE');
  const create = ['kubectl create -f t.yaml'];
  const files = { 't.yaml': trigger('t', '1', '{keep: "yes"}') };

  it('is looked for five times, a tenth of a second apart, in silence (1.19)', () => {
    const trace = play('1.19', before, create, files);
    expect(lives(trace, 1)).toEqual([DROPPED]);
    expect(backgroundEvents(trace, 1)).toEqual([]);
    expect(logs(trace, 1)).toEqual(Array.from({ length: 5 }, () => 'start processing UR'));
    const starts = ofKind(trace, 'attempt-part', 1).map(({ time }) => time);
    const fetched = ofKind(trace, 'request', 1).filter(
      ({ verb, component }) => verb === 'list' && component === 'background-controller',
    );
    expect(starts).toHaveLength(5);
    expect(fetched.map(({ time }, i) => time - (fetched[i - 1]?.time ?? time - 100))).toEqual([
      100, 100, 100, 100, 100,
    ]);
    expect(object(trace, 'ConfigMap', 'to', 'copy-t')).toBeUndefined();
  });

  it.each(['1.12', '1.13', '1.15', '1.16', '1.18'] as const)(
    'is generated for all the same in %s',
    (version) => {
      const trace = play(version, before, create, files);
      expect(lives(trace, 1)).toEqual([COMPLETED]);
      expect(data(object(trace, 'ConfigMap', 'to', 'copy-t'), 'x')).toBe('1');
    },
  );

  it('leaves no UpdateRequest in 1.11', () => {
    expect(lives(play('1.11', before, create, files), 1)).toEqual([]);
  });
});

describe('a trigger whose deletion is refused', () => {
  const before = `${NAMESPACES + generate(COPY) + protect('from', 'DELETE')}---${trigger('t', '1', '{keep: "yes"}')}`;
  const commands = ['kubectl label cm t -n from a=b', 'kubectl delete cm t -n from'];

  it('keeps its downstream, and the UpdateRequest says why (1.19)', () => {
    const trace = play('1.19', before, commands);
    expect(lives(trace, 2)).toEqual([DROPPED]);
    expect(messages(trace, 2)[0]).toMatch(
      /^rule copy failed: failed to fetch trigger resource: trigger resource v1\/ConfigMap from\/t with uid \S+ still exists in the cluster, the delete request may have been rejected by the API server$/,
    );
    expect(object(trace, 'ConfigMap', 'to', 'copy-t')).toBeDefined();
  });

  it.each(['1.12', '1.14', '1.18'] as const)('loses it in %s', (version) => {
    const trace = play(version, before, commands);
    expect(lives(trace, 2)).toEqual([COMPLETED]);
    expect(object(trace, 'ConfigMap', 'to', 'copy-t')).toBeUndefined();
  });
});

describe('a downstream that may not be deleted', () => {
  const kept = COPY.replace('data: {', 'data: {metadata: {labels: {keep: "yes"}}, ');
  const before = `${NAMESPACES + generate(kept) + protect('to', 'DELETE')}---${trigger('t')}`;
  const commands = ['kubectl label cm t -n from a=b', 'kubectl delete cm t -n from'];
  const failure =
    /^(rule copy failed: )?failed to clean up downstream resources on source deletion: admission webhook/;

  it.each(['1.18', '1.19'] as const)('is tried five times, with an Event each, in %s', (version) => {
    const trace = play(version, before, commands);
    expect(lives(trace, 2)).toEqual([DROPPED]);
    expect(messages(trace, 2)[0]).toMatch(failure);
    expect(messages(trace, 2)[0]).toMatch(/^rule copy failed: /);
    expect(backgroundEvents(trace, 2)).toHaveLength(5);
  });

  it.each(['1.12', '1.13', '1.17'] as const)(
    'is given up after one failure, without an Event, in %s',
    (version) => {
      const trace = play(version, before, commands);
      expect(lives(trace, 2)).toEqual(['New Pending Failed1 Completed1 deleted']);
      expect(messages(trace, 2)[0]).toMatch(failure);
      expect(messages(trace, 2)[0]).not.toMatch(/^rule/);
      expect(backgroundEvents(trace, 2)).toEqual([]);
    },
  );
});

describe('a denied update', () => {
  const before = `${
    NAMESPACES + generate(COPY, match('selector: {matchLabels: {use: "yes"}}')) + protect('from', 'UPDATE')
  }---${trigger('t', '1', '{use: "yes"}')}`;

  it('that would end the match deletes the downstream, and the next one makes it again', () => {
    const trace = play('1.19', before, [
      'kubectl annotate cm t -n from a=b',
      `kubectl label cm t -n from use- keep=yes`,
      'kubectl annotate cm t -n from a=c --overwrite',
    ]);
    expect(ofKind(trace, 'step', 2).map(({ verdict }) => verdict)).toEqual(['denied']);
    expect(lives(trace, 2)).toEqual([COMPLETED]);
    expect(ofKind(trace, 'target', 2).map(({ result }) => result)).toEqual(['deleted']);
    expect(ofKind(trace, 'target', 3).map(({ result }) => result)).toEqual(['created']);
  });

  const change = [
    'kubectl annotate cm t -n from a=b',
    `kubectl patch cm t -n from --type=merge -p '{"data":{"x":"bad"},"metadata":{"labels":{"keep":"yes"}}}'`,
  ];

  it('is generated from the payload up to 1.18', () => {
    const trace = play('1.18', before, change);
    expect(data(object(trace, 'ConfigMap', 'to', 'copy-t'), 'x')).toBe('bad');
  });

  it('is generated from the live object since 1.19', () => {
    const trace = play('1.19', before, change);
    expect(lives(trace, 2)).toEqual([COMPLETED]);
    expect(data(object(trace, 'ConfigMap', 'to', 'copy-t'), 'x')).toBe('1');
  });
});

describe('a rule that lists its operations', () => {
  const before = `${NAMESPACES + generate(COPY, match('operations: [CREATE]'))}`;
  const files = { 't.yaml': trigger('t') };

  it('does not put its downstream right, and five Events say so', () => {
    const trace = play('1.19', before, ['kubectl create -f t.yaml', 'kubectl delete cm copy-t -n to'], files);
    expect(lives(trace, 2)).toEqual([DROPPED]);
    expect(messages(trace, 2)).toEqual(['rule copy failed: policy does not apply to resource']);
    expect(backgroundEvents(trace, 2)).toEqual(
      Array.from({ length: 5 }, () => 'policy gen/copy error: policy does not apply to resource'),
    );
    expect(object(trace, 'ConfigMap', 'to', 'copy-t')).toBeUndefined();
  });

  it('leaves its downstream when trigger and policy go', () => {
    const trace = play(
      '1.19',
      before,
      ['kubectl create -f t.yaml', 'kubectl delete cm t -n from', 'kubectl delete cpol gen'],
      files,
    );
    expect(lives(trace, 2)).toEqual([]);
    expect(lives(trace, 3)).toEqual([DROPPED]);
    expect(messages(trace, 3)[0]).toMatch(/trigger resource v1\/ConfigMap from\/ with uid \S+ not found/);
    expect(object(trace, 'ConfigMap', 'to', 'copy-t')).toBeDefined();
  });
});

describe('foreach', () => {
  const body =
    'synchronize: true, foreach: [{list: "split(request.object.data.x, \',\')", apiVersion: v1, kind: ConfigMap, name: "copy-{{element}}", namespace: "{{element}}", data: {data: {a: b}}}]';
  const policy = generate(body).replace('apiVersion: v1, kind: ConfigMap, synchronize', 'synchronize');
  const files = { 't.yaml': trigger('t', 'to,nope') };

  it('makes what it can; a missing namespace is an error here', () => {
    const trace = play('1.19', NAMESPACES + policy, ['kubectl create -f t.yaml'], files);
    expect(lives(trace, 1)).toEqual([DROPPED]);
    expect(messages(trace, 1)).toEqual([
      'rule copy failed: failed to process 0 foreach in rule copy: failed to process 1 element: namespaces "nope" not found',
    ]);
    expect(backgroundEvents(trace, 1)).toHaveLength(5);
    expect(object(trace, 'ConfigMap', 'to', 'copy-to')).toBeDefined();
  });

  it('keeps what an element made that is no longer there', () => {
    const change = `kubectl patch cm t -n from --type=merge -p '{"data":{"x":"from"}}'`;
    const trace = play('1.19', NAMESPACES + policy, ['kubectl create -f t.yaml', change], {
      't.yaml': trigger('t', 'to'),
    });
    expect(lives(trace, 2)).toEqual([COMPLETED]);
    expect(object(trace, 'ConfigMap', 'to', 'copy-to')).toBeDefined();
    expect(object(trace, 'ConfigMap', 'from', 'copy-from')).toBeDefined();
  });

  it('makes a target of another name at once, and the former one keeps its labels', () => {
    const renamed = policy.replace('copy-{{element}}', 'new-{{element}}');
    const trace = play(
      '1.19',
      NAMESPACES + policy,
      ['kubectl create -f t.yaml', 'kubectl apply -f policy.yaml'],
      { 't.yaml': trigger('t', 'to'), 'policy.yaml': renamed },
    );
    expect(lives(trace, 2)).toEqual([COMPLETED]);
    expect(object(trace, 'ConfigMap', 'to', 'new-to')).toBeDefined();
    const former = object(trace, 'ConfigMap', 'to', 'copy-to');
    expect(getPath(former, ['metadata', 'labels', 'generate.kyverno.io/policy-name'])).toBe('gen');
  });
});

describe('the target namespace is missing', () => {
  const before = NAMESPACES + generate(COPY.replace('namespace: to', 'namespace: nowhere'));
  const run = (version: KyvernoVersion): Trace =>
    play(version, before, ['kubectl create -f t.yaml'], { 't.yaml': trigger('t') });

  it.each(['1.16', '1.17', '1.18', '1.19'] as const)('is passed over in %s', (version) => {
    const trace = run(version);
    expect(lives(trace, 1)).toEqual([COMPLETED]);
    expect(backgroundEvents(trace, 1)).toEqual([]);
    expect(logs(trace, 1).filter((text) => !/^(Fetching|uid)/.test(text))).toEqual([
      'start processing UR',
      'warning: reason',
    ]);
  });

  it.each(['1.13', '1.14', '1.15'] as const)('is told once in %s', (version) => {
    const trace = run(version);
    expect(lives(trace, 1)).toEqual([COMPLETED]);
    expect(backgroundEvents(trace, 1)).toEqual(['policy gen/copy error: namespaces "nowhere" not found']);
  });

  it('fails five times in 1.12, and the Events have lost the reason', () => {
    const trace = run('1.12');
    expect(lives(trace, 1)).toEqual([DROPPED]);
    expect(messages(trace, 1)).toEqual(['namespaces "nowhere" not found']);
    expect(backgroundEvents(trace, 1)).toEqual(
      Array.from({ length: 5 }, () => 'policy gen/copy error: <nil>'),
    );
  });
});

describe('clones', () => {
  const source = (name: string, labels = '{}'): string => `
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: default, labels: ${labels}}
data: {s: "1"}
`;
  const files = { 't.yaml': trigger('t') };

  it('a source that is missing fails, with the name of the target in its place', () => {
    const policy = generate('name: copy, namespace: to, clone: {namespace: default, name: src}');
    const trace = play('1.19', NAMESPACES + policy, ['kubectl create -f t.yaml'], files);
    const error = 'source resource v1/ConfigMap/to/copy not found: configmaps "src" not found';
    expect(lives(trace, 1)).toEqual([DROPPED]);
    expect(messages(trace, 1)).toEqual([`rule copy failed: ${error}`]);
    expect(backgroundEvents(trace, 1)[0]).toBe(`policy gen/copy error: ${error}`);
    expect(logs(trace, 1).slice(0, 3)).toEqual([
      'start processing UR',
      'failed to generate resource',
      'failed to apply generate rule',
    ]);
  });

  it('a cloneList takes what its selector takes', () => {
    const policy = generate(
      'namespace: to, cloneList: {kinds: [v1/ConfigMap], namespace: default, selector: {matchExpressions: [{key: tier, operator: In, values: [a, b]}, {key: skip, operator: DoesNotExist}]}}',
    ).replace('apiVersion: v1, kind: ConfigMap, ', '');
    const sources =
      source('one', '{tier: a}') + source('two', '{tier: c}') + source('three', '{tier: b, skip: "1"}');
    const trace = play('1.19', NAMESPACES + sources + policy, ['kubectl create -f t.yaml'], files);
    expect(lives(trace, 1)).toEqual([COMPLETED]);
    expect(ofKind(trace, 'target', 1).map(({ target }) => target.name)).toEqual(['one']);
  });

  it.each([
    ['1.18', true],
    ['1.19', false],
  ] as const)('outlive their policy in %s: %s', (version, outlives) => {
    const policy = generate(
      'synchronize: true, name: copy, namespace: to, clone: {namespace: default, name: src}',
    );
    const trace = play(
      version,
      NAMESPACES + source('src') + policy,
      ['kubectl create -f t.yaml', 'kubectl delete cpol gen'],
      files,
    );
    expect(object(trace, 'ConfigMap', 'to', 'copy') !== undefined).toBe(outlives);
  });
});

describe('server-side apply', () => {
  it('keeps what others added to a downstream', () => {
    const commands = [
      'kubectl create -f t.yaml',
      `kubectl patch cm copy-t -n to --type=merge -p '{"data":{"mine":"1"}}'`,
    ];
    const files = { 't.yaml': trigger('t') };
    const applied = play(
      '1.19',
      NAMESPACES + generate(COPY, match(), 'useServerSideApply: true'),
      commands,
      files,
    );
    const replaced = play('1.19', NAMESPACES + generate(COPY), commands, files);
    expect(lives(applied, 1)).toEqual([COMPLETED]);
    expect(data(object(applied, 'ConfigMap', 'to', 'copy-t'), 'mine')).toBe('1');
    expect(data(object(replaced, 'ConfigMap', 'to', 'copy-t'), 'mine')).toBeUndefined();
    const managers = getPath(object(applied, 'ConfigMap', 'to', 'copy-t'), ['metadata', 'managedFields']);
    expect(JSON.stringify(managers)).toContain('"manager":"kyverno-generate","operation":"Apply"');
  });
});

describe('policies', () => {
  const many = Array.from({ length: 150 }, (_, i) => `---${trigger(`t${i}`)}`).join('');
  const existing = (spec = '', body = COPY): string =>
    generate(body, match(), `${spec}generateExisting: true`);
  const apply = ['kubectl create -f policy.yaml'];
  const contexts = (trace: Trace): readonly number[] =>
    ofKind(trace, 'update-request', 1)
      .filter(({ state }) => state === '')
      .map(({ rules }) => rules.length)
      .sort((left, right) => right - left);

  it.each([
    ['1.19', [100, 51]],
    ['1.18', [151]],
  ] as const)('with generateExisting take all triggers at once in %s', (version, sizes) => {
    const trace = play(version, NAMESPACES + many, apply, { 'policy.yaml': existing() });
    expect(contexts(trace)).toEqual(sizes);
    expect(object(trace, 'ConfigMap', 'to', 'copy-t149')).toBeDefined();
  });

  it('that ask for the user are not looked at when they change', () => {
    const body = COPY.replace('x: "', 'u: "{{request.userInfo.username}}", x: "');
    const files = { 'policy.yaml': existing('background: false\n  ', body) };
    expect(lives(play('1.19', `${NAMESPACES}---${trigger('t')}`, apply, files), 1)).toEqual([]);
  });

  it('of two rules make one UpdateRequest, up to 1.12 one a rule', () => {
    const two =
      generate(COPY) +
      generate(COPY.replace('copy-', 'other-')).split('rules:')[1]?.replace('name: copy', 'name: other');
    const files = { 't.yaml': trigger('t') };
    expect(lives(play('1.13', NAMESPACES + two, ['kubectl create -f t.yaml'], files), 1)).toEqual([
      COMPLETED,
    ]);
    expect(lives(play('1.12', NAMESPACES + two, ['kubectl create -f t.yaml'], files), 1)).toEqual([
      COMPLETED,
      COMPLETED,
    ]);
  });
});

describe('two policies with one target', () => {
  it('both count it as made, and it is the first one’s until the next trigger event', () => {
    const one = generate(COPY);
    const two = generate(COPY.replace("|| 'none'}}\"}", "|| 'none'}}\", by: two}")).replace(
      'name: gen',
      'name: gen-two',
    );
    const trace = play(
      '1.19',
      NAMESPACES + one + two,
      ['kubectl create -f t.yaml', 'kubectl annotate cm t -n from a=b'],
      {
        't.yaml': trigger('t'),
      },
    );
    expect(lives(trace, 1)).toEqual([COMPLETED, COMPLETED]);
    expect(ofKind(trace, 'target', 1).map(({ result }) => result)).toEqual(['created', 'kept']);
    expect(logs(trace, 1).filter((text) => text === 'created generate target resource')).toHaveLength(2);
    expect(data(object(trace, 'ConfigMap', 'to', 'copy-t'), 'by')).toBe('two');
  });
});

describe('rights of the background controller', () => {
  it('a trigger that it may not list fails five times at once, in silence', () => {
    const policy = generate(COPY).replace('kinds: [ConfigMap]', 'kinds: [Secret]');
    const secret = trigger('t')
      .replace('ConfigMap', 'Secret')
      .replace('data: {x: "1"}', 'stringData: {x: "1"}');
    const trace = play('1.19', NAMESPACES + policy, ['kubectl create -f t.yaml'], { 't.yaml': secret });
    expect(lives(trace, 1)).toEqual([DROPPED]);
    expect(messages(trace, 1)).toEqual([
      'rule copy failed: failed to fetch trigger resource: failed to list trigger resources: secrets is forbidden: User "system:serviceaccount:kyverno:kyverno-background-controller" cannot list resource "secrets" in API group "" in the namespace "from"',
    ]);
    expect(backgroundEvents(trace, 1)).toEqual([]);
    const attempts = ofKind(trace, 'attempt', 1);
    expect((attempts[4]?.time ?? 0) - (attempts[0]?.time ?? 0)).toBeLessThan(150);
  });
});

describe('a downstream in a namespace that is being deleted', () => {
  it('cannot be made again', () => {
    const before = NAMESPACES + generate(COPY);
    const commands = [
      'kubectl create -f t.yaml',
      'kubectl delete ns to --wait=false',
      'kubectl delete cm copy-t -n to',
    ];
    const trace = play('1.19', before, commands, { 't.yaml': trigger('t') });
    expect(lives(trace, 3)).toEqual([DROPPED]);
    expect(messages(trace, 3)[0]).toBe(
      'rule copy failed: configmaps "copy-t" is forbidden: unable to create new content in namespace to because it is being terminated',
    );
    expect(backgroundEvents(trace, 3)).toHaveLength(5);
  });
});

describe('a policy exception', () => {
  const exception = `
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: free, namespace: default}
spec:
  match: {any: [{resources: {kinds: [ConfigMap], namespaces: [from]}}]}
  exceptions: [{policyName: gen, ruleNames: [copy]}]
`;
  const commands = [
    'kubectl create -f t.yaml',
    'kubectl create -f free.yaml',
    'kubectl delete cm copy-t -n to',
  ];
  const files = { 't.yaml': trigger('t'), 'free.yaml': exception };

  it.each([
    [true, ['created'], undefined],
    [false, ['created', 'created'], '1'],
  ] as const)('ends the synchronisation, if the feature is on: %s', (policyExceptions, results, x) => {
    const trace = play('1.19', NAMESPACES + generate(COPY), commands, files, { policyExceptions });
    expect(ofKind(trace, 'target').map(({ result }) => result)).toEqual(results);
    expect(lives(trace, 3)).toEqual([COMPLETED]);
    expect(data(object(trace, 'ConfigMap', 'to', 'copy-t'), 'x')).toBe(x);
  });
});
