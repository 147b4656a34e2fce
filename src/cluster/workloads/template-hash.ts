import type { Json } from '../../base/json.ts';
import { isObject } from '../../base/json.ts';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The `pod-template-hash` of a template: FNV-1a over its content, written safely (apimachinery, rand.SafeEncodeString).
 * Kubernetes hashes a dump of Go's struct, so that the letters differ from those of a real cluster; that they change with
 * the template, and with it alone, does not.
 */
export function templateHash(template: Json | undefined): string {
  return safeEncode(String(fnv(canonical(template ?? null))));
}

/** FNV-1a over a text's characters, 32 bits. */
export function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** Each character's code picks one of the letters that no bad word is made of. */
export const safeEncode = (text: string): string =>
  [...text].map((char) => ALPHABET[(char.codePointAt(0) ?? 0) % ALPHABET.length] ?? '').join('');

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonical(item)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
}
