/** Thrown where a part of the engine is needed that is not there yet; only {@link withParts} catches it. */
class PartMissing extends Error {
  readonly load: () => Promise<unknown>;

  constructor(load: () => Promise<unknown>) {
    super('A part of the engine is not loaded: run within withParts, or after loadParts');
    this.load = load;
  }
}

/** A module that only some texts need, so that no other run waits for it. */
export interface Part<Module> {
  /** The module. While it is not loaded this breaks off the run, which begins anew once it is. */
  readonly get: () => Module;
  readonly load: () => Promise<void>;
}

/** A part of the engine; `load` imports its module. */
export function createPart<Module>(load: () => Promise<Module>): Part<Module> {
  let module: Module | undefined;
  const part: Part<Module> = {
    get: () => {
      if (module === undefined) throw new PartMissing(part.load);
      return module;
    },
    load: async () => {
      module ??= await load();
    },
  };
  return part;
}

/**
 * Drives a process that pauses now and then, as {@link withParts} runs a function: it begins anew once a missing part is
 * loaded. `between` may wait; while it does, others have their turn.
 */
export async function withPartsBetween<Progress, Result>(
  start: () => Generator<Progress, Result, void>,
  between: (progress: Progress) => Promise<void> | undefined,
): Promise<Result> {
  for (;;) {
    try {
      const process = start();
      for (let next = process.next(); ; next = process.next()) {
        if (next.done === true) return next.value;
        const wait = between(next.value);
        if (wait !== undefined) await wait;
      }
    } catch (problem) {
      if (!(problem instanceof PartMissing)) throw problem;
      await problem.load();
    }
  }
}

/** Runs a pure function; each part that turns out to be missing is loaded, and the function called again. */
export async function withParts<Result>(run: () => Result): Promise<Result> {
  for (;;) {
    try {
      return run();
    } catch (problem) {
      if (!(problem instanceof PartMissing)) throw problem;
      await problem.load();
    }
  }
}
