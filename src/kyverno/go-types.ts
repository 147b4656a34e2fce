import { get, isObject, type Json, type JsonObject, type PathSegment, setKey } from '../base/json.ts';

/**
 * Kyverno reads policies into Go structs and prints them back: unknown fields are gone, fields stand in the order of the
 * struct, empty optional ones are left out. Autogen, error texts and the comparison of rules on update work on that form
 * (api/kyverno/v1).
 *
 * One line a struct: fields as `name[!]:type`, with `!` for fields that are printed even when empty, or `+Struct` for an
 * embedded one. Types: `s` a scalar, `*s` a scalar that counts when it is set at all, `any` data as it is, `map` texts by
 * key, `[]T` a list, `T` a struct (printed even when empty), `*T` a struct that may be absent, `conditions` a list of
 * conditions or an any/all block.
 */
const STRUCTS: Readonly<Record<string, string>> = {
  Spec:
    'rules:[]Rule applyRules:*s failurePolicy:*s validationFailureAction:s ' +
    'validationFailureActionOverrides:[]FailureActionOverride emitWarning:*s admission:*s background:*s schemaValidation:*s ' +
    'webhookTimeoutSeconds:*s mutateExistingOnPolicyUpdate:s generateExistingOnPolicyUpdate:*s generateExisting:s ' +
    'useServerSideApply:s webhookConfiguration:*WebhookConfiguration',
  WebhookConfiguration: 'failurePolicy:*s timeoutSeconds:*s matchConditions:[]MatchCondition',
  Rule:
    'name!:s context:[]ContextEntry reportProperties:map match!:MatchResources exclude:*MatchResources ' +
    'imageExtractors:any preconditions:conditions celPreconditions:[]MatchCondition mutate:*Mutation validate:*Validation ' +
    'generate:*Generation verifyImages:[]ImageVerification skipBackgroundRequests:*s',
  MatchCondition: 'name!:s expression!:s',
  MatchResources: 'any:[]ResourceFilter all:[]ResourceFilter +UserInfo resources:ResourceDescription',
  ResourceFilter: '+UserInfo resources:ResourceDescription',
  UserInfo: 'roles:[]s clusterRoles:[]s subjects:[]Subject',
  Subject: 'kind!:s apiGroup:s name!:s namespace:s',
  ResourceDescription:
    'kinds:[]s name:s names:[]s namespaces:[]s annotations:map selector:*LabelSelector ' +
    'namespaceSelector:*LabelSelector operations:[]s',
  LabelSelector: 'matchLabels:map matchExpressions:[]Requirement',
  Requirement: 'key!:s operator!:s values:[]s',
  ContextEntry:
    'name!:s configMap:*ConfigMapReference apiCall:*ContextAPICall imageRegistry:*ImageRegistry variable:*Variable ' +
    'globalReference:*GlobalReference',
  ConfigMapReference: 'name!:s namespace:s',
  ContextAPICall: 'urlPath!:s method:s data:[]RequestData service:*ServiceCall default:any jmesPath:s',
  RequestData: 'key!:s value!:any',
  ServiceCall: 'url!:s headers:[]HTTPHeader caBundle!:s',
  HTTPHeader: 'key!:s value!:s',
  ImageRegistry: 'reference!:s jmesPath:s imageRegistryCredentials:*ImageRegistryCredentials',
  ImageRegistryCredentials: 'allowInsecureRegistry:s providers:[]s secrets:[]s',
  Variable: 'value:any jmesPath:s default:any',
  GlobalReference: 'name!:s jmesPath:s',
  AnyAllConditions: 'any:[]Condition all:[]Condition',
  Condition: 'key:any operator:s value:any message:s',
  Mutation:
    'mutateExistingOnPolicyUpdate:*s targets:[]Target patchStrategicMerge:any patchesJson6902:s foreach:[]ForEachMutation',
  Target: '+ResourceSpec selector:*LabelSelector context:[]ContextEntry preconditions:conditions',
  TargetSelector: '+ResourceSpec selector:*LabelSelector',
  ResourceSpec: 'apiVersion:s kind:s namespace:s name:s uid:s',
  ForEachMutation:
    'list:s order:*s context:[]ContextEntry preconditions:*AnyAllConditions patchStrategicMerge:any patchesJson6902:s ' +
    'foreach:[]ForEachMutation',
  Validation:
    'failureAction:*s failureActionOverrides:[]FailureActionOverride allowExistingViolations:*s message:s ' +
    'manifests:*Manifests foreach:[]ForEachValidation pattern:any anyPattern:any deny:*Deny podSecurity:*PodSecurity ' +
    'cel:*CEL assert:any',
  FailureActionOverride: 'action:s namespaces:[]s namespaceSelector:*LabelSelector',
  Manifests: 'attestors:[]AttestorSet annotationDomain:s ignoreFields:any dryRun:DryRunOption repository:s',
  DryRunOption: 'enable:s namespace:s',
  ForEachValidation:
    'list:s elementScope:*s context:[]ContextEntry preconditions:*AnyAllConditions pattern:any anyPattern:any deny:*Deny ' +
    'foreach:[]ForEachValidation',
  Deny: 'conditions:conditions',
  PodSecurity: 'level:s version:s exclude:[]PodSecurityStandard',
  PodSecurityStandard: 'controlName!:s images:[]s restrictedField:s values:[]s',
  CEL:
    'generate:*s expressions:[]CELValidation paramKind:*ParamKind paramRef:*ParamRef auditAnnotations:[]AuditAnnotation ' +
    'variables:[]MatchCondition',
  CELValidation: 'expression!:s message:s reason:*s messageExpression:s',
  ParamKind: 'apiVersion:s kind:s',
  ParamRef: 'name:s namespace:s selector:*LabelSelector parameterNotFoundAction:*s',
  AuditAnnotation: 'key!:s valueExpression!:s',
  Generation:
    'generateExisting:*s synchronize:s orphanDownstreamOnPolicyDelete:s +GeneratePattern foreach:[]ForEachGeneration',
  GeneratePattern: '+ResourceSpec data:any clone:CloneFrom cloneList:CloneList',
  CloneFrom: 'namespace:s name:s',
  CloneList: 'namespace:s kinds:[]s selector:*LabelSelector',
  ForEachGeneration: 'list:s context:[]ContextEntry preconditions:*AnyAllConditions +GeneratePattern',
  ImageVerification:
    'failureAction:*s type:s image:s imageReferences:[]s skipImageReferences:[]s key:s roots:s subject:s issuer:s ' +
    'additionalExtensions:map attestors:[]AttestorSet attestations:[]Attestation annotations:map repository:s cosignOCI11:s ' +
    'mutateDigest!:b verifyDigest!:b validate:ImageValidation required!:b ' +
    'imageRegistryCredentials:*ImageRegistryCredentials useCache!:b',
  ImageValidation: 'message:s deny:*Deny',
  AttestorSet: 'count:*s entries:[]Attestor',
  Attestor:
    'keys:*StaticKeyAttestor certificates:*CertificateAttestor keyless:*KeylessAttestor attestor:any annotations:map ' +
    'repository:s signatureAlgorithm:s',
  StaticKeyAttestor:
    'publicKeys:s signatureAlgorithm:s kms:s secret:*SecretReference rekor:*Rekor ctlog:*CTLog',
  SecretReference: 'name!:s namespace!:s',
  CertificateAttestor: 'cert:s certChain:s rekor:*Rekor ctlog:*CTLog',
  KeylessAttestor:
    'rekor:*Rekor ctlog:*CTLog issuer:s issuerRegExp:s subject:s subjectRegExp:s roots:s additionalExtensions:map',
  Rekor: 'url!:s pubkey:s ignoreTlog:s',
  CTLog: 'ignoreSCT:s pubkey:s tsaCertChain:s',
  Attestation: 'name:s predicateType!:s type!:s attestors!:[]AttestorSet conditions:[]AnyAllConditions',
};

