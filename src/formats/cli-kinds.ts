import type { Json } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';
import { parseApiVersion } from '../kubernetes/object.ts';

/** Whether a document is one of the Kyverno CLI's own kinds. */
export const isCliFile = (value: Json): boolean =>
  parseApiVersion(getString(value, 'apiVersion') ?? '').group === 'cli.kyverno.io';

/** Whether a document is the CLI's values; the CLI itself looks at no kind, and its users write `Value` too. */
export const isValuesFile = (value: Json): boolean =>
  isCliFile(value) && /^values?$/i.test(getString(value, 'kind') ?? '');

export const isContextFile = (value: Json): boolean =>
  isCliFile(value) && getString(value, 'kind') === 'Context';

/** Whether a document declares answers of what is outside the cluster. */
export const declaresMocks = (value: Json): boolean =>
  isContextFile(value)
    ? getList(get(value, 'spec'), 'images').length > 0
    : isValuesFile(value) && hasMocks(value);

const hasMocks = (value: Json): boolean =>
  isObject(value) && Object.keys(value).some((key) => /^(apiCallResponses|globalContextEntries)$/i.test(key));
