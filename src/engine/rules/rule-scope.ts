import type { Json } from '../../base/json.ts';
import type { Operation } from '../../kubernetes/admission-review.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Behaviour } from '../../kyverno/behaviour.ts';
import type { EngineLogLine } from '../../kyverno/engine-log.ts';
import type { VariableValue } from '../../kyverno/evaluation.ts';
import type { RuleContext } from '../context/rule-context.ts';
import { createRuleContext } from '../context/rule-context.ts';
import type { ConditionScope } from '../match/conditions.ts';
import type { Loaded, PolicyContext } from '../policy-context.ts';

/** A rule's JSON context as its handlers use it. Changes of objects and elements end with the function they are for. */
export interface RuleScope extends ConditionScope {
  /** Answer of a JMESPath expression over the context. */
  query(expression: string): Loaded;
  substitute(document: Json): Loaded;
  /** Registers further context entries; they are loaded when first used. The text says why they cannot be registered. */
  addEntries(entries: readonly Json[]): string | undefined;
  /** What each context entry gave that was loaded so far, by name; for explanations. */
  entryValues(): ReadonlyMap<string, Loaded>;
  /** Runs with `element`, `elementIndex` and their numbered names set; whatever is added meanwhile goes again. */
  withElement<T>(element: Json, index: number, nesting: number, run: (scope: RuleScope) => T): T;
  /** Runs with other objects and operation in `request`. */
  withObjects<T>(
    newObject: KubernetesObject | undefined,
    oldObject: KubernetesObject | undefined,
    operation: Operation | '',
    run: (scope: RuleScope) => T,
  ): T;
  /** Sets `target`, the object that a mutate-existing rule changes, until it is set again. */
  setTarget(target: KubernetesObject): void;
  /** Replaces object, oldObject and operation of `request` for the rest of the rule. */
  setObjects(
    newObject: KubernetesObject | undefined,
    oldObject: KubernetesObject | undefined,
    operation: Operation | '',
  ): void;
}

class ContextScope implements RuleScope {
  readonly behaviour: Behaviour;
  readonly log?: (line: EngineLogLine) => void;
  private readonly context: RuleContext;

  constructor(context: RuleContext, behaviour: Behaviour, log?: (line: EngineLogLine) => void) {
    this.context = context;
    this.behaviour = behaviour;
    if (log !== undefined) this.log = log;
  }

  query(expression: string): Loaded {
    return this.context.query(expression);
  }

  substitute(document: Json): Loaded {
    return this.context.substitute(document);
  }

  drainUsed(): readonly VariableValue[] {
    return this.context.drainUsed();
  }

  entryValues(): ReadonlyMap<string, Loaded> {
    return this.context.entryValues();
  }

  addEntries(entries: readonly Json[]): string | undefined {
    return this.context.addEntries(entries);
  }

  withElement<T>(element: Json, index: number, nesting: number, run: (scope: RuleScope) => T): T {
    return this.context.withElement(element, index, nesting, () => run(this));
  }

  withObjects<T>(
    newObject: KubernetesObject | undefined,
    oldObject: KubernetesObject | undefined,
    operation: Operation | '',
    run: (scope: RuleScope) => T,
  ): T {
    this.context.checkpoint();
    this.context.setObjects(newObject, oldObject, operation);
    try {
      return run(this);
    } finally {
      this.context.restore();
    }
  }

  setTarget(target: KubernetesObject): void {
    this.context.set('target', target);
  }

  setObjects(
    newObject: KubernetesObject | undefined,
    oldObject: KubernetesObject | undefined,
    operation: Operation | '',
  ): void {
    this.context.setObjects(newObject, oldObject, operation);
  }
}

/** A rule context over a JSON context of one's own. */
export const scopeOver = (context: RuleContext, behaviour: Behaviour): RuleScope =>
  new ContextScope(context, behaviour);

/** The scope of one rule, given by its name, with its context entries. The error says why an entry cannot be registered. */
export function createRuleScope(
  context: PolicyContext,
  entries: readonly Json[],
  rule?: string,
): RuleScope | { readonly error: string } {
  const created = createRuleContext(context, entries, rule);
  if ('error' in created) return created;
  const { log, behaviour } = context;
  return new ContextScope(created, behaviour, log && ((line) => log({ ...line, rule: rule ?? '' })));
}
