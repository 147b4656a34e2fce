import type { Json, PathSegment } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Diagnostic, SourceLocation } from './diagnostic.ts';

/** A file of the workspace: a path such as `policies.yaml` and its text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** One YAML document of a file, as data, with the place of every value. */
export interface ManifestDocument {
  readonly file: string;
  /** Index of the document within its file, from 0. */
  readonly index: number;
  readonly value: Json;
  /** The value as a Kubernetes object, if it has apiVersion, kind and metadata. */
  readonly object?: KubernetesObject;
  /** Whole document. */
  readonly location: SourceLocation;
  /** Place of the value at `path`; of its key with `part: 'key'`; the nearest existing ancestor if the path ends early. */
  locate(path: readonly PathSegment[], part?: 'key' | 'value'): SourceLocation;
}

export interface ParsedFile {
  readonly file: TextFile;
  readonly documents: readonly ManifestDocument[];
  readonly diagnostics: readonly Diagnostic[];
}
