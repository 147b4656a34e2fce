import type { Json, JsonObject } from '../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../base/json.ts';
import { lineStartAt } from '../base/lines.ts';
import type { TextRange } from '../manifest/diagnostic.ts';
import type { ParsedFile, TextFile } from '../manifest/manifest.ts';
import { parseFile } from '../manifest/parse.ts';
import { type EditableTest, formatCommand, isInline, readSteps, type StepSlot } from './editable-steps.ts';
import type { ScriptCommand } from './script-lines.ts';
import { virtualName } from './step-parts.ts';
import {
  applyEdits,
  type BlockItem,
  blockItem,
  formatItem,
  formatScalar,
  reindent,
  type TextEdit,
  toBlockStyle,
} from './step-text.ts';

/** A step to be written. */
export type NewStep =
  | { readonly kind: 'wait'; readonly duration: string }
  | { readonly kind: 'kubectl'; readonly command: string }
  | {
      readonly kind: 'file';
      readonly operation: 'apply' | 'create' | 'update' | 'delete';
      readonly file: string;
    }
  | {
      readonly kind: 'resource';
      readonly operation: 'apply' | 'create' | 'update' | 'patch';
      readonly resource: JsonObject;
    };

/** One change of the list of steps. Positions are those of {@link readSteps}. */
export type StepChange =
  | { readonly type: 'add'; readonly at: number; readonly step: NewStep; readonly name?: string }
  | { readonly type: 'remove'; readonly index: number }
  /** `to`: position that it has afterwards. */
  | { readonly type: 'move'; readonly index: number; readonly to: number }
  | { readonly type: 'set-duration'; readonly index: number; readonly duration: string }
  | { readonly type: 'set-command'; readonly index: number; readonly command: string }
  | { readonly type: 'set-file'; readonly index: number; readonly file: string }
  | {
      readonly type: 'set-operation';
      readonly index: number;
      readonly operation: 'apply' | 'create' | 'update' | 'delete';
    }
  | { readonly type: 'set-dry-run'; readonly index: number; readonly dryRun: boolean }
  | {
      readonly type: 'set-user';
      readonly index: number;
      readonly username: string | undefined;
      readonly groups?: readonly string[];
    };

export interface StepEdits {
  readonly edits: readonly TextEdit[];
  /** Files that come into being (an inline object that another user is to create). */
  readonly files: readonly TextFile[];
}

const NOTHING: StepEdits = { edits: [], files: [] };

/**
 * The edits that make one change of the steps in the text of a Test, and touch nothing else: comments and layout of all
 * other steps stay. A step in flow style makes the Test block style first. A change that cannot be makes no edit.
 */
export function writeStep(
  file: ParsedFile,
  change: StepChange,
  all: readonly ParsedFile[] = [file],
): StepEdits {
  const test = readSteps(file, all);
  if (test === undefined) return NOTHING;
  const direct = new Writer(file, test, all).write(change);
  if (direct !== undefined) return direct;
  const text = toBlockStyle(file.file.text);
  const block = parseFile({ path: file.file.path, text });
  const again = readSteps(block, [...all.filter((other) => other !== file), block]);
  const edits = again === undefined ? undefined : new Writer(block, again, all).write(change);
  if (edits === undefined) return NOTHING;
  const whole = { start: 0, end: file.file.text.length };
  const rewritten = { file: file.file.path, range: whole, text: applyEdits(text, edits.edits) };
  return { edits: [rewritten], files: edits.files };
}

class Writer {
  readonly #file: ParsedFile;
  readonly #test: EditableTest;
  readonly #all: readonly ParsedFile[];

  constructor(file: ParsedFile, test: EditableTest, all: readonly ParsedFile[]) {
    this.#file = file;
    this.#test = test;
    this.#all = all;
  }

  /** Undefined: the text must be in block style first. */
  write(change: StepChange): StepEdits | undefined {
    if (change.type === 'add')
      return this.#edits(this.#insert(change.at, newItem(change.step), change.name ?? ''));
    const slot = this.#test.steps[change.index];
    if (slot === undefined) return NOTHING;
    switch (change.type) {
      case 'remove':
        return this.#edits(this.#remove(slot));
      case 'move':
        return this.#edits(this.#move(slot, change.to));
      case 'set-duration':
        return slot.written === 'sleep'
          ? this.#edits(this.#scalar(slot, 'duration', change.duration))
          : NOTHING;
      case 'set-file':
        return this.#setFile(slot, change.file);
      case 'set-command':
        return slot.written === 'script'
          ? this.#edits(this.#setLine(slot, change.command))
          : this.#toScript(slot, change.command, []);
      case 'set-operation':
        return this.#setOperation(slot, change.operation);
      case 'set-dry-run':
        return this.#setDryRun(slot, change.dryRun);
      case 'set-user':
        return this.#setUser(slot, change.username, change.groups ?? []);
    }
  }

