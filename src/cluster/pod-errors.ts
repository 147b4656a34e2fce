import type { PathSegment } from '../base/json.ts';
import { getList, getObject, getPath, getString } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { FieldError } from './status.ts';
import { invalidValue } from './status.ts';

/** Where the metadata and the spec of a kind's Pods lie. */
const PODS: Readonly<Record<string, readonly PathSegment[]>> = {
  Pod: [],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

const TEMPLATE: readonly PathSegment[] = ['spec', 'template'];
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

/** What validation has against a Pod, or against the Pods that an object would make (pkg/apis/core/validation). */
export function podErrors(object: KubernetesObject): readonly FieldError[] {
  const path = (Object.hasOwn(PODS, object.kind) ? PODS[object.kind] : undefined) ?? TEMPLATE;
  const pod = getPath(object, path);
  // Templates are named without their metadata.
  const field = path.length === 0 ? 'metadata.annotations' : `${path.join('.')}.annotations`;
  const annotations = getObject(pod, 'metadata', 'annotations');
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
    getList(pod, 'spec', key).map((container) => getString(container, 'name')),
  );
  return Object.keys(annotations)
    .filter((key) => key.startsWith(APP_ARMOR))
    .flatMap((key) => {
      const errors: FieldError[] = [];
      const container = key.slice(APP_ARMOR.length);
      const profile = getString(annotations, key) ?? '';
      if (!containers.includes(container))
        errors.push(invalidValue(`${field}[${key}]`, container, 'container not found'));
      if (!isProfile(profile)) {
        const why = `invalid AppArmor profile name: ${JSON.stringify(profile)}`;
        errors.push(invalidValue(`${field}[${key}]`, profile, why));
      }
      return errors;
    });
}

const isProfile = (profile: string): boolean =>
  ['', 'runtime/default', 'unconfined'].includes(profile) || profile.startsWith('localhost/');