interface Field {
  readonly name: string;
  readonly type: string;
  readonly always: boolean;
}

const fieldsByStruct = new Map<string, readonly Field[]>();

function fieldsOf(struct: string): readonly Field[] {
  const known = fieldsByStruct.get(struct);
  if (known !== undefined) return known;
  const fields = (STRUCTS[struct] ?? '').split(' ').flatMap((text): readonly Field[] => {
    if (text.startsWith('+')) return fieldsOf(text.slice(1));
    const [name = '', type = 'any'] = text.split(':');
    return [{ name: name.replace('!', ''), type, always: name.endsWith('!') }];
  });
  fieldsByStruct.set(struct, fields);
  return fields;
}

/** A value as Go prints the struct that it is read into. What is no object counts as empty. */
export function toGoStruct(struct: string, value: Json | undefined): JsonObject {
  const result: Record<string, Json> = {};
  for (const { name, type, always } of fieldsOf(struct)) {
    const printed = print(type, get(value, name));
    if (printed !== undefined) setKey(result, name, printed);
    else if (always) setKey(result, name, emptyOf(type));
  }
  return result;
}

const emptyOf = (type: string): Json => (type === 's' ? '' : type === 'b' ? false : null);

/** Undefined where Go leaves the field out. */
function print(type: string, value: Json | undefined): Json | undefined {
  if (type === 's' || type === 'b')
    return value === undefined || value === null || value === '' || value === 0 || value === false
      ? undefined
      : value;
  if (type === 'any') return value === undefined || value === null ? undefined : sorted(value);
  if (type.startsWith('[]'))
    return Array.isArray(value) && value.length > 0
      ? value.map((item) => printItem(type.slice(2), item))
      : undefined;
  if (type === 'map') return isObject(value) && Object.keys(value).length > 0 ? sorted(value) : undefined;
  if (!type.startsWith('*') && type !== 'conditions') return toGoStruct(type, value);
  if (value === undefined || value === null) return undefined;
  if (type === '*s') return value;
  return type === 'conditions' ? printConditions(value) : toGoStruct(type.slice(1), value);
}

