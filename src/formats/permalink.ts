import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import type { Json } from '../base/json.ts';
import { getString } from '../base/json.ts';
import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import { LINK_DICTIONARY_1 } from './link-dictionary.ts';
import type { StudioState } from './studio-state.ts';
import { formatState, readState } from './studio-state.ts';

/**
 * A link's hash, version 1: `#1.<length>.<checksum>.<payload>`. Length: characters of the payload, base 36. Checksum:
 * FNV-1a (32 bits) of the payload, base64url. Payload: JSON (`formatState`), UTF-8, deflated raw against the dictionary of
 * the version, base64url. The length stands before the payload so that a link that was cut says so itself.
 */
export const LINK_VERSION = 1;

/** Longest link that address bars and chat programs carry without harm; above it, offer the scenario as a file. */
export const MAX_LINK_LENGTH = 32_000;

/** What is read at all; more than any studio writes. */
const MAX_READ = 2_000_000;
const MAX_INFLATED = 12_000_000;
const INFLATE_CHUNK = 2_048;

export type LinkProblemCode =
  | 'link-truncated'
  | 'link-damaged'
  | 'link-future'
  | 'link-too-large'
  | 'link-unreadable';

/** Why a link cannot be opened, in words for the person. */
export interface LinkProblem {
  readonly code: LinkProblemCode;
  readonly title: string;
  readonly message: string;
  readonly hint: string;
}

export type DecodedLink = { readonly state: StudioState } | { readonly problem: LinkProblem };

let dictionary: Uint8Array | undefined;
const dictionaryBytes = (): Uint8Array => {
  dictionary ??= strToU8(LINK_DICTIONARY_1);
  return dictionary;
};

/** The hash of a link that holds the whole state, `#` included. The same state always gives the same link. */
export function encodeLink(state: StudioState): string {
  const json = strToU8(JSON.stringify(formatState(state)));
  const payload = encodeBase64Url(deflateSync(json, { level: 9, dictionary: dictionaryBytes() }));
  return `#${LINK_VERSION}.${payload.length.toString(36)}.${checksum(payload)}.${payload}`;
}

/** Whether a hash claims to be a link with a state, readable or not (others name stories or moments). */
export const isStateLink = (hash: string): boolean => /^#?\d+\./.test(hash);

/** Reads a link's hash, with or without `#`. Never throws; a damaged link says what happened to it. */
export function decodeLink(hash: string): DecodedLink {
  if (hash.length > MAX_READ) return problem('link-too-large', `It has ${count(hash.length)} characters.`);
  const text = hash.startsWith('#') ? hash.slice(1) : hash;
  const version = /^(\d{1,6})(\.|$)/.exec(text)?.[1];
  if (version === undefined) return problem('link-unreadable', 'It does not begin with a version.');
  if (Number(version) > LINK_VERSION) {
    return problem(
      'link-future',
      `It is of version ${Number(version)}, this studio reads up to ${LINK_VERSION}.`,
    );
  }
  if (Number(version) !== LINK_VERSION) return problem('link-unreadable', `There is no version ${version}.`);
  const header = /^\d+\.([0-9a-z]{1,6})\.([\w-]{6})\./.exec(text);
  if (header === null) {
    return isHeaderStart(text)
      ? problem('link-truncated', `Only its first ${count(hash.length)} characters arrived.`)
      : problem('link-unreadable', 'Its head cannot be read.');
  }
  const [head, length = '', sum = ''] = header;
  return decodePayload(text.slice(head.length), Number.parseInt(length, 36), sum, head.length + 1);
}

/** Whether the text could be the beginning of a head that goes on. */
const isHeaderStart = (text: string): boolean => /^\d+(\.([0-9a-z]{0,6}(\.[\w-]{0,6})?)?)?$/.test(text);

function decodePayload(arrived: string, length: number, sum: string, headLength: number): DecodedLink {
  if (arrived.length < length) {
    const [said, came] = [count(headLength + length), count(headLength + arrived.length)];
    return problem('link-truncated', `The link says ${said} characters, ${came} arrived.`);
  }
  // What stands behind the payload (a closing bracket, a full stop) was added on the way and does not count.
  const payload = arrived.slice(0, length);
  if (checksum(payload) !== sum)
    return problem('link-damaged', 'Its characters do not add up to its checksum.');
  const bytes = decodeBase64Url(payload);
  if (bytes === undefined) return problem('link-damaged', 'It holds characters that no link has.');
  const inflated = inflate(bytes);
  if (typeof inflated === 'string') return problem(inflated, UNPACK_MESSAGES[inflated]);
  return readJson(inflated);
}

const UNPACK_MESSAGES = {
  'link-damaged': 'It cannot be unpacked.',
  'link-too-large': `Unpacked it would be larger than ${count(MAX_INFLATED)} bytes.`,
} as const;

/** Unpacks in small pieces and stops at the limit, so that a small link cannot fill the memory. */
function inflate(bytes: Uint8Array): Uint8Array | 'link-damaged' | 'link-too-large' {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let complete = false;
  const stream = new Inflate({ dictionary: dictionaryBytes() }, (chunk, final) => {
    chunks.push(chunk);
    length += chunk.length;
    complete ||= final;
  });
  try {
    for (let i = 0; i < bytes.length; i += INFLATE_CHUNK) {
      stream.push(bytes.subarray(i, i + INFLATE_CHUNK), i + INFLATE_CHUNK >= bytes.length);
      if (length > MAX_INFLATED) return 'link-too-large';
    }
  } catch {
    return 'link-damaged';
  }
  return complete ? concat(chunks, length) : 'link-damaged';
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function readJson(bytes: Uint8Array): DecodedLink {
  let value: Json;
  try {
    value = JSON.parse(strFromU8(bytes)) as Json;
  } catch {
    return problem('link-damaged', 'What it holds is not JSON.');
  }
  const read = readState(value);
  if ('state' in read) return { state: read.state };
  const newer = /^\d+\.\d+$/.test(getString(value, 'version') ?? '') && read.error.startsWith('it asks');
  return problem(newer ? 'link-future' : 'link-unreadable', `${capitalised(read.error)}.`);
}

const TITLES: Readonly<Record<LinkProblemCode, string>> = {
  'link-truncated': 'This link is cut off. Your work is untouched.',
  'link-damaged': 'This link was changed on its way. Your work is untouched.',
  'link-future': 'This link is from a newer studio. Your work is untouched.',
  'link-too-large': 'This link is too large. Your work is untouched.',
  'link-unreadable': 'This link cannot be read. Your work is untouched.',
};

const HINTS: Readonly<Record<LinkProblemCode, string>> = {
  'link-truncated': 'Mail and chat programs cut long links: copy it again from its source, in full.',
  'link-damaged': 'Copy it again from its source; if it stays so, ask the sender for the scenario as a file.',
  'link-future': 'Reload the page to get the newest studio, then open the link again.',
  'link-too-large': 'Ask the sender for the scenario as a file.',
  'link-unreadable': 'Check that it was copied whole, from the `#` on.',
};

const problem = (code: LinkProblemCode, message: string): DecodedLink => ({
  problem: { code, title: TITLES[code], message, hint: HINTS[code] },
});

/** FNV-1a over the UTF-16 units, as six letters of base64url: finds accidents and careless edits, keeps no secret. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return encodeBase64Url(Uint8Array.of(hash >>> 24, hash >>> 16, hash >>> 8, hash));
}

/** `1,496` */
function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
