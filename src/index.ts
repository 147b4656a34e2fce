/** The only door of the engine: what `app/`, `scripts/` and other tools may use. */
export type { Advice, Snippet } from './advice/advice.ts';
export type { DocumentPath } from './base/document-path.ts';
export type { Json, JsonObject, PathSegment } from './base/json.ts';
export * from './base/units.ts';
export type { KubernetesObject, ObjectRef, UserInfo } from './kubernetes/object.ts';
export type { EvaluationNode, VariableValue } from './kyverno/evaluation.ts';
export { KYVERNO_VERSIONS, type KyvernoVersion, LATEST_KYVERNO } from './kyverno/versions.ts';
export type { Diagnostic, Severity, SourceLocation, TextFix, TextRange } from './manifest/diagnostic.ts';
export type { ManifestDocument, ParsedFile, TextFile } from './manifest/manifest.ts';
export type { ClusterBase, SimulationOptions } from './simulation/options.ts';
export type { Scenario, ScenarioStep } from './simulation/scenario.ts';
export { type Causality, causalityOf } from './trace/causality.ts';
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
} from './trace/outcome.ts';
export * from './trace/trace.ts';