const printItem = (type: string, item: Json): Json => (type === 's' ? item : toGoStruct(type, item));

const printConditions = (value: Json): Json =>
  Array.isArray(value)
    ? value.map((item) => toGoStruct('Condition', item))
    : toGoStruct('AnyAllConditions', value);

/** Data with its keys in order, at every level. */
export function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const result: Record<string, Json> = {};
  for (const key of Object.keys(value).toSorted()) setKey(result, key, sorted(get(value, key) ?? null));
  return result;
}

/** JSON as Go prints it: `<`, `>` and `&` escaped. */
export function goJson(value: Json): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** A field that Kyverno's types do not have, with those that stand beside it. */
export interface UnknownField {
  readonly path: readonly PathSegment[];
  readonly known: readonly string[];
}

/** Fields of a value that its struct does not have; the API server refuses them (strict decoding). */
export function unknownFields(
  struct: string,
  value: Json | undefined,
  path: readonly PathSegment[],
): readonly UnknownField[] {
  if (!isObject(value)) return [];
  const fields = fieldsOf(struct);
  const known = fields.map(({ name }) => name);
  return Object.keys(value).flatMap((name) => {
    const field = fields.find((one) => one.name === name);
    const place = [...path, name];
    return field === undefined ? [{ path: place, known }] : unknownBelow(field.type, get(value, name), place);
  });
}

function unknownBelow(
  type: string,
  value: Json | undefined,
  path: readonly PathSegment[],
): readonly UnknownField[] {
  // The schema leaves conditions open.
  if (type === 'conditions') return [];
  const struct = type.replace(/^\[\]|^\*/, '');
  if (!Object.hasOwn(STRUCTS, struct)) return [];
  return Array.isArray(value)
    ? (value as readonly Json[]).flatMap((item, i) => unknownFields(struct, item, [...path, i]))
    : unknownFields(struct, value, path);
}

/** Whether a part of a rule, read into its struct, differs from the struct's zero value; an empty list is not zero. */
export function isSet(
  struct: 'Mutation' | 'Validation' | 'Generation' | 'ImageVerification',
  value: Json | undefined,
): boolean {
  if (!isObject(value)) return false;
  const hasList = fieldsOf(struct).some(
    ({ name, type }) => type.startsWith('[]') && Array.isArray(get(value, name)),
  );
  return hasList || goJson(toGoStruct(struct, value)) !== goJson(toGoStruct(struct, {}));
}
