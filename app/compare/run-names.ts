import type { KyvernoVersion } from '../../src/index.ts';
import type { ComparedRun } from '../stores/compare.ts';
import type { Side } from './compare-model.ts';

/** What two compared runs are called. */
export interface RunNames {
  /** Both, for the top bar: `1.15 and 1.19`, `1.19 pinned and 1.19`. */
  readonly short: string;
  /** In headings. */
  readonly shown: Readonly<Record<Side, string>>;
  /** In sentences. */
  readonly spoken: Readonly<Record<Side, string>>;
}

export function runNames(
  above: ComparedRun,
  below: ComparedRun,
  pinned: KyvernoVersion | undefined,
): RunNames {
  const withPin = above === 'pinned' || below === 'pinned';
  const shown = (run: ComparedRun): string =>
    run === 'pinned' ? `Pinned run, Kyverno ${pinned}` : withPin ? `Now, Kyverno ${run}` : `Kyverno ${run}`;
  const spoken = (run: ComparedRun): string =>
    run === 'pinned' ? 'The pinned run' : withPin ? 'The present one' : run;
  const short = (run: ComparedRun): string => (run === 'pinned' ? `${pinned} pinned` : run);
  return {
    short: `${short(above)} and ${short(below)}`,
    shown: { above: shown(above), below: shown(below) },
    spoken: { above: spoken(above), below: spoken(below) },
  };
}
