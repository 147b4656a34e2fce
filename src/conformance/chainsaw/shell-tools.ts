import { getPath, type Json } from '../../base/json.ts';
import type { CommandResult, ShellWorld } from './shell-world.ts';

const ended = (exitCode: number, stdout = ''): CommandResult => ({ exitCode, stdout, stderr: '' });

/** The few programs besides kubectl that tests call; undefined for what is not known, options included. */
export function runTool(
  name: string,
  args: readonly string[],
  stdin: string,
  world: Pick<ShellWorld, 'files' | 'now'>,
): CommandResult | undefined {
  switch (name) {
    case 'echo':
      return ended(0, `${args.join(' ')}\n`);
    case 'true':
      return ended(0);
    case 'false':
      return ended(1);
    case '[':
    case 'test':
      return runTest(name === '[' ? args.slice(0, -1) : args);
    case 'grep':
      return runGrep(args, stdin, world);
    case 'wc':
      return args.join(' ') === '-l' ? ended(0, `${stdin.split('\n').length - 1}\n`) : undefined;
    case 'sed':
      return runSed(args, stdin, world);
    case 'cat':
      return args.length === 0 ? ended(0, stdin) : ended(0, args.map(world.files.read).join(''));
    case 'rm':
      return ended(0);
    case 'mkfifo':
      // A pipe's writer is done before its reader begins.
      for (const path of args) world.files.write(path, '');
      return ended(0);
    case 'jq':
      return runJq(args, stdin);
    case 'date':
      return runDate(args, world.now());
    default:
      return undefined;
  }
}

function runTest(args: readonly string[]): CommandResult | undefined {
  const [left = '', operator, right = ''] = args;
  const [a, b] = [Number(left), Number(right)];
  switch (operator) {
    case '-eq':
      return ended(a === b ? 0 : 1);
    case '-ne':
      return ended(a !== b ? 0 : 1);
    case '-gt':
      return ended(a > b ? 0 : 1);
    case '-ge':
      return ended(a >= b ? 0 : 1);
    case '-lt':
      return ended(a < b ? 0 : 1);
    case '-le':
      return ended(a <= b ? 0 : 1);
    case '=':
    case '==':
      return ended(left === right ? 0 : 1);
    case '!=':
      return ended(left !== right ? 0 : 1);
    default:
      if (left === '-z') return ended(operator === undefined || operator === '' ? 0 : 1);
      if (left === '-n') return ended(operator !== undefined && operator !== '' ? 0 : 1);
      return undefined;
  }
}

/** Patterns that stand for themselves alone; a dot counts as a dot, which is stricter. */
function runGrep(
  args: readonly string[],
  stdin: string,
  world: Pick<ShellWorld, 'files'>,
): CommandResult | undefined {
  const options = args.filter((arg) => /^-\w+$/.test(arg)).join('');
  const [pattern, ...files] = args.filter((arg) => !/^-\w+$/.test(arg));
  if (pattern === undefined || files.length > 1 || /[^-qFEcviw]/.test(options)) return undefined;
  if (!options.includes('F') && /[[\]*^$\\]/.test(pattern)) return undefined;
  if (options.includes('E') && /[+?|(){}]/.test(pattern)) return undefined;
  if (options.includes('w')) return undefined;
  const fold = (text: string): string => (options.includes('i') ? text.toLowerCase() : text);
  const text = files[0] === undefined ? stdin : (world.files.read(files[0]) ?? '');
  const lines = text.split('\n').slice(0, text.endsWith('\n') ? -1 : undefined);
  const found = lines.filter((line) => fold(line).includes(fold(pattern)) !== options.includes('v'));
  const code = found.length > 0 ? 0 : 1;
  if (options.includes('q')) return ended(code);
  if (options.includes('c')) return ended(code, `${found.length}\n`);
  return ended(code, found.map((line) => `${line}\n`).join(''));
}

