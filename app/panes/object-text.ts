import { diffLines } from 'diff';
import { stringify } from 'yaml';
import { isObject, type Json } from '../../src/index.ts';

/** An object as kubectl prints YAML: without managedFields, keys sorted, no folding. */
export function yamlText(value: Json | undefined): string {
  return value === undefined
    ? ''
    : stringify(withoutManagedFields(value), {
        lineWidth: 0,
        aliasDuplicateObjects: false,
        sortMapEntries: true,
      });
}

export interface DiffLine {
  readonly text: string;
  readonly change: 'added' | 'removed' | 'same';
}

/** Line by line, what is different between two objects. */
export function diffObjects(before: Json | undefined, after: Json | undefined): readonly DiffLine[] {
  return diffLines(yamlText(before), yamlText(after)).flatMap((part) =>
    part.value
      .replace(/\n$/, '')
      .split('\n')
      .map((text): DiffLine => ({ text, change: part.added ? 'added' : part.removed ? 'removed' : 'same' })),
  );
}

/** Only the changed lines with `around` unchanged ones beside them; a gap is an empty `same` line of dots. */
export function closeUp(lines: readonly DiffLine[], around = 2): readonly DiffLine[] {
  if (lines.every((line) => line.change === 'same') || lines.every((line) => line.change !== 'same'))
    return lines;
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some((line) => line.change !== 'same'),
  );
  return lines.flatMap((line, index) => {
    if (near[index]) return [line];
    return near[index - 1] === true || index === 0 ? [{ text: '…', change: 'same' as const }] : [];
  });
}

function withoutManagedFields(value: Json): Json {
  if (!isObject(value) || !isObject(value['metadata'])) return value;
  const metadata = Object.fromEntries(
    Object.entries(value['metadata']).filter(([key]) => key !== 'managedFields'),
  );
  return { ...value, metadata };
}
