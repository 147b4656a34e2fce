import { describe, expect, it } from 'vitest';
import type { Process } from '../../base/process.ts';
import { runShell } from './shell.ts';
import { ShellUnsupported } from './shell-script.ts';
import type { CommandResult } from './shell-world.ts';

/** Runs a script; its kubectl prints its arguments, warns of `warn`, fails for `fail`. */
function sh(script: string, files: Record<string, string> = {}): CommandResult & { readonly waited: number } {
  const written = new Map(Object.entries(files));
  const process = runShell(script, new Map([['NAMESPACE', 'ns']]), {
    *kubectl(argv, stdin): Process<CommandResult> {
      yield* [];
      const text = argv.join(' ');
      const failed = argv[0] === 'fail';
      return {
        exitCode: failed ? 1 : 0,
        stdout: failed ? '' : `${text}${stdin === '' ? '' : ` < ${stdin.trim()}`}\n`,
        stderr: argv.includes('warn') ? 'Warning: careful\n' : '',
      };
    },
    *program(): Process<CommandResult | undefined> {
      yield* [];
      return undefined;
    },
    files: { read: (path) => written.get(path), write: (path, text) => written.set(path, text) },
    now: () => Date.UTC(2026, 0, 1, 22, 30),
  });
  let waited = 0;
  for (;;) {
    const step = process.next();
    if (step.done === true) return { ...step.value, waited };
    waited += step.value;
  }
}

describe('the small shell', () => {
  it('expands variables, quotes and substitutions', () => {
    expect(sh(`kubectl get -n $NAMESPACE 'a  b' "$NAMESPACE-\${NAMESPACE}"`).stdout).toBe(
      'get -n ns a  b ns-ns\n',
    );
    expect(sh('A=$(kubectl x)\necho "got $A" $MISSING end').stdout).toBe('got x end\n');
    expect(sh('kubectl a \\\n  b # c\n\n# nothing\n').stdout).toBe('a b\n');
  });

  it('pipes and redirects', () => {
    expect(sh('kubectl apply warn 2>&1 | grep -q "Warning: careful"').exitCode).toBe(0);
    expect(sh('kubectl apply warn | grep -q "Warning: careful"').exitCode).toBe(1);
    expect(sh('kubectl a > f\nkubectl b -f - < f').stdout).toBe('b -f - < a\n');
    expect(sh("sed 's/x/y/g' f | kubectl apply -f -", { f: 'axbx' }).stdout).toBe('apply -f - < ayby\n');
  });

  it('decides by exit codes, and stops where it is told to', () => {
    expect(sh('if kubectl fail\nthen\n  exit 1\nelse\n  exit 0\nfi').exitCode).toBe(0);
    expect(sh('if kubectl ok; then exit 3; exit 4; fi').exitCode).toBe(3);
    expect(sh('kubectl fail || echo other').stdout).toBe('other\n');
    expect(sh('kubectl fail && echo other\ntrue').stdout).toBe('');
    expect(sh('set -eu\nkubectl fail\necho on').stdout).toBe('');
    expect(sh('kubectl fail\necho on').stdout).toBe('on\n');
  });

  it('knows a few programs', () => {
    expect(sh('kubectl a | sed -e "s/a.*/b/" | wc -l').stdout).toBe('1\n');
    expect(sh('date -u -d "+2 hour" +%H').stdout).toBe('00\n');
    expect(sh(`echo '{"a":{"b":null}}' | jq -e '.a.b == null'`).exitCode).toBe(0);
    expect(sh(`echo '{"a":"x"}' | jq '{"c": [.a]}'`).stdout.replaceAll(/\s/g, '')).toBe('{"c":["x"]}');
  });

  it('waits in virtual time', () => {
    expect(sh('sleep 2\nsleep 3s').waited).toBe(5000);
  });

  it('refuses what it does not know, with the line', () => {
    for (const line of [
      'while true; do echo; done',
      'echo `date`',
      'cat <<EOF',
      'a() { b; }',
      'grep "^a" f',
      'curl x',
      'awk 1',
    ])
      expect(() => sh(`echo fine\n${line}`), line).toThrow(ShellUnsupported);
  });
});
