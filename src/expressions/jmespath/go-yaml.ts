import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import type { Json } from '../../base/json.ts';
import { isObject, setKey } from '../../base/json.ts';
import { formatFloat } from './go-number.ts';

type Decoded = { readonly value: Json } | { readonly error: string };

const MAX_TEXT = 1_000_000;
const MAX_NODES = 100_000;
const MAX_DEPTH = 200;

class YamlProblem extends Error {}

const TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const NULL = new Set(['', '~', 'null', 'Null', 'NULL']);
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/** Integers as Go's strconv reads them with base 0: decimal, 0x, 0b, 0o and a leading 0 for octal. */
function parseInteger(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  const [, sign = '', prefix = '', digits = ''] =
    /^([-+]?)(0[xX]|0[oO]|0[bB]|0(?=\d)|)([\da-fA-F]+)$/.exec(plain) ?? [];
  if (digits === '') return undefined;
  const base = new Map([
    ['0x', /^[\da-fA-F]+$/],
    ['0o', /^[0-7]+$/],
    ['0b', /^[01]+$/],
    ['0', /^[0-7]+$/],
    ['', /^\d+$/],
  ]).get(prefix.toLowerCase());
  if (!base?.test(digits)) return undefined;
  const value = BigInt(prefix === '' ? digits : `${prefix === '0' ? '0o' : prefix.toLowerCase()}${digits}`);
  return Number(sign === '-' ? -value : value);
}

/** What a plain scalar is in the YAML 1.1 of sigs.k8s.io/yaml: dates stay texts. */
function resolvePlain(text: string): Json {
  if (NULL.has(text)) return null;
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  const integer = parseInteger(text);
  if (integer !== undefined) return integer;
  if (FLOAT.test(text)) return Number(text);
  const infinite = /^([-+]?)\.(?:inf|Inf|INF)$/.exec(text);
  if (infinite) return unsupported(infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? unsupported(Number.NaN) : text;
}

function unsupported(value: number): never {
  throw new YamlProblem(`json: unsupported value: ${formatFloat(value)}`);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const TAGS = 'tag:yaml.org,2002:';

class Converter {
  private nodes = 0;
  private readonly document: Document;
  private readonly text: string;

  constructor(document: Document, text: string) {
    this.document = document;
    this.text = text;
  }

  convert(node: unknown, depth = 0): Json {
    this.nodes += 1;
    if (this.nodes > MAX_NODES || depth > MAX_DEPTH)
      throw new YamlProblem('yaml: document contains excessive aliasing');
    if (isAlias(node)) return this.convert(node.resolve(this.document), depth + 1);
    if (isScalar(node)) return scalarOf(this.sourceOf(node), node.type, node.tag);
    if (isSeq(node)) return node.items.map((item) => this.convert(item, depth + 1));
    return isMap(node) ? this.map(node.items, depth) : null;
  }

  /** go-yaml gives a block scalar no line end that the text has not. */
  private sourceOf(node: Scalar): string {
    const source = node.source ?? '';
    const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    const atEnd = (node.range?.[1] ?? 0) >= this.text.length && !this.text.endsWith('\n');
    return isBlock && atEnd ? source.replace(/\n$/, '') : source;
  }

  private map(pairs: readonly { readonly key: unknown; readonly value: unknown }[], depth: number): Json {
    const result: Record<string, Json> = {};
    for (const { key, value } of pairs) if (isMerge(key)) this.merge(result, this.convert(value, depth + 1));
    for (const { key, value } of pairs) {
      if (isMerge(key)) continue;
      setKey(result, this.key(key, depth), this.convert(value, depth + 1));
    }
    return result;
  }

  private merge(into: Record<string, Json>, from: Json): void {
    const sources: readonly Json[] = isList(from) ? [...from].reverse() : [from];
    for (const source of sources)
      if (isObject(source)) for (const [key, value] of Object.entries(source)) setKey(into, key, value);
  }

  private key(node: unknown, depth: number): string {
    const key = this.convert(node, depth + 1);
    if (typeof key === 'object' && key !== null) throw new YamlProblem('yaml: invalid map key');
    return key === null ? 'null' : String(key);
  }
}

const isMerge = (key: unknown): boolean => isScalar(key) && key.type === 'PLAIN' && key.source === '<<';

function scalarOf(source: string, type: unknown, tag: string | undefined): Json {
  const name = tag?.replace(TAGS, '!!');
  if (name === '!!str' || (type !== 'PLAIN' && type !== undefined && name === undefined)) return source;
  return resolvePlain(source);
}

/** The first complaint in go-yaml's form; its wording is only known for what the tests recorded. */
function problemOf(document: Document, text: string): string | undefined {
  const [problem] = document.errors;
  if (!problem) return undefined;
  const line = text.slice(0, problem.pos[0]).split('\n').length;
  const node: Node | null = document.contents;
  const message =
    problem.code === 'BAD_INDENT' || problem.code === 'MISSING_CHAR'
      ? 'did not find expected node content'
      : (problem.message.split(' at line')[0] ?? '');
  return `yaml: line ${node ? line : 1}: ${message}`;
}

/**
 * Decodes the first document of a YAML text to JSON as sigs.k8s.io/yaml does (YAML 1.1: `yes` is true, `010` is 8,
 * dates are texts). Approximation: texts of syntax errors are go-yaml's only in their most common form.
 */
export function parseGoYaml(text: string): Decoded {
  if (text.length > MAX_TEXT) return { error: 'yaml: document is too long' };
  const options = { version: '1.1', uniqueKeys: false, merge: false, logLevel: 'silent' } as const;
  const parsed = parseAllDocuments(text, options);
  const document = Array.isArray(parsed) ? parsed[0] : undefined;
  if (!document) return { value: null };
  const problem = problemOf(document, text);
  if (problem !== undefined) return { error: problem };
  try {
    return { value: new Converter(document, text).convert(document.contents) };
  } catch (error) {
    if (error instanceof YamlProblem) return { error: error.message };
    throw error;
  }
}
