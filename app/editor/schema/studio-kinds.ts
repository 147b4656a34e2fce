import type { Schema } from './schema.ts';

/** A kind that no cluster serves: files of the studio, of Chainsaw and of Kyverno's command line. */
export interface FileKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: Schema;
  /** Parts that occur several times. */
  readonly definitions?: { readonly [name: string]: Schema };
}

const text = (description: string): Schema => ({ type: 'string', description });
const flag = (description: string): Schema => ({ type: 'boolean', description });
const list = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...(description === undefined ? {} : { description }),
});
const any = (description: string): Schema => ({ description, 'x-kubernetes-preserve-unknown-fields': true });
const named = (name: string, description: string): Schema => ({ $ref: name, description });

/** An object; names that end with `!` are required. Readers say themselves what they do not know, so it is open. */
function object(fields: { readonly [name: string]: Schema }, description?: string): Schema {
  const names = Object.keys(fields);
  const required = names.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1));
  return {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    ...(description === undefined ? {} : { description }),
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(names.map((name) => [name.replace(/!$/, ''), fields[name] ?? {}])),
  };
}

function kind(
  apiVersion: string,
  name: string,
  description: string,
  fields: { readonly [name: string]: Schema },
  definitions?: { readonly [name: string]: Schema },
): FileKind {
  const schema = object(
    {
      'apiVersion!': { type: 'string', enum: [apiVersion] },
      'kind!': { type: 'string', enum: [name] },
      metadata: object({ name: text('The name of the document.') }),
      ...fields,
    },
    description,
  );
  return { apiVersion, kind: name, schema, ...(definitions === undefined ? {} : { definitions }) };
}

const EMBEDDED: Schema = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
};
const DURATION = 'A duration such as `500ms`, `2s`, `1m`.';

const OBJECT_REF = object({
  'apiVersion!': text('API version of the kind, such as `v1`.'),
  'kind!': { ...text('Kind of the object.'), 'x-offer': ['kinds'] },
  name: text('Name of the object.'),
  namespace: text('Namespace of the object.'),
  labels: { type: 'object', additionalProperties: { type: 'string' }, description: 'Labels to select by.' },
});

const EXPECT = list(
  object({
    match: any('Which objects the check is for.'),
    'check!': any('What must hold: an assertion tree, such as `($error != null): true` for a refusal.'),
  }),
  'What Chainsaw is to expect. The studio shows what happens, and checks nothing.',
);

const apply = (verb: string): Schema =>
  object(
    {
      file: text('A file of this folder.'),
      resource: { ...EMBEDDED, description: `The object to ${verb}, written here.` },
      dryRun: flag('Sent as a dry run: the API server answers and stores nothing.'),
      expect: EXPECT,
    },
    `\`kubectl ${verb}\` with a file or with an object written here.`,
  );

