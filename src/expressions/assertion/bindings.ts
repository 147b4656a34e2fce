import type { Json } from '../../base/json.ts';

/** A binding's value, or how to find it when it is first asked for. */
export type BoundValue = { readonly value: Json } | { readonly error: string };

/** Names that expressions see as `$name`. Never changed in place: a new one is put in front. */
export interface Bindings {
  readonly resolve: (name: string) => BoundValue | undefined;
}

export const NO_BINDINGS: Bindings = { resolve: () => undefined };

/** The bindings with one more; it hides another of its name. */
export const bind = (bindings: Bindings, name: string, value: Json): Bindings =>
  bindLazily(bindings, name, () => ({ value }));

/** The bindings with one more, whose value is computed when it is first asked for. */
export function bindLazily(bindings: Bindings, name: string, compute: () => BoundValue): Bindings {
  let known: BoundValue | undefined;
  return {
    resolve: (asked) => {
      if (asked !== name) return bindings.resolve(asked);
      known ??= compute();
      return known;
    },
  };
}
