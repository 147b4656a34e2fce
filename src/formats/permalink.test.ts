import fc from 'fast-check';
import { deflateSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../base/json.ts';
import { KYVERNO_VERSIONS } from '../kyverno/versions.ts';
import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import type { DecodedLink } from './permalink.ts';
import { decodeLink, encodeLink } from './permalink.ts';
import type { StudioState } from './studio-state.ts';

const state: StudioState = {
  name: 'one',
  files: [{ path: 'policies.yaml', text: 'kind: ClusterPolicy\n' }],
  version: '1.19',
  seed: 1,
  view: { playhead: 7.4, notes: 'See *this*.' },
};
const codeOf = (decoded: DecodedLink): string => ('problem' in decoded ? decoded.problem.code : 'read');
const json = fc.json().map((text) => JSON.parse(JSON.stringify(JSON.parse(text))) as null);
const anyState: fc.Arbitrary<StudioState> = fc.record({
  name: fc.string({ unit: 'binary' }),
  files: fc.array(fc.record({ path: fc.string({ unit: 'binary' }), text: fc.string({ unit: 'binary' }) }), {
    maxLength: 8,
  }),
  version: fc.constantFrom(...KYVERNO_VERSIONS),
  seed: fc.nat(),
  view: fc.record(
    {
      playhead: fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-9 }),
      notes: fc.string(),
      panes: json,
    },
    { requiredKeys: [] },
  ),
});

describe('a link', () => {
  it('gives back any state exactly', () => {
    fc.assert(
      fc.property(anyState, (given) => {
        expect(decodeLink(encodeLink(given))).toEqual({ state: given });
      }),
    );
  });

  it('keeps fields that this version does not know', () => {
    const given = { ...state, extra: { theme: 'x' }, view: { ...state.view, later: [1] } };
    expect(decodeLink(encodeLink(given))).toEqual({ state: given });
  });

  it('holds the versions that are compared, and no others', () => {
    const comparing = (compare: JsonObject) =>
      decodeLink(encodeLink({ ...state, view: { ...state.view, compare } as StudioState['view'] }));
    const compare = { above: '1.15', below: '1.19', chosen: 2 };
    expect(comparing(compare)).toMatchObject({ state: { view: { compare } } });
    expect(codeOf(comparing({ above: '1.15', below: 'pinned' }))).not.toBe('read');
    expect(codeOf(comparing({ above: '1.15' }))).not.toBe('read');
  });

  it('carries __proto__ as a key like any other', () => {
    const view = JSON.parse('{"__proto__":{"a":1}}') as JsonObject;
    const decoded = decodeLink(encodeLink({ ...state, view }));
    expect('state' in decoded && Object.keys(decoded.state.view)).toEqual(['__proto__']);
  });

  it('is made of characters that an address needs not escape', () => {
    fc.assert(
      fc.property(anyState, (given) => {
        expect(encodeLink(given)).toMatch(/^#1\.[\w.-]+$/);
      }),
    );
  });

  it('says how many characters are missing when it was cut, wherever it was cut', () => {
    const link = encodeLink(state);
    for (let length = 2; length < link.length; length += 1)
      expect(codeOf(decodeLink(link.slice(0, length)))).toBe('link-truncated');
    const cut = decodeLink(link.slice(0, link.length - 5));
    expect('problem' in cut && cut.problem.message).toBe(
      `The link says ${link.length} characters, ${link.length - 5} arrived.`,
    );
  });

  it('is read all the same with what a sentence put behind it', () => {
    expect(decodeLink(`${encodeLink(state)}).`)).toEqual({ state });
  });

  it('notices every changed character', () => {
    const link = encodeLink(state);
    for (let at = link.length - 20; at < link.length; at += 1) {
      const other = link[at] === 'A' ? 'B' : 'A';
      expect(codeOf(decodeLink(link.slice(0, at) + other + link.slice(at + 1)))).toBe('link-damaged');
    }
  });

  it('of a newer version asks for a newer studio', () => {
    expect(codeOf(decodeLink('#2.a.b'))).toBe('link-future');
    expect(codeOf(decodeLink('#999999.'))).toBe('link-future');
  });

  it('for a Kyverno version that is not known yet is from the future too', () => {
    expect(codeOf(decodeLink(encodeLink({ ...state, version: '1.99' as '1.19' })))).toBe('link-future');
  });

  it('does not unpack a bomb', () => {
    const payload = encodeBase64Url(deflateSync(new Uint8Array(20_000_000), { level: 9 }));
    expect(payload.length).toBeLessThan(100_000);
    const link = withHead(payload);
    expect(codeOf(decodeLink(link))).toBe('link-too-large');
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(codeOf(decodeLink(text))).not.toBe('');
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(codeOf(decodeLink(withHead(encodeBase64Url(bytes))))).toMatch(/link-/);
      }),
    );
    expect(codeOf(decodeLink(withHead(encodeBase64Url(deflateSync(strToU8('{"files":[["a"]]}'))))))).toBe(
      'link-unreadable',
    );
  });

  it('made by the first version opens for ever', () => {
    expect(decodeLink(GOLDEN)).toEqual({ state });
  });
});

const GOLDEN = '#1.1e.BI46Qg.q4Y1_4DtbzJbgFiq_pg8HOFkrmeCcFRwaqqCVklGZrGWHtAlAA';

/** A link around any payload, with a right head. */
function withHead(payload: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < payload.length; i += 1)
    hash = Math.imul(hash ^ payload.charCodeAt(i), 0x01000193) >>> 0;
  const sum = encodeBase64Url(Uint8Array.of(hash >>> 24, hash >>> 16, hash >>> 8, hash));
  return `#1.${payload.length.toString(36)}.${sum}.${payload}`;
}

describe('base64url', () => {
  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64Url(encodeBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  it('is what Node writes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(encodeBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      }),
    );
  });
});
