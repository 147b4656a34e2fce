import type { Milliseconds } from './units.ts';

/**
 * Work that takes virtual time: a generator that yields each stretch it has to wait, in milliseconds, and returns its
 * result. Sub-steps are joined with `yield*`. The scheduler of `simulation` runs it (house: one queue by time, sequence).
 */
export type Process<T> = Generator<Milliseconds, T, void>;
