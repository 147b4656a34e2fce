/** A key or a leaf of an assertion tree, taken apart (kyverno-json: core/expression). */
export interface AssertionExpression {
  /** `~.key`: what follows is asserted of each element. */
  readonly foreach: boolean;
  /** `~name.key`: the binding that holds the index or the key of the element; empty if it has none. */
  readonly foreachName: string;
  /** `key->name`: the binding that what was found is kept under; empty if it has none. */
  readonly binding: string;
  /** `jp` or `cel` for an expression in parentheses, `default` where it does not say; empty for a plain field or value. */
  readonly compiler: string;
  readonly statement: string;
}

const FOREACH = /^~([A-Za-z0-9_]*)\.([^\n]*)/;
const BINDING = /^([^\n]*)->\s*([A-Za-z0-9_]+)$/;
const ESCAPED = /^\\([^\n]+)\\$/;

/** Which character ends a compiler's name in `(jp;…)`: Kyverno's own rules have an older form with a colon. */
export type CompilerMark = ';' | ':';

const COMPILED = {
  ';': /^\((?:([A-Za-z0-9_]+);)?([^\n]+)\)$/,
  ':': /^\((?:([A-Za-z0-9_]+):)?([^\n]+)\)$/,
} as const;

/**
 * Takes a key or a leaf apart: `~name.(expression)->binding`. Blanks before the arrow stay with what stands on its left, so
 * that `(a) -> b` is no expression: so kyverno-json reads it. `\…\` takes the text as it is.
 */
export function parseAssertionExpression(text: string, mark: CompilerMark = ';'): AssertionExpression {
  const foreach = FOREACH.exec(text);
  const afterForeach = foreach?.[2] ?? text;
  const bound = BINDING.exec(afterForeach);
  const inner = bound?.[1] ?? afterForeach;
  const common = {
    foreach: foreach !== null,
    foreachName: foreach?.[1] ?? '',
    binding: bound?.[2] ?? '',
  };
  const escaped = ESCAPED.exec(inner);
  if (escaped !== null) return { ...common, compiler: '', statement: escaped[1] ?? '' };
  const compiled = COMPILED[mark].exec(inner);
  if (compiled === null) return { ...common, compiler: '', statement: inner };
  return { ...common, compiler: compiled[1] ?? 'default', statement: compiled[2] ?? '' };
}
