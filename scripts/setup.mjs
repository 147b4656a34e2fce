// What a fresh machine lacks: the packages, and for the tests a Chromium. Plain JavaScript, because it runs before
// anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

/** Runs a command in the project's root with its output shown; returns whether it succeeded. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
  return result.status === 0;
}

/** Installs the packages unless the installed tree is already that of the lock file. */
export function installPackages() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Admission Studio needs Node 20.19 or newer; this is ${process.version}.`);
    process.exit(1);
  }
  const installed = join(root, 'node_modules', '.package-lock.json');
  const wanted = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  if (existsSync(installed) && sameVersions(installed, wanted)) return;
  console.log('Installing packages …');
  if (!run('npm', ['ci', '--no-audit', '--no-fund'])) process.exit(1);
}

function sameVersions(installed, wanted) {
  const versions = (file) =>
    Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages ?? {})
      .filter(([path, entry]) => path !== '' && entry.optional !== true)
      .map(([path, entry]) => `${path}@${entry.version}`);
  const have = new Set(versions(installed));
  return versions(wanted).every((entry) => have.has(entry));
}

const BROWSER_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Path of an installed Chromium, from CHROMIUM_PATH or the PATH. */
export function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const name of BROWSER_NAMES)
      if (folder !== '' && existsSync(join(folder, name))) return join(folder, name);
  return undefined;
}

/** Finds a browser for the end-to-end tests; installs Debian's package, or Playwright's own build elsewhere. */
export function ensureChromium() {
  if (findChromium() !== undefined) return findChromium();
  const mayInstall =
    process.platform === 'linux' && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  if (mayInstall) {
    console.log('Installing the package chromium …');
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (findChromium() !== undefined) return findChromium();
  }
  console.log('No Chromium on the PATH: asking Playwright for one …');
  if (!run('npx', ['playwright', 'install', 'chromium'])) {
    console.error('No browser for the end-to-end tests. Install Chromium, or set CHROMIUM_PATH to one.');
    process.exit(1);
  }
  return undefined;
}
