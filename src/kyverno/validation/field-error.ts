import { isObject, type Json, type PathSegment } from '../../base/json.ts';
import { goJson } from '../go-types.ts';
import type { Problem } from './problem.ts';

/** Where Kyverno says that a field is (`spec.rules[0].match`) and where it is in the document. */
export interface FieldPath {
  readonly text: string;
  readonly path: readonly PathSegment[];
}

/** A field below another; `real` where the document calls it otherwise than the text does. */
export const child = (parent: FieldPath, name: string, real: readonly PathSegment[] = [name]): FieldPath => ({
  text: `${parent.text}.${name}`,
  path: [...parent.path, ...real],
});

export const item = (parent: FieldPath, index: number): FieldPath => ({
  text: `${parent.text}[${index}]`,
  path: [...parent.path, index],
});

const withDetail = (type: string, detail: string): string => (detail === '' ? type : `${type}: ${detail}`);

/** field.Forbidden of apimachinery. */
export const forbidden = ({ text, path }: FieldPath, detail: string): Problem => ({
  text: `${text}: ${withDetail('Forbidden', detail)}`,
  path,
});

export const required = ({ text, path }: FieldPath, detail: string): Problem => ({
  text: `${text}: ${withDetail('Required value', detail)}`,
  path,
});

export const tooLong = ({ text, path }: FieldPath, limit: number): Problem => ({
  text: `${text}: Too long: may not be more than ${limit} bytes`,
  path,
});

/** field.Invalid: texts are quoted, structs printed as JSON. */
export function invalid({ text, path }: FieldPath, value: Json, detail: string): Problem {
  const printed =
    isObject(value) || Array.isArray(value)
      ? goJson(value)
      : typeof value === 'string'
        ? JSON.stringify(value)
        : String(value);
  return { text: `${text}: ${withDetail(`Invalid value: ${printed}`, detail)}`, path };
}

/** Several errors as one (ErrorList.ToAggregate): equal texts once, more than one in brackets. */
export function aggregate(problems: readonly Problem[]): Problem | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  const texts = [...new Set(problems.map(({ text }) => text))];
  return { text: texts.length === 1 ? first.text : `[${texts.join(', ')}]`, path: first.path };
}
