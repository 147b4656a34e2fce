import { AdmissionController } from '../admission/admission-controller.ts';
import { CachedDiscovery } from '../admission/cached-discovery.ts';
import type { AdmissionEnvironment, PolicyVerdict } from '../admission/environment.ts';
import { checkPermissions, deprecationWarning } from '../admission/policy-permissions.ts';
import { readyStatus } from '../admission/policy-registry.ts';
import { BackgroundController } from '../background/background-controller.ts';
import { ReportScan } from '../background/report-scan.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { readPolicy } from '../kyverno/read-policy.ts';
import type { PolicySources } from './policy-sources.ts';

/** What Kyverno's controllers need of the simulation. */
export interface KyvernoEnvironment
  extends Omit<AdmissionEnvironment, 'readPolicy' | 'checkPolicy' | 'locate'> {
  readonly sources: PolicySources;
}

/** Kyverno on a cluster: what the API server calls, and what a scenario may stop. */
export interface Kyverno {
  readonly admission: AdmissionController;
  readonly background: BackgroundController;
}

/** Starts Kyverno's controllers on a cluster. */
export function installKyverno(environment: KyvernoEnvironment): Kyverno {
  const { sources, ...rest } = environment;
  const common = { ...rest, readPolicy, locate: sources };
  const discovery = new CachedDiscovery(environment.server, environment.scheduler);
  const admission = new AdmissionController({
    ...common,
    checkPolicy: (object) => checkPolicy(environment, discovery, object),
  });
  admission.start();
  const background = new BackgroundController(common);
  background.start();
  new ReportScan(common).start();
  return { admission, background };
}

function checkPolicy(
  { server, behaviour }: KyvernoEnvironment,
  discovery: CachedDiscovery,
  object: KubernetesObject,
): PolicyVerdict {
  const policy = readPolicy(object);
  if (policy === undefined) return { warnings: [] };
  const { error, warnings } = checkPermissions(
    {
      authorize: (user, attributes) => server.authorize(user, attributes),
      discovery: () => discovery.forPolicy(policy),
    },
    behaviour,
    policy,
  );
  const deprecated = behaviour.warnsOfDeprecatedPolicies ? [deprecationWarning(policy.kind)] : [];
  return {
    ...(error === undefined ? {} : { denied: error }),
    warnings: [...warnings, ...deprecated],
  };
}

/** A policy as it stands once its webhooks are configured; other objects as they are. */
export function ready(object: KubernetesObject): KubernetesObject {
  const policy = readPolicy(object);
  return policy === undefined ? object : { ...object, status: readyStatus(policy, 0) };
}
