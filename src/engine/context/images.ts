import type { Json, JsonObject } from '../../base/json.ts';
import { get, getString, isObject } from '../../base/json.ts';
import { parseImage } from '../../expressions/jmespath/image.ts';
import type { Loaded } from '../policy-context.ts';

const TEMPLATE = ['spec', 'template', 'spec'];
/** Where kinds keep their pod's spec (pkg/utils/api/image.go). */
const POD_SPECS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Pod', ['spec']],
  ['DaemonSet', TEMPLATE],
  ['Deployment', TEMPLATE],
  ['ReplicaSet', TEMPLATE],
  ['ReplicationController', TEMPLATE],
  ['StatefulSet', TEMPLATE],
  ['Job', TEMPLATE],
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
]);
const LISTS = ['initContainers', 'containers', 'ephemeralContainers'];

function imageOf(
  image: string,
  pointer: string,
): { readonly value: JsonObject } | { readonly error: string } {
  const parsed = parseImage(image);
  if ('error' in parsed) return { error: `invalid image '${image}' (${parsed.error})` };
  const { name, path, ...optional } = parsed.value;
  const present = Object.entries(optional).filter(([, text]) => text !== '');
  return { value: { name, path, ...Object.fromEntries(present), jsonPointer: pointer } };
}

/** The images of one list of containers by the container's name; undefined if there is no list. */
function imagesOf(list: Json | undefined, path: string): Loaded | undefined {
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list)) return { error: 'invalid type' };
  const images: [string, Json][] = [];
  for (const [i, container] of list.entries()) {
    if (!isObject(container)) return { error: 'invalid image config' };
    const name = getString(container, 'name');
    if (name === undefined) return { error: 'invalid key' };
    const image = getString(container, 'image') ?? '';
    if (image.trim() === '') continue;
    const found = imageOf(image, `/${path}/${i}/image`);
    if ('error' in found) return found;
    images.push([name, found.value]);
  }
  return { value: Object.fromEntries(images) };
}

/**
 * The `images` key of the context: the images of a pod or pod controller by list and container (lifecycle A.8).
 * Undefined for objects without any.
 */
export function extractImages(object: Json | undefined): Loaded | undefined {
  const path = POD_SPECS.get(getString(object, 'kind') ?? '');
  if (!path) return undefined;
  let spec: Json | undefined = object;
  for (const key of path) {
    if (spec !== undefined && spec !== null && !isObject(spec)) return { error: 'invalid image config' };
    spec = get(spec, key);
  }
  const lists: [string, Json][] = [];
  for (const name of LISTS) {
    const images = imagesOf(get(spec, name), [...path, name].join('/'));
    if (images && 'error' in images) return images;
    if (images && Object.keys(images.value ?? {}).length > 0) lists.push([name, images.value]);
  }
  return lists.length > 0 ? { value: Object.fromEntries(lists) } : undefined;
}
