import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { milliseconds } from '../base/units.ts';
import { type ClusterBase, readClusterBase } from '../cluster/cluster-base.ts';
import { loadParts } from '../parts.ts';
import type { Trace } from '../trace/trace.ts';
import type { SimulationOptions } from './options.ts';
import { type SimulationProgress, simulate, simulateGradually } from './simulate.ts';
import { scenarioOf } from './testing.ts';

const POLICY = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: copies }
spec:
  rules:
    - name: copy
      match: { any: [{ resources: { kinds: [Namespace] } }] }
      generate:
        apiVersion: v1
        kind: ConfigMap
        name: made
        namespace: "{{ request.object.metadata.name }}"
        synchronize: true
        data: { data: { from: "{{ request.object.metadata.name }}" } }
`;
const scenario = scenarioOf(
  POLICY,
  Array.from({ length: 12 }, (_, index) => `kubectl create namespace space-${index}`),
);

let base: ClusterBase;
beforeAll(async () => {
  await loadParts();
  const text = readFileSync(new URL('../../public/cluster/base-1.19.json', import.meta.url), 'utf8');
  const read = readClusterBase(JSON.parse(text), '1.19');
  if (read === undefined) throw new Error('no base');
  base = read;
});

const options = (more: Partial<SimulationOptions> = {}): SimulationOptions => ({
  version: '1.19',
  seed: 3,
  base,
  ...more,
});

function watched(more: Partial<SimulationOptions> = {}): {
  trace: Trace;
  told: readonly SimulationProgress[];
} {
  const told: SimulationProgress[] = [];
  const run = simulateGradually(scenario, options(more));
  for (let next = run.next(); ; next = run.next()) {
    if (next.done === true) return { trace: next.value, told };
    told.push(next.value);
  }
}

describe('a run that pauses', () => {
  it('gives the trace of one that does not', () => {
    expect(watched().trace).toEqual(simulate(scenario, options()));
  });

  it('never goes back, and names all steps from the start', () => {
    const { told } = watched();
    expect(told.length).toBeGreaterThan(3);
    expect(new Set(told.map(({ steps }) => steps))).toEqual(new Set([12]));
    for (const [index, { done, events }] of told.entries()) {
      expect(done).toBeGreaterThanOrEqual(told[index - 1]?.done ?? 0);
      expect(events).toBeGreaterThanOrEqual(told[index - 1]?.events ?? 0);
    }
  });

  it('that is cancelled keeps what was traced until then, whole, and says why it ends', () => {
    const whole = simulate(scenario, options());
    let asked = 0;
    const { trace } = watched({ shouldStop: () => (++asked > 4 ? 'cancelled' : undefined) });
    expect(trace.events.at(-1)).toMatchObject({ kind: 'stopped', reason: 'cancelled' });
    expect(trace.steps.length).toBeLessThan(whole.steps.length);
    // All but what was under way is as in the whole run.
    const done = trace.events.filter(({ end, kind }) => kind !== 'stopped' && end < trace.end);
    expect(done.length).toBeGreaterThan(100);
    for (const event of done) expect(event).toEqual(whole.events[event.id]);
    expect(trace.events.every(({ id }, index) => id === index)).toBe(true);
  });

  it('that was cancelled leaves nothing behind for the next one', () => {
    const before = simulate(scenario, options());
    watched({ shouldStop: () => 'cancelled' });
    expect(simulate(scenario, options())).toEqual(before);
  });
});

describe('the budget of events', () => {
  it('leaves out what others do meanwhile, the hourly scan among them, within bounds', () => {
    const audit = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: wants-team }
spec:
  rules:
    - name: team
      match: { any: [{ resources: { kinds: [Namespace] } }] }
      validate: { message: no team, pattern: { metadata: { labels: { team: "?*" } } } }
`;
    const spaces = Array.from(
      { length: 12 },
      (_, index) => `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: space-${index} }\n`,
    ).join('');
    const known = scenarioOf(audit + spaces, ['kubectl create namespace last']);
    const [first] = known.steps;
    if (first === undefined) throw new Error('no step');
    const wait = { ...first, action: { type: 'wait', duration: milliseconds(3_700_000) } } as const;
    const run = (maxEvents: number) => simulate({ ...known, steps: [wait] }, options({ maxEvents }));
    const whole = run(1_000_000);
    expect(whole.events.length).toBeGreaterThan(100);
    expect(run(Math.ceil(whole.events.length / 3)).events).toEqual(whole.events);
    expect(run(Math.ceil(whole.events.length / 30)).events.at(-1)).toMatchObject({
      kind: 'stopped',
      reason: 'event-budget',
    });
  });

  it('is each step’s own: many steps may take more together', () => {
    const whole = simulate(scenario, options());
    const most = Math.ceil(whole.events.length / 3);
    expect(simulate(scenario, options({ maxEvents: most })).events).toEqual(whole.events);
  });
});
