import type { Json } from '../../base/json.ts';
import type { Operation } from '../../kubernetes/admission-review.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { ConditionScope } from '../match/conditions.ts';
import type { Loaded, PolicyContext } from '../policy-context.ts';

/** A rule's JSON context as its handlers use it. Changes of objects and elements end with the function they are for. */
export interface RuleScope extends ConditionScope {
  /** Answer of a JMESPath expression over the context. */
  query(expression: string): Loaded;
  substitute(document: Json): Loaded;
  /** Registers further context entries; they are loaded when first used. The text says why they cannot be registered. */
  addEntries(entries: readonly Json[]): string | undefined;
  /** Runs with `element`, `elementIndex` and their numbered names set; whatever is added meanwhile goes again. */
  withElement<T>(element: Json, index: number, nesting: number, run: (scope: RuleScope) => T): T;
  /** Runs with other objects and operation in `request`. */
  withObjects<T>(
    newObject: KubernetesObject | undefined,
    oldObject: KubernetesObject | undefined,
    operation: Operation | '',
    run: (scope: RuleScope) => T,
  ): T;
}

export function createRuleScope(
  context: PolicyContext,
  entries: readonly Json[],
): RuleScope | { readonly error: string } {
  const me: RuleScope = {
    behaviour: context.behaviour,
    drainUsed: () => [],
    substitute: (document) =>
      JSON.stringify(document).includes('{{') ? { error: 'stub' } : { value: document },
    query: () => ({ error: `stub ${entries.length}` }),
    addEntries: () => undefined,
    withElement: (_e, _i, _n, run) => run(me),
    withObjects: (_n, _o, _p, run) => run(me),
  };
  return me;
}