const TEST = kind(
  'chainsaw.kyverno.io/v1alpha1',
  'Test',
  'The steps of the scenario: a Chainsaw Test. The same folder runs with `chainsaw test`.',
  {
    'spec!': object({
      namespace: text('Namespace of objects that name none. Without it Chainsaw makes one of its own.'),
      description: text('What the test shows.'),
      timeouts: any('How long Chainsaw waits. The studio does not need it.'),
      'steps!': list(named('chainsaw.Step', 'A step.'), 'The steps, in their order.'),
    }),
  },
  {
    'chainsaw.Step': object(
      {
        name: text('What is told as the step. A first step called `setup` tells what exists before.'),
        description: text('What the step is for.'),
        'try!': list(
          named('chainsaw.Operation', 'One operation.'),
          'Operations; each becomes a step in the timeline.',
        ),
      },
      'A step.',
    ),
    'chainsaw.Operation': object(
      {
        apply: apply('apply'),
        create: apply('create'),
        update: apply('replace'),
        patch: apply('patch'),
        delete: object(
          { ref: OBJECT_REF, file: text('A file with the objects to delete.'), expect: EXPECT },
          '`kubectl delete` of an object.',
        ),
        sleep: object({ 'duration!': text(DURATION) }, 'A wait. It costs no real time.'),
        script: object(
          {
            'content!': text(
              'Command lines; each begins with `kubectl`. Pipes and variables are not simulated.',
            ),
            check: any('What Chainsaw is to expect of the script.'),
          },
          'Command lines, each a step.',
        ),
        command: object(
          {
            'entrypoint!': { type: 'string', enum: ['kubectl'], description: 'The program.' },
            args: list({ type: 'string' }, 'Its arguments.'),
            check: any('What Chainsaw is to expect of the command.'),
          },
          'One command line.',
        ),
        assert: object(
          {
            file: text('A file of this folder.'),
            resource: { ...EMBEDDED, description: 'What must be there.' },
          },
          'Waits until an object is as described. Taken as fulfilled in `setup`.',
        ),
        error: object(
          {
            file: text('A file of this folder.'),
            resource: { ...EMBEDDED, description: 'What must not be there.' },
          },
          'Fails if an object is as described.',
        ),
        description: text('What the operation is for.'),
        timeout: text(DURATION),
      },
      'One operation: `apply`, `create`, `update`, `patch`, `delete`, `sleep`, `script` or `command`.',
    ),
  },
);

const WEBHOOK_BEHAVIOUR = {
  delay: text('From the call to the answer, such as `1500ms`.'),
  verdict: {
    type: 'string',
    enum: ['allow', 'deny', 'error'],
    default: 'allow',
    description: 'What it answers; `error`: nobody answers.',
  },
  message: text('What it says when it denies, or what the connection says.'),
  patch: any('What a mutating webhook changes: JSON patch operations, or a merge patch.'),
} as const;

const ACTOR = kind(
  'admission-studio/v1',
  'Actor',
  'A workload of the cluster that reacts to objects. Chainsaw does not read it.',
  {
    'metadata!': object({
      'name!': text('The name that its log lines are shown with.'),
      namespace: text('Where it runs.'),
    }),
    'spec!': object({
      watch: object(
        {
          'apiVersion!': text('API version of the objects it reacts to.'),
          'kind!': text('Their kind.'),
          namespace: text('Only objects of this namespace.'),
        },
        'Objects it reacts to when they are created.',
      ),
      webhook: object(
        {
          'name!': text('Name of the webhook, as a configuration in the cluster registers it.'),
          ...WEBHOOK_BEHAVIOUR,
          // biome-ignore lint/suspicious/noThenProperty: the format's own word, read by nobody as a promise.
          then: list(
            object({
              'from!': text('Name of the step of chainsaw-test.yaml from which on it behaves so.'),
              ...WEBHOOK_BEHAVIOUR,
            }),
            'How it behaves later.',
          ),
        },
        'A webhook of somebody else that it answers. An actor has either this, or `watch` and `reactions`.',
      ),
      reactions: list(
        object({
          require: list(
            object({
              'apiVersion!': text('API version of an object.'),
              'kind!': text('Its kind.'),
              namespace: text('Its namespace.'),
              'name!': text('Its name.'),
              absent: flag('It must not exist. Without this it must.'),
            }),
            'What must hold for this reaction.',
          ),
          'do!': list(
            object({
              after: text('How long after the object was stored, such as `40ms`.'),
              log: text('A log line. `{{ … }}` holds JMESPath over `object`.'),
              level: {
                type: 'string',
                enum: ['info', 'error'],
                default: 'info',
                description: 'Level of the log line.',
              },
              status: any('Replaces the status of the object.'),
              delete: flag('Deletes the object.'),
            }),
            'What it does, in this order.',
          ),
        }),
        'The first reaction whose requirements hold is run.',
      ),
    }),
  },
);

