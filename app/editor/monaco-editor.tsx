import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Diagnostic, SourceLocation } from '../../src/index.ts';
import { usePresent } from '../stores/present.ts';
import { useStudio } from '../stores/studio.ts';
import { textOf } from '../stores/workspace.ts';
import type { CaretRef } from './caret.ts';
import { type LineMark, lineMarksAt } from './line-marks.ts';
import type { Decoration, Editor, Model } from './monaco.ts';
import { startRuleLenses } from './rule-lenses.ts';
import { changeBetween } from './text-change.ts';

type Monaco = typeof import('./monaco.ts');

/** Monaco on the file in front, with the stores' text, problems and marks in it. */
export function MonacoEditor({ monaco, caret }: { readonly monaco: Monaco; readonly caret: CaretRef }) {
  const studio = useStudio();
  const { workspace, page } = studio;
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Editor | undefined>(undefined);
  const theme = useStore(page, (state) => state.theme);
  const stale = useStore(studio.run, (state) => state.status === 'stale');

  useEffect(() => monaco.applyTheme(theme), [monaco, theme]);

  useEffect(() => {
    let stop: (() => void) | undefined;
    let gone = false;
    const lenses = startRuleLenses(monaco, studio);
    import('./schemas.ts').then(
      ({ startSchemas }) => {
        if (!gone) stop = startSchemas(monaco, studio);
      },
      // Without schemas the editor edits as well.
      () => undefined,
    );
    return () => {
      gone = true;
      lenses();
      stop?.();
    };
  }, [monaco, studio]);

  useEffect(() => {
    if (host.current === null) return undefined;
    const created = monaco.createEditor(host.current);
    const models = new Map<string, { readonly model: Model; view: ReturnType<Editor['saveViewState']> }>();
    let shown = '';
    let syncing = false;

    const modelOf = (path: string) => {
      let entry = models.get(path);
      if (entry === undefined) {
        const uri = monaco.Uri.from({ scheme: 'studio', path: `/${path}` });
        monaco.editor.getModel(uri)?.dispose();
        const text = textOf(workspace.getState().document.files, path);
        const model = monaco.createModel(text, uri);
        model.onDidChangeContent(() => {
          if (!syncing) workspace.edit(path, model.getValue());
        });
        entry = { model, view: null };
        models.set(path, entry);
      }
      return entry;
    };
    const show = (path: string): void => {
      if (path === shown) return;
      const before = models.get(shown);
      if (before !== undefined) before.view = created.saveViewState();
      shown = path;
      const { model, view } = modelOf(path);
      created.setModel(model);
      if (view !== null) created.restoreViewState(view);
      created.updateOptions({ ariaLabel: `YAML of ${path}. Escape, then Tab, leaves it.` });
    };
    // What changed elsewhere (undo, a fix, a form) is written into the models as the smallest change.
    const sync = (): void => {
      const { document, active } = workspace.getState();
      syncing = true;
      for (const [path, { model }] of models) {
        const file = document.files.find((one) => one.path === path);
        if (file === undefined) {
          if (path === shown) created.setModel(null);
          if (path === shown) shown = '';
          model.dispose();
          models.delete(path);
          continue;
        }
        const before = model.getValue();
        if (before === file.text) continue;
        const { start, end, text } = changeBetween(before, file.text);
        const [from, to] = [model.getPositionAt(start), model.getPositionAt(end)];
        model.applyEdits([{ range: monaco.Range.fromPositions(from, to), text }]);
        if (path === shown && created.hasTextFocus())
          created.setPosition(model.getPositionAt(start + text.length));
      }
      syncing = false;
      show(active);
    };
    sync();
    const stop = workspace.subscribe((state, before) => {
      if (state.document !== before.document || state.active !== before.active) sync();
      if (state.reveal !== before.reveal && state.reveal !== undefined) {
        const { line, column, endLine, endColumn } = state.reveal;
        show(state.active);
        created.revealLineInCenterIfOutsideViewport(line);
        const whole = endLine - line > 2;
        created.setSelection(
          whole
            ? new monaco.Range(line, column, line, column)
            : new monaco.Range(line, column, endLine, endColumn),
        );
        created.focus();
      }
    });
    const wish = workspace.getState().reveal;
    if (wish !== undefined && wish.file === shown) created.revealLineInCenterIfOutsideViewport(wish.line);
    const model = created.getModel();
    const at = caret.current;
    if (at !== undefined && model !== null) {
      created.setSelection(
        monaco.Range.fromPositions(model.getPositionAt(at.start), model.getPositionAt(at.end)),
      );
      created.setScrollTop(at.top);
      created.focus();
    }
    setEditor(created);
    return () => {
      stop();
      setEditor(undefined);
      created.dispose();
      for (const { model: old } of models.values()) old.dispose();
    };
  }, [monaco, workspace, caret]);

  return (
    <>
      <div className={stale ? 'monaco-host stale' : 'monaco-host'} ref={host} />
      {editor !== undefined && <Decorations monaco={monaco} editor={editor} />}
    </>
  );
}

