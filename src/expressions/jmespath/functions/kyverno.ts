import { ARITHMETIC } from './arithmetic.ts';
import { COLLECTIONS } from './collections.ts';
import { ENCODING } from './encoding.ts';
import { NETWORK } from './network.ts';
import { REGEX } from './regex.ts';
import type { FunctionSpec, FunctionTable } from './signature.ts';
import { STRINGS } from './strings.ts';
import { TIMES } from './times.ts';

const TABLES: readonly FunctionTable[] = [STRINGS, ARITHMETIC, COLLECTIONS, ENCODING, NETWORK, REGEX, TIMES];

/** What Kyverno adds to JMESPath's own functions; `sum` replaces the standard one. */
export const KYVERNO_FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map(
  TABLES.flatMap((table) => Object.entries(table)),
);
