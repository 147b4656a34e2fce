import type { ClusterBase } from '../cluster/cluster-base.ts';
import type { Libraries } from '../expressions/jmespath/environment.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';

export type { ClusterBase } from '../cluster/cluster-base.ts';

export interface SimulationOptions {
  readonly version: KyvernoVersion;
  readonly seed: number;
  readonly base: ClusterBase;
  /** Wall clock at virtual time 0, milliseconds since the Unix epoch. */
  readonly startedAt?: number;
  readonly explain?: boolean;
  /** Events that one step may cause until it rests; the default is the studio's. */
  readonly maxEvents?: number;
  /** Returns true when the run is to stop (wall-clock budget, cancelled); asked now and then. */
  readonly shouldStop?: () => 'time-budget' | 'cancelled' | undefined;
  /** Settings of the cluster that differ from the chart's defaults. */
  readonly policyExceptions?: boolean;
  /** The namespace whose PolicyExceptions count (`--exceptionNamespace`): `*`, the default, is all, an empty text none. */
  readonly exceptionNamespace?: string;
  /** Reasons of Events that are not written (`--omitEvents`); without it those that the version's chart leaves out. */
  readonly omitEvents?: readonly string[];
  /** Whether the cluster has its simulated node, whose controllers make Pods of workloads and let them run; true by default. */
  readonly node?: boolean;
  /** Loaded libraries that expressions may need (`loadLibraries`). */
  readonly libraries?: Libraries;
}
