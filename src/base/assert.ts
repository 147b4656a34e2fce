/** Fails at once when something the code takes for granted does not hold: a bug of ours, never the user's input. */
export function assert(condition: unknown, expectation: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${expectation}`);
}

/** Closes an exhaustive switch over a tagged union. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable: ${JSON.stringify(value)}`);
}
