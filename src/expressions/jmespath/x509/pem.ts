import { decodeBase64 } from '../base64.ts';
import { encodeUtf8 } from '../utf8.ts';

export interface PemBlock {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const BEGIN = '-----BEGIN ';
const DASHES = '-----';

/** The first block of a PEM text, or undefined (Go's pem.Decode): what stands before it does not matter. */
export function decodePem(text: string): PemBlock | undefined {
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at + 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue;
    const lineEnd = text.indexOf('\n', at);
    const line = (lineEnd < 0 ? text.slice(at) : text.slice(at, lineEnd)).trimEnd();
    if (lineEnd < 0 || !line.endsWith(DASHES)) continue;
    const type = line.slice(BEGIN.length, -DASHES.length);
    const end = text.indexOf(`\n-----END ${type}${DASHES}`, lineEnd - 1);
    if (end < 0) continue;
    const body = text.slice(lineEnd, end).replace(/^\s*(?:[^\n:]+:[^\n]*\n)+\s*\n/, '');
    const decoded = decodeBase64(encodeUtf8(body.replace(/[ \t\r\n]/g, '')));
    if ('bytes' in decoded) return { type, bytes: decoded.bytes };
  }
  return undefined;
}
