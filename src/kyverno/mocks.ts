import type { Json } from '../base/json.ts';

/** A declared answer of a service, or of a path that the API server does not serve (Kyverno CLI: apiCallResponses). */
export interface ApiCallResponse {
  /** Absolute URL of a service, or an absolute path at the API server. */
  readonly url: string;
  /** Without it the answer is for every method. */
  readonly method?: 'GET' | 'POST';
  readonly statusCode: number;
  readonly body: Json;
}

/** Declared data of a GlobalContextEntry (Kyverno CLI: globalContextEntries). */
export interface GlobalContextMock {
  readonly name: string;
  /** `data`, or the list of `resources`. */
  readonly root: Json;
  /** JMESPath over the root that comes before the projections; empty: the root itself. */
  readonly fieldPath: string;
  readonly projections: readonly { readonly name: string; readonly path: string }[];
}

/** Declared data of an image (Kyverno CLI: images of a Context). */
export interface ImageMock {
  /** As a person wrote it; compared by what it stands for. */
  readonly image: string;
  readonly resolvedImage: string;
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly imageIndex?: Json;
  readonly manifest?: Json;
  readonly config?: Json;
}

/** What stands for everything outside the cluster, as a scenario's files declare it. */
export interface Mocks {
  readonly apiCallResponses: readonly ApiCallResponse[];
  readonly globalContextEntries: readonly GlobalContextMock[];
  readonly images: readonly ImageMock[];
}

export const NO_MOCKS: Mocks = { apiCallResponses: [], globalContextEntries: [], images: [] };
