// `npm test`: installs what is missing and runs everything that CI runs, in the order in which failures are cheapest.
// Closes with the line `N passed, N failed`, counting test cases where a stage counts them and the stage itself otherwise.
import { spawn } from 'node:child_process';
import { ensureChromium, installPackages } from './setup.mjs';

installPackages();
const chromium = ensureChromium();
if (chromium !== undefined) process.env.CHROMIUM_PATH = chromium;

/** Stages in order. `count` reads passed and failed cases from the stage's output, if it prints them. */
const STAGES = [
  { name: 'types', script: 'types' },
  { name: 'lint', script: 'lint' },
  { name: 'format', script: 'format' },
  { name: 'arrows', script: 'arrows' },
  { name: 'unit', script: 'unit', count: /Tests\s+(?:(?<failed>\d+) failed \| )?(?<passed>\d+) passed/ },
  { name: 'conformance', script: 'conformance', count: /(?<passed>\d+) passed, (?<failed>\d+) failed/ },
  { name: 'build', script: 'build' },
  { name: 'e2e', script: 'e2e', count: /(?:(?<failed>\d+) failed[\s\S]*?)?(?<passed>\d+) passed \(/ },
];

const only = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const stage of STAGES) {
  if (only.length > 0 && !only.includes(stage.name)) continue;
  console.log(`\n── ${stage.name} ──`);
  const started = Date.now();
  const { code, output } = await runScript(stage.script);
  const counts = stage.count?.exec(stripColours(output))?.groups;
  const stageFailed = Number(counts?.failed ?? 0);
  passed += Number(counts?.passed ?? (code === 0 ? 1 : 0));
  failed += code === 0 ? stageFailed : Math.max(stageFailed, 1);
  console.log(
    `${stage.name}: ${code === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function runScript(script) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        process.stdout.write(chunk);
      });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function stripColours(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with ESC
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}
