import { runAutogenCase } from './autogen.ts';
import { runCelCase } from './cel.ts';
import { runConditionsCase } from './conditions.ts';
import { runJmespathCase } from './jmespath.ts';
import { runKindmatchCase } from './kindmatch.ts';
import { runKindselectorCase } from './kindselector.ts';
import { runMatchCase } from './match.ts';
import { runMutateCase } from './mutate.ts';
import type { CaseRunner } from './oracle-case.ts';
import { runPatternsCase } from './patterns.ts';
import { runPolicyValidateCase } from './policyvalidate.ts';
import { runRulesCase } from './rules.ts';
import { runVariablesCase } from './variables.ts';
import { runWildcardCase } from './wildcard.ts';

/** Who answers the cases of a file, by the file's name without extension. */
export const RUNNERS: ReadonlyMap<string, CaseRunner> = new Map([
  ['jmespath', runJmespathCase],
  ['jmespath-compliance', runJmespathCase],
  ['variables', runVariablesCase],
  ['wildcard', runWildcardCase],
  ['kindselector', runKindselectorCase],
  ['kindmatch', runKindmatchCase],
  ['match', runMatchCase],
  ['cel', runCelCase],
  ['conditions', runConditionsCase],
  ['patterns', runPatternsCase],
  ['rules', runRulesCase],
  ['autogen', runAutogenCase],
  ['policyvalidate', runPolicyValidateCase],
  ['mutate', runMutateCase],
]);
