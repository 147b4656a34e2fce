import type { KyvernoVersion } from './versions.ts';

/**
 * What a Kyverno version does otherwise than another, by name (spec/versions.md, part 4). Code asks for a behaviour, never
 * for a number. Seven states of the switch, kept in one table.
 */
export interface Behaviour {
  readonly version: KyvernoVersion;
  /** False in 1.11: UpdateRequests only after this webhook's verdict was "allow". */
  readonly createsUpdateRequestsBesideVerdict: boolean;
  /** 1.11, 1.12: kyverno.io/v1beta1, one UpdateRequest a rule. */
  readonly updateRequestPerRule: boolean;
  /** Up to 1.18: falls back to the object in the admission request when the trigger is not there; UPDATE uses the payload. */
  readonly fallsBackToAdmissionObject: boolean;
  /** 1.11: without trigger and request the UpdateRequest stays Pending for ever; 1.12: Completed; later: fails. */
  readonly missingTriggerWithoutRequest: 'pending' | 'completed' | 'fails';
  /** What an error while applying a generate rule does to the UpdateRequest. */
  readonly applyError: 'fails' | 'completes';
  /** Whether a failing GET of the target is reported (event, "failed to apply generate rule"); false in 1.13–1.16. */
  readonly reportsTargetLookupErrors: boolean;
  /** NotFound while generating: as any apply error, or swallowed with `warning: reason` (since 1.16). */
  readonly swallowsNotFound: boolean;
  /** ≤1.12: PolicyError event text is `error: <nil>`. */
  readonly losesErrorInEvents: boolean;
  /** `rule <r> failed: <err>` prefix in the UpdateRequest's message (1.13 on). */
  readonly prefixesRuleInMessages: boolean;
  /** 1.11: an existing target is left alone if the generated object is a subset of it. */
  readonly comparesAsSubset: boolean;
  /** 1.19 on: UpdateRequests of policy events take 100 rule contexts at most. */
  readonly batchesRuleContexts: boolean;
  /** 1.19 on: clone downstreams are cleaned up on policy deletion. */
  readonly cleansUpClonesOnPolicyDeletion: boolean;
  /** 1.19 on: NotEquals is true when only one side is a quantity. */
  readonly notEqualsAcrossTypes: boolean;
  /** ≤1.18: yaml.v2 folds long scalars in the denial text beyond column 80. */
  readonly foldsDenialText: boolean;
  /** 1.19 on: classic policy writes are answered with a deprecation warning. */
  readonly warnsOfDeprecatedPolicies: boolean;
  /** Text format of the controllers' logs. */
  readonly logFormat: 'klog' | 'zap' | 'zerolog';
  /** Verbosity at which `start processing UR` is logged: 0 (INF) up to 1.13, 2 (TRC) from 1.14. */
  readonly startProcessingLevel: 0 | 2;
  /** 1.15–1.17: two unstructured lines a trigger look-up. */
  readonly printsTriggerLookups: boolean;
  /** Rule-level failureAction, allowExistingViolations, emitWarning (1.13 on). */
  readonly ruleLevelFailureAction: boolean;
  /** `webhookConfiguration.matchConditions` of a policy (1.12 on). */
  readonly matchConditionsPerPolicy: boolean;
  /** The policy webhook compiles them (1.13 on). */
  readonly compilesMatchConditions: boolean;
  /** GlobalContextEntry and `globalReference` (1.12 on). */
  readonly globalContext: boolean;
  /** `globalReference.name` may name a projection, `entry.projection` (1.14 on). */
  readonly globalContextProjections: boolean;
  /** 1.12, 1.13: GlobalContextEntries get a condition Ready; later only the time of their last refresh. */
  readonly globalContextCondition: boolean;
  /** ≤1.18: a GlobalContextEntry whose kind cannot be listed blocks its controller: no later entry is loaded. */
  readonly globalContextBlocks: boolean;
  /** A failed API call says `permission denied` (1.18 on); before, a line break stands in its text. */
  readonly namesDeniedApiCalls: boolean;
  /** ≤1.12: the whole rule is substituted, so that paths in errors begin with `/generate` (versions.md, C.4). */
  readonly substitutesWholeRule: boolean;
  /** ≤1.11: repeated PolicyError events are one Event with a series. */
  readonly foldsRepeatedEvents: boolean;
  /** 1.11: PolicyApplied Events are raised by default; the charts from 1.12 on omit them. */
  readonly emitsPolicyApplied: boolean;
  /** Which controllers ask `generateSuccessEvents` before they raise PolicyApplied: admission from 1.13, all from 1.17. */
  readonly asksForSuccessEvents: 'nobody' | 'admission' | 'everybody';
  /** `updateRequestThreshold`: no more UpdateRequests than that (1.12 on). */
  readonly limitsUpdateRequests: boolean;
  /** Reports of generate rules (1.13 on). */
  readonly reportsGenerate: boolean;
  /** Policies with the label `reports.kyverno.io/disabled` are left out of reports (1.16 on). */
  readonly excludesFromReports: boolean;
  /** The policy webhook warns of kinds that the reports controller may not watch (1.19 on). */
  readonly checksReportPermissions: boolean;
  /**
   * ≤1.17: deleting the downstreams of one rule context writes the UpdateRequest's state, before the attempt's end does; so a
   * failed deletion is Failed and at once Completed, and a deletion beside a failed rule context Completed and then Failed.
   */
  readonly deletionWritesState: boolean;
  /** ≤1.12: a rule that does not match its trigger any more completes the UpdateRequest without an Event (pkg/background/generate, ProcessUR). */
  readonly completesUnmatchedRules: boolean;
  /** `generate.orphanDownstreamOnPolicyDelete` is known (1.12 on). */
  readonly orphansDownstreams: boolean;
  /** `validate.assert` is evaluated (1.13 to 1.18); 1.19 accepts it and passes it over. */
  readonly evaluatesAssertions: boolean;
}

