import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMoment, type KyvernoVersion, readClusterBase, readStoryLink, runScenario } from './index.ts';

/** A scenario of one policy with one context, and the steps that are typed. */
function play(
  files: Readonly<Record<string, string>>,
  steps: readonly string[],
  version: KyvernoVersion = '1.19',
) {
  const path = join(import.meta.dirname, `../public/cluster/base-${version}.json`);
  const base = readClusterBase(JSON.parse(readFileSync(path, 'utf8')), version);
  if (base === undefined) throw new Error(`no base ${version}`);
  const setup = Object.keys(files)
    .filter((file) => /^(cluster|policies)/.test(file))
    .sort()
    .map((file) => `        - apply: {file: ${file}}\n`);
  const operations = steps.map((step) => `        - ${step}\n`);
  const test = `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: t}
spec:
  namespace: default
  steps:
    - name: setup
      try:
${setup.join('')}    - name: steps
      try:
${operations.join('')}`;
  const texts = Object.entries({ ...files, 'chainsaw-test.yaml': test }).map(([name, text]) => ({
    path: name,
    text,
  }));
  const run = runScenario(texts, { version, seed: 1, base });
  if (run.trace === undefined) throw new Error(JSON.stringify(run.diagnostics));
  const told = run.trace.events.flatMap((event) => (event.kind === 'step' && event.step > 0 ? [event] : []));
  return { ...run, trace: run.trace, told, last: told.at(-1)?.stderr ?? '' };
}

/** Asks for the entry and is `a` whatever it holds. */
const ASKED = "{{ to_string(e) != '' && 'a' }}";

/** Denies a ConfigMap if the key, which may ask for the context entry `e`, has the value. */
const policy = (
  entry: string,
  key = '{{ e }}',
  value = 'x',
  kind = 'ClusterPolicy',
): string => `apiVersion: kyverno.io/v1
kind: ${kind}
metadata: {name: p${kind === 'Policy' ? ', namespace: default' : ''}}
spec:
  background: false
  rules:
    - name: r
      match: {any: [{resources: {kinds: [ConfigMap]}}]}
      context:
        - name: e
          ${entry}
      validate:
        failureAction: Enforce
        message: 'it is {{ e }}'
        deny: {conditions: {all: [{key: "${key}", operator: Equals, value: "${value}"}]}}
`;

const create = (name: string): string =>
  `create: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}}}`;
const values = (text: string): string => `apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\n${text}\n`;
const codes = ({ diagnostics }: { readonly diagnostics: readonly { readonly code: string }[] }) =>
  diagnostics.map(({ code }) => code);

describe('a service call', () => {
  const call = 'apiCall: {service: {url: "https://risk.example/v1"}, jmesPath: level}';
  const answer = (text: string): string =>
    values(`apiCallResponses:\n- url: https://risk.example/v1\n  response: ${text}`);

  it('is answered as declared, with its path applied', () => {
    const run = play(
      { 'policies.yaml': policy(call, '{{ e }}', 'high'), 'mocks.yaml': answer('{body: {level: high}}') },
      [create('a')],
    );
    expect(codes(run)).toEqual([]);
    expect(run.last).toContain('r: it is high');
  });

  it('prefers the answer for its method', () => {
    const text = answer(
      '{body: {level: any}}\n- {url: "https://risk.example/v1", method: GET, response: {body: {level: high}}}',
    );
    const run = play({ 'policies.yaml': policy(call, '{{ e }}', 'high'), 'mocks.yaml': text }, [create('a')]);
    expect(run.last).toContain('it is high');
  });

  it('that fails says so as Kyverno does', () => {
    const run = play(
      { 'policies.yaml': policy(call), 'mocks.yaml': answer('{statusCode: 503, body: {error: "down"}}') },
      [create('a')],
    );
    expect(run.last).toContain(
      'failed to fetch data for APICall: HTTP 503 Service Unavailable: {"error":"down"}',
    );
  });

  it('that nothing declares says how to declare it, before the run and in it', () => {
    const run = play({ 'policies.yaml': policy(call) }, [create('a')]);
    expect(codes(run)).toEqual(['scenario-not-declared']);
    expect(run.last).toContain('failed to execute HTTP request for APICall e: GET https://risk.example/v1');
    expect(run.last).toContain('apiCallResponses');
  });

  it('has its default instead where there is one', () => {
    const run = play({ 'policies.yaml': policy(`${call.slice(0, -1)}, default: calm}`, '{{ e }}', 'calm') }, [
      create('a'),
    ]);
    expect(run.last).toContain('it is calm');
  });
});

