import { AdmissionController } from '../admission/admission-controller.ts';
import { CachedDiscovery } from '../admission/cached-discovery.ts';
import type { AdmissionEnvironment } from '../admission/environment.ts';
import { readyStatus } from '../admission/policy-registry.ts';
import { BackgroundController } from '../background/background-controller.ts';
import { CleanupController } from '../background/cleanup-controller.ts';
import { ReportAggregation } from '../background/report-aggregation.ts';
import { ReportScan } from '../background/report-scan.ts';
import type { Discovery } from '../cluster/api.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { ControllerFlags, ControllerName, KyvernoFlags } from '../kyverno/controller-flags.ts';
import type { Policy } from '../kyverno/policy.ts';
import { readPolicy } from '../kyverno/read-policy.ts';
import { startGlobalContext } from './global-context.ts';
import { policyChecks } from './parts.ts';
import type { PolicySources } from './policy-sources.ts';

/** What Kyverno's controllers need of the simulation. */
export interface KyvernoEnvironment
  extends Omit<
    AdmissionEnvironment,
    | 'readPolicy'
    | 'checkPolicy'
    | 'checkException'
    | 'checkCleanupPolicy'
    | 'checkGlobalContextEntry'
    | 'globalContext'
    | 'locate'
    | 'flags'
    | 'policyExceptions'
    | 'exceptionNamespace'
  > {
  readonly flags: KyvernoFlags;
  readonly sources: PolicySources;
  /** What discovery said when Kyverno started, if that was before the cluster was as it is. */
  readonly knownDiscovery?: Discovery;
}

/** Kyverno on a cluster: what the API server calls, and what a scenario may stop. */
export interface Kyverno {
  readonly admission: AdmissionController;
  readonly background: BackgroundController;
}

/** Starts Kyverno's controllers on a cluster. */
export function installKyverno(environment: KyvernoEnvironment): Kyverno {
  const { sources, knownDiscovery, flags, ...rest } = environment;
  const common = { ...rest, readPolicy, locate: sources };
  const of = <Part extends object>(name: ControllerName, part: Part) => ({
    ...common,
    ...part,
    ...heeding(flags[name], environment.behaviour),
  });
  const globalContext = startGlobalContext(environment);
  const discovery = new CachedDiscovery(
    environment.server,
    environment.scheduler,
    flags['kyverno-admission-controller'],
    knownDiscovery,
  );
  const checks = {
    authorize: environment.server.authorize.bind(environment.server),
    behaviour: environment.behaviour,
    discoveryFor: (policy: Policy) => discovery.forPolicy(policy),
  };
  const admission = new AdmissionController({
    ...of('kyverno-admission-controller', { globalContext: globalContext.admission }),
    checkPolicy: (object, old) => policyChecks.get().checkPolicy(checks, object, old),
    checkException: (object) => policyChecks.get().validateException(object)?.text,
    checkCleanupPolicy: (object) =>
      policyChecks.get().checkCleanupPolicy(checks, environment.server.discovery(), object),
    checkGlobalContextEntry: (object) => policyChecks.get().validateGlobalContextEntry(object)?.text,
  });
  admission.start();
  const background = new BackgroundController(
    of('kyverno-background-controller', { globalContext: globalContext.background }),
  );
  background.start();
  const reports = of('kyverno-reports-controller', { globalContext: globalContext.reports });
  if (reports.flags.policyReports && reports.flags.backgroundScan) new ReportScan(reports).start();
  if (reports.flags.policyReports && reports.flags.aggregateReports) new ReportAggregation(reports).start();
  // Each real controller has a cache of its own; that of the cleanup controller holds the same.
  new CleanupController(of('kyverno-cleanup-controller', { globalContext: globalContext.reports })).start();
  return { admission, background };
}

/** What a controller's flags make of its environment. */
const heeding = (flags: ControllerFlags, behaviour: Behaviour) => ({
  flags,
  policyExceptions: flags.enablePolicyException,
  exceptionNamespace: flags.exceptionNamespace,
  behaviour: { ...behaviour, emitsPolicyApplied: !flags.omitEvents.includes('PolicyApplied') },
});

/** A policy as it stands once its webhooks are configured; other objects as they are. */
export function ready(object: KubernetesObject): KubernetesObject {
  const policy = readPolicy(object);
  return policy === undefined ? object : { ...object, status: readyStatus(policy, 0) };
}