  #edits(edits: readonly Omit<TextEdit, 'file'>[] | undefined): StepEdits | undefined {
    if (edits === undefined) return undefined;
    return { edits: edits.map((edit) => ({ ...edit, file: this.#file.file.path })), files: [] };
  }

  get #text(): string {
    return this.#file.file.text;
  }

  get #steps(): readonly StepSlot[] {
    return this.#test.steps;
  }

  #range(slot: StepSlot, ...path: readonly (string | number)[]): TextRange {
    return this.#test.test.document.locate([...slot.path, ...path]).range;
  }

  #operationItem(slot: StepSlot): BlockItem | undefined {
    return blockItem(this.#text, this.#range(slot));
  }

  #stepItem(step: number): BlockItem | undefined {
    return blockItem(this.#text, this.#test.test.document.locate(['spec', 'steps', step]).range);
  }

  /** Whether the step of the Test holds nothing but this. */
  #isAlone(slot: StepSlot): boolean {
    const { step } = slot.operationOf;
    const entries = getList(this.#test.test.document.value, 'spec', 'steps', step, 'try');
    return entries.length === 1 && slot.commands.length <= 1;
  }

  #remove(slot: StepSlot): readonly Omit<TextEdit, 'file'>[] | undefined {
    if (slot.commands.length > 1) return this.#setContent(slot, withoutCommand(contentOf(slot), slot));
    const item = this.#isAlone(slot) ? this.#stepItem(slot.operationOf.step) : this.#operationItem(slot);
    if (item === undefined) return undefined;
    const isLast =
      this.#isAlone(slot) && getList(this.#test.test.document.value, 'spec', 'steps').length === 1;
    return [{ range: item.range, text: isLast ? `${' '.repeat(item.indent)}[]\n` : '' }];
  }

  #move(slot: StepSlot, to: number): readonly Omit<TextEdit, 'file'>[] | undefined {
    const position = Math.max(0, Math.min(to, this.#steps.length - 1));
    if (position === slot.index) return [];
    const before = position > slot.index ? position + 1 : position;
    const target = this.#steps[before];
    if (slot.commands.length > 1) {
      const item = { script: { content: `${slot.command}\n` } };
      const inserted = this.#insert(before, item, '');
      const removed = this.#remove(slot);
      // Inside its own script the two changes are one.
      if (target !== undefined && target.operationOf === slot.operationOf)
        return this.#setContent(slot, movedCommand(contentOf(slot), slot, target));
      return inserted && removed && [...inserted, ...removed];
    }
    const whole = this.#isAlone(slot) && this.#isStepStart(target);
    const item = whole ? this.#stepItem(slot.operationOf.step) : this.#operationItem(slot);
    const removed = this.#remove(slot);
    if (item === undefined || removed === undefined) return undefined;
    const block =
      this.#commentsOfStep(slot, whole) + withBreak(this.#text.slice(item.range.start, item.range.end));
    const inserted = this.#insertBlock(before, block, item.indent, whole, slot);
    return inserted && [...inserted, ...removed];
  }

  /** Comments above a step of the Test that goes because its only operation moves into another step. */
  #commentsOfStep(slot: StepSlot, whole: boolean): string {
    const step = whole || !this.#isAlone(slot) ? undefined : this.#stepItem(slot.operationOf.step);
    const operation = this.#operationItem(slot);
    if (step === undefined || operation === undefined) return '';
    return reindent(this.#text.slice(step.range.start, step.dash), operation.indent - step.indent);
  }

  /** Whether a new step of the Test can stand right before the slot; the end counts. */
  #isStepStart(slot: StepSlot | undefined): boolean {
    if (slot === undefined) return true;
    return slot.operationOf.path.at(-1) === 0 && slot.line === 0;
  }

  #insert(at: number, item: JsonObject, name: string): readonly Omit<TextEdit, 'file'>[] | undefined {
    const target = this.#steps[Math.max(0, at)];
    if (!this.#isStepStart(target)) return this.#insertBlock(at, formatItem(item, 0), 0, false);
    const step = { ...(name === '' ? {} : { name }), try: [item] };
    return this.#insertBlock(at, formatItem(step, 0), 0, true);
  }

  /** Puts lines before a position, as a step of the Test or as an operation within one. */
  #insertBlock(
    at: number,
    block: string,
    indent: number,
    whole: boolean,
    from?: StepSlot,
  ): readonly Omit<TextEdit, 'file'>[] | undefined {
    const target = this.#steps[Math.max(0, at)];
    if (target === undefined) return this.#append(block, indent, whole, from);
    if (target.line > 0) return this.#split(target, block, indent);
    // The dash of the item alone: comments above the target stay with the target.
    const item = whole ? this.#stepItem(target.operationOf.step) : this.#operationItem(target);
    if (item === undefined) return undefined;
    const { start } = item.range;
    const lines = whole || !this.#isStepStart(target) ? reindent(block, item.indent - indent) : undefined;
    if (lines !== undefined) return [{ range: { start, end: start }, text: lines }];
    const step = this.#stepItem(target.operationOf.step);
    if (step === undefined) return undefined;
    return [
      { range: { start: step.range.start, end: step.range.start }, text: asStep(block, indent, step.indent) },
    ];
  }

  #append(
    block: string,
    indent: number,
    whole: boolean,
    from?: StepSlot,
  ): readonly Omit<TextEdit, 'file'>[] | undefined {
    const { document } = this.#test.test;
    const count = getList(document.value, 'spec', 'steps').length;
    const last = count === 0 ? undefined : this.#stepItem(count - 1);
    if (last === undefined) return count === 0 && from === undefined ? this.#firstStep(block) : undefined;
    const text = whole ? reindent(block, last.indent - indent) : asStep(block, indent, last.indent);
    const { end } = last.range;
    const glue = this.#text.slice(0, end).endsWith('\n') ? '' : '\n';
    return [{ range: { start: end, end }, text: glue + text }];
  }

  /** The first step of a Test that has `steps: []`, an empty `steps:`, or none. */
  #firstStep(block: string): readonly Omit<TextEdit, 'file'>[] | undefined {
    const { document } = this.#test.test;
    const spec = get(document.value, 'spec');
    if (!isObject(spec)) return undefined;
    const keys = Object.keys(spec);
    if (keys.includes('steps')) {
      const key = document.locate(['spec', 'steps'], 'key');
      const value = document.locate(['spec', 'steps']);
      const end = Math.max(value.range.end, key.range.end + 1);
      const text = `steps:\n${reindent(block, key.column + 1)}`.trimEnd();
      return [{ range: { start: key.range.start, end }, text }];
    }
    const first = document.locate(['spec', keys[0] ?? ''], 'key');
    if (keys.length === 0) return undefined;
    const indent = ' '.repeat(first.column - 1);
    const at = first.range.start;
    const text = `steps:\n${reindent(block, first.column + 1)}${indent}`;
    return [{ range: { start: at, end: at }, text }];
  }

  /** Puts an operation between two lines of a script: the script becomes two. */
  #split(target: StepSlot, block: string, indent: number): readonly Omit<TextEdit, 'file'>[] | undefined {
    const item = this.#operationItem(target);
    const begin = target.commands[target.line]?.start ?? 0;
    if (item === undefined) return undefined;
    const content = contentOf(target);
    const rest = (text: string): string =>
      formatItem({ script: { ...target.operationOf.body, content: `${text.trim()}\n` } }, item.indent);
    const comments = this.#text.slice(item.range.start, item.dash);
    const text =
      rest(content.slice(0, begin)) + reindent(block, item.indent - indent) + rest(content.slice(begin));
    return [{ range: item.range, text: comments + text }];
  }

  #scalar(slot: StepSlot, key: string, value: string): readonly Omit<TextEdit, 'file'>[] {
    return [{ range: this.#range(slot, slot.written, key), text: formatScalar(value) }];
  }

  #setFile(slot: StepSlot, file: string): StepEdits | undefined {
    if (slot.written === 'script') {
      const words = wordsOf(slot);
      const at = words.findIndex((word) => word.text === '-f' || word.text === '--filename');
      const word = words[at + 1];
      if (at < 0 || word === undefined) return NOTHING;
      const content = contentOf(slot);
      return this.#edits(
        this.#setContent(slot, content.slice(0, word.start) + file + content.slice(word.end)),
      );
    }
    return slot.file === undefined ? NOTHING : this.#edits(this.#scalar(slot, 'file', file));
  }

  #setLine(slot: StepSlot, command: string): readonly Omit<TextEdit, 'file'>[] | undefined {
    const old = slot.commands[slot.line];
    const content = contentOf(slot);
    if (old === undefined) return [];
    return this.#setContent(slot, content.slice(0, old.start) + command + content.slice(old.end));
  }

  /** Writes a script's content anew, in a block if it is one or needs one. */
  #setContent(slot: StepSlot, content: string): readonly Omit<TextEdit, 'file'>[] {
    const range = this.#range(slot, 'script', 'content');
    const old = this.#text.slice(range.start, range.end);
    const isBlock = /^[|>]/.test(old);
    if (!isBlock && !content.trimEnd().includes('\n'))
      return [{ range, text: formatScalar(content.trimEnd()) }];
    const key = this.#test.test.document.locate([...slot.path, 'script', 'content'], 'key');
    const indent = ' '.repeat(key.column + 1);
    const lines = content
      .trimEnd()
      .split('\n')
      .map((line) => (line === '' ? '' : indent + line));
    return [{ range, text: `|\n${lines.join('\n')}` }];
  }

  #setOperation(slot: StepSlot, operation: 'apply' | 'create' | 'update' | 'delete'): StepEdits | undefined {
    if (slot.written === 'script') {
      const verb = wordsOf(slot)[1];
      if (verb === undefined || slot.file === undefined) return NOTHING;
      const content = contentOf(slot);
      const word = operation === 'update' ? 'replace' : operation;
      return this.#edits(
        this.#setContent(slot, content.slice(0, verb.start) + word + content.slice(verb.end)),
      );
    }
    if (slot.written === 'sleep' || slot.written === 'command' || slot.written === operation) return NOTHING;
    if (operation === 'delete' && isInline(slot)) return this.#replace(slot, deletion(slot));
    if (slot.written === 'delete' && slot.file === undefined) return NOTHING;
    const key = this.#test.test.document.locate([...slot.path, slot.written], 'key').range;
    const edits = [{ range: key, text: operation }];
    const dryRun = operation === 'delete' ? this.#dropDryRun(slot) : [];
    return this.#edits([...edits, ...dryRun]);
  }

  #setDryRun(slot: StepSlot, dryRun: boolean): StepEdits | undefined {
    if (slot.dryRun === dryRun || slot.written === 'sleep') return NOTHING;
    if (slot.written === 'script') {
      const content = contentOf(slot);
      const changed = dryRun
        ? withWords(content, slot, [], ['--dry-run=server'])
        : withWords(content, slot, ['--dry-run'], []);
      return this.#edits(this.#setContent(slot, changed));
    }
    if (slot.written === 'delete' || slot.written === 'command')
      return this.#toScript(slot, `${slot.command} --dry-run=server`, []);
    if (!dryRun) return this.#edits(this.#dropDryRun(slot));
    const [first] = Object.keys(slot.operationOf.body);
    if (first === undefined) return NOTHING;
    const key = this.#test.test.document.locate([...slot.path, slot.written, first], 'key');
    if (this.#text.slice(key.range.start - key.column + 1, key.range.start).trim() !== '') return undefined;
    const { start } = key.range;
    const text = `dryRun: true\n${' '.repeat(key.column - 1)}`;
    return this.#edits([{ range: { start, end: start }, text }]);
  }

  /** Takes the line `dryRun: …` out. */
  #dropDryRun(slot: StepSlot): readonly Omit<TextEdit, 'file'>[] {
    if (get(slot.operationOf.body, 'dryRun') === undefined) return [];
    const key = this.#test.test.document.locate([...slot.path, slot.written, 'dryRun'], 'key');
    const start = key.range.start - key.column + 1;
    if (this.#text.slice(start, key.range.start).trim() !== '')
      return [{ range: this.#range(slot, slot.written, 'dryRun'), text: 'false' }];
    const end = this.#text.indexOf('\n', key.range.end);
    return [{ range: { start, end: end < 0 ? this.#text.length : end + 1 }, text: '' }];
  }

  #setUser(slot: StepSlot, username: string | undefined, groups: readonly string[]): StepEdits | undefined {
    if (slot.written === 'sleep') return NOTHING;
    const words =
      username === undefined || username === ''
        ? []
        : ['--as', username, ...groups.flatMap((group) => ['--as-group', group])];
    if (slot.written === 'script') {
      const changed = withWords(contentOf(slot), slot, ['--as', '--as-group'], words);
      return this.#edits(this.#setContent(slot, changed));
    }
    if (words.length === 0) return NOTHING;
    if (!isInline(slot) || slot.written === 'patch')
      return this.#toScript(slot, `${slot.command} ${formatCommand(words).slice('kubectl '.length)}`, []);
    return this.#inlineToScript(slot, words);
  }

  /** kubectl needs the object in a file of its own. */
  #inlineToScript(slot: StepSlot, words: readonly string[]): StepEdits | undefined {
    const resource = getObject(slot.operationOf.body, 'resource');
    const path = this.#freeName(virtualName(resource));
    const text = formatItem(resource, 0).replace(/^- /, '  ').replace(/^ {2}/gm, '');
    const dryRun = slot.dryRun ? ['--dry-run=server'] : [];
    const verb = slot.written === 'update' ? 'replace' : slot.written;
    return this.#toScript(slot, formatCommand([verb, '-f', path, ...dryRun, ...words]), [{ path, text }]);
  }

  #freeName(name: string): string {
    const taken = new Set(this.#all.map((parsed) => parsed.file.path));
    for (let n = 2, path = name; ; n += 1) {
      if (!taken.has(path)) return path;
      path = name.replace(/\.yaml$/, `-${n}.yaml`);
    }
  }

  #toScript(slot: StepSlot, command: string, files: readonly TextFile[]): StepEdits | undefined {
    const check = slot.expectsError ? { check: { '($error != null)': true } } : {};
    const edits = this.#replace(slot, { script: { content: `${command}\n`, ...check } });
    return edits && { ...edits, files };
  }

  /** Writes the operation anew in its place; comments above it stay. */
  #replace(slot: StepSlot, item: JsonObject): StepEdits | undefined {
    const old = this.#operationItem(slot);
    if (old === undefined) return undefined;
    const range = { start: old.dash, end: old.range.end };
    return this.#edits([{ range, text: formatItem(item, old.indent) }]);
  }
}

