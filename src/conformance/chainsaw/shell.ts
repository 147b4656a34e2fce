import type { Process } from '../../base/process.ts';
import { milliseconds } from '../../base/units.ts';
import {
  parseShellScript,
  type Redirection,
  type ShellCommand,
  ShellUnsupported,
  type ShellWord,
  type SimpleCommand,
} from './shell-script.ts';
import { runTool } from './shell-tools.ts';
import type { CommandResult, ShellWorld } from './shell-world.ts';

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super('exit');
    this.code = code;
  }
}

/** Runs a script as `sh -c` does. Throws ShellUnsupported, with the line, where it is beyond the forms that tests use. */
export function* runShell(
  script: string,
  variables: ReadonlyMap<string, string>,
  world: ShellWorld,
): Process<CommandResult> {
  const shell = new Shell(new Map(variables), world);
  return yield* shell.run(parseShellScript(script));
}

const NULL = '/dev/null';

class Shell {
  readonly #variables: Map<string, string>;
  readonly #world: ShellWorld;
  #stdout = '';
  #stderr = '';
  #stopsAtFailure = false;

  constructor(variables: Map<string, string>, world: ShellWorld) {
    this.#variables = variables;
    this.#world = world;
  }

  *run(list: readonly ShellCommand[]): Process<CommandResult> {
    let exitCode = 0;
    try {
      exitCode = yield* this.#list(list, false);
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      exitCode = error.code;
    }
    return { exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  *#list(list: readonly ShellCommand[], tested: boolean): Process<number> {
    let code = 0;
    for (const command of list) {
      code = yield* this.#command(command, tested);
      if (code !== 0 && this.#stopsAtFailure && !tested && command.type === 'pipeline' && !command.negated)
        throw new Exit(code);
    }
    return code;
  }

  *#command(command: ShellCommand, tested: boolean): Process<number> {
    switch (command.type) {
      case 'pipeline': {
        const code = yield* this.#pipeline(command);
        this.#variables.set('?', String(code));
        return command.negated ? (code === 0 ? 1 : 0) : code;
      }
      case 'and':
      case 'or': {
        const left = yield* this.#command(command.left, true);
        return (left === 0) === (command.type === 'and') ? yield* this.#command(command.right, tested) : left;
      }
      case 'if': {
        const code = yield* this.#list(command.condition, true);
        return yield* this.#list(code === 0 ? command.then : command.else, tested);
      }
    }
  }

  *#pipeline({ commands, line }: Extract<ShellCommand, { type: 'pipeline' }>): Process<number> {
    let stdin = '';
    let exitCode = 0;
    for (const [index, command] of commands.entries()) {
      const result = yield* this.#simple(command, stdin, line);
      exitCode = result.exitCode;
      this.#stderr += result.stderr;
      if (index === commands.length - 1) this.#stdout += result.stdout;
      else stdin = result.stdout;
    }
    return exitCode;
  }

  *#simple(command: SimpleCommand, piped: string, line: string): Process<CommandResult> {
    for (const { name, value } of command.assignments) {
      if (command.words.length > 0) throw new ShellUnsupported(line);
      this.#variables.set(name, (yield* this.#expand(value)).join(' '));
    }
    const words: string[] = [];
    for (const word of command.words) words.push(...(yield* this.#expand(word)));
    const [name, ...args] = words;
    if (name === undefined) return { exitCode: 0, stdout: '', stderr: '' };
    let stdin = piped;
    for (const { stream, target } of command.redirections)
      if (stream === 'stdin' && typeof target !== 'string')
        stdin = this.#world.files.read((yield* this.#expand(target)).join(' ')) ?? '';
    const result = yield* this.#execute(name, args, stdin, line);
    return yield* this.#redirected(result, command.redirections);
  }

  *#execute(name: string, args: readonly string[], stdin: string, line: string): Process<CommandResult> {
    const done = { exitCode: 0, stdout: '', stderr: '' };
    switch (name) {
      case 'kubectl':
        return yield* this.#world.kubectl(args, stdin);
      case 'exit':
        throw new Exit(Number(args[0] ?? '0'));
      case 'set':
        this.#stopsAtFailure ||= args.some((arg) => /^-\w*e/.test(arg));
        return done;
      case 'sleep': {
        const seconds = Number((args[0] ?? '').replace(/s$/, ''));
        if (!Number.isFinite(seconds)) throw new ShellUnsupported(line);
        yield milliseconds(seconds * 1000);
        return done;
      }
      default: {
        const result = name.startsWith('./')
          ? yield* this.#world.program(name.slice(2))
          : runTool(name, args, stdin, this.#world);
        if (result === undefined) throw new ShellUnsupported(line);
        return result;
      }
    }
  }

  /** Redirections in the order of the text: `2>&1 >file` is not `>file 2>&1`. */
  *#redirected(result: CommandResult, redirections: readonly Redirection[]): Process<CommandResult> {
    type Sink = { kind: 'stdout' } | { kind: 'stderr' } | { kind: 'file'; path: string };
    let [out, err]: [Sink, Sink] = [{ kind: 'stdout' }, { kind: 'stderr' }];
    for (const { stream, target } of redirections) {
      if (stream === 'stdin') continue;
      const sink: Sink =
        typeof target === 'string'
          ? target === '&1'
            ? out
            : err
          : { kind: 'file', path: (yield* this.#expand(target)).join(' ') };
      if (stream === 'stdout') out = sink;
      else err = sink;
    }
    let [stdout, stderr] = ['', ''];
    // What goes to one place is written in the order of time: kubectl warns and fails before it prints.
    for (const [sink, text] of [
      [err, result.stderr],
      [out, result.stdout],
    ] as const) {
      if (sink.kind === 'stdout') stdout += text;
      else if (sink.kind === 'stderr') stderr += text;
      else if (sink.path !== NULL) this.#world.files.write(sink.path, text);
    }
    return { exitCode: result.exitCode, stdout, stderr };
  }

  /** The fields that a word stands for: one, or as many as an unquoted expansion is split into. */
  *#expand(word: ShellWord): Process<readonly string[]> {
    const fields: string[] = [];
    let current: string | undefined;
    for (const part of word) {
      if (part.type === 'text') {
        current = (current ?? '') + part.text;
        continue;
      }
      const value =
        part.type === 'variable' ? (this.#variables.get(part.name) ?? '') : yield* this.#output(part.list);
      if (part.quoted) {
        current = (current ?? '') + value;
        continue;
      }
      const [first, ...more] = value.split(/\s+/).filter((piece) => piece !== '');
      if (first === undefined) continue;
      current = (current ?? '') + first;
      for (const piece of more) {
        fields.push(current);
        current = piece;
      }
    }
    if (current !== undefined) fields.push(current);
    return fields;
  }

  *#output(list: readonly ShellCommand[]): Process<string> {
    const inner = new Shell(new Map(this.#variables), this.#world);
    const { stdout, stderr } = yield* inner.run(list);
    this.#stderr += stderr;
    return stdout.replace(/\n+$/, '');
  }
}
