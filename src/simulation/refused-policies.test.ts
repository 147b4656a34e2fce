import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readClusterBase } from '../cluster/cluster-base.ts';
import { parseFile } from '../manifest/parse.ts';
import { diagnosePolicies } from './diagnose-policies.ts';
import { diagnoseRun } from './diagnose-run.ts';
import { simulate } from './simulate.ts';
import { outputsOf, scenarioOf } from './testing.ts';

const version = '1.19';
const base = readClusterBase(
  JSON.parse(readFileSync(new URL('../../public/cluster/base-1.19.json', import.meta.url), 'utf8')),
  version,
);
if (base === undefined) throw new Error('no base');
const cluster = base;

const DENIED = 'admission webhook "validate-policy.kyverno.svc" denied the request: ';
const DEPRECATED = /^Warning: (Cluster)?Policy \(kyverno.io\) is deprecated.*\n/gm;

interface Told {
  /** What kubectl printed, without the warning on classic policies. */
  readonly output: string;
  /** Refusal without the webhook's prefix; empty if the policy was stored. */
  readonly refusal: string;
  /** `severity: text at the place` of each diagnostic. */
  readonly places: readonly string[];
}

/** Applies policies one after the other; the last one is looked at. */
function apply(...texts: readonly string[]): Told {
  const files = Object.fromEntries(texts.map((text, index) => [`p${index}.yaml`, text]));
  const commands = texts.map((_, index) => `kubectl apply -f p${index}.yaml`);
  const trace = simulate(scenarioOf('', commands, files), { version, seed: 1, base: cluster });
  const output = (outputsOf(trace).at(-1) ?? '').replace(DEPRECATED, '');
  const documents = Object.entries(files).flatMap(([path, text]) => parseFile({ path, text }).documents);
  const known = diagnosePolicies(documents, { version, base: cluster });
  const last = texts.at(-1) ?? '';
  const places = [...known, ...diagnoseRun(trace, documents, known)].flatMap(({ severity, location }) =>
    location === undefined || location.file !== `p${texts.length - 1}.yaml`
      ? []
      : [`${severity}: ${last.slice(location.range.start, location.range.end).split('\n')[0]}`],
  );
  const [, refusal = ''] = output.split(DENIED);
  return { output, refusal: refusal.trimEnd(), places };
}

const policy = (rules: string, spec = '', namespace?: string): string => `
apiVersion: kyverno.io/v1
kind: ${namespace === undefined ? 'ClusterPolicy' : 'Policy'}
metadata: {name: p${namespace === undefined ? '' : `, namespace: ${namespace}`}}
spec:
${spec}  rules:
${rules}`;
const rule = (body: string, kinds = 'ConfigMap'): string => `  - name: r
    match:
      any:
      - resources:
          kinds: [${kinds}]
${body}`;
const validate = (body: string, kinds?: string): string =>
  rule(`    validate:\n      message: wrong\n${body}`, kinds);
const NAMED = '      pattern: {metadata: {name: "?*"}}\n';
const deny = (operator: string, value = 'b'): string =>
  validate(`      deny:
        conditions:
          any:
          - key: a
            operator: ${operator}
            value: ${value}
`);
const generate = (body: string, kinds = 'Namespace', more = ''): string =>
  rule(`${more}    generate:\n      apiVersion: v1\n      kind: ConfigMap\n      name: x\n${body}`, kinds);
const TARGET = '      namespace: default\n      data: {}\n';

