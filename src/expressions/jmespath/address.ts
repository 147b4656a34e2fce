/** An IP address as its 16 bytes; IPv4 in its mapped form. */
export type Address = readonly number[];

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

function parseV4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** Bytes of groups between colons, the last may be an IPv4 address. */
function parseGroups(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    const v4 = i === groups.length - 1 ? parseV4(group) : undefined;
    if (v4) bytes.push(...v4);
    else if (/^[\da-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    } else return undefined;
  }
  return bytes;
}

/** Reads an address as net.ParseIP does; undefined if it is none. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 50) return undefined;
  const v4 = parseV4(text);
  if (v4) return [...MAPPED, ...v4];
  const halves = text.split('::');
  const [head, tail] = halves.map(parseGroups);
  if (!head || halves.length > 2 || !text.includes(':')) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (!tail || head.length + tail.length > 14) return undefined;
  return [...head, ...Array.from({ length: 16 - head.length - tail.length }, () => 0), ...tail];
}

/** Neither loopback nor private (RFC 1918, RFC 4193): all that Kyverno's is_external_url excludes. */
export function isExternalAddress(address: Address): boolean {
  const isV4 = MAPPED.every((byte, i) => address[i] === byte);
  if (isV4) {
    const [a = 0, b = 0] = address.slice(12);
    const isPrivate = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
    return a !== 127 && !isPrivate;
  }
  const isLoopback = address.every((byte, i) => byte === (i === 15 ? 1 : 0));
  return !isLoopback && ((address[0] ?? 0) & 0xfe) !== 0xfc;
}
