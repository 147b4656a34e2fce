/** The command line as a person would type it. */
export const commandText = (argv: readonly string[]): string => ['kubectl', ...argv].map(quote).join(' ');

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
