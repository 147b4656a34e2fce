import { equal, get, getList, isObject, type Json, type JsonObject, type PathSegment } from '../base/json.ts';
import { milliseconds } from '../base/units.ts';
import { readDuration } from '../kubernetes/duration.ts';
import { type KubernetesObject, nameOf, namespaceOf, parseApiVersion } from '../kubernetes/object.ts';
import { applyMergePatch } from '../kubernetes/patch/merge-patch.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import {
  CONTROLLERS,
  type ControllerFlags,
  type ControllerName,
  isWithin,
  type KyvernoFlags,
} from '../kyverno/controller-flags.ts';
import { flagsOf, isController, standsAlone, typeOf } from '../kyverno/flag-table.ts';
import { nearest } from '../kyverno/spelling.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { configurationProblems } from './configuration-problems.ts';
import type { Problem } from './settings-problem.ts';

/** Kyverno's own configuration, as `kyverno.yaml` says it (docs/scenario-format.md). */
export interface KyvernoSettings {
  readonly flags: KyvernoFlags;
  /** What is laid over the chart's objects. */
  readonly patches: readonly KubernetesObject[];
  readonly diagnostics: readonly Diagnostic[];
  /** What differs from the chart's, a line each: `kyverno-reports-controller --backgroundScan=false`. */
  readonly differences: readonly string[];
}

const CONFIG_MAPS: readonly string[] = ['kyverno', 'kyverno-metrics'];

/** Reads the documents of `kyverno.yaml` for a version. What cannot be used is told at its place and left out. */
export function readKyvernoSettings(
  documents: readonly ManifestDocument[],
  version: KyvernoVersion,
  defaults: KyvernoFlags,
): KyvernoSettings {
  const flags: Record<ControllerName, ControllerFlags> = { ...defaults };
  const patches: KubernetesObject[] = [];
  const differences: string[] = [];
  const problems: { readonly document: ManifestDocument; readonly problem: Problem }[] = [];
  for (const document of documents) {
    const { object } = document;
    const say = (problem: Problem): void => void problems.push({ document, problem });
    if (object === undefined || !isSetting(object)) {
      if (document.value !== null) say(NO_SETTING);
      continue;
    }
    patches.push(object);
    const name = nameOf(object);
    if (object.kind === 'ConfigMap') {
      configurationProblems(object, version).forEach(say);
      differences.push(...Object.keys(dataOf(object)).map((key) => `ConfigMap ${name}: ${key}`));
    } else if (isController(name)) {
      const read = readFlags(object, name, version, flags[name]);
      read.problems.forEach(say);
      flags[name] = read.flags;
      differences.push(...read.given.map((text) => `${name} ${text}`));
    }
  }
  const diagnostics = problems.map(({ document, problem }) => diagnosticOf(document, problem));
  return { flags, patches, diagnostics, differences };
}

const dataOf = (object: KubernetesObject): Readonly<Record<string, Json>> => {
  const data = get(object, 'data');
  return isObject(data) ? data : {};
};

const NO_SETTING: Problem = {
  code: 'kyverno-settings-object',
  severity: 'warning',
  path: [],
  message: `kyverno.yaml holds the ConfigMaps kyverno and kyverno-metrics and the Deployments of Kyverno's controllers, in namespace kyverno; this has no part.`,
  hint: 'Move it to cluster.yaml.',
};

function isSetting(object: KubernetesObject): boolean {
  if (namespaceOf(object) !== KYVERNO_NAMESPACE) return false;
  if (object.kind === 'ConfigMap') return CONFIG_MAPS.includes(nameOf(object));
  return (
    object.kind === 'Deployment' &&
    parseApiVersion(object.apiVersion).group === 'apps' &&
    isController(nameOf(object))
  );
}

function diagnosticOf(
  document: ManifestDocument,
  { code, severity, path, message, hint }: Problem,
): Diagnostic {
  const location = document.locate(path);
  return { code, severity, message, ...(hint === undefined ? {} : { hint }), location };
}

/**
 * The object in the cluster with what the settings say laid over it; lists such as `args` are taken whole. A key that stands
 * there with nothing below it, as `data:` over comments alone, takes nothing away.
 */
export const patched = (below: KubernetesObject, patch: KubernetesObject): KubernetesObject =>
  applyMergePatch(below, withoutNothing(patch)) as KubernetesObject;

const withoutNothing = (patch: KubernetesObject): JsonObject =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));

