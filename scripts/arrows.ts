/**
 * The arrow check: which room may import which (house.md, AGENTS.md), type imports included, and no cycle between files.
 * Fails with one line a violation.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseSync } from 'oxc-parser';

const root = resolve(import.meta.dirname, '..');

/** Rooms of the engine and what each may import; `base` is open to all and a room to itself. */
const ENGINE: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kubernetes: [],
  manifest: ['kubernetes'],
  expressions: ['kubernetes'],
  kyverno: ['kubernetes', 'manifest', 'expressions'],
  trace: ['kubernetes', 'kyverno'],
  engine: ['kubernetes', 'kyverno', 'expressions'],
  cluster: ['kubernetes', 'trace'],
  admission: ['kubernetes', 'kyverno', 'engine', 'cluster', 'trace'],
  background: ['kubernetes', 'kyverno', 'engine', 'cluster', 'trace'],
  kubectl: ['kubernetes', 'manifest', 'cluster', 'trace'],
  simulation: [
    'kubernetes',
    'manifest',
    'expressions',
    'kyverno',
    'trace',
    'engine',
    'cluster',
    'admission',
    'background',
    'kubectl',
  ],
  formats: ['kubernetes', 'manifest', 'kyverno', 'trace', 'simulation'],
  advice: ['kubernetes', 'kyverno', 'engine', 'trace', 'manifest', 'simulation'],
};
const ALL_ENGINE = Object.keys(ENGINE);

const ROOMS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ALL_ENGINE.map((room) => [`src/${room}`, (ENGINE[room] ?? []).map((to) => `src/${to}`)]),
  ),
  'src/conformance': [...ALL_ENGINE.map((room) => `src/${room}`), 'src/parts.ts'],
  'src/run-scenario.ts': ALL_ENGINE.map((room) => `src/${room}`),
  'src/parts.ts': ALL_ENGINE.map((room) => `src/${room}`),
  'src/index.ts': [...ALL_ENGINE.map((room) => `src/${room}`), 'src/run-scenario.ts', 'src/parts.ts'],
  'app/ui': [],
  'app/stores': ['src/index.ts'],
  'app/worker': ['src/index.ts'],
  'app/storage': ['src/index.ts'],
  'app/editor': ['src/index.ts', 'app/stores', 'app/ui'],
  'app/timeline': ['src/index.ts', 'app/stores', 'app/ui'],
  'app/panes': ['src/index.ts', 'app/stores', 'app/ui'],
  'app/gallery': ['src/index.ts', 'app/stores', 'app/ui', 'app/timeline'],
  'app/compare': ['src/index.ts', 'app/stores', 'app/ui', 'app/timeline'],
  'app/export': [
    'src/index.ts',
    'app/stores',
    'app/ui',
    'app/storage',
    'app/timeline',
    'app/panes',
    'app/compare',
  ],
  // The composition root is the files right under app/: they wire everything.
  app: [
    'src/index.ts',
    'app/ui',
    'app/stores',
    'app/worker',
    'app/storage',
    'app/editor',
    'app/timeline',
    'app/panes',
    'app/gallery',
    'app/export',
    'app/compare',
  ],
};

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) ? [path] : [];
  });
}

function roomOf(file: string): string {
  const parts = relative(root, file).split(sep);
  if (parts[0] === 'app' && parts.length === 2) return 'app';
  return parts.slice(0, 2).join('/');
}

/** Everything a file imports or re-exports from a relative path, static, dynamic and type-only alike. */
function importsOf(file: string): string[] {
  const { module } = parseSync(file, readFileSync(file, 'utf8'));
  const text = readFileSync(file, 'utf8');
  const requested = [
    ...module.staticImports.map((entry) => entry.moduleRequest.value),
    ...module.staticExports.flatMap((entry) =>
      entry.entries.flatMap((item) => (item.moduleRequest ? [item.moduleRequest.value] : [])),
    ),
    ...module.dynamicImports.map((entry) =>
      text.slice(entry.moduleRequest.start, entry.moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
    ),
  ];
  return [...new Set(requested)]
    .filter((path) => path.startsWith('.') && /\.tsx?$/.test(path))
    .map((path) => resolve(dirname(file), path));
}

function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    state.set(file, 'open');
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (state.get(next) === 'open') found.push([...stack.slice(stack.indexOf(next)), next]);
      else if (!state.has(next) && graph.has(next)) visit(next);
    }
    stack.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return found;
}

const graph = new Map<string, readonly string[]>();
for (const folder of ['src', 'app'])
  for (const file of sourceFiles(join(root, folder))) graph.set(file, importsOf(file));

const violations: string[] = [];
for (const [file, imports] of graph) {
  const from = roomOf(file);
  const allowed = ROOMS[from];
  if (allowed === undefined)
    violations.push(`${relative(root, file)}: the room ${from} is not in the picture`);
  for (const target of imports) {
    const to = roomOf(target);
    if (to === from || (to === 'src/base' && from.startsWith('src/')) || allowed?.includes(to)) continue;
    violations.push(`${relative(root, file)}: ${from} must not import ${to} (${relative(root, target)})`);
  }
}
for (const cycle of cycles(graph))
  violations.push(`cycle: ${cycle.map((file) => relative(root, file)).join(' → ')}`);

for (const violation of violations) console.error(violation);
console.log(`arrows: ${graph.size} files, ${violations.length} violations`);
process.exit(violations.length === 0 ? 0 : 1);
