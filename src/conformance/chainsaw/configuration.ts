import type { JsonObject } from '../../base/json.ts';
import { get, getString } from '../../base/json.ts';
import { DEFAULT_TIMEOUTS, withTimeouts } from '../../simulation/chainsaw/timeouts.ts';
import { type FileTree, folderOf, joinPath } from '../cli/file-tree.ts';
import { loadDocuments } from '../cli/load-documents.ts';

/** How Chainsaw runs the tests of a folder (`.chainsaw.yaml`). */
export interface Configuration {
  readonly timeouts: JsonObject;
  readonly template: boolean;
  /** Written into Pods and pod templates that are made; a Go duration. */
  readonly forceTerminationGracePeriod?: string;
}

/** The configuration that stands in the folder of the test or nearest above it; Chainsaw's defaults without one. */
export function findConfiguration(tree: FileTree, folder: string): Configuration {
  for (let at = folder; ; at = folderOf(at)) {
    const path = joinPath(at, '.chainsaw.yaml');
    if (tree.read(path) !== undefined) return readConfiguration(tree, path);
    if (at === '' || at === '/') return { timeouts: DEFAULT_TIMEOUTS, template: true };
  }
}

/** Both versions of the format: v1alpha2 has the fields of execution and templating in objects of their own. */
function readConfiguration(tree: FileTree, path: string): Configuration {
  const loaded = loadDocuments(tree, path);
  const spec = 'error' in loaded ? undefined : get(loaded[0]?.value, 'spec');
  const grace =
    getString(spec, 'execution', 'forceTerminationGracePeriod') ??
    getString(spec, 'forceTerminationGracePeriod');
  const template = get(get(spec, 'templating'), 'enabled') ?? get(spec, 'template');
  return {
    timeouts: withTimeouts(DEFAULT_TIMEOUTS, get(spec, 'timeouts')),
    template: template !== false,
    ...(grace === undefined ? {} : { forceTerminationGracePeriod: grace }),
  };
}
