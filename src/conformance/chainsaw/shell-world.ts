import type { Process } from '../../base/process.ts';

/** What a command left behind. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What surrounds a script. */
export interface ShellWorld {
  /** Runs kubectl; throws ShellUnsupported where it is not simulated. */
  kubectl(argv: readonly string[], stdin: string): Process<CommandResult>;
  /** A program of the test's folder; undefined if there is none of the name. */
  program(name: string): Process<CommandResult | undefined>;
  readonly files: { read(path: string): string | undefined; write(path: string, text: string): void };
  /** Milliseconds since the Unix epoch. */
  now(): number;
}
