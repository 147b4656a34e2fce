import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClusterBase, LATEST_KYVERNO, readClusterBase, type TextFile } from '../src/index.ts';

const root = join(import.meta.dirname, '..');

/** The files of a story that the studio ships. */
export function storyFiles(id: string): readonly TextFile[] {
  const folder = join(root, 'public/scenarios', id);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ path: name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** The cluster that stories run in. */
export function readBase(): ClusterBase {
  const text = readFileSync(join(root, `public/cluster/base-${LATEST_KYVERNO}.json`), 'utf8');
  const base = readClusterBase(JSON.parse(text), LATEST_KYVERNO);
  if (base === undefined) throw new Error('the cluster base cannot be read');
  return base;
}
