import type { TextFile } from '../../src/index.ts';

const READABLE = /\.(ya?ml|json|txt)$/i;
/** A dropped file larger than this is not read, bytes. */
const MAX_FILE = 8_000_000;

/** Hands a file to the person's downloads. */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export const saveText = (file: TextFile): void => {
  saveFile(file.path.split('/').at(-1) ?? file.path, file.text, 'application/yaml');
};

/** All files as one zip, in a folder of the scenario's name. */
export async function saveZip(name: string, files: readonly TextFile[]): Promise<void> {
  const { strToU8, zipSync } = await import('fflate');
  const folder = name.replaceAll(/[^\w.-]+/g, '-') || 'scenario';
  const entries = Object.fromEntries(files.map((file) => [`${folder}/${file.path}`, strToU8(file.text)]));
  saveFile(`${folder}.zip`, zipSync(entries) as Uint8Array<ArrayBuffer>, 'application/zip');
}

/** The texts of what was dropped: files, whole folders, zips. */
export async function readEntries(entries: readonly FileSystemEntry[]): Promise<readonly TextFile[]> {
  const texts = await Promise.all(entries.map((entry) => readEntry(entry, entries.length === 1)));
  return texts.flat();
}

export async function readFileList(list: Iterable<File>): Promise<readonly TextFile[]> {
  const texts = await Promise.all([...list].map((file) => readFile(file, file.name)));
  return texts.flat();
}

async function readEntry(entry: FileSystemEntry, isRoot: boolean, folder = ''): Promise<readonly TextFile[]> {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
    return readFile(file, path);
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (batch.length === 0) break;
    found.push(...batch);
  }
  const inner = isRoot && folder === '' ? '' : `${path}/`;
  const texts = await Promise.all(found.map((child) => readEntry(child, false, inner)));
  return texts.flat();
}

async function readFile(file: File, path: string): Promise<readonly TextFile[]> {
  if (file.size > MAX_FILE) return [];
  if (/\.zip$/i.test(path)) return readZip(new Uint8Array(await file.arrayBuffer()));
  return READABLE.test(path) ? [{ path, text: await file.text() }] : [];
}

async function readZip(bytes: Uint8Array): Promise<readonly TextFile[]> {
  const { strFromU8, unzipSync } = await import('fflate');
  const entries = unzipSync(bytes, {
    filter: (file) => READABLE.test(file.name) && file.originalSize < MAX_FILE,
  });
  const paths = Object.keys(entries);
  const root = paths.every((path) => path.split('/')[0] === paths[0]?.split('/')[0] && path.includes('/'));
  return paths.map((path) => ({
    path: root ? path.slice(path.indexOf('/') + 1) : path,
    text: strFromU8(entries[path] ?? new Uint8Array()),
  }));
}