describe('a policy that the cluster refuses', () => {
  it.each<[string, string, string, string]>([
    [
      'an unknown variable',
      policy(validate('      pattern: {data: {a: "{{ foo.bar }}"}}\n')),
      'policy contains invalid variables: variable substitution failed for rule r: variable foo.bar must match regex',
      '"{{ foo.bar }}"',
    ],
    [
      'an unknown operator',
      policy(deny('Equls')),
      'path: spec.rules[0].validate.deny.conditions.any[0].: entered value of `operator` is invalid.',
      'Equls',
    ],
    [
      'conditions below a list',
      policy(validate('      deny:\n        conditions:\n        - any: []\n')),
      'path: spec.rules[0].validate.deny.conditions[0].: entered value of `key`, `value` or `operator` is missing or misspelled',
      'any',
    ],
    [
      'all kinds in a generate rule',
      policy(generate(TARGET, '"*"'), '  background: false\n'),
      'path: spec.rules[0].match.any[0].kinds: wildcard policy does not support rule type',
      'kinds',
    ],
    [
      'all kinds while background is on',
      policy(validate(NAMED, '"*"')),
      'path: spec.rules[0].match.any[0].kinds: wildcard policy not allowed in background mode. Set spec.background=false to disable background mode for this policy rule',
      'kinds',
    ],
    [
      'a clone without the target’s namespace',
      policy(generate('      clone: {name: src, namespace: default}\n')),
      'spec.rules[0].namespace: Forbidden: target namespace must be set for a namespaced resource',
      'generate',
    ],
    [
      'two rules of one name',
      policy(validate(NAMED) + validate(NAMED)),
      `spec.rules[1].name: Invalid value: {"name":"r","match":{"any":[{"resources":{"kinds":["ConfigMap"]}}],"resources":{}},"validate":{"allowExistingViolations":true,"message":"wrong","pattern":{"metadata":{"name":"?*"}}},"skipBackgroundRequests":true}: Duplicate rule name: 'r'`,
      'r',
    ],
    [
      'a match that matches nothing',
      policy('  - name: r\n    match: {}\n    validate: {pattern: {metadata: {name: "?*"}}}\n'),
      'path: spec.rules[0].match.resources.: match resources not specified',
      'match',
    ],
    [
      'who asked, while background is on',
      policy(
        validate(
          '      deny: {conditions: {any: [{key: "{{request.userInfo.username}}", operator: Equals, value: a}]}}\n',
        ),
      ),
      'only select variables are allowed in background mode. Set spec.background=false to disable background mode for this policy rule: variable {{request.userInfo.username}} is not allowed',
      '"{{request.userInfo.username}}"',
    ],
    [
      'a namespace for a target of the cluster',
      policy(
        rule(
          '    generate:\n      apiVersion: v1\n      kind: Namespace\n      name: x\n      namespace: team\n      data: {}\n',
        ),
      ),
      'spec.rules[0].namespace: Forbidden: target namespace must not be set for a cluster-wide resource',
      'team',
    ],
    [
      'a Policy that generates elsewhere',
      policy(generate('      namespace: other\n      data: {}\n', 'Secret'), '', 'default'),
      'spec.rules[0].namespace: Forbidden: target resource scope mismatched: a namespaced policy cannot generate resources in other namespaces, expected: default, received: other',
      'other',
    ],
    [
      'a Policy on Namespaces',
      policy(validate(NAMED, 'Namespace'), '', 'default'),
      "spec.rules[0].match.any[0].kinds[0]: Forbidden: Cluster wide resource 'Namespace' not allowed in namespaced policy",
      'Namespace',
    ],
    [
      'a target that Kyverno may not make',
      policy(
        generate(TARGET).replace(
          'apiVersion: v1\n      kind: ConfigMap',
          'apiVersion: apps/v1\n      kind: Deployment',
        ),
      ),
      'path: spec.rules[0].generate..: system:serviceaccount:kyverno:kyverno-background-controller requires permissions create for resource apps/v1/Deployment in namespace default',
      'generate',
    ],
    [
      'a target that nobody serves',
      policy(generate(TARGET).replace('apiVersion: v1', 'apiVersion: example.com/v1')),
      'path: spec.rules[0].generate..: failed to get GVR for kind example.com/v1/ConfigMap',
      'generate',
    ],
    [
      'two ways to validate',
      policy(validate(`${NAMED}      deny: {}\n`)),
      'path: spec.rules[0].validate..: only one of pattern, anyPattern, deny, foreach, cel can be specified',
      'validate',
    ],
    [
      'a label that is no text',
      policy(validate('      pattern: {metadata: {labels: {a: 5}}}\n')),
      'labels and annotations supports only string values, "use double quotes around the non string values"',
      '5',
    ],
    [
      'an element without a foreach',
      policy(validate('      pattern: {data: {a: "{{ element.x }}"}}\n')),
      "variable 'element.x' present outside of foreach at path /validate/pattern/data/a",
      '"{{ element.x }}"',
    ],
    [
      'a context entry with a name that is taken',
      policy(
        rule('    context:\n    - name: request\n      variable: {value: a}\n    validate: {deny: {}}\n'),
      ),
      'path: spec.rules[0]: entry name request is invalid as it conflicts with a pre-defined variable request',
      'name',
    ],
    [
      'an operation that there is not',
      policy(
        rule(
          '    preconditions: {all: [{key: "{{request.operation}}", operator: Equals, value: create}]}\n    validate: {deny: {}}\n',
        ),
      ),
      "path: spec.rules[0].validate.preconditions.all[0].value: create: unknown value 'create' found under the 'value' field. Only the following values are allowed: [CREATE, UPDATE, DELETE, CONNECT]",
      'create',
    ],
    [
      'a match condition that does not compile',
      policy(
        validate(NAMED),
        '  webhookConfiguration: {matchConditions: [{name: a, expression: "foo.bar"}]}\n',
      ),
      "match conditions compilation errors: [compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo.bar\n | ^]",
      '"foo.bar"',
    ],
    [
      'a match condition that yields no bool',
      policy(
        validate(NAMED),
        '  webhookConfiguration: {matchConditions: [{name: a, expression: object.metadata.name}]}\n',
      ),
      'match conditions compilation errors: [must evaluate to bool]',
      'object.metadata.name',
    ],
    [
      'a policy that never runs',
      policy(validate(NAMED), '  admission: false\n  background: false\n'),
      'disabling both admission and background processing is not allowed',
      'false',
    ],
  ])('has %s', (_, text, message, place) => {
    const { refusal, places } = apply(text);
    expect(refusal.startsWith(message), refusal).toBe(true);
    expect(places).toEqual([`refused: ${place}`]);
  });

  it('has a value of another type than the schema says, told by the run at its place', () => {
    const { output, places } = apply(policy(validate(NAMED).replace('wrong', 'no')));
    expect(output).toBe(
      'The ClusterPolicy "p" is invalid: spec.rules[0].validate.message: Invalid value: "boolean": spec.rules[0].validate.message in body must be of type string: "boolean"\n',
    );
    expect(places).toEqual(['refused: no']);
  });

  it('lacks its match', () => {
    const { output, places } = apply(
      policy('  - name: r\n    validate: {pattern: {metadata: {name: "?*"}}}\n'),
    );
    expect(output).toBe('The ClusterPolicy "p" is invalid: spec.rules[0].match: Required value\n');
    expect(places).toEqual(['refused: name']);
  });

  const IMMUTABLE = 'changes of immutable fields of a rule spec in a generate rule is disallowed';
  const synchronized = generate(`      synchronize: true\n${TARGET}`);

  it.each<[string, string, string]>([
    ['name', synchronized.replace('name: r', 'name: q'), 'q'],
    ['match', synchronized.replace('[Namespace]', '[Secret]'), 'match'],
    [
      'preconditions',
      generate(
        `      synchronize: true\n${TARGET}`,
        'Namespace',
        '    preconditions: {all: [{key: a, operator: Equals, value: a}]}\n',
      ),
      'preconditions',
    ],
  ])('changes the %s of a generate rule (lifecycle F.4)', (_, changed, place) => {
    const { refusal, output, places } = apply(policy(synchronized), policy(changed));
    expect(refusal).toBe(IMMUTABLE);
    expect(output).toContain(
      'Warning: no synchronization will be performed to the old target resource upon policy updates: \n',
    );
    expect(places).toEqual([`refused: ${place}`]);
  });
});

