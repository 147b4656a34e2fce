import type { Trace } from '../../src/index.ts';

/** A moment as the panes name it: time since its step began, and the step's number among the commands (0: before the first). */
export interface MomentText {
  readonly time: string;
  readonly step: number;
}

export function momentText(trace: Trace, at: number): MomentText {
  const step = trace.steps.findLast((one) => one.kind !== 'wait' && one.time <= at) ?? trace.steps[0];
  const number = trace.steps.filter(
    (one) => one.kind === 'command' && one.index <= (step?.index ?? 0),
  ).length;
  return { time: `+${formatTime(at - (step?.time ?? 0))}`, step: number };
}

const formatTime = (ms: number): string =>
  ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
