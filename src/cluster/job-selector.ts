import { get, getObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, uidOf } from '../kubernetes/object.ts';

/** A new Job with labels and a selector that no other Job has (pkg/registry/batch/job, generateSelector). */
export function withJobSelector(job: KubernetesObject): KubernetesObject {
  const spec = getObject(job, 'spec');
  if (get(spec, 'manualSelector') === true) return job;
  const [name, uid] = [nameOf(job), uidOf(job)];
  const template = getObject(spec, 'template');
  const labels = {
    ...getObject(template, 'metadata', 'labels'),
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const selector = getObject(spec, 'selector');
  const matchLabels = { ...getObject(selector, 'matchLabels'), 'batch.kubernetes.io/controller-uid': uid };
  return {
    ...job,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...getObject(template, 'metadata'), labels } },
    },
  };
}
