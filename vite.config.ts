import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { yamlReader } from './scripts/yaml-reader.ts';

const scenarios = resolve(import.meta.dirname, 'public/scenarios');
const engine = resolve(import.meta.dirname, 'src');
const SEED_STORY = 'virtual:seed-story';

/** The first story of the gallery as a module, so that the first run needs no request for its files. */
function seedStory(): Plugin {
  return {
    name: 'seed-story',
    resolveId: (id) => (id === SEED_STORY ? `\0${SEED_STORY}` : undefined),
    load(id) {
      if (id !== `\0${SEED_STORY}`) return undefined;
      const index = join(scenarios, 'index.json');
      if (!existsSync(index)) return 'export const seedStory = undefined;';
      this.addWatchFile(index);
      const [{ order: _order, ...story }] = JSON.parse(readFileSync(index, 'utf8'));
      const texts = story.files.map((path: string) => {
        const file = join(scenarios, story.id, path);
        this.addWatchFile(file);
        return { path, text: readFileSync(file, 'utf8') };
      });
      return `export const seedStory = ${JSON.stringify({ story, texts })};`;
    },
  };
}

/** Lets the browser fetch the page's own chunks and the cluster while the entry script is still being read. */
function preloadFirstPaint(): Plugin {
  return {
    name: 'preload-first-paint',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((item) => item.type === 'chunk');
        const page = chunks.find((chunk) => chunk.name === 'page');
        const needed = page === undefined ? [] : [page.fileName, ...page.imports];
        const styles = page?.viteMetadata?.importedCss ?? new Set<string>();
        const fonts = Object.keys(bundle ?? {}).filter((name) => /(inter|mono)-latin.*\.woff2$/.test(name));
        return [
          ...[...new Set(needed)].map((file) => link({ rel: 'modulepreload', href: `./${file}` })),
          ...[...styles].map((file) => link({ rel: 'stylesheet', href: `./${file}` })),
          ...fonts.map((file) =>
            link({ rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `./${file}` }),
          ),
        ];
      },
    },
  };
}

const link = (attrs: Record<string, string>) => ({
  tag: 'link',
  attrs: { crossorigin: '', ...attrs },
  injectTo: 'head' as const,
});

/** Modules that only define things: what a chunk does not use of them does not go into it. */
const treeshake = {
  moduleSideEffects: (id: string) =>
    !/node_modules\/(yaml|fflate|zustand)\//.test(id) &&
    !(id.startsWith(engine) && !id.includes('node_modules')),
};

export default defineConfig({
  base: './',
  plugins: [react(), seedStory(), preloadFirstPaint()],
  worker: {
    format: 'es',
    plugins: () => [yamlReader([join(engine, 'manifest')])],
    // What the worker needs at once is one file: left to itself the bundler makes one of every set of modules that a part
    // shares with it, some fifty, and small files compress badly.
    rolldownOptions: {
      treeshake,
      output: { codeSplitting: { groups: [{ name: 'engine', tags: ['$initial'] }] } },
    },
  },
  build: { target: 'es2023', sourcemap: true, chunkSizeWarningLimit: 4096, rolldownOptions: { treeshake } },
  server: { host: 'localhost', port: 5173 },
  preview: { host: 'localhost', port: 4173 },
});
