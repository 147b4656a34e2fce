import type { ResourceInfo } from './api.ts';

/** Where CustomResourceDefinitions live. */
export const CRDS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

export const isCrd = ({ group, resource }: Pick<ResourceInfo, 'group' | 'resource'>): boolean =>
  group === CRDS.group && resource === CRDS.resource;

/** Holds a CRD until its objects are gone. */
export const CRD_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** Whether a kind is served by a CRD: its group is somebody's domain, not Kubernetes' own. */
export const isCustom = ({ group }: ResourceInfo): boolean =>
  (group.includes('.') && !group.endsWith('.k8s.io')) || group === 'wgpolicyk8s.io';
