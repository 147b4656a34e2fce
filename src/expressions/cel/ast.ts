import type { CelValue } from './value.ts';

/** Macros that walk over a range (cel-spec, macros; two-variable comprehensions of ext). */
export type Walk =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'sortBy';

export interface MapEntry {
  readonly key: Expression;
  readonly value: Expression;
  readonly optional: boolean;
}

/** The tree of an expression. `at` is the offset that messages point to: the operator's, the opening bracket's. */
export type Expression =
  | { readonly kind: 'literal'; readonly at: number; readonly value: CelValue }
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  | {
      readonly kind: 'select';
      readonly at: number;
      readonly operand: Expression;
      readonly field: string;
      readonly optional: boolean;
      /** `has(operand.field)`. */
      readonly test: boolean;
    }
  | {
      readonly kind: 'call';
      readonly at: number;
      readonly name: string;
      readonly target?: Expression;
      readonly args: readonly Expression[];
    }
  | {
      readonly kind: 'list';
      readonly at: number;
      readonly elements: readonly Expression[];
      readonly optional: ReadonlySet<number>;
    }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly MapEntry[] }
  | {
      readonly kind: 'message';
      readonly at: number;
      readonly name: string;
      readonly fields: readonly {
        readonly at: number;
        readonly field: string;
        readonly value: Expression;
        readonly optional: boolean;
      }[];
    }
  | {
      readonly kind: 'walk';
      readonly at: number;
      readonly walk: Walk;
      readonly range: Expression;
      /** One name, or two: index and item of a list, key and value of a map. */
      readonly variables: readonly string[];
      readonly filter?: Expression;
      readonly body: Expression;
    }
  | {
      readonly kind: 'bind';
      readonly at: number;
      readonly variable: string;
      readonly value: Expression;
      readonly body: Expression;
    }
  | {
      readonly kind: 'optMap';
      readonly at: number;
      readonly target: Expression;
      readonly variable: string;
      readonly body: Expression;
      /** optFlatMap: the body yields an optional itself. */
      readonly flat: boolean;
    };
