import type { IDisposable, IRange } from 'monaco-editor/editor/editor.api';
import { type Json, LATEST_KYVERNO, withParts } from '../../src/index.ts';
import type { Studio } from '../stores/studio.ts';
import type { Model } from './monaco.ts';
import { documentAround } from './schema/caret-place.ts';
import { checkFiles, notToldYet } from './schema/check-files.ts';
import { type Completion, completionsAt } from './schema/complete.ts';
import { hoverAt, literally } from './schema/hover.ts';
import { SchemaLibrary } from './schema/library.ts';
import './schemas.css';

type Monaco = typeof import('./monaco.ts');

/** A check waits until the typing rests for so long, milliseconds. */
const CHECK_PAUSE = 120;

const library = new SchemaLibrary(async (file) => {
  const answer = await fetch(new URL(`schemas/${file}`, document.baseURI));
  if (!answer.ok) throw new Error(`The schemas could not be loaded (${answer.status}).`);
  return (await answer.json()) as Json;
});

/** Completion, hover and checks by schemas, from now until the returned function is called. */
export function startSchemas(monaco: Monaco, studio: Pick<Studio, 'workspace' | 'run'>): () => void {
  const stops = [completeBySchemas(monaco), hoverBySchemas(monaco)];
  const stopChecks = checkBySchemas(studio);
  return () => {
    for (const stop of stops) stop.dispose();
    stopChecks();
  };
}

/** The document at an offset names the kinds that are needed; without a network there are no schemas, and nothing is said. */
async function loadFor(text: string, offset: number): Promise<void> {
  const { start, end } = documentAround(text, offset);
  await library.load([text.slice(start, end)]).catch(() => false);
}

function completeBySchemas(monaco: Monaco): IDisposable {
  return monaco.languages.registerCompletionItemProvider('yaml', {
    triggerCharacters: ['\n', ' ', ':', '-', '(', '{', '[', ','],
    provideCompletionItems: async (model, position) => {
      const text = model.getValue();
      const offset = model.getOffsetAt(position);
      await loadFor(text, offset);
      if (model.isDisposed() || model.getValue() !== text) return { suggestions: [] };
      return {
        suggestions: completionsAt(text, offset, library).map((one) => itemOf(monaco, model, one)),
      };
    },
  });
}

function itemOf(monaco: Monaco, model: Model, one: Completion) {
  const { CompletionItemKind, CompletionItemInsertTextRule, CompletionItemTag } = monaco.languages;
  const kind = {
    field: CompletionItemKind.Property,
    value: CompletionItemKind.Value,
    kind: CompletionItemKind.Class,
    structure: CompletionItemKind.Snippet,
  }[one.kind];
  return {
    label: { label: one.label, description: one.detail },
    kind,
    insertText: one.insert,
    // The snippet is indented already: Monaco would count from the line's first dash.
    insertTextRules:
      CompletionItemInsertTextRule.InsertAsSnippet | CompletionItemInsertTextRule.KeepWhitespace,
    range: rangeOf(model, one),
    documentation: { value: literally(one.documentation) },
    sortText: `${one.rank} ${one.label}`,
    ...(one.deprecated ? { tags: [CompletionItemTag.Deprecated] } : {}),
    ...(one.also === undefined
      ? {}
      : { additionalTextEdits: [{ range: rangeOf(model, one.also), text: one.also.text }] }),
    ...(one.goesOn ? { command: { id: 'editor.action.triggerSuggest', title: 'Suggest' } } : {}),
  };
}

function rangeOf(model: Model, { start, end }: { readonly start: number; readonly end: number }): IRange {
  const [from, to] = [model.getPositionAt(start), model.getPositionAt(end)];
  return {
    startLineNumber: from.lineNumber,
    startColumn: from.column,
    endLineNumber: to.lineNumber,
    endColumn: to.column,
  };
}

function hoverBySchemas(monaco: Monaco): IDisposable {
  return monaco.languages.registerHoverProvider('yaml', {
    provideHover: async (model, position) => {
      const text = model.getValue();
      const offset = model.getOffsetAt(position);
      await loadFor(text, offset);
      if (model.isDisposed() || model.getValue() !== text) return undefined;
      const hover = hoverAt(text, offset, library);
      return (
        hover && { range: rangeOf(model, hover), contents: hover.paragraphs.map((value) => ({ value })) }
      );
    },
  });
}

/** Tells the run's store what the schemas have against the present text, once the typing rests. */
function checkBySchemas({ workspace, run }: Pick<Studio, 'workspace' | 'run'>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const check = async (): Promise<void> => {
    const { files, version } = workspace.getState().document;
    await library.load(files.map(({ text }) => text)).catch(() => false);
    const found = await withParts(() => checkFiles(files, version ?? LATEST_KYVERNO, library));
    if (isOver || workspace.getState().document.files !== files) return;
    run.saidBeside((told) => notToldYet(found, told));
  };
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void check(), CHECK_PAUSE);
  };
  const stop = workspace.subscribe((state, before) => {
    const [now, then] = [state.document, before.document];
    if (now.files !== then.files || now.version !== then.version) wait();
  });
  wait();
  return () => {
    isOver = true;
    clearTimeout(timer);
    stop();
  };
}
