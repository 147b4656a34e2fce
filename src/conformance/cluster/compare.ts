import type { Json } from '../../base/json.ts';
import { type Bindings, pairUp } from './bindings.ts';
import type { ObservedStep } from './observe.ts';
import type { RecordedObject, RecordedStep, RecordedUpdateRequest } from './recording.ts';

/** Reads that are simulated; the others answer `unsupported`. */
const SIMULATED_READS = /^(get|describe)$/;
const READS = /^(get|describe|logs|events|explain|api-resources|api-versions|version|top|cluster-info|wait)$/;

/** Whether a command only reads. */
export function isRead(cmd: string): boolean {
  return READS.test(cmd.split(/\s+/)[1] ?? '');
}

/**
 * The first difference between a recorded and an observed step by the recordings' rules of comparison, or undefined.
 * Bindings of placeholders go on from step to step.
 */
export function compareStep(
  recorded: RecordedStep,
  observed: ObservedStep,
  bindings: Bindings,
): string | undefined {
  const parts = [
    compareAnswer,
    compareRequests,
    compareUpdateRequests,
    compareObjects,
    compareEvents,
    compareLogs,
  ];
  for (const part of parts) {
    const difference = part(recorded, observed, bindings);
    if (difference !== undefined) return `step ${recorded.n}: ${difference}`;
  }
  return undefined;
}

const show = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 700 ? `${text.slice(0, 700)}…` : text;
};

function compareAnswer(
  recorded: RecordedStep,
  observed: ObservedStep,
  bindings: Bindings,
): string | undefined {
  if (recorded.cmd !== undefined && isRead(recorded.cmd)) return compareRead(recorded, observed, bindings);
  if (recorded.rc !== undefined && recorded.rc !== observed.rc)
    return `exit code ${observed.rc} for ${recorded.rc}: ${show(observed.stderr)}`;
  if (!bindings.text(recorded.stdout, observed.stdout))
    return `stdout ${show(observed.stdout)} for ${show(recorded.stdout)}`;
  if (!bindings.text(recorded.stderr ?? '', observed.stderr))
    return `stderr ${show(observed.stderr)} for ${show(recorded.stderr ?? '')}`;
  return undefined;
}

/** Tables and descriptions: runs of blanks, ages, times and bare resource versions do not count. */
function compareRead(recorded: RecordedStep, observed: ObservedStep, bindings: Bindings): string | undefined {
  const words = (recorded.cmd ?? '').split(/\s+/);
  if (!SIMULATED_READS.test(words[1] ?? '') || words.includes('-w')) return undefined;
  if (recorded.rc !== undefined && recorded.rc !== observed.rc)
    return `exit code ${observed.rc} for ${recorded.rc}: ${show(observed.stderr)}`;
  // Events are listed by names that hold the nanosecond in which they were raised: how they interleave may differ.
  const plain = words[2] === 'events' ? (text: string) => sortLines(plainRead(text)) : plainRead;
  for (const stream of ['stdout', 'stderr'] as const) {
    const [wanted, found] = [plain(recorded[stream] ?? ''), plain(observed[stream])];
    if (!bindings.text(wanted, found))
      return `${stream} of ${recorded.cmd}: ${show(found)} for ${show(wanted)}`;
  }
  return undefined;
}

const sortLines = (text: string): string => text.split('\n').sort().join('\n');

const plainRead = (text: string): string =>
  text
    .replaceAll(/\b\d+(?:s|m|h|d)(?:\d+(?:s|m|h))?(?=\s|$)/g, '<age>')
    .replaceAll(/"?\d{4}-\d\d-\d\dT[\d:.]+Z"?|"<time>"/g, '<time>')
    .replaceAll(/(resourceVersion: )"(?:\d+|<rv-\d+>)"/g, '$1<rv>')
    .replaceAll(/(Resource Version: +)(?:\d+|<rv-\d+>)$/gm, '$1<rv>')
    .replaceAll(/^\d+$/g, '<rv>')
    .replaceAll(/ {2,}/g, '  ')
    .replaceAll(/ +$/gm, '');

