import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClusterBase } from '../cluster/cluster-base.ts';
import { runKubectlAt } from '../kubectl/at-moment.ts';
import type { Trace } from '../trace/trace.ts';
import { serveNode } from './serve-node.ts';
import { simulate } from './simulate.ts';
import { scenarioOf } from './testing.ts';

const path = join(import.meta.dirname, '../../public/cluster/base-1.19.json');
const base = readClusterBase(JSON.parse(readFileSync(path, 'utf8')), '1.19');

function play(commands: readonly string[], before = ''): { trace: Trace; ask(line: string): string } {
  if (base === undefined) throw new Error('no base');
  const trace = simulate(scenarioOf(before, commands, {}), { version: '1.19', seed: 1, base });
  const end = trace.events.at(-1)?.end;
  return {
    trace,
    ask: (line) => {
      if (base === undefined || end === undefined) throw new Error('nothing happened');
      return runKubectlAt(trace, base, end, line, { prepare: serveNode }).stdout;
    },
  };
}

const outputs = ({ trace }: { trace: Trace }): readonly string[] =>
  trace.events.flatMap((event) => (event.kind === 'step' ? [event.stdout + event.stderr] : [])).slice(1);

describe('the simulated node', () => {
  it('is a Node that is ready', () => {
    const { ask } = play(['kubectl create ns x']);
    expect(ask('kubectl get nodes')).toMatch(/^simulated-node +Ready +control-plane +\d+s +v1\.36\.0$/m);
  });

  it('is in no trace until somebody writes to it', () => {
    expect(play(['kubectl create ns x']).trace.revisions.map(({ object }) => object.kind)).not.toContain(
      'Node',
    );
    const written = play(['kubectl label node simulated-node zone=a', 'kubectl get node -l zone=a -o name']);
    expect(outputs(written)).toEqual(['node/simulated-node labeled\n', 'node/simulated-node\n']);
    expect(written.ask('kubectl get nodes -l zone=a -o name')).toBe('node/simulated-node\n');
  });
});

describe('Kyverno’s own Deployments', () => {
  it('are ready, with a Pod each whose logs are the controller’s', () => {
    const { ask } = play(['kubectl create ns x']);
    expect(ask('kubectl get deploy -n kyverno').match(/ 1\/1 /g)).toHaveLength(4);
    const pods = ask('kubectl get pods -n kyverno');
    expect(pods.match(/ 1\/1 +Running +0 /g)).toHaveLength(4);
    const [pod = ''] = pods.match(/kyverno-admission-controller-\S+/) ?? [];
    expect(ask(`kubectl logs -n kyverno ${pod}`)).toBe(
      ask('kubectl logs -n kyverno deploy/kyverno-admission-controller'),
    );
  });

  it('have no Pods once they are scaled to nothing, not even those that somebody wrote to', () => {
    const { ask } = play([
      'kubectl label pods -n kyverno --all seen=yes',
      'kubectl scale deploy -n kyverno kyverno-background-controller --replicas=0',
      'kubectl scale deploy -n kyverno kyverno-reports-controller --replicas=2',
    ]);
    expect(ask('kubectl get deploy -n kyverno kyverno-background-controller')).toMatch(/ 0\/0 +0 +0 /);
    const pods = ask('kubectl get pods -n kyverno');
    expect(pods).not.toContain('background');
    expect(pods.match(/kyverno-reports-controller/g)).toHaveLength(2);
  });
});
