import { orderOf } from './order.ts';
import { seededRandom } from './random.ts';

/** Decides where a real cluster may go either way: a run picks one way by its seed, and says what else could have been. */
export interface Choices {
  /** A list in the order that this run takes it in. */
  order<T>(list: readonly T[]): readonly T[];
  /** The place of the one that is taken among `count`, from 0. */
  pick(count: number): number;
}

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
