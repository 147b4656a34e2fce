import { KYVERNO_VERSIONS, type KyvernoVersion } from '../kyverno/versions.ts';

/** What a note's link asks of the present text: to run on a version, or to be compared on two, the first one above. */
export type RunLink =
  | { readonly version: KyvernoVersion }
  | { readonly above: KyvernoVersion; readonly below: KyvernoVersion };

/** Reads `#version=1.18` and `#compare=1.18/1.19`; undefined if it is neither, or names a version that is not simulated. */
export function readRunLink(hash: string): RunLink | undefined {
  const [, verb, rest = ''] = /^#(version|compare)=([\d./]+)$/.exec(hash) ?? [];
  const versions = rest.split('/').map((text) => KYVERNO_VERSIONS.find((version) => version === text));
  const [above, below] = versions;
  if (verb === 'version' && versions.length === 1 && above !== undefined) return { version: above };
  if (verb === 'compare' && versions.length === 2 && above !== undefined && below !== undefined)
    return { above, below };
  return undefined;
}
