import { LATEST_KYVERNO, loadLibraries, loadParts, readClusterBase } from '../../src/index.ts';
import { base as baseText } from './corpus.ts';
import { makeReaders, type Reader } from './readers.ts';

/** The readers whose name begins with one of `only` (none: all). */
export async function loadReaders(only: readonly string[] = []): Promise<readonly Reader[]> {
  await loadParts();
  const base = readClusterBase(JSON.parse(baseText), LATEST_KYVERNO);
  if (base === undefined) throw new Error('the cluster base cannot be read');
  const readers = makeReaders(base, await loadLibraries(['regex', 'x509']));
  return only.length === 0
    ? readers
    : readers.filter(({ name }) => only.some((start) => name.startsWith(start)));
}