function compareRequests(
  recorded: RecordedStep,
  observed: ObservedStep,
  bindings: Bindings,
): string | undefined {
  const wanted = recorded.http.map(({ method, path, status }) => [method, path.replace(/\?.*$/, ''), status]);
  const found = observed.http.map(({ method, path, status }) => [method, path.replace(/\?.*$/, ''), status]);
  if (!bindings.json(wanted, found)) return `requests ${show(found)} for ${show(wanted)}`;
  return undefined;
}

function agreeOnUpdateRequest(
  recorded: RecordedUpdateRequest,
  observed: RecordedUpdateRequest,
  bindings: Bindings,
): boolean {
  const shape = (request: RecordedUpdateRequest): Json => ({
    ...request,
    states: request.states.map(({ state }) => state),
    ruleContext: asSet(request.ruleContext),
  });
  return bindings.json(shape(recorded), shape(observed));
}

/** The order of rule contexts follows maps of the real controllers; it carries no meaning. */
function asSet(contexts: Json): Json {
  if (!Array.isArray(contexts)) return contexts;
  const key = (context: Json): string => JSON.stringify(context).replace(/"uid":"[^"]*"/, '');
  return [...contexts].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}

function compareUpdateRequests(
  recorded: RecordedStep,
  observed: ObservedStep,
  bindings: Bindings,
): string | undefined {
  const difference = pairUp(recorded.updateRequests, observed.updateRequests, bindings, agreeOnUpdateRequest);
  if (difference === undefined) return undefined;
  if ('extra' in difference) return `UpdateRequest that was not recorded: ${brief(difference.extra)}`;
  return `UpdateRequest missing: ${brief(difference.missing)}; seen: ${observed.updateRequests.map(brief).join(' | ')}`;
}

function brief(request: RecordedUpdateRequest): string {
  const states = request.states.map(({ state }) => state).join(' ');
  return show({ ...request, states });
}

const objectKey = (object: RecordedObject): string =>
  `${object.kind} ${object.namespace ?? ''}/${object.name}`;

/** Changes in order per object; how different objects interleave does not count. */
function compareObjects(
  recorded: RecordedStep,
  observed: ObservedStep,
  bindings: Bindings,
): string | undefined {
  const lives = (objects: readonly RecordedObject[]): readonly (readonly RecordedObject[])[] => {
    const groups = new Map<string, RecordedObject[]>();
    for (const object of objects)
      groups.set(objectKey(object), [...(groups.get(objectKey(object)) ?? []), object]);
    return [...groups.values()];
  };
  const shape = (life: readonly RecordedObject[]): Json =>
    life.map(({ kind, change, namespace, name, labels, body, managers }) => ({
      kind,
      change,
      namespace,
      name,
      labels,
      body,
      managers: [...managers].sort(),
    }));
  const difference = pairUp(
    lives(recorded.objects),
    lives(observed.objects),
    bindings,
    (wanted, found, tried) => tried.json(shape(wanted), shape(found)),
  );
  if (difference === undefined) return undefined;
  if ('extra' in difference) return `object changes that were not recorded: ${show(difference.extra)}`;
  const [first] = difference.missing;
  const near = observed.objects.filter((object) => first !== undefined && object.kind === first.kind);
  return `object changes missing: ${show(difference.missing)}; seen: ${show(near)}`;
}

/** Events of the background scan fall into whichever step it happens to reach: they are compared over the whole scenario. */
const isOfRequests = (event: RecordedStep['events'][number]): boolean =>
  event.reportingComponent !== 'kyverno-scan';

/** Every Event of the background scan that was recorded is seen somewhere. */
export function compareScanEvents(
  recorded: readonly RecordedStep[],
  observed: readonly ObservedStep[],
  bindings: Bindings,
): string | undefined {
  const texts = (steps: readonly { readonly events: RecordedStep['events'] }[]): string[] => [
    ...new Set(
      steps.flatMap((step) =>
        step.events.filter((event) => !isOfRequests(event)).map(({ message }) => message),
      ),
    ),
  ];
  const found = texts(observed);
  const missing = texts(recorded).find((text) => !found.some((candidate) => bindings.text(text, candidate)));
  return missing === undefined ? undefined : `Event of the background scan missing: ${missing}`;
}

