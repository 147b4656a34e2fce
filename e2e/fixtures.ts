import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, test as base, expect } from '@playwright/test';
import { StudioPage } from './studio-page.ts';

interface Fixtures {
  readonly studio: StudioPage;
  /** A studio in a browser that has never seen this one: nothing kept, nothing cached. */
  readonly otherBrowser: () => Promise<StudioPage>;
  /** Everything that a page said which it should not have: errors, and requests to other hosts. */
  readonly complaints: string[];
}

/** A test of the page. It fails on any console error, page error, or request to another host, whatever else it asserts. */
export const test = base.extend<Fixtures>({
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      watch(context, complaints);
      await use(complaints);
      expect(complaints, 'errors and foreign requests of the page').toEqual([]);
    },
    { auto: true },
  ],
  studio: async ({ page }, use) => {
    await use(new StudioPage(page));
  },
  otherBrowser: async ({ browser, complaints, baseURL, viewport, permissions }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({
        baseURL: baseURL ?? '',
        viewport: viewport ?? { width: 1440, height: 900 },
        permissions: permissions ?? [],
      });
      contexts.push(context);
      watch(context, complaints);
      return new StudioPage(await context.newPage());
    });
    for (const context of contexts) await context.close();
  },
});

export { expect } from '@playwright/test';
export type { ListedEvent } from './studio-page.ts';

function watch(context: BrowserContext, complaints: string[]): void {
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} ${message.location().url}`);
  });
  context.on('weberror', (error) => complaints.push(`page: ${error.error().stack ?? error.error().message}`));
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOwn = protocol === 'data:' || protocol === 'blob:' || hostname === 'localhost';
    if (!isOwn) complaints.push(`request to another host: ${request.url()}`);
  });
}

const scenarios = join(import.meta.dirname, '../public/scenarios');

interface Story {
  readonly id: string;
  readonly title: string;
  readonly files: readonly string[];
}

/** The stories of the gallery, as the page itself reads them. */
export const STORIES = JSON.parse(readFileSync(join(scenarios, 'index.json'), 'utf8')) as readonly Story[];

/** A file of a story. */
export const storyFile = (story: string, path: string): string =>
  readFileSync(join(scenarios, story, path), 'utf8');
