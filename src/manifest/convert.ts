import {
  type Alias,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { isObject, type Json, setKey } from '../base/json.ts';
import type { ChunkDiagnostic } from './chunk.ts';
import type { TextRange } from './diagnostic.ts';
import type { ParseLimits } from './limits.ts';
import { syntaxProblems } from './parts.ts';
import { keyText, NOT_A_JSON_NUMBER, resolvePlain, type ScalarValue } from './scalar.ts';

/** An anchored value: what aliases of it stand for, and how many values that is. */
interface Anchored {
  readonly node: Node;
  value?: Json;
  size: number;
}

/** A document's data, with what was found on the way. */
export interface Converted {
  /** Absent if something in it cannot be data. */
  readonly value?: Json;
  readonly diagnostics: readonly ChunkDiagnostic[];
  /** The node that each alias stands for. */
  readonly aliases: ReadonlyMap<Node, Node>;
}

/** Turns a composed document into JSON, as go-yaml 2 and sigs.k8s.io/yaml do. The document's depth is bounded already. */
export function convert(text: string, root: Node | null, limits: ParseLimits): Converted {
  const converter = new Converter(text, limits);
  const value = root === null ? null : converter.value(root);
  const { diagnostics, aliases } = converter;
  return diagnostics.some(({ severity }) => severity === 'error')
    ? { diagnostics, aliases }
    : { value, diagnostics, aliases };
}

const rangeOf = (node: Node): TextRange => {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
};

class Converter {
  readonly diagnostics: ChunkDiagnostic[] = [];
  readonly aliases = new Map<Node, Node>();
  readonly #text: string;
  readonly #limits: ParseLimits;
  readonly #anchors = new Map<string, Anchored>();
  #size = 0;
  #aliased = 0;

  constructor(text: string, limits: ParseLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  value(node: Node): Json {
    this.#size += 1;
    if (isAlias(node)) return this.#alias(node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    const anchored: Anchored = { node, size: 0 };
    if (anchor !== undefined) this.#anchors.set(anchor, anchored);
    const before = this.#size;
    const value = this.#plainValue(node);
    anchored.value = value;
    anchored.size = this.#size - before + 1;
    return value;
  }

  #plainValue(node: Node): Json {
    if (isScalar(node)) return this.#scalar(node);
    if (isSeq(node)) return node.items.map((item) => this.value(item as Node));
    return isMap(node) ? this.#map(node) : null;
  }

  #problem(
    code: string,
    severity: 'error' | 'warning',
    message: string,
    range: TextRange,
    more: Pick<ChunkDiagnostic, 'hint' | 'note' | 'fix'> = {},
  ): void {
    this.diagnostics.push({ code, severity, message: () => message, range, ...more });
  }

  #alias(node: Alias): Json {
    const anchored = this.#anchors.get(node.source);
    const range = rangeOf(node);
    if (anchored === undefined) {
      this.#problem('yaml-alias', 'error', `There is no anchor &${node.source} above this alias.`, range, {
        hint: `If *${node.source} is meant as text, put it in quotes.`,
        note: 'unknown alias',
        fix: { title: 'Put it in quotes', edits: [{ range, text: `"*${node.source}"` }] },
      });
      return null;
    }
    if (anchored.value === undefined) {
      this.#problem('yaml-alias', 'error', `The value of &${node.source} contains itself.`, range);
      return null;
    }
    this.aliases.set(node, anchored.node);
    this.#size += anchored.size;
    this.#aliased += anchored.size;
    if (this.#aliased <= this.#limits.aliasedValues) return anchored.value;
    if (!this.diagnostics.some(({ code }) => code === 'limit-aliases'))
      this.#problem(
        'limit-aliases',
        'error',
        `The aliases of this document stand for more than ${this.#limits.aliasedValues} values.`,
        range,
        { note: 'too many aliased values' },
      );
    return null;
  }

  #scalar(node: Scalar): Json {
    const value = this.#resolved(node);
    if (typeof value === 'boolean') this.#boolean(node, value);
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
      this.#problem(
        'yaml-large-number',
        'warning',
        `${node.source} is too large to be kept exactly; it is read as ${value}.`,
        rangeOf(node),
      );
    return value;
  }

  /** YAML 1.1's other words for true and false, which mostly were meant as text. */
  #boolean(node: Scalar, value: boolean): void {
    const source = node.source ?? '';
    if (/^(true|false)$/i.test(source)) return;
    const range = rangeOf(node);
    this.#problem('yaml-boolean', 'warning', `${source} without quotes is read as ${value}.`, range, {
      hint: 'Put it in quotes if it is meant as text.',
      note: `read as ${value}`,
      fix: { title: 'Put it in quotes', edits: [{ range, text: `"${source}"` }] },
    });
  }

  #resolved(node: Scalar): ScalarValue {
    const source = typeof node.value === 'string' ? node.value : (node.source ?? '');
    const tag = node.tag;
    if (tag === '!' || tag === 'tag:yaml.org,2002:str' || tag === 'tag:yaml.org,2002:binary') return source;
    const isPlain = node.type === 'PLAIN' || node.type === undefined;
    const isCore = tag?.startsWith('tag:yaml.org,2002:') === true;
    if (!isCore && (tag !== undefined || !isPlain)) return source;
    if (NOT_A_JSON_NUMBER.test(source)) {
      this.#problem('yaml-number', 'error', `JSON has no number ${source}.`, rangeOf(node), {
        hint: 'Put it in quotes if it is meant as text.',
      });
      return null;
    }
    return resolvePlain(source);
  }

  #map(node: YAMLMap): Json {
    const result: Record<string, Json> = {};
    const places = new Map<string, Node>();
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      const key = pair.key as Node | null;
      const child = pair.value as Node | null;
      if (isMergeKey(key)) {
        this.#merge(result, child);
        continue;
      }
      const name = this.#key(key, node);
      const value = child === null ? null : this.value(child);
      if (name === undefined) continue;
      const earlier = places.get(name);
      if (earlier !== undefined && key !== null) this.#duplicate(name, key, earlier);
      if (key !== null) places.set(name, key);
      setKey(result, name, value);
    }
    return result;
  }

  #duplicate(name: string, key: Node, earlier: Node): void {
    const first = rangeOf(earlier).start;
    this.diagnostics.push({
      code: 'yaml-duplicate-key',
      severity: 'warning',
      message: (line) => `The key ${name} is already in line ${line(first)}; only this one counts.`,
      hint: 'Remove one of them.',
      note: 'duplicate key',
      range: rangeOf(key),
    });
  }

  #key(key: Node | null, map: YAMLMap): string | undefined {
    const range = key === null ? rangeOf(map) : rangeOf(key);
    if (isAlias(key) || isScalar(key)) {
      const value = this.value(key);
      const name = isObject(value) || Array.isArray(value) ? undefined : keyText(value as ScalarValue);
      if (name !== undefined) return name;
    }
    const template = syntaxProblems.get().explainTemplateAt(this.#text, range.start);
    if (template !== undefined) {
      if (!this.diagnostics.some((other) => other.range.start === template.range.start))
        this.diagnostics.push(template);
    } else this.#problem('yaml-key', 'error', 'A key must be text.', range, { note: 'not a key' });
    return undefined;
  }

  /** `<<`: keys of the merged mappings, earlier ones winning; unlike YAML 1.1 they do replace keys that stand above (go-yaml 2). */
  #merge(result: Record<string, Json>, child: Node | null): void {
    const value = child === null ? null : this.value(child);
    const maps = Array.isArray(value) ? value.toReversed() : [value];
    for (const map of maps) {
      if (isObject(map)) for (const [key, item] of Object.entries(map)) setKey(result, key, item);
      else if (child !== null)
        this.#problem(
          'yaml-merge',
          'error',
          'map merge requires map or sequence of maps as the value',
          rangeOf(child),
        );
    }
  }
}

/** Whether a key is the merge key `<<`. */
export function isMergeKey(key: unknown): boolean {
  return (
    isScalar(key) &&
    key.type === 'PLAIN' &&
    key.value === '<<' &&
    (key.tag === undefined || key.tag.endsWith(':merge'))
  );
}
