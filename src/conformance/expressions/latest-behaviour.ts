import { behaviourOf } from '../../kyverno/behaviour.ts';
import { LATEST_KYVERNO } from '../../kyverno/versions.ts';

export const latestBehaviour = behaviourOf(LATEST_KYVERNO);
