import type { PathSegment } from '../base/json.ts';
import type { Severity } from '../manifest/diagnostic.ts';

/** Something to say about a document of `kyverno.yaml`. */
export interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly path: readonly PathSegment[];
  readonly message: string;
  readonly hint?: string;
}
