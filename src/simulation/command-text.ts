import type { ScenarioStep } from './scenario.ts';

/** The command line as a person would type it, with the user it is typed as. */
export function commandText(step: ScenarioStep): string {
  if (step.action.type !== 'kubectl') return '';
  return ['kubectl', ...step.action.argv].map(quote).join(' ');
}

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
