import { getString } from '../base/json.ts';
import type { ApiCallResponse, GlobalContextMock } from '../kyverno/mocks.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { type Field, FieldReader, type Fields } from './field-reader.ts';
import type { FileLookup } from './mock-entries.ts';
import { type CliValues, readMockFields, readValuesFile } from './values-file.ts';

/** Where a resource of a result is, beside its name; the CLI does not look at the kind. */
export interface CliResourceSpec {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** An expectation of a test (apis/v1alpha1/test_result.go). Texts are empty where nothing is said. */
export interface CliTestResult {
  /** Name of the policy, or `namespace/name`. */
  readonly policy: string;
  readonly rule: string;
  readonly kind: string;
  readonly result: string;
  readonly operation: string;
  readonly isDeletingPolicy: boolean;
  /** Absent if the result does not name any. */
  readonly resources?: readonly string[];
  readonly resourceSpecs: readonly CliResourceSpec[];
  readonly patchedResources: string;
  readonly generatedResource: string;
  readonly generatedResources: readonly string[];
  readonly cloneSourceResource: string;
  readonly failOnMissingResources: boolean;
}

/** A test of the Kyverno CLI (kind Test of cli.kyverno.io/v1alpha1). Paths are relative to the test's folder. */
export interface KyvernoTest {
  readonly name: string;
  readonly policies: readonly string[];
  readonly resources: readonly string[];
  readonly jsonPayloads: readonly string[];
  readonly httpPayloads: readonly string[];
  readonly envoyPayloads: readonly string[];
  readonly targetResources: readonly string[];
  readonly paramResources: readonly string[];
  readonly clusterResources: readonly string[];
  readonly exceptions: readonly string[];
  readonly variables: string;
  readonly userInfo: string;
  readonly context: string;
  /** Inline values; the file of `variables` is not read then. */
  readonly values?: CliValues;
  readonly results: readonly CliTestResult[];
  readonly apiCallResponses: readonly ApiCallResponse[];
  readonly globalContextEntries: readonly GlobalContextMock[];
}

const LISTS = [
  'policies',
  'resources',
  'jsonPayloads',
  'httpPayloads',
  'envoyPayloads',
  'targetResources',
  'paramResources',
  'clusterResources',
  'exceptions',
] as const;

const TEST_FIELDS = [
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'jsonPayload',
  'variables',
  'userinfo',
  'context',
  'values',
  'results',
  'apiCallResponses',
  'globalContextEntries',
  ...LISTS,
] as const;

const METADATA_FIELDS = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const;

const RESULT_FIELDS = [
  'policy',
  'rule',
  'kind',
  'result',
  'operation',
  'resources',
  'resourceSpecs',
  'patchedResources',
  'generatedResource',
  'generatedResources',
  'cloneSourceResource',
  'failOnMissingResources',
  'isValidatingAdmissionPolicy',
  'isMutatingAdmissionPolicy',
  'isValidatingPolicy',
  'isDeletingPolicy',
  'isImageValidatingPolicy',
  'isGeneratingPolicy',
  'isMutatingPolicy',
] as const;

const RESOURCE_SPEC_FIELDS = ['group', 'version', 'kind', 'namespace', 'subresource', 'name'] as const;

/**
 * Reads a test of the CLI as its strict decoder does (test/load.go): names in any case, unknown fields are errors, paths
 * that stand twice count once. A test in the old schema, without apiVersion and kind or with a name at the top, is an error.
 * `lookup` finds the files that mocks name.
 */
export function readKyvernoTest(
  document: ManifestDocument,
  lookup: FileLookup = () => undefined,
): { readonly test: KyvernoTest; readonly diagnostics: readonly Diagnostic[] } {
  const reader = new FieldReader(document, 'cli-test');
  const fields = reader.fields({ value: document.value, path: [] }, TEST_FIELDS);
  const metadata = fields.metadata && reader.fields(fields.metadata, METADATA_FIELDS);
  checkSchema(reader, fields);
  const lists = Object.fromEntries(
    LISTS.map((name) => [name, unique(texts(reader, fields[name]))] as const),
  ) as { readonly [name in (typeof LISTS)[number]]: readonly string[] };
  const values = fields.values && readValuesFile(document, fields.values.path, lookup);
  const mocks = readMockFields(document, lookup);
  const payloads = lists.jsonPayloads.length > 0 ? lists.jsonPayloads : [reader.text(fields.jsonPayload)];
  const test: KyvernoTest = {
    ...lists,
    name: reader.text(metadata?.name),
    jsonPayloads: unique(payloads.filter((path) => path.trim() !== '')),
    variables: reader.text(fields.variables),
    userInfo: reader.text(fields.userinfo),
    context: reader.text(fields.context),
    ...(values === undefined ? {} : { values: values.values }),
    results: reader.items(fields.results).map((item) => readResult(reader, item)),
    apiCallResponses: mocks.apiCallResponses,
    globalContextEntries: mocks.globalContextEntries,
  };
  return {
    test,
    diagnostics: [...reader.diagnostics, ...(values?.diagnostics ?? []), ...mocks.diagnostics],
  };
}

/** Whether a document claims to be a test of the CLI; `kyverno.io/v1` is the older name of the group. */
export const isKyvernoTest = (document: ManifestDocument): boolean =>
  getString(document.value, 'kind') === 'Test' &&
  /^(cli\.)?kyverno\.io\//.test(getString(document.value, 'apiVersion') ?? '');

function checkSchema(reader: FieldReader, fields: Fields<(typeof TEST_FIELDS)[number]>): void {
  const isOld =
    reader.text(fields.apiVersion) === '' ||
    reader.text(fields.kind) === '' ||
    reader.text(fields.name) !== '';
  if (isOld) reader.say(fields.name?.path ?? [], 'This test uses a deprecated schema.');
}

function readResult(reader: FieldReader, item: Field): CliTestResult {
  const fields = reader.fields(item, RESULT_FIELDS);
  const { resources } = fields;
  return {
    policy: reader.text(fields.policy),
    rule: reader.text(fields.rule),
    kind: reader.text(fields.kind),
    result: reader.text(fields.result),
    operation: reader.text(fields.operation),
    isDeletingPolicy: truth(reader, fields.isDeletingPolicy),
    ...(resources === undefined ? {} : { resources: texts(reader, resources) }),
    resourceSpecs: reader.items(fields.resourceSpecs).map((spec) => {
      const { group, version, kind, namespace, name } = reader.fields(spec, RESOURCE_SPEC_FIELDS);
      return {
        group: reader.text(group),
        version: reader.text(version),
        kind: reader.text(kind),
        namespace: reader.text(namespace),
        name: reader.text(name),
      };
    }),
    patchedResources: reader.text(fields.patchedResources),
    generatedResource: reader.text(fields.generatedResource),
    generatedResources: texts(reader, fields.generatedResources),
    cloneSourceResource: reader.text(fields.cloneSourceResource),
    failOnMissingResources: truth(reader, fields.failOnMissingResources),
  };
}

const texts = (reader: FieldReader, field: Field | undefined): readonly string[] =>
  reader.items(field).map((item) => reader.text(item));

const unique = (list: readonly string[]): readonly string[] => [...new Set(list)];

function truth(reader: FieldReader, field: Field | undefined): boolean {
  if (field === undefined || typeof field.value === 'boolean') return field?.value === true;
  reader.say(field.path, `\`${field.path.join('.')}\` is true or false.`);
  return false;
}
