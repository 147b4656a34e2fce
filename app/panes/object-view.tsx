import type { Json } from '../../src/index.ts';
import { closeUp, type DiffLine, diffObjects, yamlText } from './object-text.ts';

const SIGNS = { added: '+', removed: '−', same: ' ' } as const;

/** An object before and after as a diff; with `whole` the unchanged lines are all there too. */
export function ObjectDiff({
  before,
  after,
  whole = false,
}: {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly whole?: boolean;
}) {
  const lines = diffObjects(before, after);
  return <DiffText lines={whole ? lines : closeUp(lines)} />;
}

function DiffText({ lines }: { readonly lines: readonly DiffLine[] }) {
  return (
    // A scrolling region must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the focus is for scrolling
    <pre className="object-text" tabIndex={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other identity
        <span key={index} className={`diff-line ${line.change}`}>
          <span aria-hidden={line.change === 'same'}>{SIGNS[line.change]}</span>
          {` ${line.text}\n`}
        </span>
      ))}
    </pre>
  );
}

/** An object's YAML. */
export function ObjectText({ value }: { readonly value: Json }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the focus is for scrolling
    <pre className="object-text" tabIndex={0}>
      {yamlText(value)}
    </pre>
  );
}
