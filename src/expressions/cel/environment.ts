import type { CelType } from './types.ts';
import type { CelResult, CelValue } from './value.ts';

/** One form of a function: what it takes, what it yields, what it does. */
export interface Overload {
  /** Called as `x.f()`; the first argument is then `x`. */
  readonly member: boolean;
  readonly args: readonly CelType[];
  /** The last argument may come any number of times. */
  readonly variadic?: boolean;
  readonly result: CelType;
  readonly run: (...args: readonly CelValue[]) => CelResult;
  /** Runs on values of any type: the function itself says what is wrong. */
  readonly anyValue?: boolean;
}

export type FunctionTable = ReadonlyMap<string, readonly Overload[]>;

/** What expressions may name: variables, functions, types. */
export interface CelEnvironment {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: FunctionTable;
  /** Types with fields that expressions may build (`Object{…}`), and names of types that are values. */
  readonly types: ReadonlyMap<string, CelType>;
}

export const define = (
  args: readonly CelType[],
  result: CelType,
  run: Overload['run'],
  more: Partial<Pick<Overload, 'variadic' | 'anyValue'>> = {},
): Overload => ({ member: false, args, result, run, ...more });

export const method = (
  args: readonly CelType[],
  result: CelType,
  run: Overload['run'],
  more: Partial<Pick<Overload, 'variadic' | 'anyValue'>> = {},
): Overload => ({ member: true, args, result, run, ...more });

/** Tables of functions as one; overloads of one name add up. */
export function mergeFunctions(
  tables: readonly (readonly (readonly [string, readonly Overload[]])[])[],
): FunctionTable {
  const merged = new Map<string, readonly Overload[]>();
  for (const table of tables)
    for (const [name, overloads] of table) merged.set(name, [...(merged.get(name) ?? []), ...overloads]);
  return merged;
}
