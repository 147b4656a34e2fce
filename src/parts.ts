import {
  matchGate,
  mutateRequests,
  ownKinds,
  protection,
  ttlWebhook,
  webhookObjects,
} from './admission/parts.ts';
import {
  aggregation,
  cleanups,
  clones,
  downstreams,
  mutateExisting,
  scans,
  ttls,
} from './background/parts.ts';
import { policyEvents } from './background/policy-part.ts';
import { patches, pods, quotas, rawRequests, services, subresources, webhookCalls } from './cluster/parts.ts';
import { contextEntries, lookups } from './engine/context/parts.ts';
import { conditionEvaluation } from './engine/match/parts.ts';
import { assertions, mutation, podSecurity } from './engine/rules/parts.ts';
import { regexes } from './expressions/cel/parts.ts';
import { functionCalls } from './expressions/jmespath/parts.ts';
import { kyvernoFunctions } from './expressions/parts.ts';
import { actorFiles, commands, mockFiles, testDetails } from './formats/parts.ts';
import { applyToExisting, otherCommands } from './kubectl/parts.ts';
import { views } from './kubectl/read/parts.ts';
import { derivation, engineLogs, matchConditions, updateRequestLimit } from './kyverno/parts.ts';
import { syntaxProblems } from './manifest/parts.ts';
import {
  actors,
  globalContext,
  kyvernoSettings,
  nodeObjects,
  policyChecks,
  testRuns,
  workloads,
} from './simulation/parts.ts';

export { withParts, withPartsBetween } from './base/part.ts';

/**
 * Loads every part of the engine. Whoever calls the engine without `withParts` does so first: a function that needs a part
 * that is not there throws.
 */
export async function loadParts(): Promise<void> {
  const parts = [
    actorFiles,
    actors,
    aggregation,
    applyToExisting,
    cleanups,
    commands,
    assertions,
    clones,
    conditionEvaluation,
    contextEntries,
    derivation,
    downstreams,
    engineLogs,
    functionCalls,
    globalContext,
    kyvernoFunctions,
    kyvernoSettings,
    matchConditions,
    matchGate,
    lookups,
    mockFiles,
    mutateExisting,
    mutateRequests,
    mutation,
    ownKinds,
    nodeObjects,
    otherCommands,
    patches,
    podSecurity,
    pods,
    policyChecks,
    policyEvents,
    protection,
    quotas,
    rawRequests,
    scans,
    services,
    subresources,
    testDetails,
    testRuns,
    ttls,
    ttlWebhook,
    updateRequestLimit,
    regexes,
    syntaxProblems,
    webhookCalls,
    webhookObjects,
    views,
    workloads,
  ];
  await Promise.all(parts.map((part) => part.load()));
}
