import { matchWildcard } from '../../../kubernetes/wildcard.ts';
import { cleanPath, compareText, equalFold, replace, toLower, toUpper, trim } from '../go-strings.ts';
import { matchSemverRange } from '../semver.ts';
import { Failure, GoInt, type Outcome, type Value } from '../value.ts';
import { textOfScalar } from './scalar-text.ts';
import {
  type FunctionTable,
  functionError,
  NUMBER,
  numberAt,
  STRING,
  STRING_OR_NUMBER,
  textAt,
  valueAt,
} from './signature.ts';

function toBoolean(text: string): Outcome {
  const lower = toLower(text);
  if (lower === 'true' || lower === 'false') return lower === 'true';
  return functionError('to_boolean', `lowercase argument must be 'true' or 'false' (provided: '${text}')`);
}

/** Bound of ours on what a function may build from its arguments. */
const MAX_TEXT = 8 * 1024 * 1024;

function replaceBounded(text: string, old: string, replacement: string, count: number): Outcome {
  const most = old === '' ? text.length + 1 : text.length / old.length;
  if (most * replacement.length > MAX_TEXT && replacement.length > old.length) {
    const actual = old === '' ? most : text.split(old).length;
    if (actual * replacement.length > MAX_TEXT)
      return new Failure('the expression builds a text that is too long');
  }
  return replace(text, old, replacement, count);
}

function truncate(values: readonly Value[]): Outcome {
  const runes = [...textAt(values, 0)];
  return runes.slice(0, Math.max(0, Math.trunc(numberAt(values, 1)))).join('');
}

/** Kyverno's functions on texts (lifecycle I.2). */
export const STRINGS: FunctionTable = {
  compare: {
    parameters: [STRING, STRING],
    run: (values, evaluator) => {
      evaluator.sawGoType = true;
      return new GoInt(compareText(textAt(values, 0), textAt(values, 1)));
    },
  },
  equal_fold: {
    parameters: [STRING, STRING],
    run: (values) => equalFold(textAt(values, 0), textAt(values, 1)),
  },
  replace: {
    parameters: [STRING, STRING, STRING, NUMBER],
    run: (values) =>
      replaceBounded(
        textAt(values, 0),
        textAt(values, 1),
        textAt(values, 2),
        Math.trunc(numberAt(values, 3)),
      ),
  },
  replace_all: {
    parameters: [STRING, STRING, STRING],
    run: (values) => replaceBounded(textAt(values, 0), textAt(values, 1), textAt(values, 2), -1),
  },
  to_upper: { parameters: [STRING], run: (values) => toUpper(textAt(values, 0)) },
  to_lower: { parameters: [STRING], run: (values) => toLower(textAt(values, 0)) },
  trim: { parameters: [STRING, STRING], run: (values) => trim(textAt(values, 0), textAt(values, 1)) },
  trim_prefix: {
    parameters: [STRING, STRING],
    run: (values) => {
      const text = textAt(values, 0);
      const prefix = textAt(values, 1);
      return text.startsWith(prefix) ? text.slice(prefix.length) : text;
    },
  },
  split: {
    parameters: [STRING, STRING],
    run: (values) => {
      const separator = textAt(values, 1);
      return separator === '' ? [...textAt(values, 0)] : textAt(values, 0).split(separator);
    },
  },
  pattern_match: {
    parameters: [STRING, STRING_OR_NUMBER],
    run: (values) => matchWildcard(textAt(values, 0), textOfScalar(valueAt(values, 1)) ?? ''),
  },
  to_boolean: { parameters: [STRING], run: (values) => toBoolean(textAt(values, 0)) },
  path_canonicalize: {
    parameters: [STRING],
    run: (values) => (textAt(values, 0) === '' ? '' : cleanPath(textAt(values, 0))),
  },
  truncate: { parameters: [STRING, NUMBER], run: truncate },
  semver_compare: {
    parameters: [STRING, STRING],
    run: (values) => matchSemverRange(textAt(values, 0), textAt(values, 1)),
  },
};
