declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Virtual time since the simulation began, in milliseconds; fractions are allowed. */
export type Milliseconds = Branded<number, 'Milliseconds'>;

/** Index of an event in `Trace.events`. */
export type EventId = Branded<number, 'EventId'>;

/** Index of an object's revision in `Trace.revisions`. */
export type RevisionId = Branded<number, 'RevisionId'>;

/** Index of a rule evaluation in `Trace.evaluations`. */
export type EvaluationId = Branded<number, 'EvaluationId'>;

/** Index of a step in `Trace.steps`; 0 is what happens before the first step. */
export type StepIndex = Branded<number, 'StepIndex'>;

export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
export const eventId = (value: number): EventId => value as EventId;
export const revisionId = (value: number): RevisionId => value as RevisionId;
export const evaluationId = (value: number): EvaluationId => value as EvaluationId;
export const stepIndex = (value: number): StepIndex => value as StepIndex;