/** Substitutions of plain text, one after another; a pattern may end in `.*`, which takes the rest of the line. */
function runSed(
  args: readonly string[],
  stdin: string,
  world: Pick<ShellWorld, 'files'>,
): CommandResult | undefined {
  const scripts: string[] = [];
  const files: string[] = [];
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? '';
    if (arg === '-e') scripts.push(args[++i] ?? '');
    else if (arg.startsWith('-')) return undefined;
    else if (scripts.length === 0) scripts.push(arg);
    else files.push(arg);
  }
  let text = files.length === 0 ? stdin : files.map((file) => world.files.read(file) ?? '').join('');
  for (const script of scripts) {
    const parts = script.split('/');
    if (parts.length !== 4 || parts[0] !== 's' || !['', 'g'].includes(parts[3] ?? '')) return undefined;
    const unescaped = (part: string): string => part.replaceAll('\\:', ':');
    const toEnd = (parts[1] ?? '').endsWith('.*');
    const from = unescaped((parts[1] ?? '').replace(/\.\*$/, ''));
    const to = unescaped(parts[2] ?? '');
    if (/[[\]*^$\\]/.test(from) || /[&\\]/.test(to) || from === '') return undefined;
    text = text
      .split('\n')
      .map((line) => {
        const at = line.indexOf(from);
        if (at < 0) return line;
        if (toEnd) return line.slice(0, at) + to;
        if (parts[3] === 'g') return line.replaceAll(from, () => to);
        return line.slice(0, at) + to + line.slice(at + from.length);
      })
      .join('\n');
  }
  return ended(0, text);
}

const JQ_PATH = /^(\.[A-Za-z_]\w*)+$/;

/** `PATH`, `PATH == null`, and an object written as JSON whose values may be paths. */
function runJq(args: readonly string[], stdin: string): CommandResult | undefined {
  const options = args.filter((arg) => arg.startsWith('-'));
  const [filter = '', ...files] = args.filter((arg) => !arg.startsWith('-'));
  if (files.length > 0 || options.some((option) => option !== '-e' && option !== '-r')) return undefined;
  const input = parseJson(stdin);
  if (input === undefined) return ended(2);
  const found = evaluateJq(filter.trim(), input);
  if (found === undefined) return undefined;
  const isFalse = found === null || found === false;
  const text = options.includes('-r') && typeof found === 'string' ? found : JSON.stringify(found, null, 2);
  return ended(options.includes('-e') && isFalse ? 1 : 0, `${text}\n`);
}

function evaluateJq(filter: string, input: Json): Json | undefined {
  if (filter === '.') return input;
  if (JQ_PATH.test(filter)) return getPath(input, filter.slice(1).split('.')) ?? null;
  const isNull = /^(\S+)\s*(==|!=)\s*null$/.exec(filter);
  if (isNull !== null) {
    const value = evaluateJq(isNull[1] ?? '', input);
    return value === undefined ? undefined : (value === null) === (isNull[2] === '==');
  }
  if (!filter.startsWith('{')) return undefined;
  const filled = filter.replace(/"[^"\\]*"|(?:\.[A-Za-z_]\w*)+/g, (part) =>
    part.startsWith('"') ? part : JSON.stringify(getPath(input, part.slice(1).split('.')) ?? null),
  );
  return parseJson(filled);
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function runDate(args: readonly string[], now: number): CommandResult | undefined {
  let time = now;
  const rest = args.filter((arg) => arg !== '-u');
  if (rest[0] === '-d') {
    const shift = /^([+-]?\d+) (hour|minute|second)s?$/.exec(rest[1] ?? '');
    if (shift === null) return undefined;
    const unit = { hour: 3_600_000, minute: 60_000, second: 1000 }[shift[2] ?? ''] ?? 0;
    time += Number(shift[1]) * unit;
    rest.splice(0, 2);
  }
  if (rest.join(' ') !== '+%H') return undefined;
  return ended(0, `${new Date(time).toISOString().slice(11, 13)}\n`);
}
