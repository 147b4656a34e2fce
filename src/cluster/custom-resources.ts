/** Where CustomResourceDefinitions live. */
export const CRDS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

/** Holds a CRD until its objects are gone. */
export const CRD_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