const contentOf = (slot: StepSlot): string => getString(slot.operationOf.body, 'content') ?? '';
const wordsOf = (slot: StepSlot): ScriptCommand['words'] => slot.commands[slot.line]?.words ?? [];
const withBreak = (block: string): string => (block.endsWith('\n') ? block : `${block}\n`);

function newItem(step: NewStep): JsonObject {
  switch (step.kind) {
    case 'wait':
      return { sleep: { duration: step.duration } };
    case 'kubectl':
      return { script: { content: `${step.command}\n` } };
    case 'file':
      return { [step.operation]: { file: step.file } };
    case 'resource':
      return { [step.operation]: { resource: step.resource } };
  }
}

/** An operation's lines as a step of the Test of its own. */
function asStep(block: string, indent: number, stepIndent: number): string {
  return `${' '.repeat(stepIndent)}- try:\n${reindent(block, stepIndent + 4 - indent)}`;
}

function deletion(slot: StepSlot): JsonObject {
  const resource = getObject(slot.operationOf.body, 'resource');
  const ref: Record<string, Json> = {
    apiVersion: get(resource, 'apiVersion') ?? '',
    kind: get(resource, 'kind') ?? '',
    name: getString(resource, 'metadata', 'name') ?? '',
  };
  const namespace = getString(resource, 'metadata', 'namespace');
  return { delete: { ref: namespace === undefined ? ref : { ...ref, namespace } } };
}

