import type { EventId } from '../base/units.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';

/** A text to copy: a command, an alert filter. */
export interface Snippet {
  readonly title: string;
  readonly language: 'shell' | 'yaml' | 'promql' | 'logql';
  readonly text: string;
}

/** A recommendation computed from policies and trace: severity `advice`, its reason in `message`, a fix where one can be derived. */
export interface Advice extends Diagnostic {
  readonly severity: 'advice';
  readonly title: string;
  /** Events that prove it, the most telling first. */
  readonly events: readonly EventId[];
  readonly snippets: readonly Snippet[];
}