describe('an API call', () => {
  const call = (path: string, more = ''): string => `apiCall: {urlPath: "${path}"${more}}`;
  const cluster = `apiVersion: v1
kind: ConfigMap
metadata: {name: one, namespace: default, labels: {app: x}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two, namespace: default}
`;
  const said = (entry: string, version?: KyvernoVersion) =>
    play({ 'policies.yaml': policy(entry, ASKED, 'a'), 'cluster.yaml': cluster }, [create('a')], version)
      .last;

  it.each([
    ['/api/v1/namespaces/default/configmaps?labelSelector=app%3Dx', 'items[].metadata.name', 'it is ["one"]'],
    [
      '/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name=two',
      'items[0].metadata.name',
      'it is two',
    ],
    ['/api/v1/configmaps?limit=1', '[length(items), kind]', 'it is [1,"ConfigMapList"]'],
    ['/api/v1/namespaces/default', 'metadata.name', 'it is default'],
    ['/apis/apps/v1/namespaces/default/deployments', 'items', 'it is []'],
    ['/apis/apps/v1/deployments', 'items[0].metadata.namespace', 'it is kyverno'],
    ['/apis', 'kind', 'it is APIGroupList'],
    ['/version', 'minor', 'it is 36'],
  ])('of %s is answered by the API server', (path, query, text) => {
    expect(said(call(path, `, jmesPath: "${query}"`))).toContain(text);
  });

  it('asks with the rights of the controller', () => {
    expect(said(call('/apis/storage.k8s.io/v1/csinodes'))).toContain(
      'failed to GET resource with raw url: /apis/storage.k8s.io/v1/csinodes: permission denied: unknown',
    );
    expect(said(call('/apis/storage.k8s.io/v1/csinodes'), '1.17')).toContain('csinodes: unknown');
  });

  it('of nothing is not found', () => {
    expect(said(call('/api/v1/namespaces/default/configmaps/nope'))).toContain(
      'the server could not find the requested resource',
    );
  });

  it('asks for access with a POST', () => {
    const review = `apiCall:
            urlPath: /apis/authorization.k8s.io/v1/subjectaccessreviews
            method: POST
            data:
              - {key: kind, value: SubjectAccessReview}
              - {key: apiVersion, value: authorization.k8s.io/v1}
              - key: spec
                value:
                  user: "{{ request.userInfo.username }}"
                  groups: "{{ request.userInfo.groups }}"
                  resourceAttributes: {verb: get, resource: secrets, namespace: default}
            jmesPath: status.allowed`;
    expect(said(review)).toContain('it is true');
  });

  it('that would write is not simulated, and may be declared', () => {
    const write = call('/api/v1/namespaces/default/configmaps', ', method: POST, jmesPath: metadata.name');
    const declared = values(
      'apiCallResponses:\n- {urlPath: /api/v1/namespaces/default/configmaps, method: POST, response: {body: {metadata: {name: made}}}}',
    );
    const rights = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: kyverno-admission-controller, namespace: kyverno}]
`;
    const files = { 'policies.yaml': policy(write, ASKED, 'a'), 'cluster.yaml': rights };
    expect(play(files, [create('a')]).last).toContain('not simulated');
    expect(play({ ...files, 'mocks.yaml': declared }, [create('a')]).last).toContain('it is made');
  });
});

describe('a global context entry', () => {
  const entry = (spec: string): string =>
    `apiVersion: kyverno.io/v2alpha1\nkind: GlobalContextEntry\nmetadata: {name: g}\nspec:\n${spec}`;
  const configMaps = entry(
    '  kubernetesResource: {version: v1, resource: configmaps, namespace: default}\n  projections: [{name: names, jmesPath: "[].metadata.name"}]\n',
  );
  const reference = (name: string, path = ''): string =>
    `globalReference: {name: ${name}${path === '' ? '' : `, jmesPath: "${path}"`}}`;

  it('that is missing says so in the words of Kyverno', () => {
    const run = play({ 'policies.yaml': policy(reference('g')) }, [create('a')]);
    expect(codes(run)).toEqual(['scenario-not-declared']);
    expect(run.last).toContain(
      'failed to marshal APICall data for context entry e: failed to fetch entry key=g',
    );
  });

  it('holds the objects of the cluster as they are', () => {
    const run = play(
      { 'policies.yaml': policy(reference('g', 'length(@)'), '{{ e }}', '2'), 'cluster.yaml': configMaps },
      [create('a'), create('b')],
    );
    expect(codes(run)).toEqual([]);
    expect(run.told.map(({ verdict }) => verdict)).toEqual(['allowed', 'denied']);
  });

  it('has projections from 1.14 on', () => {
    const files = { 'policies.yaml': policy(reference('g.names'), ASKED, 'a'), 'cluster.yaml': configMaps };
    expect(play(files, [create('a')]).last).toMatch(/it is \["kube-root-ca.crt"\]|it is \[\]/);
    expect(play(files, [create('a')], '1.13').last).toContain('failed to fetch entry key=g.names');
  });

  it('that a step applies is there a little later', () => {
    const apply = 'apply: {file: entry.yaml}';
    const run = play(
      { 'policies.yaml': policy(reference('g', 'length(@)'), ASKED, 'a'), 'entry.yaml': configMaps },
      [create('a'), apply, create('b')],
    );
    expect(run.told[0]?.stderr).toContain('failed to fetch entry key=g');
    expect(run.last).toContain('it is ');
  });

  it('asks a declared service, again and again, and notes when', () => {
    const calling = entry('  apiCall: {service: {url: "https://a.example"}, refreshInterval: 10s}\n');
    const run = play(
      {
        'policies.yaml': policy(reference('g', 'size'), ASKED, 'a'),
        'entry.yaml': calling,
        'mocks.yaml': values(
          'apiCallResponses: [{url: "https://a.example", response: {body: {size: five}}}]',
        ),
      },
      ['apply: {file: entry.yaml}', 'sleep: {duration: 25s}', create('a')],
    );
    expect(run.last).toContain('it is five');
    const refreshes = run.trace.revisions.flatMap(({ object, time }) =>
      object?.kind === 'GlobalContextEntry' && object['status'] !== undefined
        ? [Math.floor(time / 10_000)]
        : [],
    );
    expect(refreshes).toEqual([0, 1, 2]);
  });

  it('whose call fails keeps the error for those who ask, and raises an Event', () => {
    const calling = entry('  apiCall: {urlPath: /apis/storage.k8s.io/v1/csinodes}\n');
    const run = play({ 'policies.yaml': policy(reference('g')), 'entry.yaml': calling }, [
      'apply: {file: entry.yaml}',
      create('a'),
    ]);
    const denied =
      'failed to GET resource with raw url: /apis/storage.k8s.io/v1/csinodes: permission denied: unknown';
    expect(run.last).toContain(`for context entry e: ${denied}`);
    const raised = run.trace.events.filter((event) => event.kind === 'event' && event.message === denied);
    expect(raised).toHaveLength(3);
  });

  it('of a kind that nobody serves never comes to be', () => {
    const nothing = entry('  kubernetesResource: {group: a.example, version: v1, resource: things}\n');
    const run = play({ 'policies.yaml': policy(reference('g')), 'entry.yaml': nothing }, [
      'apply: {file: entry.yaml}',
      create('a'),
    ]);
    expect(run.last).toContain('failed to fetch entry key=g');
    const messages = new Set(
      run.trace.events.flatMap((event) =>
        event.kind === 'event' && event.reason === 'PolicyError' ? [event.message] : [],
      ),
    );
    expect(messages).toContain('failed to run informer for a.example/v1, Resource=things');
  });

  it('that makes no sense is refused by its webhook, and marked in the text', () => {
    const wrong = entry(
      '  kubernetesResource: {version: v1beta1, resource: things}\n  projections: [{name: g, jmesPath: "a["}]\n',
    );
    const run = play({ 'policies.yaml': policy('variable: {value: x}'), 'entry.yaml': wrong }, [
      'apply: {file: entry.yaml}',
    ]);
    expect(codes(run)).toEqual(['kyverno-global-context']);
    expect(run.last).toContain(
      'admission webhook "kyverno-svc.kyverno.svc" denied the request: [spec.resource.group: Required value: A Resource entry requires a group, spec.projections[0].name: Required value: A projection entry requires a name different from the global context entry name, spec.projections[0].jmesPath: Invalid value: "a[": SyntaxError',
    );
  });

  it('that is declared has its declared data', () => {
    const declared = values(
      'globalContextEntries: [{name: g, data: {list: [1, 2]}, fieldPath: list, projections: [{name: count, path: length(@)}]}]',
    );
    const run = play(
      { 'policies.yaml': policy(reference('g.count'), '{{ e }}', '2'), 'mocks.yaml': declared },
      [create('a')],
    );
    expect(codes(run)).toEqual([]);
    expect(run.last).toContain('it is 2');
  });
});

describe('an image', () => {
  const image = (path: string): string => `imageRegistry: {reference: "ghcr.io/a/b:1", jmesPath: "${path}"}`;
  const context = `apiVersion: cli.kyverno.io/v1alpha1
kind: Context
metadata: {name: images}
spec:
  images: [{image: "ghcr.io/a/b:1", config: {config: {User: root}}}]
`;
  it.each([
    ['configData.config.User', 'root'],
    ['registry', 'ghcr.io'],
    ['identifier', '1'],
  ])('has its declared data at %s', (path, value) => {
    const run = play({ 'policies.yaml': policy(image(path), ASKED, 'a'), 'mocks.yaml': context }, [
      create('a'),
    ]);
    expect(run.last).toContain(`it is ${value}`);
  });

  it('that nothing declares says how', () => {
    const run = play({ 'policies.yaml': policy(image('registry')) }, [create('a')]);
    expect(codes(run)).toEqual(['scenario-not-declared']);
    expect(run.last).toContain('failed to fetch image descriptor: ghcr.io/a/b:1');
  });
});

describe('each controller asks with its own rights', () => {
  const rights = (controller: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: csi}
rules: [{apiGroups: [storage.k8s.io], resources: [csinodes], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: edit}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
subjects: [{kind: ServiceAccount, name: kyverno-background-controller, namespace: kyverno}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: csi}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: csi}
subjects: [{kind: ServiceAccount, name: kyverno-${controller}, namespace: kyverno}]
`;
  const generate = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: g}
spec:
  rules:
    - name: r
      match: {any: [{resources: {kinds: [ConfigMap], names: [a]}}]}
      context:
        - name: nodes
          apiCall: {urlPath: /apis/storage.k8s.io/v1/csinodes, jmesPath: "length(items)"}
      generate:
        apiVersion: v1
        kind: ConfigMap
        name: made
        namespace: default
        data: {data: {nodes: "n{{ nodes }}"}}
`;
  const generated = (controller: string) =>
    play({ 'policies.yaml': generate, 'cluster.yaml': rights(controller) }, [
      create('a'),
      'sleep: {duration: 2s}',
    ]);

  it('the background controller for generate rules', () => {
    const made = generated('background-controller').trace.revisions.find(
      ({ object }) => object?.metadata['name'] === 'made',
    );
    expect(made?.object?.['data']).toEqual({ nodes: 'n0' });
    const events = generated('admission-controller').trace.events;
    const told = events.flatMap((event) => (event.kind === 'update-request' ? [event.message ?? ''] : []));
    expect(told.find((message) => message !== '')).toContain('csinodes: permission denied: unknown');
  });

  it('the reports controller in its scan', () => {
    const audit = policy(
      'apiCall: {urlPath: /apis/storage.k8s.io/v1/csinodes, jmesPath: "length(items)"}',
      '{{ e }}',
      '0',
    )
      .replace('background: false', 'background: true')
      .replace('failureAction: Enforce', 'failureAction: Audit');
    const scanned = (controller: string): readonly string[] =>
      play(
        {
          'audit.yaml': audit,
          'cluster.yaml': `${rights(controller)}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: old, namespace: default}\n`,
        },
        ['apply: {file: audit.yaml}', 'sleep: {duration: 5s}'],
      ).trace.events.flatMap((event) =>
        event.kind === 'report' && event.source === 'background-scan'
          ? event.results.map(({ result, message }) => `${result}: ${message}`)
          : [],
      );
    expect(scanned('reports-controller')).toContain('fail: it is 0');
    expect(scanned('admission-controller').join()).toContain('csinodes: permission denied: unknown');
  });
});

it('a Policy reads ConfigMaps and paths of its own namespace only', () => {
  const other = 'configMap: {name: c, namespace: kube-system}';
  expect(play({ 'policies.yaml': policy(other, ASKED, 'a', 'Policy') }, [create('a')]).last).toContain(
    'context entry e: configMap namespace "kube-system" is different from policy namespace "default"',
  );
  const call = (path: string) =>
    play({ 'policies.yaml': policy(`apiCall: {urlPath: ${path}}`, ASKED, 'a', 'Policy') }, [create('a')])
      .last;
  expect(call('/api/v1/namespaces/default/../kube-system/configmaps')).toContain(
    'path /api/v1/namespaces/kube-system/configmaps refers to namespace kube-system, which is different from the policy namespace default',
  );
  expect(call('/api/v1/nodes')).toContain('does not contain a namespace segment');
});

it('what only the CLI needs is said at its place and leaves the cluster alone', () => {
  const text = values(
    'globalValues: {request.operation: UPDATE}\nnamespaceSelector: [{name: default, labels: {a: b}}]',
  );
  const run = play({ 'policies.yaml': policy('variable: {value: x}'), 'values.yaml': text }, [create('a')]);
  expect(run.diagnostics.map(({ code, location }) => [code, location?.line])).toEqual([
    ['scenario-values', 3],
    ['scenario-values', 4],
  ]);
});

describe('the story of external data', () => {
  const story = (name: string): string =>
    readFileSync(join(import.meta.dirname, '../public/scenarios', name), 'utf8');
  const names = ['policies.yaml', 'cluster.yaml', 'mocks.yaml', 'chainsaw-test.yaml'];
  const files = names.map((path) => ({ path, text: story(`external-data/${path}`) }));
  const base = readClusterBase(
    JSON.parse(readFileSync(join(import.meta.dirname, '../public/cluster/base-1.19.json'), 'utf8')),
    '1.19',
  );
  if (base === undefined) throw new Error('no base');
  const { trace } = runScenario(files, { version: '1.19', seed: 1, base });

  it('is denied once by each source', () => {
    const told = trace?.events.flatMap((event) => (event.kind === 'step' && event.step > 0 ? [event] : []));
    expect(told?.map(({ verdict }) => verdict)).toEqual([
      'allowed',
      'denied',
      'denied',
      'denied',
      'allowed',
      'denied',
    ]);
    expect(told?.map(({ stderr }) => stderr.trimEnd().split('\n').at(-1)?.trim() ?? '')).toEqual([
      '',
      'known-registry: Images come from ["ghcr.io", "registry.k8s.io"].',
      'low-risk: The risk of legacy is high.',
      expect.stringContaining('HTTP 503 Service Unavailable: {"error":"calendar is down"}'),
      '',
      "two-at-most: 'shop has its two Deployments: orders, web.'",
    ]);
  });

  it('has notes whose moments are found', () => {
    const stories = JSON.parse(story('index.json')) as readonly {
      readonly id: string;
      readonly notes: readonly string[];
    }[];
    const notes = stories.find(({ id }) => id === 'external-data')?.notes ?? [];
    const links = notes.flatMap((note) =>
      [...note.matchAll(/\]\((#[^)]*)\)/g)].map((match) => match[1] ?? ''),
    );
    expect(links).toHaveLength(4);
    for (const link of links) {
      const moment = readStoryLink(link)?.moment;
      const found = moment && trace && findMoment(trace, moment);
      expect(found === undefined ? undefined : trace?.events[found], link).toMatchObject({
        kind: 'rule',
        rule: moment?.word,
      });
    }
  });
});
