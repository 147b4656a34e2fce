import type { Json } from '../../base/json.ts';

/** Node kinds in go-jmespath's order: their numbers appear in error texts (`{{5 a []}}` for `&a`). */
export const NODE_KINDS = [
  'Empty',
  'Comparator',
  'CurrentNode',
  'ExpRef',
  'FunctionExpression',
  'Field',
  'FilterProjection',
  'Flatten',
  'Identity',
  'Index',
  'IndexExpression',
  'KeyValPair',
  'Literal',
  'MultiSelectHash',
  'MultiSelectList',
  'OrExpression',
  'AndExpression',
  'NotExpression',
  'Pipe',
  'Projection',
  'Subexpression',
  'Slice',
  'ValueProjection',
  // Of the dialect that assertion trees are written in.
  'Arithmetic',
  'Unary',
  'RootNode',
  'Variable',
  'Let',
  'Binding',
] as const;

export type NodeKind = (typeof NODE_KINDS)[number];

/** A node of a parsed expression, shaped as in go-jmespath. */
export interface Node {
  readonly kind: NodeKind;
  /**
   * Field, KeyValPair and FunctionExpression: name; Index: number; Slice: three numbers or nulls; Literal: the value;
   * Comparator, Arithmetic and Unary: the token's name; Variable: its name. Null where there is none.
   */
  readonly value: Json;
  readonly children: readonly Node[];
  /** Height of the tree, at least 1: the parser bounds it, so that evaluation may recurse. */
  readonly height: number;
}

export function node(kind: NodeKind, value: Json, children: readonly Node[] = []): Node {
  let height = 0;
  for (const child of children) height = Math.max(height, child.height);
  return { kind, value, children, height: height + 1 };
}
