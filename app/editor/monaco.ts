import {
  Emitter,
  editor,
  KeyCode,
  languages,
  MarkerSeverity,
  Range,
  Uri,
} from 'monaco-editor/editor/editor.api';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import 'monaco-editor/editor/contrib/suggest/browser/suggestController';
import 'monaco-editor/features/bracketMatching/register';
import 'monaco-editor/features/caretOperations/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codelens/register';
import 'monaco-editor/features/comment/register';
import 'monaco-editor/features/find/register';
import 'monaco-editor/features/folding/register';
import 'monaco-editor/features/hover/register';
import 'monaco-editor/features/indentation/register';
import 'monaco-editor/features/linesOperations/register';
import 'monaco-editor/features/multicursor/register';
import 'monaco-editor/features/snippet/register';
import 'monaco-editor/features/wordOperations/register';

// Everything of Monaco that the studio uses, in one chunk that comes after the first picture.
globalThis.MonacoEnvironment = { getWorker: () => new EditorWorker() };

languages.register({ id: 'yaml', extensions: ['.yaml', '.yml'], aliases: ['YAML'] });
languages.setLanguageConfiguration('yaml', {
  comments: { lineComment: '#' },
  brackets: [
    ['{', '}'],
    ['[', ']'],
  ],
  autoClosingPairs: [
    { open: '{', close: '}' },
    { open: '[', close: ']' },
    { open: '"', close: '"', notIn: ['string'] },
    { open: "'", close: "'", notIn: ['string', 'comment'] },
  ],
  folding: { offSide: true },
  onEnterRules: [{ beforeText: /:\s*$/, action: { indentAction: languages.IndentAction.Indent } }],
});
// Keys, values, comments: no more is told apart, since colour belongs to verdicts and to what is computed.
languages.setMonarchTokensProvider('yaml', {
  tokenizer: {
    root: [
      [/^(---|\.\.\.)\s*$/, 'separator'],
      [/(^|\s)#.*$/, 'comment'],
      [/("(?:[^"\\]|\\.)*"|'[^']*'|[\w$./~()*?-][^\s:{}[\],]*)(?=\s*:(?:\s|$))/, 'key'],
      [/[:{}[\],?-]/, 'punctuation'],
      [/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/, 'value'],
      [/[^\s:{}[\],#"']+/, 'value'],
      [/\s+|./, ''],
    ],
  },
});

/** Defines and sets the theme from the page's tokens. */
export function applyTheme(theme: 'light' | 'dark'): void {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => sixDigits(style.getPropertyValue(`--${name}`).trim());
  const rule = (name: string, colour: string) => ({ token: name, foreground: token(colour).slice(1) });
  editor.defineTheme('studio', {
    base: theme === 'dark' ? 'vs-dark' : 'vs',
    inherit: false,
    rules: [
      rule('', 'ink2'),
      rule('key', 'ink'),
      rule('value', 'ink2'),
      rule('punctuation', 'ink2'),
      rule('separator', 'ink3'),
      rule('comment', 'ink3'),
    ],
    colors: {
      'editor.background': token('code'),
      'editor.foreground': token('ink2'),
      'editorLineNumber.foreground': token('ink3'),
      'editorLineNumber.activeForeground': token('ink'),
      'editorCodeLens.foreground': token('ink3'),
      'editorCursor.foreground': token('ink'),
      'editor.selectionBackground': token('tint-thread'),
      'editor.inactiveSelectionBackground': token('tint-skip'),
      'editor.lineHighlightBackground': token('code'),
      'editor.lineHighlightBorder': token('code'),
      'editorIndentGuide.background1': token('line'),
      'editorIndentGuide.activeBackground1': token('line2'),
      'editorBracketMatch.background': token('tint-thread'),
      'editorBracketMatch.border': token('line2'),
      'editorWidget.background': token('sheet'),
      'editorWidget.foreground': token('ink'),
      'editorWidget.border': token('line2'),
      'editorHoverWidget.background': token('sheet'),
      'editorHoverWidget.border': token('line2'),
      'editorSuggestWidget.background': token('sheet'),
      'editorSuggestWidget.border': token('line2'),
      'editorSuggestWidget.foreground': token('ink'),
      'editorSuggestWidget.highlightForeground': token('thread'),
      'editorSuggestWidget.focusHighlightForeground': token('thread'),
      'editorSuggestWidget.selectedBackground': token('tint-thread'),
      'editorSuggestWidget.selectedForeground': token('ink'),
      'editorSuggestWidgetStatus.foreground': token('ink2'),
      'editor.hoverHighlightBackground': token('tint-thread'),
      'list.hoverBackground': token('tint-skip'),
      'textCodeBlock.background': token('tint-skip'),
      'textLink.foreground': token('thread'),
      'textLink.activeForeground': token('thread'),
      'editor.snippetTabstopHighlightBackground': token('tint-thread'),
      'input.background': token('sheet'),
      'input.foreground': token('ink'),
      'input.border': token('line2'),
      'inputOption.activeBackground': token('tint-thread'),
      'inputOption.activeForeground': token('ink'),
      focusBorder: token('thread'),
      'editor.findMatchBackground': token('tint-warn'),
      'editor.findMatchHighlightBackground': token('tint-warn'),
      'editorError.foreground': token('error'),
      'editorWarning.foreground': token('deny'),
      'editorInfo.foreground': token('warn'),
      'editorHint.foreground': token('warn'),
      'scrollbarSlider.background': `${token('ink3')}40`,
      'scrollbarSlider.hoverBackground': `${token('ink3')}70`,
      'scrollbarSlider.activeBackground': `${token('ink3')}90`,
      'editorGutter.background': token('code'),
      'editorOverviewRuler.border': token('code'),
    },
  });
  editor.setTheme('studio');
}

/** Monaco takes `#rrggbb` alone; in forced colours the tokens are system colours, which only the browser knows. */
function sixDigits(colour: string): string {
  if (/^#[\da-f]{6}$/i.test(colour)) return colour;
  const probe = document.createElement('span');
  probe.style.color = colour;
  probe.style.setProperty('forced-color-adjust', 'none');
  document.body.append(probe);
  const channels = getComputedStyle(probe).color.match(/\d+(?:\.\d+)?/g) ?? [];
  probe.remove();
  return `#${[0, 1, 2]
    .map((at) =>
      Math.round(Number(channels[at] ?? 0))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** A file's text in the editor; its brackets have no colours of their own. */
export function createModel(text: string, uri: Uri): editor.ITextModel {
  const model = editor.createModel(text, 'yaml', uri);
  model.updateOptions({
    bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
  });
  return model;
}

/** An editor in the studio's type and manner. */
export function createEditor(host: HTMLElement): editor.IStandaloneCodeEditor {
  const created = editor.create(host, {
    model: null,
    theme: 'studio',
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    fontSize: 12.2,
    lineHeight: 19,
    fontLigatures: false,
    minimap: { enabled: false },
    bracketPairColorization: { enabled: false },
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    scrollBeyondLastLine: false,
    automaticLayout: true,
    renderLineHighlight: 'none',
    lineNumbersMinChars: 3,
    lineDecorationsWidth: 12,
    glyphMargin: false,
    codeLens: true,
    codeLensFontFamily: getComputedStyle(document.documentElement).getPropertyValue('--sans'),
    codeLensFontSize: 11,
    folding: true,
    showFoldingControls: 'mouseover',
    padding: { top: 6, bottom: 6 },
    tabSize: 2,
    insertSpaces: true,
    detectIndentation: false,
    wordBasedSuggestions: 'off',
    quickSuggestions: { other: true, comments: false, strings: true },
    // After the trace of the key press is painted.
    quickSuggestionsDelay: 100,
    // A line break stays one: only what was asked for, or typed at, is chosen beforehand.
    suggest: { selectionMode: 'whenQuickSuggestion', showIcons: false, showWords: false, preview: false },
    acceptSuggestionOnEnter: 'smart',
    acceptSuggestionOnCommitCharacter: false,
    suggestLineHeight: matchMedia('(max-width: 600px)').matches ? 44 : 22,
    suggestFontSize: 12,
    contextmenu: false,
    occurrencesHighlight: 'off',
    selectionHighlight: false,
    renderWhitespace: 'none',
    guides: { indentation: false },
    scrollbar: { verticalScrollbarSize: 9, horizontalScrollbarSize: 9, useShadows: false },
    stickyScroll: { enabled: false },
    unicodeHighlight: { ambiguousCharacters: false },
    accessibilitySupport: 'auto',
    ariaLabel: 'YAML',
    // Tab indents, until Escape: see `leaveByEscape`.
    tabFocusMode: false,
    fixedOverflowWidgets: true,
  });
  leaveByEscape(created);
  return created;
}

/** Escape, then Tab, leaves the editor: it must not hold a person who has only keys (WCAG 2.1.2). */
function leaveByEscape(created: editor.IStandaloneCodeEditor): void {
  const moves = (tabFocusMode: boolean): void => created.updateOptions({ tabFocusMode });
  created.onKeyDown(({ keyCode }) => {
    if (keyCode === KeyCode.Escape) moves(true);
    else if (keyCode !== KeyCode.Tab && keyCode !== KeyCode.Shift) moves(false);
  });
  created.onDidBlurEditorText(() => moves(false));
}

export type Editor = editor.IStandaloneCodeEditor;
export type Model = editor.ITextModel;
export type Decoration = editor.IModelDeltaDecoration;
export { Emitter, editor, KeyCode, languages, MarkerSeverity, Range, Uri };
