import { readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Plugin } from 'vite';

const READ = '?read';
/** What only writing YAML and turning nodes into plain JavaScript need. */
const WRITING =
  /[\\/](stringify[\\/]\w+|doc[\\/](createNode|applyReviver|anchors)|nodes[\\/]addPairToJSMap)\.js$/;
const TAGS = /[\\/]schema[\\/]tags\.js$/;
/** The failsafe schema alone, of which the engine makes its own types. */
const FAILSAFE = `
import { map } from './common/map.js';
import { seq } from './common/seq.js';
import { string } from './common/string.js';
export const coreKnownTags = {};
export const getTags = () => [map, seq, string];
`;

/**
 * The engine reads YAML and never writes it: the first run gets the package's reader without its writer, which is a third of
 * it. Rooms outside `folders` get the whole package.
 */
export function yamlReader(folders: readonly string[]): Plugin {
  return {
    name: 'yaml-reader',
    enforce: 'pre',
    apply: 'build',
    async resolveId(source, importer) {
      if (importer === undefined) return undefined;
      if (source === 'yaml' && folders.some((folder) => importer.startsWith(folder + sep))) {
        const found = await this.resolve(source, importer, { skipSelf: true });
        return found === null ? undefined : join(dirname(found.id), 'dist', `index.js${READ}`);
      }
      if (!importer.endsWith(READ) || !source.startsWith('.')) return undefined;
      return join(dirname(importer), source) + READ;
    },
    async load(id) {
      if (!id.endsWith(READ)) return undefined;
      const file = id.slice(0, -READ.length);
      if (TAGS.test(file)) return FAILSAFE;
      const code = await readFile(file, 'utf8');
      return WRITING.test(file) ? withoutBodies(code) : code;
    },
  };
}

/** A module with the same exports, all of which throw. */
function withoutBodies(code: string): string {
  const names = /export \{([^}]*)\}/.exec(code)?.[1]?.split(',') ?? [];
  const absent = `const absent = () => { throw new Error('YAML is only read here'); };`;
  return `${absent}\nexport { ${names.map((name) => `absent as ${name.trim()}`).join(', ')} };`;
}
