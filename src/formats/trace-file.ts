import type { Trace } from '../trace/trace.ts';

/** A trace as the file that docs/trace-format.md describes. */
export const formatTrace = (trace: Trace): string => `${JSON.stringify(trace, null, 1)}\n`;
