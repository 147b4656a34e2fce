import type { Expression, Walk } from './ast.ts';
import type { CelIssue } from './issues.ts';

type Expanded = { readonly expression: Expression } | { readonly issue: CelIssue };
type Args = readonly Expression[];

/** What a call stands for if it is a macro; undefined for a call like any other (cel-go, parser/macro.go and ext). */
export function expandMacro(
  name: string,
  target: Expression | undefined,
  args: Args,
  at: number,
): Expanded | undefined {
  if (target === undefined) return name === 'has' && args.length === 1 ? expandHas(args) : undefined;
  if (target.kind === 'name' && target.name === 'cel')
    return name === 'bind' && args.length === 3 ? expandBind(args, at) : undefined;
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2)
    return expandOptMap(target, args, at, name === 'optFlatMap');
  return expandWalk(name, target, args, at);
}

function expandHas([arg]: Args): Expanded | undefined {
  if (arg === undefined) return undefined;
  if (arg.kind === 'select') return { expression: { ...arg, test: true } };
  return { issue: { at: arg.at, message: 'invalid argument to has() macro' } };
}

function expandBind([variable, value, body]: Args, at: number): Expanded | undefined {
  if (variable === undefined || value === undefined || body === undefined) return undefined;
  if (variable.kind !== 'name')
    return { issue: { at: variable.at, message: 'cel.bind() variable names must be simple identifiers' } };
  return { expression: { kind: 'bind', at, variable: variable.name, value, body } };
}

function expandOptMap(
  target: Expression,
  [variable, body]: Args,
  at: number,
  flat: boolean,
): Expanded | undefined {
  if (variable === undefined || body === undefined) return undefined;
  const macro = flat ? 'optFlatMap()' : 'optMap()';
  if (variable.kind !== 'name')
    return {
      issue: { at: variable.at, message: `${macro} variable name must be a simple identifier` },
    };
  return { expression: { kind: 'optMap', at, target, variable: variable.name, body, flat } };
}

interface Shape {
  readonly walk: Walk;
  readonly variables: 1 | 2;
  readonly filtered: boolean;
}

const shape = (walk: Walk, variables: 1 | 2 = 1, filtered = false): Shape => ({ walk, variables, filtered });

/** By name and number of arguments. */
const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ['all/2', shape('all')],
  ['exists/2', shape('exists')],
  ['exists_one/2', shape('exists_one')],
  ['existsOne/2', shape('exists_one')],
  ['map/2', shape('map')],
  ['map/3', shape('map', 1, true)],
  ['filter/2', shape('filter')],
  ['sortBy/2', shape('sortBy')],
  ['all/3', shape('all', 2)],
  ['exists/3', shape('exists', 2)],
  ['existsOne/3', shape('exists_one', 2)],
  ['exists_one/3', shape('exists_one', 2)],
  ['transformList/3', shape('transformList', 2)],
  ['transformList/4', shape('transformList', 2, true)],
  ['transformMap/3', shape('transformMap', 2)],
  ['transformMap/4', shape('transformMap', 2, true)],
  ['transformMapEntry/3', shape('transformMapEntry', 2)],
  ['transformMapEntry/4', shape('transformMapEntry', 2, true)],
]);

function expandWalk(name: string, range: Expression, args: Args, at: number): Expanded | undefined {
  const found = SHAPES.get(`${name}/${args.length}`);
  const body = args.at(-1);
  if (found === undefined || body === undefined) return undefined;
  const variables: string[] = [];
  for (const variable of args.slice(0, found.variables)) {
    if (variable.kind !== 'name')
      return { issue: { at: variable.at, message: 'argument must be a simple name' } };
    variables.push(variable.name);
  }
  const filter = found.filtered ? args[found.variables] : undefined;
  return {
    expression: {
      kind: 'walk',
      at,
      walk: found.walk,
      range,
      variables,
      body,
      ...(filter === undefined ? {} : { filter }),
    },
  };
}
