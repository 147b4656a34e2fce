import type { Libraries, LibraryName } from './environment.ts';

const NEEDED_BY: readonly (readonly [RegExp, LibraryName])[] = [
  [/regex_match|regex_replace_all|\brandom\s*\(/, 'regex'],
  [/x509_decode/, 'x509'],
];

/** Which libraries the expressions in a text may call for. */
export function neededLibraries(text: string): readonly LibraryName[] {
  return NEEDED_BY.filter(([pattern]) => pattern.test(text)).map(([, name]) => name);
}

/** Loads libraries, each with what it brings along; call it before evaluating. */
export async function loadLibraries(names: readonly LibraryName[]): Promise<Libraries> {
  const [regex, x509] = await Promise.all([
    names.includes('regex') ? import('./regex-library.ts') : undefined,
    names.includes('x509') ? import('./x509/x509-library.ts') : undefined,
  ]);
  return {
    ...(regex ? { regex: regex.REGEX_LIBRARY } : {}),
    ...(x509 ? { x509: x509.X509_LIBRARY } : {}),
  };
}