/** The script without one of its commands, its line break included. */
function withoutCommand(content: string, slot: StepSlot): string {
  const command = slot.commands[slot.line];
  if (command === undefined) return content;
  const start = lineStartAt(content, command.start);
  return content.slice(0, start) + content.slice(Math.min(content.length, command.end + 1));
}

function movedCommand(content: string, slot: StepSlot, target: StepSlot): string {
  const lines = slot.commands.map((command) => content.slice(command.start, command.end).trim());
  const moved = lines[slot.line] ?? '';
  const before = lines.slice(0, target.line).filter((_, at) => at !== slot.line);
  const after = lines.slice(target.line).filter((_, at) => at + target.line !== slot.line);
  return `${[...before, moved, ...after].join('\n')}\n`;
}

/** The script with some flags of one command taken out and words put at its end. */
function withWords(
  content: string,
  slot: StepSlot,
  without: readonly string[],
  added: readonly string[],
): string {
  const words = wordsOf(slot);
  const command = slot.commands[slot.line];
  if (command === undefined) return content;
  const drop = new Set<number>();
  words.forEach((word, at) => {
    if (!without.includes(word.text.split('=')[0] ?? '')) return;
    drop.add(at);
    if (word.text.startsWith('--as') && !word.text.includes('=')) drop.add(at + 1);
  });
  let line = '';
  words.forEach((word, at) => {
    // Each word with the blanks (or the folded line break) before it.
    const from = words[at - 1]?.end ?? command.start;
    if (!drop.has(at)) line += content.slice(from, word.end);
  });
  const tail = added.length === 0 ? '' : ` ${formatCommand(added).slice('kubectl '.length)}`;
  return content.slice(0, command.start) + line + tail + content.slice(command.end);
}
