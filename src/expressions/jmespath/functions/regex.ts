import type { RegexProgram } from '../environment.ts';
import { generateMatch } from '../regex-generator.ts';
import { Failure, type Outcome, type Value } from '../value.ts';
import { textOfScalar } from './scalar-text.ts';
import {
  type Evaluator,
  type FunctionTable,
  functionError,
  STRING,
  STRING_OR_NUMBER,
  textAt,
  valueAt,
} from './signature.ts';

function compile(name: string, pattern: string, evaluator: Evaluator): RegexProgram | Failure {
  const library = evaluator.environment.libraries.regex;
  if (!library) return functionError(name, 'the regular expression library is not loaded');
  const program = library.compile(pattern);
  return 'error' in program ? new Failure(program.error) : program;
}

/** Go's template syntax: `$name`, `${name}`, `$1`, `$$`; a name takes as many letters, digits and `_` as follow. */
const TEMPLATE = /\$(?:(\$)|(\w+)|\{(\w+)\})/g;

function groupText(program: RegexProgram, source: string, match: readonly number[], name: string): string {
  const indices = /^\d+$/.test(name) ? [Number(name)] : program.groupsNamed(name);
  for (const index of indices) {
    const start = match[index * 2] ?? -1;
    if (start >= 0) return source.slice(start, match[index * 2 + 1]);
  }
  return '';
}

function expand(program: RegexProgram, source: string, match: readonly number[], template: string): string {
  return template.replace(TEMPLATE, (_all, dollar?: string, plain?: string, braced?: string) =>
    dollar === undefined ? groupText(program, source, match, plain ?? braced ?? '') : '$',
  );
}

/** All matches that do not overlap; an empty one right behind another does not count (regexp.ReplaceAll). */
function replaceAll(
  program: RegexProgram,
  source: string,
  replacement: (match: readonly number[]) => string,
  evaluator: Evaluator,
): Outcome {
  const pieces: string[] = [];
  let copied = 0;
  let from = 0;
  while (from <= source.length) {
    if (evaluator.spend(4)) return new Failure('too many replacements');
    const match = program.find(source, from);
    if (!match) break;
    const [start = 0, end = 0] = match;
    pieces.push(source.slice(copied, start));
    if (end > copied || start === 0) {
      const inserted = replacement(match);
      if (evaluator.spend(inserted.length >> 3)) return new Failure('too many replacements');
      pieces.push(inserted);
    }
    copied = end;
    const width = (source.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
    from = Math.max(from + width, end);
  }
  pieces.push(source.slice(copied));
  return pieces.join('');
}

function replaceWith(name: string, literal: boolean) {
  return (values: readonly Value[], evaluator: Evaluator): Outcome => {
    const program = compile(name, textAt(values, 0), evaluator);
    if (program instanceof Failure) return functionError(name, program.message);
    const source = textOfScalar(valueAt(values, 1)) ?? '';
    const template = textOfScalar(valueAt(values, 2)) ?? '';
    const replacement = literal
      ? (): string => template
      : (match: readonly number[]): string => expand(program, source, match, template);
    return replaceAll(program, source, replacement, evaluator);
  };
}

function matches(values: readonly Value[], evaluator: Evaluator): Outcome {
  const program = compile('regex_match', textAt(values, 0), evaluator);
  return program instanceof Failure ? program : program.matches(textOfScalar(valueAt(values, 1)) ?? '');
}

function random(values: readonly Value[], evaluator: Evaluator): Outcome {
  const pattern = textAt(values, 0);
  if (pattern === '') return new Failure('no pattern provided');
  const program = compile('random', pattern, evaluator);
  return program instanceof Failure ? program : generateMatch(pattern, evaluator.environment.random);
}

/** Kyverno's functions on regular expressions (lifecycle I.2). */
export const REGEX: FunctionTable = {
  regex_match: { parameters: [STRING, STRING_OR_NUMBER], run: matches },
  regex_replace_all: {
    parameters: [STRING, STRING_OR_NUMBER, STRING_OR_NUMBER],
    run: replaceWith('regex_replace_all', false),
  },
  regex_replace_all_literal: {
    parameters: [STRING, STRING_OR_NUMBER, STRING_OR_NUMBER],
    run: replaceWith('regex_replace_all_literal', true),
  },
  random: { parameters: [STRING], run: random },
};
