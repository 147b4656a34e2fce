import { seededRandom } from './random.ts';

/** Decides where a real cluster may go either way: a run picks one way by its seed, and says what else could have been. */
export interface Choices {
  /** A list in the order that this run takes it in. */
  order<T>(list: readonly T[]): readonly T[];
  /** The place of the one that is taken among `count`, from 0. */
  pick(count: number): number;
}

/**
 * A seed says two things: its thousands the order of what may come in any order (0: the usual one), the rest which names and
 * uids are made. So another order of the same run has the same names, and the two can be compared.
 */
const ORDERS = 1000;

/** The part of a seed that names and uids are made from. */
export const namesOf = (seed: number): number => ((seed % ORDERS) + ORDERS) % ORDERS;

/** Which order a seed stands for; 0 is the usual one: first come first, and lists as they are sorted. */
export const orderOf = (seed: number): number => Math.max(0, Math.floor(seed / ORDERS));

/** The seed with the same names and that order. */
export const withOrder = (seed: number, order: number): number => namesOf(seed) + order * ORDERS;

const USUAL: Choices = { order: (list) => list, pick: () => 0 };

/** The choices of a seed: the same seed chooses the same for ever. */
export function choicesOf(seed: number): Choices {
  const order = orderOf(seed);
  if (order === 0) return USUAL;
  // A sequence of its own: what is chosen does not depend on how many names and uids were made.
  const random = seededRandom(order);
  const pick = (count: number): number => Math.min(count - 1, Math.floor(random() * count));
  return {
    pick,
    order: (list) => {
      const rest = [...list];
      return list.flatMap(() => rest.splice(pick(rest.length), 1));
    },
  };
}
