import { type Milliseconds, milliseconds } from '../base/units.ts';
import { KYVERNO_VERSIONS, type KyvernoVersion } from './versions.ts';

/** Kyverno's controllers, by the names of their Deployments. */
export const CONTROLLERS = [
  'kyverno-admission-controller',
  'kyverno-background-controller',
  'kyverno-cleanup-controller',
  'kyverno-reports-controller',
] as const;

export type ControllerName = (typeof CONTROLLERS)[number];

/** Flags of one controller, as far as they change what the simulation shows. Each controller heeds only its own. */
export interface ControllerFlags {
  readonly enablePolicyException: boolean;
  /** The namespace whose PolicyExceptions count: `*` is all, an empty text none. */
  readonly exceptionNamespace: string;
  /** Reasons of Events that are not written. */
  readonly omitEvents: readonly string[];
  /** Rule types whose results are reported. */
  readonly enableReporting: readonly string[];
  readonly admissionReports: boolean;
  readonly aggregateReports: boolean;
  readonly policyReports: boolean;
  readonly backgroundScan: boolean;
  readonly backgroundScanInterval: Milliseconds;
  readonly genWorkers: number;
  readonly ttlReconciliationInterval: Milliseconds;
  readonly forceFailurePolicyIgnore: boolean;
  readonly protectManagedResources: boolean;
  /** Discovery is asked anew whenever a CRD changes. */
  readonly crdWatcher: boolean;
  /** Discovery is asked anew after this time in any case. */
  readonly resyncPeriod: Milliseconds;
}

export type KyvernoFlags = Readonly<Record<ControllerName, ControllerFlags>>;

const MINUTE = 60_000;

/** What the chart of a version sets, or else the controllers' own defaults. */
export function chartFlags(version: KyvernoVersion): ControllerFlags {
  return {
    enablePolicyException: false,
    exceptionNamespace: '',
    omitEvents: version === '1.11' ? [] : ['PolicyApplied', 'PolicySkipped'],
    enableReporting: ['validate', 'mutate', 'mutateExisting', 'generate', 'imageVerify'],
    admissionReports: true,
    aggregateReports: true,
    policyReports: true,
    backgroundScan: true,
    backgroundScanInterval: milliseconds(60 * MINUTE),
    genWorkers: 10,
    ttlReconciliationInterval: milliseconds(MINUTE),
    forceFailurePolicyIgnore: false,
    protectManagedResources: false,
    crdWatcher: false,
    resyncPeriod: milliseconds(15 * MINUTE),
  };
}

/** The same flags for every controller. */
export const forAll = (flags: ControllerFlags): KyvernoFlags => ({
  'kyverno-admission-controller': flags,
  'kyverno-background-controller': flags,
  'kyverno-cleanup-controller': flags,
  'kyverno-reports-controller': flags,
});

/** Whether a version is within two minor versions, both included; `since` 11 and `until` 19 are all. */
export function isWithin(version: KyvernoVersion, since: number, until: number): boolean {
  const minor = KYVERNO_VERSIONS.indexOf(version) + 11;
  return since <= minor && minor <= until;
}
