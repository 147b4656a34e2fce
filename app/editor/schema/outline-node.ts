/**
 * YAML as a person is still typing it: maps, lists and scalars by their indentation, with the place of each. Unlike the
 * reader it never refuses a text, and it guesses where the text is half written; so it serves completion and hover only.
 */
export type OutlineNode = OutlineMap | OutlineList | OutlineScalar;

export interface OutlineMap {
  readonly type: 'map';
  readonly start: number;
  readonly indent: number;
  readonly isFlow: boolean;
  readonly entries: OutlineEntry[];
}

export interface OutlineList {
  readonly type: 'list';
  readonly start: number;
  readonly indent: number;
  readonly isFlow: boolean;
  readonly items: OutlineItem[];
}

export interface OutlineScalar {
  readonly type: 'scalar';
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly style: 'plain' | 'quoted' | 'block';
}

/** `key: value`; without a colon yet, a word that may become a key. */
export interface OutlineEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  value: OutlineNode | undefined;
}

export interface OutlineItem {
  readonly start: number;
  value: OutlineNode | undefined;
}

/** A container that the next line may go on with. */
export type OpenNode = OutlineMap | OutlineList;
