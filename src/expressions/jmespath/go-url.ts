import { quoteGo } from '../../kubernetes/go-quote.ts';

type Host = { readonly value: string } | { readonly error: string };

const isControl = (text: string): boolean =>
  [...text].some((character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 || code === 0x7f;
  });

/** A scheme and what follows it; the error is Go's. */
function splitScheme(
  text: string,
): { readonly scheme: string; readonly rest: string } | { readonly error: string } {
  for (const [i, character] of [...text].entries()) {
    if (/[a-zA-Z]/.test(character)) continue;
    if (/[0-9+.-]/.test(character)) {
      if (i === 0) break;
      continue;
    }
    if (character !== ':') break;
    if (i === 0) return { error: 'missing protocol scheme' };
    return { scheme: text.slice(0, i), rest: text.slice(i + 1) };
  }
  return { scheme: '', rest: text };
}

const PLAIN_HOST = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]/u;

function portProblem(port: string): string | undefined {
  if (port === '') return undefined;
  return /^:\d*$/.test(port) ? undefined : `invalid port ${quoteGo(port)} after host`;
}

/** Host without port, brackets removed. */
function readAuthority(authority: string): Host {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end < 0) return { error: "missing ']' in host" };
    const problem = portProblem(host.slice(end + 1));
    return problem === undefined ? { value: host.slice(1, end) } : { error: problem };
  }
  const colon = host.lastIndexOf(':');
  const problem = colon < 0 ? undefined : portProblem(host.slice(colon));
  if (problem !== undefined) return { error: problem };
  for (const character of host)
    if (!PLAIN_HOST.test(character)) return { error: `invalid character ${quoteGo(character)} in host name` };
  const badEscape = /%(?![\da-fA-F]{2}).{0,2}/.exec(host);
  if (badEscape) return { error: `invalid URL escape ${quoteGo(badEscape[0])}` };
  return { value: colon < 0 ? host : host.slice(0, colon) };
}

/** The host name of a URL as Go's url.Parse finds it, with its error texts. */
export function hostOfUrl(text: string): Host {
  const failed = (problem: string): Host => ({ error: `parse ${quoteGo(text)}: ${problem}` });
  if (isControl(text)) return failed('net/url: invalid control character in URL');
  const split = splitScheme(text.split('#', 1)[0] ?? '');
  if ('error' in split) return failed(split.error);
  const rest = split.rest.split('?', 1)[0] ?? '';
  if (!rest.startsWith('/')) {
    if (split.scheme === '' && (rest.split('/', 1)[0] ?? '').includes(':'))
      return failed('first path segment in URL cannot contain colon');
    return { value: '' };
  }
  if (!rest.startsWith('//') || rest.startsWith('///')) return { value: '' };
  const host = readAuthority(rest.slice(2).split('/', 1)[0] ?? '');
  return 'error' in host ? failed(host.error) : host;
}
