import { CONTROLLERS, type ControllerFlags, type ControllerName } from './controller-flags.ts';

/**
 * What a flag does here. `simulated`: it is heeded. `outside`: what it changes is never shown (ports, certificates, metrics,
 * image registries). `ignored`: it would change what is shown, and does not.
 */
export type FlagEffect = 'simulated' | 'outside' | 'ignored';

export interface FlagEntry {
  readonly name: string;
  /** First and last minor version that has it: 13 is 1.13. */
  readonly since: number;
  readonly until: number;
  readonly effect: FlagEffect;
}

/** `name[@since[-until]]`, from the controllers' `main.go` and `cmd/internal/flag.go` of the release branches. */
interface Listed {
  readonly simulated: string;
  readonly outside: string;
  readonly ignored: string;
}

const EVERY: Listed = {
  simulated: 'enablePolicyException exceptionNamespace',
  outside: `allowInsecureRegistry autoMemLimitEnabled@17 autoMemLimitRatio@17 cleanupServerHost@16 cleanupServerPort@12
    clientRateLimitBurst clientRateLimitQPS disableLogColor@15 disableMetrics enableConfigMapCaching enableCosignLogging@19
    enableDeferredLoading enableTracing enableTuf eventsRateLimitBurst@12 eventsRateLimitQPS@12 exemplarFilter@18
    imagePullSecrets imageSignatureRepository@11-11 imageVerifyCacheEnabled imageVerifyCacheMaxSize
    imageVerifyCacheTTLDuration kubeconfig leaderElectionRetryPeriod loggingtsFormat@12 metricsCASecretName@18
    metricsHost@16 metricsKeyAlgorithm@18 metricsPort metricsRenewBefore@18 metricsServerIP@18 metricsTLSSecretName@18
    otelCollector otelConfig profile profileAddress profilePort registryCredentialHelpers tracingAddress tracingCreds
    tracingPort transportCreds tufMirror tufRoot tufRootRaw@13`,
  ignored:
    'allowedResults@17 enableReporting@13 loggingFormat v vmodule crdWatcher@14 resyncPeriod@13 openreportsEnabled@15',
};

const OWN: Readonly<Record<ControllerName, Listed>> = {
  'kyverno-admission-controller': {
    simulated: `admissionReports crdWatcher@14 enableReporting@13 forceFailurePolicyIgnore omitEvents@12
      protectManagedResources resyncPeriod@13`,
    outside: `backgroundServiceAccountName caSecretName controllerRuntimeMetricsAddress@14 disableCertManagerController@19
      dumpPayload renewBefore@12 reportsServiceAccountName@13 serverIP servicePort tlsKeyAlgorithm@17 tlsSecretName
      webhookRegistrationTimeout webhookServerHost@16 webhookServerPort@12 autoDeleteWebhooks@13-17 autogenV2@14-16
      dumpPatches@13`,
    ignored: `apiCallTimeout@18 autoUpdateWebhooks excludeBootstrapResources@19 maxAPICallResponseLength
      maxAdmissionReports@12 maxAuditCapacity@12 maxAuditWorkers@12 maxGlobalContextEntries@19 maxQueuedEvents
      allowHTTPInNamespacedPolicies@16 generateMutatingAdmissionPolicy@15 generateValidatingAdmissionPolicy
      httpAllowlist@18 httpBlocklist@18 webhookTimeout`,
  },
  'kyverno-background-controller': {
    simulated: 'enableReporting@13 genWorkers omitEvents@12',
    outside: 'controllerRuntimeMetricsAddress@15',
    ignored: `apiCallTimeout@18 maxAPICallResponseLength maxBackgroundReports@13 maxGlobalContextEntries@19 maxQueuedEvents
      allowHTTPInNamespacedPolicies@18 httpAllowlist@18 httpBlocklist@18`,
  },
  'kyverno-cleanup-controller': {
    simulated: 'protectManagedResources@12 ttlReconciliationInterval',
    outside: `caSecretName disableCertManagerController@19 dumpPayload renewBefore@12 serverIP servicePort tlsKeyAlgorithm@17
      tlsSecretName webhookServerPort@12 autoDeleteWebhooks@13`,
    ignored: `apiCallTimeout@18 maxAPICallResponseLength@12 maxGlobalContextEntries@19 maxQueuedEvents
      allowHTTPInNamespacedPolicies@16 httpAllowlist@18 httpBlocklist@18`,
  },
  'kyverno-reports-controller': {
    simulated:
      'aggregateReports backgroundScan backgroundScanInterval enableReporting@13 omitEvents@12 policyReports',
    outside: 'aggregationWorkers@12 backgroundScanWorkers reportsCRDsSanityChecks@13 reportsChunkSize@11-12',
    ignored: `admissionReports apiCallTimeout@18 maxAPICallResponseLength maxBackgroundReports@13 maxGlobalContextEntries@19
      maxQueuedEvents mutatingAdmissionPolicyReports@15 skipResourceFilters validatingAdmissionPolicyReports
      allowHTTPInNamespacedPolicies@18 httpAllowlist@18 httpBlocklist@18`,
  },
};

const LATEST_MINOR = 19;

function entriesOf(listed: Listed): readonly FlagEntry[] {
  return (['simulated', 'outside', 'ignored'] as const).flatMap((effect) =>
    listed[effect].split(/\s+/).map((text) => {
      const [name = '', range = '11'] = text.split('@');
      const [since = 11, until = LATEST_MINOR] = range.split('-').map(Number);
      return { name, since, until, effect };
    }),
  );
}

const tables = new Map<ControllerName, ReadonlyMap<string, FlagEntry>>();

/** Every flag of a controller, of all versions. A controller's own entry stands before that of the common ones. */
export function flagsOf(controller: ControllerName): ReadonlyMap<string, FlagEntry> {
  const known = tables.get(controller);
  if (known !== undefined) return known;
  const entries = [...entriesOf(EVERY), ...entriesOf(OWN[controller])];
  const table = new Map(entries.map((entry) => [entry.name, entry]));
  tables.set(controller, table);
  return table;
}

export const isController = (name: string): name is ControllerName =>
  CONTROLLERS.some((controller) => controller === name);

/** How a flag's text is read. */
export type FlagType = 'boolean' | 'number' | 'duration' | 'text' | 'list';

const TYPES: Readonly<Record<keyof ControllerFlags, FlagType>> = {
  enablePolicyException: 'boolean',
  exceptionNamespace: 'text',
  omitEvents: 'list',
  enableReporting: 'list',
  admissionReports: 'boolean',
  aggregateReports: 'boolean',
  policyReports: 'boolean',
  backgroundScan: 'boolean',
  backgroundScanInterval: 'duration',
  genWorkers: 'number',
  ttlReconciliationInterval: 'duration',
  forceFailurePolicyIgnore: 'boolean',
  protectManagedResources: 'boolean',
  crdWatcher: 'boolean',
  resyncPeriod: 'duration',
};

const types = new Map<string, FlagType>(Object.entries(TYPES));

/** The type of a flag that is heeded; undefined of all others. */
export const typeOf = (name: string): FlagType | undefined => types.get(name);

/** Flags that stand without a value: those of the flag package's boolean type, not Kyverno's toggles. */
const TOGGLES = new Set(['forceFailurePolicyIgnore', 'protectManagedResources']);

export const standsAlone = (name: string): boolean => types.get(name) === 'boolean' && !TOGGLES.has(name);
