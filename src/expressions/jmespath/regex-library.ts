import { RE2JS } from 're2js';
import type { RegexLibrary, RegexProgram } from './environment.ts';

const CACHE_SIZE = 200;
const cache = new Map<string, RegexProgram | { readonly error: string }>();

function compile(pattern: string): RegexProgram | { readonly error: string } {
  let program: ReturnType<typeof RE2JS.compile>;
  try {
    program = RE2JS.compile(pattern);
  } catch (problem) {
    return { error: problem instanceof Error ? problem.message : String(problem) };
  }
  const names = Object.entries(program.namedGroups());
  return {
    matches: (text) => program.matcher(text).find(),
    find: (text, from) => {
      const matcher = program.matcher(text);
      if (!matcher.find(from)) return undefined;
      const positions: number[] = [];
      for (let group = 0; group <= matcher.groupCount(); group += 1)
        positions.push(matcher.start(group), matcher.end(group));
      return positions;
    },
    groupsNamed: (name) => names.filter(([key]) => key === name).map(([, index]) => index),
  };
}

/** Go's regular expressions through re2js: linear time, Go's syntax and error texts. */
export const REGEX_LIBRARY: RegexLibrary = {
  compile(pattern) {
    const known = cache.get(pattern);
    if (known) return known;
    const compiled = compile(pattern);
    if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? '');
    cache.set(pattern, compiled);
    return compiled;
  },
};
