/** How long a run goes on before others have their turn, milliseconds: a small one ends before. */
const SLICE = 40;
/** How often the page is told how far a run has got, and from when on, milliseconds. */
const TELL_EVERY = 120;
const TELL_FROM = 400;
/** What the budget of time grows by with each step that is done, milliseconds: long is not the same as endless. */
const BUDGET_PER_STEP = 100;

/** How far a run has got. */
export interface Progress {
  readonly done: number;
  readonly steps: number;
  readonly events: number;
}

/** A run under way in the worker. `keep`: what was traced until it was cancelled is wanted. */
export interface RunControl {
  cancelled: { readonly keep: boolean } | undefined;
  readonly tell: (progress: Progress) => void;
}

/** A run that nobody watches and nobody cancels. */
export const unwatched = (): RunControl => ({ cancelled: undefined, tell: () => undefined });

/** Waits for its turn among the worker's messages. */
const turn = (): Promise<void> =>
  new Promise((go) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      go();
    };
    port2.postMessage(undefined);
  });

/** The clock of one run: when to stop, when to let others have their turn, what to tell meanwhile. */
export function createPacer(control: RunControl, began: number, budget: number) {
  let slice = performance.now();
  let told = began + TELL_FROM - TELL_EVERY;
  let done = 0;
  return {
    shouldStop: (): 'time-budget' | 'cancelled' | undefined => {
      if (control.cancelled !== undefined) return 'cancelled';
      return performance.now() - began > budget + done * BUDGET_PER_STEP ? 'time-budget' : undefined;
    },
    between: (progress: Progress): Promise<void> | undefined => {
      // A run that begins anew, because a part was missing, does not go back for those who watch.
      done = Math.max(done, progress.done);
      const now = performance.now();
      if (now - slice < SLICE) return undefined;
      if (now - told >= TELL_EVERY) {
        told = now;
        control.tell({ ...progress, done });
      }
      return turn().then(() => {
        slice = performance.now();
      });
    },
  };
}
