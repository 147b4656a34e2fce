import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getString } from '../base/json.ts';
import { milliseconds } from '../base/units.ts';
import { type ClusterBase, readClusterBase } from '../cluster/cluster-base.ts';
import type { ScenarioStep } from '../simulation/scenario.ts';
import { simulate } from '../simulation/simulate.ts';
import { outputsOf, scenarioOf } from '../simulation/testing.ts';
import { objectsAt } from '../trace/outcome.ts';
import type { Trace } from '../trace/trace.ts';

const END = milliseconds(Number.MAX_SAFE_INTEGER);

function base(): ClusterBase {
  const text = readFileSync(new URL('../../public/cluster/base-1.19.json', import.meta.url), 'utf8');
  const read = readClusterBase(JSON.parse(text), '1.19');
  if (read === undefined) throw new Error('no base for 1.19');
  return read;
}

const GRANT = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cleaner, labels: {rbac.kyverno.io/aggregate-to-cleanup-controller: "true"}}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list, watch, delete]}]
`;
const configMap = (name: string, labels: string): string => `
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: default, labels: {${labels}}}
`;
const policy = (spec: string): string => `
apiVersion: kyverno.io/v2
kind: ClusterCleanupPolicy
metadata: {name: clean}
spec:
  match: {any: [{resources: {kinds: [ConfigMap], namespaces: [default]}}]}
${spec}
`;

/** Plays command lines; a number is a wait in seconds. */
function play(
  before: string,
  lines: readonly (string | number)[],
  files: Readonly<Record<string, string>>,
): Trace {
  const scenario = scenarioOf(
    before,
    lines.map((line) => (typeof line === 'string' ? line : 'kubectl version')),
    files,
  );
  const steps = scenario.steps.map((step, index): ScenarioStep => {
    const line = lines[index];
    return typeof line === 'number'
      ? { ...step, action: { type: 'wait', duration: milliseconds(line * 1000) } }
      : step;
  });
  return simulate({ ...scenario, steps }, { version: '1.19', seed: 1, base: base() });
}

const configMaps = (trace: Trace): readonly string[] =>
  objectsAt(trace, END)
    .filter(
      ({ ref }) => ref.kind === 'ConfigMap' && ref.namespace === 'default' && !ref.name.startsWith('kube-'),
    )
    .map(({ ref }) => ref.name);

/** Seconds after the start at which ConfigMaps went, by name. */
const deletions = (trace: Trace): readonly string[] =>
  trace.events.flatMap((event) =>
    event.kind === 'stored' && event.change === 'DELETED' && event.object.kind === 'ConfigMap'
      ? [`${event.object.name} ${Math.floor(event.time / 1000)}`]
      : [],
  );

describe('a cleanup policy', () => {
  const victims = configMap('old', 'die: "yes"') + configMap('kept', 'die: "no"');
  const CONDITIONS = `
  conditions: {all: [{key: "{{ target.metadata.labels.die || '' }}", operator: Equals, value: "{{ wanted }}"}]}
  context: [{name: wanted, variable: {value: "yes"}}]
  schedule: "*/2 * * * *"`;

  it('deletes at its time what matches and meets its conditions, as the cleanup controller', () => {
    const trace = play(GRANT + victims.replace(/^/, '\n'), ['kubectl create -f p.yaml', 150], {
      'p.yaml': policy(CONDITIONS),
    });
    expect(deletions(trace)).toEqual(['old 120']);
    expect(configMaps(trace)).toEqual(['kept']);
    const request = trace.events.find((event) => event.kind === 'request' && event.verb === 'delete');
    expect(request).toMatchObject({
      component: 'cleanup-controller',
      username: 'system:serviceaccount:kyverno:kyverno-cleanup-controller',
    });
  });

  it('writes when it ran', () => {
    const trace = play(GRANT, ['kubectl create -f p.yaml', 250], { 'p.yaml': policy(CONDITIONS) });
    const found = objectsAt(trace, END).find(({ ref }) => ref.name === 'clean');
    const object = found && trace.revisions[found.revision]?.object;
    expect(getString(object, 'status', 'lastExecutionTime')).toBe('2026-01-01T00:04:00Z');
  });

  it('does not run after it is gone', () => {
    const trace = play(GRANT + victims, ['kubectl create -f p.yaml', 'kubectl delete -f p.yaml', 150], {
      'p.yaml': policy(CONDITIONS),
    });
    expect(deletions(trace)).toEqual([]);
  });

  it('keeps no run alive', () => {
    const trace = play(GRANT + victims, ['kubectl create -f p.yaml'], { 'p.yaml': policy(CONDITIONS) });
    expect(trace.end).toBeLessThan(60_000);
  });

  it('tells of what it may not delete, tries again, and gives up', () => {
    const protect = `
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: protect}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: keep
    match: {any: [{resources: {kinds: [ConfigMap], operations: [DELETE]}}]}
    validate: {message: kept, deny: {}}
