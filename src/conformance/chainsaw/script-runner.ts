import { get, getList, getString, type Json } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import { flagList, readFlags } from '../../kubectl/flags.ts';
import { logLines } from '../../kubectl/log-lines.ts';
import { runKubectl } from '../../kubectl/run-kubectl.ts';
import { splitShell } from '../../kubectl/split-shell.ts';
import type { ManifestDocument } from '../../manifest/manifest.ts';
import { parseFile } from '../../manifest/parse.ts';
import { type FileTree, joinPath } from '../cli/file-tree.ts';
import { celOf } from './cel-objects.ts';
import { TEST_USER, type TestCluster } from './cluster.ts';
import { runShell } from './shell.ts';
import { ShellUnsupported } from './shell-script.ts';
import type { CommandResult } from './shell-world.ts';

/** What scripts of a test know. */
export interface ScriptOptions {
  readonly cluster: TestCluster;
  readonly tree: FileTree;
  readonly folder: string;
  readonly written: Map<string, string>;
  /** What shell files of the test do, by name (`externalScripts` of an index). */
  readonly programs: Json;
}

/** Runs scripts and commands in the test's folder. */
export class ScriptRunner {
  readonly #options: ScriptOptions;

  constructor(options: ScriptOptions) {
    this.#options = options;
  }

  *script(content: string, variables: ReadonlyMap<string, string>): Process<CommandResult> {
    return yield* runShell(content, variables, {
      kubectl: (argv, stdin) => this.#kubectl(argv, stdin),
      program: (name) => this.#program(name),
      files: { read: (path) => this.#read(path), write: (path, text) => this.#write(path, text) },
      now: () => this.#options.cluster.live.wallClock(),
    });
  }

  /** A command knows the test's variables, written `$NAME`, and nothing else of a shell. */
  *command(
    entrypoint: string,
    args: readonly string[],
    variables: ReadonlyMap<string, string>,
  ): Process<CommandResult> {
    if (entrypoint !== 'kubectl') throw new ShellUnsupported([entrypoint, ...args].join(' '));
    const expanded = args.map((arg) =>
      arg.replace(/\$\{?(\w+)\}?/g, (_, name: string) => variables.get(name) ?? ''),
    );
    return yield* this.#kubectl(expanded, '');
  }

  /** Command lines, each with a text that its output must or must not contain. */
  *#program(name: string): Process<CommandResult | undefined> {
    if (get(this.#options.programs, name) === undefined) return undefined;
    for (const line of getList(this.#options.programs, name)) {
      const split = splitShell(getString(line, 'kubectl') ?? '');
      if ('error' in split) throw new ShellUnsupported(split.error);
      const { stdout, stderr } = yield* this.#kubectl(split.words, '');
      const output = stdout + stderr;
      const [wanted, unwanted] = [getString(line, 'outputContains'), getString(line, 'outputLacks')];
      const isMissing = wanted !== undefined && !output.includes(wanted);
      if (isMissing || (unwanted !== undefined && output.includes(unwanted)))
        return {
          exitCode: 1,
          stdout: output,
          stderr: `the output ${isMissing ? 'lacks' : 'contains'} "${wanted ?? unwanted}"`,
        };
    }
    return { exitCode: 0, stdout: '', stderr: '' };
  }

  *#kubectl(argv: readonly string[], stdin: string): Process<CommandResult> {
    const { cluster } = this.#options;
    const flags = readFlags(argv);
    const files: Record<string, readonly ManifestDocument[]> = {};
    if (!('error' in flags)) {
      const names = [...flagList(flags, 'filename', true), ...flagList(flags, 'patch-file')];
      for (const name of names) {
        const text = name === '-' || name === '/dev/stdin' ? stdin : this.#read(name);
        if (text === undefined) continue;
        files[name] = parseFile({ path: name, text }).documents;
        const cel = files[name]
          ?.map(({ object }) => object && celOf(object))
          .find((why) => why !== undefined);
        if (cel !== undefined) throw new ShellUnsupported(cel);
      }
    }
    const result = yield* runKubectl({ argv, files, user: TEST_USER }, cluster.live.server, {
      now: cluster.live.wallClock(),
      clock: () => cluster.live.wallClock(),
      logs: () => logLines(cluster.live.recorder.recording.events, cluster.live.startedAt),
    });
    if (result.unsupported !== undefined)
      throw new ShellUnsupported(`kubectl ${argv.join(' ')}: ${result.unsupported}`);
    return result;
  }

  #read(path: string): string | undefined {
    const full = joinPath(this.#options.folder, path);
    return this.#options.written.get(full) ?? this.#options.tree.read(full);
  }

  #write(path: string, text: string): void {
    this.#options.written.set(joinPath(this.#options.folder, path), text);
  }
}