const VALUES_OF_PATHS: Schema = {
  type: 'object',
  additionalProperties: true,
  description: 'Dotted paths into the JSON context, such as `request.operation`, and what stands there.',
};

const RESPONSES = list(
  object({
    urlPath: text('Path that is asked at the API server.'),
    url: text('URL of a service.'),
    method: { type: 'string', enum: ['GET', 'POST'], default: 'GET', description: 'Only for this method.' },
    'response!': object({
      statusCode: { type: 'integer', description: 'HTTP status; below 200 or from 300 on the call fails.' },
      body: any('What is answered.'),
    }),
  }),
  'Answers to API calls and service calls.',
);

const GLOBAL_CONTEXT = list(
  object({
    'name!': text('Name of the GlobalContextEntry.'),
    data: any('What the entry holds.'),
    resources: list(EMBEDDED, 'Objects that the entry holds.'),
    resourceFiles: list({ type: 'string' }, 'Files with such objects.'),
    fieldPath: text('JMESPath to the part that is the entry.'),
    projections: list(
      object({ 'name!': text('Name of the projection.'), 'jmesPath!': text('JMESPath of the projection.') }),
      'Parts of the entry by name.',
    ),
  }),
  'What global context entries hold.',
);

const API_RESOURCE = object({
  group: text('API group.'),
  version: text('Version.'),
  kind: text('Kind.'),
  name: text('Plural, with `/subresource` for a subresource.'),
  namespaced: flag('Whether its objects stand in namespaces.'),
});

const VALUES = kind(
  'cli.kyverno.io/v1alpha1',
  'Values',
  "Values of Kyverno's command line: what stands in the context of rules.",
  {
    globalValues: {
      ...VALUES_OF_PATHS,
      description: `For every policy and resource. ${VALUES_OF_PATHS.description}`,
    },
    policies: list(
      object({
        'name!': text('Name of the policy.'),
        rules: list(
          object({
            'name!': text('Name of the rule; stands for its autogen rules as well.'),
            values: VALUES_OF_PATHS,
            foreachValues: {
              type: 'object',
              additionalProperties: list({}),
              description: 'Lists, one item for each element of a foreach.',
            },
          }),
          'Values of single rules.',
        ),
        resources: list(
          object({ 'name!': text('Name of the resource.'), values: VALUES_OF_PATHS }),
          'Values of single resources.',
        ),
      }),
      'Values of single policies.',
    ),
    namespaceSelector: list(
      object({
        'name!': text('Name of a namespace.'),
        labels: { type: 'object', additionalProperties: { type: 'string' }, description: 'Its labels.' },
      }),
      'Labels of namespaces.',
    ),
    namespaces: list(EMBEDDED, 'Namespaces; they win over `namespaceSelector`.'),
    subresources: list(
      object({ subresource: API_RESOURCE, parentResource: API_RESOURCE }),
      'Which kinds are subresources of which.',
    ),
    apiCallResponses: RESPONSES,
    globalContextEntries: GLOBAL_CONTEXT,
  },
);

const CONTEXT = kind(
  'cli.kyverno.io/v1alpha1',
  'Context',
  "Context of Kyverno's command line: what the cluster and registries hold.",
  {
    'spec!': object({
      resources: list(EMBEDDED, 'Objects that policies may look up.'),
      images: list(
        object({
          'image!': text('The image as a policy names it.'),
          resolvedImage: text('The same with its digest.'),
          registry: text('Its registry.'),
          repository: text('Its repository.'),
          tag: text('Its tag.'),
          digest: text('Its digest.'),
          imageIndex: any('The image index.'),
          manifest: any('The image manifest.'),
          config: any('The image configuration.'),
        }),
        'Images and what a registry says about them.',
      ),
    }),
  },
);

/** All kinds of files that are not the cluster's. */
export const STUDIO_KINDS: readonly FileKind[] = [TEST, ACTOR, VALUES, CONTEXT];