interface ReadFlags {
  readonly flags: ControllerFlags;
  readonly given: readonly string[];
  readonly problems: readonly Problem[];
}

/** Flags among the arguments of the first container, or of Kyverno's own beside others. */
function readFlags(
  object: KubernetesObject,
  controller: ControllerName,
  version: KyvernoVersion,
  defaults: ControllerFlags,
): ReadFlags {
  const containers = getList(object, 'spec', 'template', 'spec', 'containers');
  const found = containers.findIndex((container) => Array.isArray(get(container, 'args')));
  const args = getList(containers[found], 'args');
  const path: readonly PathSegment[] = ['spec', 'template', 'spec', 'containers', found, 'args'];
  const flags: Record<string, unknown> = { ...defaults };
  const before = new Map<string, Json>(Object.entries(defaults));
  const problems: Problem[] = [];
  const given: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    const [, name = '', , inline] = /^--?([^=\s]+)(=(.*))?$/s.exec(String(arg)) ?? [];
    const say = (problem: Omit<Problem, 'path'>): void =>
      void problems.push({ ...problem, path: [...path, at] });
    if (name === '') {
      say({ code: 'kyverno-flag', severity: 'error', message: `${String(arg)} is no flag: --name=value.` });
      continue;
    }
    const entry = flagsOf(controller).get(name);
    if (entry === undefined || !isWithin(version, entry.since, entry.until)) {
      say(unknownFlag(controller, version, name));
      continue;
    }
    const next = args[at + 1];
    const follows = inline === undefined && !standsAlone(name) && typeof next === 'string';
    const text = inline ?? (follows ? String(next) : 'true');
    const told = `--${name}=${text}`;
    if (entry.effect === 'ignored')
      say({
        code: 'kyverno-flag-not-simulated',
        severity: 'warning',
        message: `--${name} is not simulated: it changes nothing here.`,
      });
    if (entry.effect === 'simulated') {
      const value = readValue(name, text);
      if ('problem' in value) say({ code: 'kyverno-flag', severity: 'error', message: value.problem });
      else {
        if (!equal(value.value, before.get(name) ?? null)) given.push(told);
        flags[name] = value.value;
      }
    } else if (entry.effect === 'ignored') given.push(told);
    if (follows) at += 1;
  }
  return { flags: flags as unknown as ControllerFlags, given, problems };
}

function unknownFlag(
  controller: ControllerName,
  version: KyvernoVersion,
  name: string,
): Omit<Problem, 'path'> {
  const entry = flagsOf(controller).get(name);
  const elsewhere = CONTROLLERS.find((other) => other !== controller && isKnown(other, version, name));
  const known = [...flagsOf(controller).values()].filter(({ since, until }) =>
    isWithin(version, since, until),
  );
  const near = nearest(
    name,
    known.map((flag) => flag.name),
  );
  const hint =
    entry !== undefined
      ? `It exists ${entry.until < 19 ? `up to 1.${entry.until}` : `from 1.${entry.since} on`}.`
      : elsewhere !== undefined
        ? `${elsewhere} has it.`
        : near !== undefined
          ? `Did you mean --${near}?`
          : undefined;
  return {
    code: 'kyverno-flag-unknown',
    severity: 'error',
    message: `${controller} of Kyverno ${version} has no flag --${name}: it would not start. It is left out here.`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function isKnown(controller: ControllerName, version: KyvernoVersion, name: string): boolean {
  const entry = flagsOf(controller).get(name);
  return entry !== undefined && isWithin(version, entry.since, entry.until);
}

const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const FALSE = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

type Value = { readonly value: boolean | number | string | readonly string[] } | { readonly problem: string };

/** As Go's flag package reads it. */
function readValue(name: string, text: string): Value {
  const wrong = (what: string): Value => ({ problem: `--${name} wants ${what}, not "${text}".` });
  switch (typeOf(name)) {
    case 'boolean':
      if (TRUE.includes(text)) return { value: true };
      return FALSE.includes(text) ? { value: false } : wrong('true or false');
    case 'number':
      return /^\d{1,9}$/.test(text) && Number(text) > 0 ? { value: Number(text) } : wrong('a whole number');
    case 'duration': {
      const read = readDuration(text);
      if ('error' in read || read.value <= 0n) return wrong('a duration such as 30s or 1h');
      return { value: milliseconds(Number(read.value / 1_000_000n)) };
    }
    case 'list':
      return { value: text.split(',').flatMap((item) => item.trim() || []) };
    default:
      return { value: text };
  }
}
