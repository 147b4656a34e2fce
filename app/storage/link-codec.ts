/** Loaded when a link is read or written, not before the first picture. */
export { decodeLink, encodeLink, isStateLink, MAX_LINK_LENGTH } from '../../src/index.ts';
