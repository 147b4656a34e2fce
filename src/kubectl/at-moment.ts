import { namesOf } from '../base/order.ts';
import type { Process } from '../base/process.ts';
import { seededRandom } from '../base/random.ts';
import { type Milliseconds, milliseconds } from '../base/units.ts';
import { createApiServer, type SimulatedApiServer } from '../cluster/api-server.ts';
import type { ClusterBase } from '../cluster/cluster-base.ts';
import type { ApiServerLatencies } from '../cluster/latencies.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import { createRecorder } from '../trace/create-recorder.ts';
import type { Trace } from '../trace/trace.ts';
import { commandKind, followsOn } from './command-kind.ts';
import { logLines } from './log-lines.ts';
import type { SchemaDocuments } from './read/explain-schema.ts';
import { runKubectl } from './run-kubectl.ts';
import type { KubectlEnvironment, KubectlResult } from './session.ts';
import { splitShell } from './split-shell.ts';

/** The cluster of a trace as it was at one moment; the moment can be moved on. */
export interface ClusterAtMoment {
  readonly server: SimulatedApiServer;
  /** The moment, virtual time. */
  now(): Milliseconds;
  /** Moves the moment on: what the trace stored until then is in the cluster, and who watches is told of each write. */
  advance(to: Milliseconds): void;
}

export interface AtMomentOptions {
  /** Moment until which `-w` and `-f` go on, virtual time; the moment itself if absent. */
  readonly until?: Milliseconds;
  /** What else writes logs than Kyverno's controllers: the scenario's actors. */
  readonly workloads?: KubectlEnvironment['workloads'];
  readonly user?: UserInfo;
  /** Schemas with descriptions, for `explain`. */
  readonly schemas?: SchemaDocuments;
  /** Gives the cluster what is made when it is read, such as webhook configurations. */
  readonly prepare?: (server: SimulatedApiServer) => void;
}

/** What a console line gave. */
export interface ConsoleResult extends KubectlResult {
  /** The line asks for a change: it was not run; as a step of the scenario it can be. */
  readonly writes?: boolean;
  /** `-w`, `-f`: the line goes on with `until`. */
  readonly follows?: boolean;
}

const ADMIN: UserInfo = {
  username: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
};

/** At a moment nothing takes time. */
const NO_LATENCIES: ApiServerLatencies = {
  authn: milliseconds(0),
  mutating: milliseconds(0),
  schema: milliseconds(0),
  validating: milliseconds(0),
  store: milliseconds(0),
  read: milliseconds(0),
};

/** Builds the cluster that a trace tells of at a moment: its base, and every write until then. Nothing is simulated. */
export function clusterAt(
  trace: Trace,
  base: Pick<ClusterBase, 'objects' | 'schemas'>,
  at: Milliseconds,
): ClusterAtMoment {
  let time = milliseconds(0);
  let next = 0;
  const startedAt = Date.parse(trace.startedAt);
  const server = createApiServer({
    recorder: createRecorder({ now: () => time }),
    random: seededRandom(namesOf(trace.seed)),
    now: () => time,
    wallClock: () => startedAt + time,
    admission: () => undefined,
    latencies: NO_LATENCIES,
  });
  server.load(base);
  const advance = (to: Milliseconds): void => {
    for (; next < trace.revisions.length; next += 1) {
      const revision = trace.revisions[next];
      if (revision === undefined || revision.time > to) break;
      time = milliseconds(Math.max(time, revision.time));
      server.restore(revision);
    }
    time = milliseconds(Math.max(time, to));
  };
  advance(at);
  return { server, now: () => time, advance };
}

/**
 * Runs a command line that reads against the cluster of a trace at a moment, as kubectl would print it then. A line that
 * writes is not run. Never throws over what a person typed.
 */
export function runKubectlAt(
  trace: Trace,
  base: Pick<ClusterBase, 'objects' | 'schemas'>,
  at: Milliseconds,
  line: string,
  options: AtMomentOptions = {},
): ConsoleResult {
  const split = splitShell(line);
  if ('error' in split) return failed(2, `sh: ${split.error}`);
  const [program = '', ...argv] = split.words;
  if (program === '') return { exitCode: 0, stdout: '', stderr: '' };
  if (program !== 'kubectl' && program !== 'k') return failed(127, `sh: ${program}: command not found`);
  if (commandKind(argv) === 'write') return { exitCode: 0, stdout: '', stderr: '', writes: true };
  const cluster = clusterAt(trace, base, at);
  options.prepare?.(cluster.server);
  const startedAt = Date.parse(trace.startedAt);
  const wallClock = (): number => startedAt + cluster.now();
  const process = runKubectl({ argv, files: {}, user: options.user ?? ADMIN }, cluster.server, {
    now: wallClock(),
    clock: wallClock,
    logs: () =>
      logLines(
        trace.events.filter(({ time }) => time <= cluster.now()),
        startedAt,
      ),
    followUntil: startedAt + Math.max(at, options.until ?? at),
    ...(options.workloads === undefined ? {} : { workloads: options.workloads }),
    ...(options.schemas === undefined ? {} : { schemas: options.schemas }),
  });
  const result = drive(process, cluster);
  return followsOn(argv) && result.exitCode === 0 ? { ...result, follows: true } : result;
}

/** Lets the time pass that the command waits. */
function drive(process: Process<KubectlResult>, cluster: ClusterAtMoment): KubectlResult {
  for (;;) {
    const step = process.next();
    if (step.done === true) return step.value;
    if (step.value > 0) cluster.advance(milliseconds(cluster.now() + step.value));
  }
}

const failed = (exitCode: number, text: string): ConsoleResult => ({
  exitCode,
  stdout: '',
  stderr: `${text}\n`,
});
