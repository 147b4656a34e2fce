import type { Json, JsonObject } from '../../base/json.ts';
import { get, getString, isObject } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { since } from './age.ts';
import { alignTabs } from './tab-writer.ts';

/** Text of a description while it is written: cells end at tabs, levels are indented by two. */
export class Description {
  #done = '';
  #open = '';

  write(level: number, text: string): void {
    this.#open += '  '.repeat(level) + text;
  }

  line(level: number, text: string): void {
    this.write(level, `${text}\n`);
  }

  /** What was written so far is aligned by itself; columns begin anew. */
  flush(): void {
    this.#done += alignTabs(this.#open);
    this.#open = '';
  }

  text(): string {
    this.flush();
    return this.#done;
  }

  /** `Labels:` with one `key=value` a line, sorted. */
  labels(title: string, labels: Json | undefined, indent = ''): void {
    this.write(0, `${indent}${title}:\t`);
    const keys = isObject(labels) ? Object.keys(labels).sort() : [];
    if (keys.length === 0) this.line(0, '<none>');
    keys.forEach((key, index) => {
      if (index > 0) this.write(0, `${indent}\t`);
      this.line(0, `${key}=${goValue(get(labels, key))}`);
    });
  }

  /** `Annotations:` without kubectl's own record of what was applied; long values are cut. */
  annotations(title: string, annotations: Json | undefined, indent = ''): void {
    this.write(0, `${indent}${title}:\t`);
    const keys = isObject(annotations)
      ? Object.keys(annotations)
          .filter((key) => key !== LAST_APPLIED)
          .sort()
      : [];
    if (keys.length === 0) this.line(0, '<none>');
    keys.forEach((key, index) => {
      if (index > 0) this.write(0, `${indent}\t`);
      const value = goValue(get(annotations, key)).replace(/\n$/, '');
      if (value.length + key.length + 2 <= ANNOTATION_LENGTH && !value.includes('\n')) {
        this.line(0, `${key}: ${value}`);
        return;
      }
      this.line(0, `${key}:`);
      for (const part of value.split('\n'))
        this.line(0, `${indent}\t  ${shorten(part, ANNOTATION_LENGTH - 2)}`);
    });
  }

  /** The Events about the object, the latest last (kubectl, DescribeEvents). */
  events(events: readonly KubernetesObject[], now: number): void {
    if (events.length === 0) {
      this.line(0, 'Events:\t<none>');
      return;
    }
    this.flush();
    this.line(0, 'Events:');
    this.line(1, 'Type\tReason\tAge\tFrom\tMessage');
    this.line(1, '----\t------\t----\t----\t-------');
    const last = (event: KubernetesObject): string => getString(event, 'lastTimestamp') ?? '';
    const sorted = [...events].sort((a, b) => (last(a) < last(b) ? -1 : last(a) > last(b) ? 1 : 0));
    for (const event of sorted) {
      const source = getString(event, 'source', 'component') || getString(event, 'reportingComponent') || '';
      const message = (getString(event, 'message') ?? '').trim();
      this.line(
        1,
        [
          getString(event, 'type') ?? '',
          getString(event, 'reason') ?? '',
          eventInterval(event, now),
          source,
          message,
        ].join('\t'),
      );
    }
  }

  /** Any content, field by field (kubectl, printUnstructuredContent). `skip`: paths left out, each with a dot before. */
  content(level: number, content: JsonObject, skip: ReadonlySet<string>, prefix = ''): void {
    for (const field of Object.keys(content).sort()) {
      const value = content[field];
      const path = `${prefix}.${field}`;
      if (skip.has(path)) continue;
      const label = smartLabel(field);
      if (isObject(value)) {
        this.line(level, `${label}:`);
        if (level < DEEPEST) this.content(level + 1, value, skip, path);
      } else if (Array.isArray(value)) {
        this.line(level, `${label}:`);
        for (const item of value) {
          if (isObject(item) && level < DEEPEST) this.content(level + 1, item, skip, path);
          else this.line(level + 1, goValue(item));
        }
      } else this.line(level, `${label}:\t${goValue(value)}`);
    }
  }
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const ANNOTATION_LENGTH = 140;
/** Objects come from people: a nest deeper than this is cut. */
const DEEPEST = 200;

const shorten = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}...` : text;

/** When an Event was seen: its age, or how often over how long. */
export function eventInterval(event: KubernetesObject, now: number): string {
  const first = since(getString(event, 'eventTime') || getString(event, 'firstTimestamp'), now);
  const series = get(event, 'series');
  if (isObject(series))
    return `${since(getString(series, 'lastObservedTime'), now)} (x${goValue(get(series, 'count'))} over ${first})`;
  const count = Number(get(event, 'count') ?? 0);
  return count > 1 ? `${since(getString(event, 'lastTimestamp'), now)} (x${count} over ${first})` : first;
}

/** A value as Go's `%v` prints it. */
export function goValue(value: Json | undefined): string {
  if (value === undefined || value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (isObject(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${goValue(value[key])}`)
      .join(' ')}]`;
  return String(value);
}

const ACRONYMS = new Set(['API', 'URL', 'UID', 'OSB', 'GUID']);

/** `creationTimestamp` → `Creation Timestamp` (kubectl, smartLabelFor): names with anything but letters and `-` stay. */
export function smartLabel(field: string): string {
  if (/[^\p{L}-]/u.test(field)) return field;
  return splitCamelCase(field)
    .map((part) =>
      ACRONYMS.has(part.toUpperCase()) ? part.toUpperCase() : part.slice(0, 1).toUpperCase() + part.slice(1),
    )
    .join(' ');
}

/** fatih/camelcase: runs of one class of letters; the last capital of a run belongs to the word after it. */
const splitCamelCase = (text: string): readonly string[] =>
  text.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[^\p{Lu}-]+|-+/gu) ?? [];
