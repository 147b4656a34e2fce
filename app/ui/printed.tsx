interface PrintedProps {
  readonly text: string;
  readonly verdict?: string;
}

/** What the cluster or kubectl printed, as it was printed. A long text scrolls in it, by keys too. */
export function Printed({ text, verdict = '' }: PrintedProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <pre className={`kubectl-text ${verdict}`} role="group" aria-label="As it was printed" tabIndex={0}>
      {text}
    </pre>
  );
}
