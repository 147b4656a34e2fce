import type { GroupVersionKind } from './object.ts';
import { matchWildcard } from './wildcard.ts';

/** A kind as policies name it, taken apart; every part may hold wildcards. All parts are empty if it can match nothing. */
export interface KindSelector {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Empty: the resource itself, no subresource. */
  readonly subresource: string;
}

const VERSION = /^(v\d+((alpha|beta)\d+)?|\*)$/;

const selector = (group: string, version: string, kind: string, subresource: string): KindSelector => ({
  group,
  version,
  kind,
  subresource,
});

function readTwo(first: string, second: string): KindSelector {
  if (first === '*' && second === '*') return selector('*', '*', '*', '*');
  if (first === '*' && second === second.toLowerCase()) return selector('*', '*', '*', second);
  if (VERSION.test(first)) return selector('*', first, second, '');
  return selector('*', '*', first, second);
}

/**
 * Takes a kind selector apart: `Pod`, `v1/Pod`, `apps/v1/Deployment`, `Pod/exec`, `Pod.exec`, `apps/v1/Deployment/scale`
 * (lifecycle A.5; pkg/utils/kube/kind.go). A missing group or version is `*`.
 */
export function parseKindSelector(text: string): KindSelector {
  const slash = text.lastIndexOf('/') + 1;
  const parts = [...(slash > 0 ? text.slice(0, slash - 1).split('/') : []), ...text.slice(slash).split('.')];
  const [a = '', b = '', c = '', d = ''] = parts;
  switch (parts.length) {
    case 1:
      return selector('*', '*', a, '');
    case 2:
      return readTwo(a, b);
    case 3:
      return VERSION.test(a) ? selector('*', a, b, c) : selector(a, b, c, '');
    case 4:
      return selector(a, b, c, d);
    default:
      return selector('', '', '', '');
  }
}

/** Selectors repeat from request to request; reading one is a pure function of its text. */
const parsed = new Map<string, KindSelector>();
const REMEMBERED = 1000;

function remembered(text: string): KindSelector {
  const known = parsed.get(text);
  if (known) return known;
  if (parsed.size >= REMEMBERED) parsed.clear();
  const result = parseKindSelector(text);
  parsed.set(text, result);
  return result;
}

/**
 * Whether one of the selectors names this kind and subresource (lifecycle A.5; utils/match/kind.go). A selector of Pod
 * takes the `ephemeralcontainers` subresource as well, if allowed.
 */
export function matchKind(
  selectors: readonly string[],
  kind: GroupVersionKind,
  subresource: string,
  allowEphemeralContainers = true,
): boolean {
  return selectors.some((text) => {
    const wanted = remembered(text);
    if (!matchWildcard(wanted.group, kind.group)) return false;
    if (!matchWildcard(wanted.version, kind.version) || !matchWildcard(wanted.kind, kind.kind)) return false;
    return (
      matchWildcard(wanted.subresource, subresource) ||
      (allowEphemeralContainers &&
        subresource === 'ephemeralcontainers' &&
        kind.group === '' &&
        kind.version === 'v1' &&
        kind.kind === 'Pod')
    );
  });
}
