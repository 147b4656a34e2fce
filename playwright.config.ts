import { defineConfig } from '@playwright/test';

const executablePath = process.env['CHROMIUM_PATH'];
/** Another port and another build, for a run beside another one on the same machine. */
const port = process.env['STUDIO_PORT'] ?? '4173';
const build = process.env['STUDIO_BUILD'] ?? 'dist';
const address = `http://localhost:${port}`;

/** Flags for a browser that talks to this machine alone. */
const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  testDir: 'e2e',
  outputDir: `test-results/${port}`,
  // Stored pictures: one of each for all machines, see looks.spec.ts.
  snapshotPathTemplate: '{testDir}/looks/{arg}{ext}',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    baseURL: address,
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: { args: CHROMIUM_FLAGS, ...(executablePath === undefined ? {} : { executablePath }) },
    trace: 'retain-on-failure',
  },
  webServer: {
    command: `npx vite preview --host localhost --port ${port} --strictPort --outDir ${build}`,
    url: address,
    reuseExistingServer: false,
    stdout: 'ignore',
  },
});
