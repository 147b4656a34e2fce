import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ClusterBase, readClusterBase } from '../cluster/cluster-base.ts';
import { splitShell } from '../kubectl/split-shell.ts';
import { NO_MOCKS } from '../kyverno/mocks.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { parseFile } from '../manifest/parse.ts';
import type { TraceEvent, UpdateRequestEvent } from '../trace/event.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

function base(version: KyvernoVersion): ClusterBase {
  const text = readFileSync(new URL(`../../public/cluster/base-${version}.json`, import.meta.url), 'utf8');
  const read = readClusterBase(JSON.parse(text), version);
  if (read === undefined) throw new Error(`no base for ${version}`);
  return read;
}

const ADMIN = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

function scenario(before: string, ...commands: readonly string[]): Scenario {
  return {
    name: 'test',
    before: parseFile({ path: 'before.yaml', text: before }).documents,
    steps: commands.map((command) => {
      const split = splitShell(command);
      return {
        title: command,
        user: ADMIN,
        action: { type: 'kubectl', argv: 'words' in split ? split.words.slice(1) : [], files: {} },
      };
    }),
    actors: [],
    mocks: NO_MOCKS,
    diagnostics: [],
  };
}

const REQUIRE_TEAM = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: require-team}
spec:
  validationFailureAction: Enforce
  rules:
  - name: check-team
    match: {any: [{resources: {kinds: [Namespace]}}]}
    validate:
      message: label team is required
      pattern: {metadata: {labels: {team: '?*'}}}
`;
const GENERATE = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: register}
spec:
  rules:
  - name: register
    match: {any: [{resources: {kinds: [Namespace]}}]}
    generate:
      synchronize: true
      apiVersion: v1
      kind: ConfigMap
      name: "ns-{{request.object.metadata.name}}"
      namespace: default
      data: {data: {name: "{{request.object.metadata.name}}"}}
`;
const COPIES_ITSELF = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: again}
spec:
  rules:
  - name: again
    skipBackgroundRequests: false
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [default], operations: [CREATE]}}]}
    generate:
      apiVersion: v1
      kind: ConfigMap
      name: "n-{{request.object.metadata.resourceVersion}}"
      namespace: default
      data: {data: {k: v}}
`;

const ofKind = <K extends TraceEvent['kind']>(events: readonly TraceEvent[], kind: K) =>
  events.filter((event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind);

const states = (events: readonly TraceEvent[]): string =>
  ofKind(events, 'update-request')
    .map(({ state, retryCount }: UpdateRequestEvent) => `${state || 'new'}${retryCount || ''}`)
    .join(' ');

describe('a simulation', () => {
  const denied = scenario(`${REQUIRE_TEAM}---${GENERATE}`, 'kubectl create ns bad');

  it('gives the same trace for the same input, byte by byte', () => {
    const options = { version: '1.19', seed: 7, base: base('1.19') } as const;
    expect(JSON.stringify(simulate(denied, options))).toBe(JSON.stringify(simulate(denied, options)));
  });

  it('gives other uids for another seed', () => {
    const uids = (seed: number): unknown =>
      simulate(denied, { version: '1.19', seed, base: base('1.19') }).revisions.map(
        ({ object }) => object.metadata['uid'],
      );
    expect(uids(1)).not.toEqual(uids(2));
  });

  it.each([
    ['1.11', ''],
    ['1.12', 'new Pending Completed deleted'],
    ['1.18', 'new Pending Completed deleted'],
    ['1.19', 'new Pending Failed1 Pending1 Failed2 Pending2 Failed3 Pending3 Failed4 Pending4 dropped4'],
  ] as const)('makes of a denied trigger what Kyverno %s makes of it', (version, expected) => {
    const trace = simulate(denied, { version, seed: 1, base: base(version) });
    expect(states(trace.events)).toBe(expected);
    const made = ofKind(trace.events, 'stored').some(({ object }) => object.name === 'ns-bad');
    expect(made).toBe(version === '1.12' || version === '1.18');
  });

  it('keeps what a step causes in that step, however late it happens', () => {
    const trace = simulate(scenario(GENERATE, 'kubectl create ns one', 'kubectl create ns two'), {
      version: '1.19',
      seed: 1,
      base: base('1.19'),
    });
    const made = ofKind(trace.events, 'target').map(({ target, step }) => [target.name, step]);
    expect(made).toEqual([
      ['ns-one', 1],
      ['ns-two', 2],
    ]);
  });

  it('finds a chain that feeds itself, names it and keeps what was traced', () => {
    const trace = simulate(scenario(COPIES_ITSELF, 'kubectl create cm x -n default --from-literal=k=v'), {
      version: '1.19',
      seed: 1,
      base: base('1.19'),
      maxEvents: 8000,
    });
    const [stopped] = ofKind(trace.events, 'stopped');
    expect(stopped?.reason).toBe('loop');
    expect(stopped?.loop?.[0]).toMatchObject({ policy: 'again', rule: 'again' });
    expect(trace.events.every((event) => event.end >= event.time)).toBe(true);
  });

  it('stops when asked to', () => {
    const trace = simulate(denied, {
      version: '1.19',
      seed: 1,
      base: base('1.19'),
      shouldStop: () => 'cancelled',
    });
    expect(ofKind(trace.events, 'stopped')[0]?.reason).toBe('cancelled');
  });
});
