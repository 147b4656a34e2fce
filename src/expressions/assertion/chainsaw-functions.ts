import { ANY, type FunctionSpec, STRING, textAt } from '../jmespath/functions/signature.ts';

/** What Chainsaw adds to the community's JMESPath, as far as tests use it; the cluster is Kubernetes 1.36. */
export const CHAINSAW_FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map<string, FunctionSpec>([
  ['trim_space', { parameters: [STRING], run: (values) => textAt(values, 0).trim() }],
  [
    'x_k8s_server_version',
    {
      parameters: [ANY],
      run: () => ({ major: '1', minor: '36', gitVersion: 'v1.36.3', platform: 'linux/amd64' }),
    },
  ],
]);
