import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import { textOf } from '../stores/workspace.ts';
import type { Caret, CaretRef } from './caret.ts';
import './code-editor.css';

/** Monaco, and what binds it to the stores; both come after the first picture. */
type Loaded = typeof import('./monaco-editor.tsx') & { readonly monaco: typeof import('./monaco.ts') };

/** The file in front: a plain text field until the first picture is painted, then Monaco in its place. */
export function CodeEditor() {
  const { page } = useStudio();
  const painted = useStore(page, (state) => state.painted);
  const [loaded, setLoaded] = useState<Loaded | undefined>(undefined);
  useEffect(() => {
    if (!painted) return undefined;
    let gone = false;
    const load = (): void =>
      void Promise.all([import('./monaco.ts'), import('./monaco-editor.tsx')]).then(
        ([monaco, view]) => gone || setLoaded({ ...view, monaco }),
        // Without Monaco the plain field stays; it edits as well.
        () => undefined,
      );
    const idle =
      typeof requestIdleCallback === 'function' ? requestIdleCallback(load, { timeout: 400 }) : undefined;
    if (idle === undefined) load();
    return () => {
      gone = true;
      if (idle !== undefined) cancelIdleCallback(idle);
    };
  }, [painted]);
  const plain = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<Caret | undefined>(undefined);
  return (
    <div className="code">
      {loaded === undefined ? (
        <PlainEditor field={plain} caret={caret} />
      ) : (
        <loaded.MonacoEditor monaco={loaded.monaco} caret={caret} />
      )}
    </div>
  );
}

/** The plain field numbers no more lines than these; it stands for a moment only. */
const MAX_NUMBERED = 2000;

interface PlainProps {
  readonly field: React.RefObject<HTMLTextAreaElement | null>;
  readonly caret: CaretRef;
}

function PlainEditor({ field, caret }: PlainProps) {
  const { workspace } = useStudio();
  const active = useStore(workspace, (state) => state.active);
  const text = useStore(workspace, (state) => textOf(state.document.files, state.active));
  const note = (): void => {
    const { current } = field;
    caret.current =
      current === null || document.activeElement !== current
        ? undefined
        : { start: current.selectionStart, end: current.selectionEnd, top: current.scrollTop };
  };
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split('\n').length;
  return (
    <>
      <div className="plain-gutter mono" aria-hidden="true">
        <div ref={gutter}>
          {Array.from({ length: Math.min(lines, MAX_NUMBERED) }, (_, line) => line + 1).join('\n')}
        </div>
      </div>
      <textarea
        ref={field}
        className="plain-editor mono"
        aria-label={`YAML of ${active}`}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          workspace.edit(active, event.target.value);
          note();
        }}
        onScroll={({ currentTarget }) => {
          if (gutter.current !== null) gutter.current.style.translate = `0 ${-currentTarget.scrollTop}px`;
        }}
        onSelect={note}
        onFocus={note}
        onBlur={() => {
          // A blur by unmounting comes without a next focus; then the place is kept for Monaco.
          if (document.hasFocus() && document.activeElement !== document.body) caret.current = undefined;
        }}
      />
    </>
  );
}
