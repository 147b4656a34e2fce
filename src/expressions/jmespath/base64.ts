const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 0x3d;
const VALUES: ReadonlyMap<number, number> = new Map(
  [...ALPHABET].map((character, i) => [character.charCodeAt(0), i]),
);

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET[(group >> shift) & 63] ?? '');
    const present = Math.min(bytes.length - i, 3) + 1;
    pieces.push(...digits.slice(0, present), '='.repeat(4 - present));
  }
  return pieces.join('');
}

const illegal = (at: number): { readonly error: string } => ({
  error: `illegal base64 data at input byte ${at}`,
});
const isNewline = (byte: number | undefined): boolean => byte === 10 || byte === 13;

/** Decodes standard base64 as Go's StdEncoding does: line ends are skipped, padding is a must. */
export function decodeBase64(input: Uint8Array): { readonly bytes: Uint8Array } | { readonly error: string } {
  const out: number[] = [];
  let at = 0;
  const skipNewlines = (): void => {
    while (isNewline(input[at])) at += 1;
  };
  for (;;) {
    const digits: number[] = [];
    while (digits.length < 4) {
      skipNewlines();
      const byte = input[at];
      if (byte === undefined) {
        if (digits.length === 0) return { bytes: Uint8Array.from(out) };
        return illegal(at - digits.length);
      }
      at += 1;
      const value = VALUES.get(byte);
      if (value !== undefined) {
        digits.push(value);
        continue;
      }
      if (byte !== PADDING || digits.length < 2) return illegal(at - 1);
      if (digits.length === 2) {
        skipNewlines();
        if (at === input.length) return illegal(at);
        if (input[at] !== PADDING) return illegal(at);
        at += 1;
      }
      skipNewlines();
      if (at < input.length) return illegal(at);
      break;
    }
    const [a = 0, b = 0, c = 0, d = 0] = digits;
    const group = (a << 18) | (b << 12) | (c << 6) | d;
    out.push(...[group >> 16, (group >> 8) & 255, group & 255].slice(0, digits.length - 1));
    if (digits.length < 4) return { bytes: Uint8Array.from(out) };
  }
}
