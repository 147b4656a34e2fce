import type { JsonObject, PathSegment } from '../base/json.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { TestSection, TestStep } from '../simulation/scenario.ts';

/** Operations of a Chainsaw Test that become steps. */
export const STEP_OPERATIONS = [
  'apply',
  'create',
  'update',
  'patch',
  'delete',
  'sleep',
  'script',
  'command',
] as const;
export type StepOperation = (typeof STEP_OPERATIONS)[number];
/** Operations that look and do not touch. */
export type LookOperation = 'assert' | 'describe' | 'error' | 'events' | 'get' | 'podLogs' | 'wait';

/** One entry of a step's `try`, `catch`, `finally` or `cleanup`. */
export interface TestOperation {
  readonly type: StepOperation | LookOperation;
  /** What stands behind `apply:` and the like. */
  readonly body: JsonObject;
  /** Path of the entry in its document: `spec.steps[1].try[0]`. */
  readonly path: readonly PathSegment[];
  /** Index of the Chainsaw step it belongs to. */
  readonly step: number;
  readonly stepName: string;
  readonly section: TestSection;
  /** What is said for the whole Chainsaw step. */
  readonly frame?: TestStep;
  /** The document that `path` is of: the Test, or the StepTemplate that the step uses. */
  readonly document: ManifestDocument;
  /** In the first step, if that is named `setup`: it tells what exists before. */
  readonly setup: boolean;
}

/** A Chainsaw Test (chainsaw.kyverno.io/v1alpha1), as far as a scenario goes. */
export interface ChainsawTest {
  readonly document: ManifestDocument;
  readonly name: string;
  /** `spec.namespace`; empty if Chainsaw is to make one. */
  readonly namespace: string;
  readonly operations: readonly TestOperation[];
  /** It says more than what is done and what is to be refused: assertions, bindings, something to catch. */
  readonly checked: boolean;
  readonly diagnostics: readonly Diagnostic[];
}
