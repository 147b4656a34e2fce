import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Description } from './description.ts';

/** What a description is written with. */
export interface DescribeTools {
  readonly out: Description;
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly now: number;
  /** Writes the object's Events. */
  events(): void;
  /** Objects of a resource in the object's namespace (of a Namespace: in itself). */
  list(group: string, version: string, resource: string): readonly KubernetesObject[];
  /** Objects of a resource in all namespaces. */
  listAll(group: string, version: string, resource: string): readonly KubernetesObject[];
}

export type DescribeKind = (object: KubernetesObject, tools: DescribeTools) => void;
