import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitShell } from './split-shell.ts';

const words = (line: string): readonly string[] | string => {
  const split = splitShell(line);
  return 'words' in split ? split.words : split.error;
};

describe('splitting a command line', () => {
  it('keeps what quotes hold together', () => {
    expect(words(`kubectl patch cm x --type=merge -p '{"data":{"k":"a b"}}'`)).toEqual([
      'kubectl',
      'patch',
      'cm',
      'x',
      '--type=merge',
      '-p',
      '{"data":{"k":"a b"}}',
    ]);
    expect(words(`a "b \\"c\\" \\n" d\\ e ''`)).toEqual(['a', 'b "c" \\n', 'd e', '']);
  });

  it('joins lines that end in a backslash and drops comments', () => {
    expect(words('kubectl get \\\n  cm # all of them')).toEqual(['kubectl', 'get', 'cm']);
  });

  it.each(['a | b', 'a && b', 'echo $HOME', 'echo "$HOME"', 'echo `x`', "a 'b", 'a "b', 'a \\', 'a > b'])(
    'refuses %s',
    (line) => expect('error' in splitShell(line)).toBe(true),
  );

  it('gives back any words that were quoted', () => {
    const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string()), (list) => {
        expect(words(list.map(quote).join(' '))).toEqual(list);
      }),
    );
  });
});