`;
    const trace = play(GRANT + victims + protect, ['kubectl create -f p.yaml', 150], {
      'p.yaml': policy(CONDITIONS),
    });
    expect(deletions(trace)).toEqual([]);
    const events = trace.events.filter(
      (event) => event.kind === 'event' && event.reportingComponent === 'kyverno-cleanup',
    );
    expect(events).toHaveLength(11);
    expect(events[0]).toMatchObject({ reason: 'PolicyError', type: 'Warning', action: 'None' });
  });
});

describe('the webhook of cleanup policies', () => {
  const refusal = (spec: string, before = GRANT): string =>
    outputsOf(play(before, ['kubectl create -f p.yaml'], { 'p.yaml': policy(spec) })).join('');

  it.each([
    ['a schedule that is none', '  schedule: "every day"', 'is not in proper cron format'],
    [
      'an image in its context',
      '  schedule: "* * * * *"\n  context: [{name: x, imageRegistry: {reference: x}}]',
      'ImageRegistry is not allowed in CleanUp Policy',
    ],
    [
      'a match of a user',
      '  schedule: "* * * * *"\n  exclude: {any: [{resources: {kinds: [Pod]}, subjects: [{kind: User, name: x}]}]}',
      'spec.exclude.any[0].subjects: Forbidden: Usage of user info is forbidden',
    ],
  ])('refuses %s', (_, spec, text) => {
    expect(refusal(spec)).toContain(text);
  });

  it('refuses what the controller may not do', () => {
    const text = 'cleanup controller has no permission to delete kind ConfigMap';
    expect(refusal('  schedule: "* * * * *"', '')).toContain(text);
  });
});

describe('a TTL label', () => {
  it('lets an object live from its creation on', () => {
    const trace = play(GRANT, ['kubectl create -f c.yaml', 30], {
      'c.yaml': configMap('short', 'cleanup.kyverno.io/ttl: 10s'),
    });
    expect(deletions(trace)).toEqual(['short 10']);
  });

  it('lets an object live until a time', () => {
    const trace = play(GRANT, ['kubectl create -f c.yaml', 7200], {
      'c.yaml': configMap('short', 'cleanup.kyverno.io/ttl: 2026-01-01T010000Z'),
    });
    expect(deletions(trace)).toEqual(['short 3600']);
  });

  it('is heeded from the next minute on where the permission came late', () => {
    const trace = play('', ['kubectl create -f c.yaml', 30, 'kubectl create -f grant.yaml', 60], {
      'c.yaml': configMap('short', 'cleanup.kyverno.io/ttl: 10s'),
      'grant.yaml': GRANT,
    });
    expect(deletions(trace)).toEqual(['short 60']);
  });

  it('is heeded in objects that were there before', () => {
    const trace = play(GRANT + configMap('short', 'cleanup.kyverno.io/ttl: 10s'), [30], {});
    expect(deletions(trace)).toEqual(['short 10']);
  });

  it('warns if it cannot be read', () => {
    const trace = play(GRANT, ['kubectl create -f c.yaml', 100], {
      'c.yaml': configMap('short', 'cleanup.kyverno.io/ttl: soon'),
    });
    expect(outputsOf(trace).join('')).toContain(
      'Warning: cleanup.kyverno.io/ttl label value cannot be parsed as any recognizable format',
    );
    expect(configMaps(trace)).toEqual(['short']);
  });
});