describe('a policy that the cluster warns of', () => {
  it.each<[string, string, string, string]>([
    [
      'a deprecated operator',
      policy(deny('In', '[b]')),
      'Operator In has been deprecated and will be removed soon. Use these instead: ["AllIn" "AnyIn"]',
      'In',
    ],
    [
      'an action in the old spelling',
      policy(validate(NAMED), '  validationFailureAction: enforce\n'),
      'Validation failure actions enforce/audit are deprecated, use Enforce/Audit instead.',
      'enforce',
    ],
    [
      'a source that depends on the trigger',
      policy(
        generate(
          '      namespace: team\n      clone: {name: "{{request.object.metadata.name}}", namespace: a}\n',
        ),
      ),
      'variables in spec.rules[0].clone/cloneList would lead to incorrect synchronization behavior',
      '"{{request.object.metadata.name}}"',
    ],
    [
      'replicas without scale',
      policy(validate('      pattern: {spec: {replicas: 1}}\n', 'Deployment')),
      'You are matching on replicas but not including the scale subresource in the policy.',
      '1',
    ],
  ])('has %s', (_, text, message, place) => {
    const { output, places } = apply(text);
    expect(output).toContain(`Warning: ${message}\n`);
    expect(places).toEqual([`warning: ${place}`]);
  });

  it('changes the target of a generate rule, and is taken (lifecycle F.4)', () => {
    const { output } = apply(
      policy(generate(TARGET)),
      policy(generate(TARGET.replace('default', 'kube-public'))),
    );
    expect(output).toContain(
      'Warning: no synchronization will be performed to the old target resource upon policy updates: changes in the generate rule pattern could result in stale targets\n',
    );
    expect(output).toContain('clusterpolicy.kyverno.io/p configured');
  });
});