/** Problems, computed text, and the lines that the moment is about. */
function Decorations({ monaco, editor }: { readonly monaco: Monaco; readonly editor: Editor }) {
  const { run, workspace, services } = useStudio();
  const active = useStore(workspace, (state) => state.active);
  const text = useStore(workspace, (state) => textOf(state.document.files, state.active));
  const diagnostics = useStore(run, (state) => state.diagnostics);
  const trace = useStore(run, (state) => state.trace);
  const playhead = usePresent();
  const [marks, setMarks] = useState<readonly (LineMark & { readonly place: SourceLocation })[]>([]);

  useEffect(() => {
    if (trace === undefined) {
      setMarks([]);
      return undefined;
    }
    let gone = false;
    const wanted = lineMarksAt(trace, playhead).filter((mark) => mark.at.file === active);
    void Promise.all(
      wanted.map(async (mark) => {
        const place = await services.locate(mark.at, mark.part).catch(() => undefined);
        return place === undefined ? [] : [{ ...mark, place }];
      }),
    ).then((found) => gone || setMarks(found.flat()));
    return () => {
      gone = true;
    };
  }, [trace, playhead, active, services]);

  useEffect(() => {
    const own = diagnostics.flatMap((one) =>
      one.location?.file === active ? [{ ...one, location: one.location }] : [],
    );
    const collection = editor.createDecorationsCollection([
      ...computed(monaco, text),
      ...own.flatMap((problem) => problemDecorations(monaco, problem)),
      ...marks.map((mark) => lineDecoration(monaco, mark)),
    ]);
    return () => collection.clear();
  }, [monaco, editor, diagnostics, active, text, marks]);
  return null;
}

const COMPUTED = /\{\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\}/g;
/** Longer files are not searched for computed text: typing must stay quick. */
const MAX_SEARCHED = 300_000;

/** `{{ … }}`: the only text that has a colour of its own. */
function computed(monaco: Monaco, text: string): readonly Decoration[] {
  if (text.length > MAX_SEARCHED) return [];
  const found: Decoration[] = [];
  text.split('\n').forEach((line, index) => {
    if (!line.includes('{{') || /^\s*#/.test(line)) return;
    for (const match of line.matchAll(COMPUTED)) {
      const range = new monaco.Range(
        index + 1,
        match.index + 1,
        index + 1,
        match.index + 1 + match[0].length,
      );
      found.push({ range, options: { inlineClassName: 'computed' } });
    }
  });
  return found;
}

function problemDecorations(
  monaco: Monaco,
  problem: Diagnostic & { readonly location: SourceLocation },
): readonly Decoration[] {
  const { location, severity } = problem;
  const role = { error: 'error', refused: 'deny', warning: 'warn', advice: 'warn' }[severity];
  const wide = location.endLine > location.line;
  const end = wide
    ? { line: location.line, column: Number.MAX_SAFE_INTEGER }
    : { line: location.endLine, column: Math.max(location.endColumn, location.column + 1) };
  const range = new monaco.Range(location.line, location.column, end.line, end.column);
  const hover = {
    value: problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`,
  };
  if (severity === 'advice')
    return [{ range, options: { inlineClassName: 'wave warn', hoverMessage: hover } }];
  return [
    { range, options: { inlineClassName: `wave ${role}`, hoverMessage: hover } },
    noted(monaco, location.line, `line-${role}`, problem.note ?? shorten(problem.message), role),
  ];
}

function lineDecoration(monaco: Monaco, mark: LineMark & { readonly place: SourceLocation }): Decoration {
  const role = mark.kind === 'running' ? 'thread' : mark.kind;
  return noted(monaco, mark.place.line, `line-${role}`, mark.note, role);
}

/** A stripe, a tint and a few words at the line's end. */
function noted(monaco: Monaco, line: number, className: string, note: string, role: string): Decoration {
  return {
    range: new monaco.Range(line, 1, line, Number.MAX_SAFE_INTEGER),
    options: {
      isWholeLine: true,
      className,
      marginClassName: `stripe ${role}`,
      after: { content: `  ${note}`, inlineClassName: `line-note ${role}` },
    },
  };
}

const shorten = (text: string): string => (text.length > 44 ? `${text.slice(0, 42)}…` : text);
