import type { RecordedStep } from './recording.ts';

const READ = /^kubectl get (updaterequests|ur)\b/;
const NAME = /<ur-\d+>/;

/**
 * A step whose list of UpdateRequests names only those that the recording shows being made. Others were in the cluster from
 * before the scenario; nothing else of them is recorded.
 */
export function withoutLeftovers(step: RecordedStep, all: readonly RecordedStep[]): RecordedStep {
  if (!READ.test(step.cmd ?? '')) return step;
  const made = new Set(all.flatMap(({ updateRequests }) => updateRequests.map(({ name }) => name)));
  const isLeft = (text: string): boolean => {
    const name = NAME.exec(text)?.[0];
    return name !== undefined && !made.has(name);
  };
  const parts = splitItems(step.stdout);
  return parts.some(isLeft) ? { ...step, stdout: parts.filter((part) => !isLeft(part)).join('\n') } : step;
}

/** The items of a YAML list, or the rows of a table. */
function splitItems(text: string): readonly string[] {
  const lines = text.split('\n');
  if (!lines.includes('items:')) return lines;
  const items: string[][] = [[]];
  for (const line of lines) {
    if (/^(- |kind: )/.test(line)) items.push([]);
    items.at(-1)?.push(line);
  }
  return items.map((item) => item.join('\n'));
}