type Difference = Partial<Omit<Behaviour, 'version'>>;

/** 1.19; the older rows say what they do otherwise. */
const LATEST: Omit<Behaviour, 'version'> = {
  createsUpdateRequestsBesideVerdict: true,
  updateRequestPerRule: false,
  fallsBackToAdmissionObject: false,
  missingTriggerWithoutRequest: 'fails',
  applyError: 'fails',
  reportsTargetLookupErrors: true,
  swallowsNotFound: true,
  losesErrorInEvents: false,
  prefixesRuleInMessages: true,
  comparesAsSubset: false,
  batchesRuleContexts: true,
  cleansUpClonesOnPolicyDeletion: true,
  notEqualsAcrossTypes: true,
  foldsDenialText: false,
  warnsOfDeprecatedPolicies: true,
  logFormat: 'zerolog',
  startProcessingLevel: 2,
  printsTriggerLookups: false,
  ruleLevelFailureAction: true,
  matchConditionsPerPolicy: true,
  compilesMatchConditions: true,
  globalContext: true,
  globalContextProjections: true,
  globalContextCondition: false,
  globalContextBlocks: false,
  namesDeniedApiCalls: true,
  substitutesWholeRule: false,
  foldsRepeatedEvents: false,
  emitsPolicyApplied: false,
  asksForSuccessEvents: 'everybody',
  limitsUpdateRequests: true,
  reportsGenerate: true,
  excludesFromReports: true,
  checksReportPermissions: true,
  deletionWritesState: false,
  completesUnmatchedRules: false,
  orphansDownstreams: true,
  evaluatesAssertions: false,
};

const UP_TO_1_18: Difference = {
  evaluatesAssertions: true,
  fallsBackToAdmissionObject: true,
  batchesRuleContexts: false,
  cleansUpClonesOnPolicyDeletion: false,
  notEqualsAcrossTypes: false,
  foldsDenialText: true,
  warnsOfDeprecatedPolicies: false,
  checksReportPermissions: false,
  globalContextBlocks: true,
};
const UP_TO_1_17: Difference = {
  ...UP_TO_1_18,
  applyError: 'completes',
  deletionWritesState: true,
  namesDeniedApiCalls: false,
};
const UP_TO_1_16: Difference = {
  ...UP_TO_1_17,
  reportsTargetLookupErrors: false,
  asksForSuccessEvents: 'admission',
};
const UP_TO_1_15: Difference = { ...UP_TO_1_16, swallowsNotFound: false, excludesFromReports: false };
const UP_TO_1_12: Difference = {
  ...UP_TO_1_15,
  updateRequestPerRule: true,
  evaluatesAssertions: false,
  missingTriggerWithoutRequest: 'completed',
  applyError: 'fails',
  completesUnmatchedRules: true,
  reportsTargetLookupErrors: true,
  losesErrorInEvents: true,
  prefixesRuleInMessages: false,
  logFormat: 'zap',
  startProcessingLevel: 0,
  globalContextProjections: false,
  globalContextCondition: true,
  ruleLevelFailureAction: false,
  compilesMatchConditions: false,
  substitutesWholeRule: true,
  asksForSuccessEvents: 'nobody',
  reportsGenerate: false,
};

/** The seven states of the switch, and what differs within them in the logs (versions.md parts 2 and 4). */
const DIFFERENCES: Readonly<Record<KyvernoVersion, Difference>> = {
  '1.11': {
    ...UP_TO_1_12,
    createsUpdateRequestsBesideVerdict: false,
    limitsUpdateRequests: false,
    missingTriggerWithoutRequest: 'pending',
    comparesAsSubset: true,
    orphansDownstreams: false,
    matchConditionsPerPolicy: false,
    globalContext: false,
    logFormat: 'klog',
    foldsRepeatedEvents: true,
    emitsPolicyApplied: true,
  },
  '1.12': UP_TO_1_12,
  '1.13': {
    ...UP_TO_1_15,
    startProcessingLevel: 0,
    globalContextProjections: false,
    globalContextCondition: true,
  },
  '1.14': UP_TO_1_15,
  '1.15': { ...UP_TO_1_15, printsTriggerLookups: true },
  '1.16': { ...UP_TO_1_16, printsTriggerLookups: true },
  '1.17': { ...UP_TO_1_17, printsTriggerLookups: true },
  '1.18': UP_TO_1_18,
  '1.19': {},
};

const BEHAVIOURS = new Map<KyvernoVersion, Behaviour>();

/** What a version does; one object a version. */
export function behaviourOf(version: KyvernoVersion): Behaviour {
  const known = BEHAVIOURS.get(version);
  if (known !== undefined) return known;
  const behaviour: Behaviour = { ...LATEST, ...DIFFERENCES[version], version };
  BEHAVIOURS.set(version, behaviour);
  return behaviour;
}
