import { flag, isOn, readFlags } from './flags.ts';

/** Commands that change the cluster; everything else reads, or is nothing that kubectl knows. */
const WRITES: ReadonlySet<string> = new Set([
  'annotate',
  'apply',
  'attach',
  'cordon',
  'create',
  'debug',
  'delete',
  'drain',
  'exec',
  'label',
  'patch',
  'port-forward',
  'replace',
  'run',
  'scale',
  'set',
  'uncordon',
]);
const READING_ROLLOUTS: ReadonlySet<string> = new Set(['status', 'history']);

/** Whether a command line (the words after `kubectl`) asks for a change of the cluster. */
export function commandKind(argv: readonly string[]): 'read' | 'write' {
  const args = readFlags(argv);
  if ('error' in args) return 'read';
  const [name = '', verb = ''] = args.words;
  if (name === 'rollout') return READING_ROLLOUTS.has(verb) || verb === '' ? 'read' : 'write';
  if (!WRITES.has(name)) return 'read';
  const dryRun = flag(args, 'dry-run');
  return dryRun === 'client' ? 'read' : 'write';
}

/** Whether a command goes on until somebody ends it: `get -w`, `logs -f`. */
export function followsOn(argv: readonly string[]): boolean {
  const args = readFlags(argv);
  if ('error' in args) return false;
  const [name] = args.words;
  if (name === 'get') return isOn(args, 'watch') || isOn(args, 'watch-only');
  return name === 'logs' && isOn(args, 'follow');
}
