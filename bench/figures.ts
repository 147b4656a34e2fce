/** One measured figure; one JSON line each with `--json`. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'bytes' | 'events' | 'marks' | '1/s' | 'ratio' | 's' | 'MB';
}

/** A group of figures that are measured together. `prefix` lets `--only` leave out groups without running them. */
export interface Benchmark {
  readonly prefixes: readonly string[];
  run(): Promise<readonly Figure[]>;
}

/** The value below which `share` (0 to 1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** A browser that draws without a screen and talks to this machine alone. */
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