function compareEvents(
  recorded: RecordedStep,
  observed: ObservedStep,
  bindings: Bindings,
): string | undefined {
  const unique = <T>(events: readonly T[], key: (event: T) => string): T[] => [
    ...new Map(events.map((event) => [key(event), event])).values(),
  ];
  const shape = ({
    type,
    reason,
    action,
    reportingComponent,
    message,
    regarding,
    related,
  }: RecordedStep['events'][number]) => ({
    type,
    reason,
    action,
    reportingComponent,
    message,
    regarding,
    related,
  });
  const wanted = unique(recorded.events.filter(isOfRequests).map(shape), (event) => JSON.stringify(event));
  const found = unique(observed.events.filter(isOfRequests).map(shape), (event) => JSON.stringify(event));
  const difference = pairUp(wanted, found, bindings, (left, right, tried) =>
    tried.json(left as Json, right as Json),
  );
  if (difference === undefined) return undefined;
  return 'extra' in difference
    ? `Event that was not recorded: ${show(difference.extra)}`
    : `Event missing: ${show(difference.missing)}; seen: ${show(found)}`;
}

/** From ` > ` on (zerolog) or from the message on (older formats), without resource versions. */
export function logText(line: string): string {
  const zerolog = line.indexOf(' > ');
  const klog = /\b[\w-]+\.go:\d+\]\s*/.exec(line);
  const zap = /\t[\w/.-]+\.go:\d+\t/.exec(line);
  const text =
    zerolog >= 0
      ? line.slice(zerolog + 3)
      : klog !== null
        ? line.slice(klog.index + klog[0].length)
        : zap !== null
          ? line.slice(zap.index + zap[0].length)
          : line;
  return text
    .replace(/\s*resourceVersion=\S+/g, '')
    .replace(/(?:, )?"resourceVersion": "[^"]*"/g, '')
    .trimEnd();
}

/** Errors in klog's format (1.11) were not taken into any `recording.json`; those are in the `timeline.md` beside it. */
const KLOG_ERROR = /^E\d{4} /;

function compareLogs(recorded: RecordedStep, observed: ObservedStep, bindings: Bindings): string | undefined {
  const wanted = recorded.logs.filter((log) => log.c === 'background').map((log) => logText(log.line));
  const found = observed.logs.filter(({ line }) => !KLOG_ERROR.test(line)).map((log) => logText(log.line));
  const difference = pairUp(wanted, found, bindings, (left, right, tried) => tried.text(left, right));
  if (difference === undefined) return undefined;
  return 'extra' in difference
    ? `log line that was not recorded: ${show(difference.extra)}`
    : `log line missing: ${show(difference.missing)}; seen: ${show(found)}`;
}

/** Reports are compared as a set over the whole scenario: by race they repeat and move between steps. */
export function compareReports(
  recorded: readonly RecordedStep[],
  observed: readonly ObservedStep[],
  bindings: Bindings,
): string | undefined {
  const kinds = /EphemeralReport$/;
  const key = (report: RecordedStep['reports'][number]): Json => ({
    kind: report.kind,
    source: report.source,
    results: (Array.isArray(report.results) ? report.results : []).map((result) =>
      withoutProcess(result as Json),
    ),
  });
  const unique = (reports: readonly Json[]): Json[] => [
    ...new Map(reports.map((report) => [JSON.stringify(report), report])).values(),
  ];
  const collect = (steps: readonly { readonly reports: RecordedStep['reports'] }[]): Json[] =>
    unique(
      steps.flatMap((step) =>
        step.reports.filter((report) => kinds.test(report.kind) && report.change === 'ADDED').map(key),
      ),
    );
  const found = collect(observed);
  for (const report of collect(recorded)) {
    const partner = found.some((candidate) => {
      const tried = bindings.copy();
      if (!tried.json(report, candidate)) return false;
      bindings.adopt(tried);
      return true;
    });
    if (!partner) return `report missing: ${show(report)}; seen: ${show(found)}`;
  }
  return undefined;
}

/** `process` names the pass that wrote a result; both passes write the same report by race. */
function withoutProcess(result: Json): Json {
  const copy = JSON.parse(JSON.stringify(result)) as Record<string, Json>;
  const properties = copy['properties'];
  if (typeof properties === 'object' && properties !== null && !Array.isArray(properties)) {
    const kept = Object.fromEntries(Object.entries(properties).filter(([name]) => name !== 'process'));
    copy['properties'] = kept;
  }
  delete copy['source'];
  return copy;
}
