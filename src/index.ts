/** The only door of the engine: what `app/`, `scripts/` and other tools may use. */
export { writeWarning } from './admission/policy-permissions.ts';
export type { Advice, Snippet } from './advice/advice.ts';
export { advise } from './advice/advise.ts';
export type { DocumentPath } from './base/document-path.ts';
export {
  equal,
  get,
  getList,
  getPath,
  getString,
  isObject,
  type Json,
  type JsonObject,
  type PathSegment,
} from './base/json.ts';
export { orderOf, withOrder } from './base/order.ts';
export * from './base/units.ts';
export { readClusterBase } from './cluster/cluster-base.ts';
export type { Libraries, LibraryName } from './expressions/jmespath/environment.ts';
export { loadLibraries, neededLibraries } from './expressions/jmespath/libraries.ts';
export { arrangeDocuments, newTest } from './formats/arrange.ts';
export { type ChromeEvent, type ChromeTrace, chromeTrace } from './formats/chrome-trace.ts';
export {
  type ComparisonReport,
  type ReportedDifference,
  reportOfComparison,
} from './formats/comparison-report.ts';
export { type EditableStep, readSteps } from './formats/editable-steps.ts';
export { FAULT_DURATION, FAULTS, type Fault, faultChanges, isFaultName } from './formats/fault-steps.ts';
export {
  type KyvernoTest,
  writeKyvernoTest,
} from './formats/kyverno-test-case/write-kyverno-test.ts';
export { type ReportOptions, reportOfChain } from './formats/markdown-report.ts';
export { mermaidOfChain } from './formats/mermaid.ts';
export {
  findMoment,
  formatMoment,
  formatStoryLink,
  type Moment,
  readMoment,
  readStoryLink,
} from './formats/moment.ts';
export {
  type DecodedLink,
  decodeLink,
  encodeLink,
  isStateLink,
  type LinkProblem,
  MAX_LINK_LENGTH,
} from './formats/permalink.ts';
export { readScenario } from './formats/read-scenario.ts';
export { type RunLink, readRunLink } from './formats/run-link.ts';
export { type DocumentRoom, type SortedDocument, sortDocuments } from './formats/sort-documents.ts';
export type { TextEdit } from './formats/step-text.ts';
export { formatState, readState, type StudioState, type ViewState } from './formats/studio-state.ts';
export { formatTrace } from './formats/trace-file.ts';
export { type NewStep, type StepChange, type StepEdits, writeStep } from './formats/write-step.ts';
export {
  type AtMomentOptions,
  type ClusterAtMoment,
  type ConsoleResult,
  clusterAt,
  runKubectlAt,
} from './kubectl/at-moment.ts';
export { commandKind } from './kubectl/command-kind.ts';
export { type Completion, type Completions, completeKubectl } from './kubectl/complete.ts';
export { type Edited, editCommand, openForEdit } from './kubectl/edit.ts';
export type { SchemaDocuments } from './kubectl/read/explain-schema.ts';
export { splitShell } from './kubectl/split-shell.ts';
export type { KubernetesObject, ObjectRef, UserInfo } from './kubernetes/object.ts';
export { behaviourOf } from './kyverno/behaviour.ts';
export { differingKeys, type EvaluationNode, type VariableValue } from './kyverno/evaluation.ts';
export { readPolicy } from './kyverno/read-policy.ts';
export { nearest } from './kyverno/spelling.ts';
export { KYVERNO_VERSIONS, type KyvernoVersion, LATEST_KYVERNO } from './kyverno/versions.ts';
export type { Diagnostic, Severity, SourceLocation, TextFix, TextRange } from './manifest/diagnostic.ts';
export type { ManifestDocument, ParsedFile, TextFile } from './manifest/manifest.ts';
export { parseFile, parseFiles } from './manifest/parse.ts';
export { loadParts, withParts, withPartsBetween } from './parts.ts';
export { policiesOf, type RunScenarioOptions, runScenario, type ScenarioRun } from './run-scenario.ts';
export { diagnosePolicies } from './simulation/diagnose-policies.ts';
export { diagnoseRun } from './simulation/diagnose-run.ts';
export type { ClusterBase, SimulationOptions } from './simulation/options.ts';
export type { Scenario, ScenarioStep } from './simulation/scenario.ts';
export { serveNode } from './simulation/serve-node.ts';
export { type SimulationProgress, simulate, simulateGradually } from './simulation/simulate.ts';
export { serveWebhookConfigurations } from './simulation/webhooks-at-moment.ts';
export { type Causality, causalityOf } from './trace/causality.ts';
export {
  compareTraces,
  type Difference,
  type DifferenceKind,
  type TraceComparison,
} from './trace/compare/compare-traces.ts';
export type { EventPair } from './trace/compare/match-events.ts';
export type * from './trace/event.ts';
export {
  type BackgroundProgress,
  type ClusterObject,
  lifeOf,
  type OutcomeRow,
  objectsAt,
  originOf,
  outcomeRows,
  type TargetState,
  triggerWasRefused,
} from './trace/outcome.ts';
export { isBookkeeping, isTold } from './trace/told.ts';
export * from './trace/trace.ts';
export {
  type Caption,
  captionAtEnd,
  captionAtStart,
  clip,
  durationText,
  firstSentence,
  nameOf,
  reasonOf,
  refKey,
  refText,
  requestText,
  requestVerb,
  stepNumber,
  type Tone,
  userText,
  type Verdict,
  verdictOf,
  webhookText,
} from './trace/words.ts';
