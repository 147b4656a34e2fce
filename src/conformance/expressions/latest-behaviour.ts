import type { Behaviour } from '../../kyverno/behaviour.ts';

export const latestBehaviour = { notEqualsAcrossTypes: true, ruleLevelFailureAction: true } as Behaviour;
