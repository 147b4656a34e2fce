import type { DocumentPath, EvaluationNode, Json, RuleEvaluation, VariableValue } from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';

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
}

function Rows({ nodes, depth, source }: RowsProps) {
  return nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: clauses stand in the order of the policy
    <NodeRows key={index} node={node} depth={depth} source={source} />
  ));
}

function NodeRows({
  node,
  depth,
  source,
}: {
  readonly node: EvaluationNode;
  readonly depth: number;
  readonly source: DocumentPath | undefined;
}) {
  const mark = MARKS[node.status];
  return (
    <>
      <tr className={node.decided ? 'decided' : undefined}>
        <th scope="row" style={{ paddingInlineStart: 14 * depth + 4 }}>
          <ClauseLink node={node} source={source} />
        </th>
        <td>
          <ClauseValue node={node} />
        </td>
        <td className="result">{mark !== undefined && <Mark name={mark} label={WORDS[node.status]} />}</td>
      </tr>
      {node.variables?.map((variable) => (
        <VariableRow
          key={variable.expression}
          variable={variable}
          depth={depth + 1}
          decided={node.decided === true}
        />
      ))}
      {node.children !== undefined && <Rows nodes={node.children} depth={depth + 1} source={source} />}
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

function ClauseValue({ node }: { readonly node: EvaluationNode }) {
  return (
    <>
      {node.decided && <strong className="decided-word">this decided: </strong>}
      {node.message !== undefined && (
        <span className={node.decided ? 'decided-word' : undefined}>{node.message} </span>
      )}
      {node.expected !== undefined && <code>{inline(node.expected)}</code>}
      {node.actual !== undefined && (
        <>
          <span className="second"> found </span>
          <code>{inline(node.actual)}</code>
        </>
      )}
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
          <code>{inline(variable.value)}</code>
        ) : (
          <span className="failed-count">{variable.error}</span>
        )}
      </td>
    </tr>
  );
}

/** A value on one line; long ones are cut, their whole text is in the object beside. */
function inline(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  return text.length > 400 ? `${text.slice(0, 399)}…` : text;
}
