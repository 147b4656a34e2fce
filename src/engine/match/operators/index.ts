import type { Behaviour } from '../../../kyverno/behaviour.ts';
import { isEqual, isNotEqual } from './equality.ts';
import { deprecatedMembership, membership } from './membership.ts';
import type { Operand } from './operand.ts';
import { durationOrdering, ordering } from './ordering.ts';

/** Whether a condition holds for its two substituted sides. */
export type OperatorTest = (key: Operand, value: Operand, behaviour: Behaviour) => boolean;

/** Every operator by its exact name (kyverno.io/v1 ConditionOperators). */
const OPERATORS: Readonly<Record<string, OperatorTest>> = {
  Equal: isEqual,
  Equals: isEqual,
  NotEqual: isNotEqual,
  NotEquals: isNotEqual,
  In: deprecatedMembership(false),
  NotIn: deprecatedMembership(true),
  AnyIn: membership({ some: true, negated: false }),
  AllIn: membership({ some: false, negated: false }),
  AnyNotIn: membership({ some: true, negated: true }),
  AllNotIn: membership({ some: false, negated: true }),
  GreaterThan: ordering(['greater']),
  GreaterThanOrEquals: ordering(['greater', 'equal']),
  LessThan: ordering(['less']),
  LessThanOrEquals: ordering(['less', 'equal']),
  DurationGreaterThan: durationOrdering(['greater']),
  DurationGreaterThanOrEquals: durationOrdering(['greater', 'equal']),
  DurationLessThan: durationOrdering(['less']),
  DurationLessThanOrEquals: durationOrdering(['less', 'equal']),
};

const BY_LOWER_CASE = new Map(
  Object.entries(OPERATORS).map(([name, test]) => [name.toLowerCase(), { name, test }]),
);

/** An ordering operator in other letters is found, and then knows none of the four comparisons: it is always false. */
const ORDERING = /Than(OrEquals)?$/;

/** The operator of a condition, in any case; undefined if there is none of that name. */
export function findOperator(name: string): OperatorTest | undefined {
  const found = BY_LOWER_CASE.get(name.toLowerCase());
  if (!found) return undefined;
  return ORDERING.test(found.name) && found.name !== name ? () => false : found.test;
}
