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
