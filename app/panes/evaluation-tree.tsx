import {
  type DocumentPath,
  differingKeys,
  type EvaluationNode,
  equal,
  type PathSegment,
  type RuleEvaluation,
  type VariableValue,
} from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';
import { InlineValue } from './inline-value.tsx';

const MARKS: Readonly<Record<EvaluationNode['status'], MarkName | undefined>> = {
  pass: 'allowed',
  fail: 'denied',
  skip: 'skipped',
  error: 'error',
  none: undefined,
};
const WORDS: Readonly<Record<EvaluationNode['status'], string>> = {
  pass: 'passes',
  fail: 'does not hold',
  skip: 'skipped',
  error: 'error',
  none: '',
};

/** match → exclude → preconditions → context → body, each with its values; the row that decided is marked. */
export function EvaluationTree({ evaluation }: { readonly evaluation: RuleEvaluation }) {
  return (
    <table className="evaluation">
      <caption className="visually-hidden">How the rule was evaluated</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Clause</th>
          <th scope="col">Value</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        <Rows nodes={evaluation.tree} depth={0} source={evaluation.source} />
      </tbody>
    </table>
  );
}

interface RowsProps {
  readonly nodes: readonly EvaluationNode[];
  readonly depth: number;
  readonly source: DocumentPath | undefined;
  /** Members at which the two sides of a condition differ. */
  readonly differing?: readonly PathSegment[];
}

function Rows({ nodes, depth, source, differing = [] }: RowsProps) {
  return nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: clauses stand in the order of the policy
    <NodeRows key={index} node={node} depth={depth} source={source} differing={differing} />
  ));
}

function NodeRows({
  node,
  depth,
  source,
  differing,
}: {
  readonly node: EvaluationNode;
  readonly depth: number;
  readonly source: DocumentPath | undefined;
  readonly differing: readonly PathSegment[];
}) {
  const mark = MARKS[node.status];
  const sides = sidesOf(node);
  const variables = distinctVariables(node);
  const whole = wholeVariable(node, variables);
  return (
    <>
      <tr className={node.decided ? 'decided' : undefined}>
        <th scope="row" style={{ paddingInlineStart: 14 * depth + 4 }}>
          <ClauseLink node={node} source={source} />
        </th>
        <td>
          <ClauseValue node={node} whole={whole} hasSides={sides !== undefined} differing={differing} />
        </td>
        <td className="result">{mark !== undefined && <Mark name={mark} label={WORDS[node.status]} />}</td>
      </tr>
      {(whole === undefined ? variables : []).map((variable) => (
        <VariableRow
          key={variable.expression}
          variable={variable}
          depth={depth + 1}
          decided={node.decided === true}
        />
      ))}
      {node.children !== undefined && (
        <Rows
          nodes={node.children}
          depth={depth + 1}
          source={source}
          {...(sides === undefined ? {} : { differing: sides })}
        />
      )}
    </>
  );
}

function ClauseLink({
  node,
  source,
}: {
  readonly node: EvaluationNode;
  readonly source: DocumentPath | undefined;
}) {
  const { services } = useStudio();
  if (source === undefined || node.path === undefined) return node.label;
  const path = { ...source, path: [...source.path, ...node.path] };
  return (
    <button type="button" className="clause-link" title="Show the line" onClick={() => services.reveal(path)}>
      {node.label}
    </button>
  );
}

/** Of a condition, whose rows below hold its two sides, the members at which they differ; undefined for anything else. */
function sidesOf({ children }: EvaluationNode): readonly PathSegment[] | undefined {
  const [key, value] = children ?? [];
  if (key?.label !== 'key' || value?.label !== 'value') return undefined;
  return differingKeys(key.actual, value.expected);
}

const distinctVariables = ({ variables = [] }: EvaluationNode): readonly VariableValue[] =>
  variables.filter(
    ({ expression }, index) => variables.findIndex((one) => one.expression === expression) === index,
  );

/** The variable that a side of a condition is, with nothing around it: it needs no row of its own. */
function wholeVariable(
  { label, actual, expected }: EvaluationNode,
  variables: readonly VariableValue[],
): VariableValue | undefined {
  const [only, ...others] = variables;
  if ((label !== 'key' && label !== 'value') || only?.value === undefined || others.length > 0)
    return undefined;
  return equal(only.value, actual ?? expected) ? only : undefined;
}

/** What is said of a clause beside its name: `ConfigMap – found v1/ConfigMap`. */
function ClauseValue({
  node,
  whole,
  hasSides,
  differing,
}: {
  readonly node: EvaluationNode;
  readonly whole: VariableValue | undefined;
  readonly hasSides: boolean;
  readonly differing: readonly PathSegment[];
}) {
  const { expected, actual } = hasSides ? {} : node;
  return (
    <>
      {node.decided && <strong className="decided-word">this decided: </strong>}
      {node.message !== undefined && (
        <span className={node.decided ? 'decided-word' : undefined}>{node.message} </span>
      )}
      {whole !== undefined && (
        <>
          <code className="expression">{`{{ ${whole.expression} }}`}</code>{' '}
        </>
      )}
      {expected !== undefined && <InlineValue value={expected} differing={differing} />}
      {actual !== undefined && expected !== undefined && <span className="second"> – found </span>}
      {actual !== undefined && <InlineValue value={actual} differing={differing} />}
    </>
  );
}

function VariableRow({
  variable,
  depth,
  decided,
}: {
  readonly variable: VariableValue;
  readonly depth: number;
  readonly decided: boolean;
}) {
  return (
    <tr className={`variable${decided ? ' of-decided' : ''}`}>
      <th scope="row" style={{ paddingInlineStart: 14 * depth + 4 }}>
        <code className="expression">{variable.expression}</code>
      </th>
      <td colSpan={2}>
        {variable.error === undefined ? (
          <InlineValue value={variable.value} />
        ) : (
          <span className="failed-count">{variable.error}</span>
        )}
      </td>
    </tr>
  );
}
