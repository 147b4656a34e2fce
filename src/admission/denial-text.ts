/** What a denial lists: policy → rule → message. */
export type Violations = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Column after which yaml.v2 folds a scalar at the next blank. */
const FOLD_COLUMN = 80;

/**
 * The denial as Kyverno returns it (lifecycle A.10): a YAML map of policies, rules and messages below one sentence. Up to
 * 1.18 (`fold`) yaml.v2 folds long scalars; yaml.v3 leaves them on one line.
 */
export function formatDenial(
  resource: { readonly kind: string; readonly namespace: string; readonly name: string },
  violations: Violations,
  fold: boolean,
): string {
  const key = `${resource.kind}/${resource.namespace}/${resource.name}`;
  const lines = [...violations]
    .sort(([left], [right]) => compareKeys(left, right))
    .flatMap(([policy, rules]) => [
      `${formatScalar(policy, 0, 0, fold)}:`,
      ...[...rules]
        .sort(([left], [right]) => compareKeys(left, right))
        .map(([rule, message]) => {
          const name = `  ${formatScalar(rule, 2, 2, fold)}: `;
          return name + formatScalar(message, name.length, 4, fold);
        }),
    ]);
  return `\n\nresource ${key} was blocked due to the following policies \n\n${lines.join('\n')}\n`;
}

/** go-yaml sorts keys naturally: stretches of digits count as numbers, letters come after everything else. */
function compareKeys(left: string, right: string): number {
  const pattern = /\d+|\D/g;
  const leftParts = left.match(pattern) ?? [];
  const rightParts = right.match(pattern) ?? [];
  for (let i = 0; i < Math.min(leftParts.length, rightParts.length); i += 1) {
    const a = leftParts[i] ?? '';
    const b = rightParts[i] ?? '';
    if (a === b) continue;
    const isNumber = (part: string): boolean => /^\d/.test(part);
    if (isNumber(a) && isNumber(b) && Number(a) !== Number(b)) return Number(a) - Number(b);
    const isLetter = (part: string): boolean => /^\p{L}/u.test(part);
    if (isLetter(a) !== isLetter(b)) return isLetter(a) ? 1 : -1;
    return a < b ? -1 : 1;
  }
  return leftParts.length - rightParts.length;
}

/** A string as go-yaml writes it as a value that starts at `column`, with lines after the first indented by `indent`. */
function formatScalar(text: string, column: number, indent: number, fold: boolean): string {
  if (/[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\uffff]/.test(text) || / \n/.test(text))
    return formatDoubleQuoted(text);
  if (text.includes('\n')) return / $/.test(text) ? formatDoubleQuoted(text) : formatLiteral(text, indent);
  if (resolvesToOther(text)) return formatDoubleQuoted(text);
  const content = isPlain(text) ? text : `'${text.replaceAll("'", "''")}'`;
  return fold ? foldAt(content, column, indent) : content;
}

const formatDoubleQuoted = (text: string): string => JSON.stringify(text);

function formatLiteral(text: string, indent: number): string {
  const chomping = text.endsWith('\n') ? (text.endsWith('\n\n') ? '+' : '') : '-';
  const hint = /^[ \n]/.test(text) ? String(2) : '';
  const body = text.replace(/\n$/, '').split('\n');
  const pad = ' '.repeat(indent);
  return [`|${hint}${chomping}`, ...body.map((line) => (line === '' ? '' : pad + line))].join('\n');
}

/** Whether YAML would read the plain text as something else than a string. */
const resolvesToOther = (text: string): boolean =>
  /^(?:|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<|\.nan|\.NaN|\.NAN|[-+]?\.(?:inf|Inf|INF))$/.test(
    text,
  ) ||
  /^[-+]?(?:0[xob])?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?$/.test(text) ||
  /^[-+]?\.[0-9]+(?:[eE][-+]?[0-9]+)?$/.test(text) ||
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text) ||
  /^\d{4}-\d{2}-\d{2}/.test(text);

/** Whether libyaml's analysis allows the plain style in block context. */
const isPlain = (text: string): boolean =>
  !/^[#,[\]{}&*!|>'"%@`]/.test(text) &&
  !/^(?:[-?:](?:\s|$)|---|\.\.\.)/.test(text) &&
  !/:(?:\s|$)|\s#/.test(text) &&
  !/^\s|\s$|\t/.test(text);

/** Breaks the content at every single blank that lies beyond the column (libyaml, best_width). */
function foldAt(content: string, column: number, indent: number): string {
  let at = column;
  let result = '';
  for (let i = 0; i < content.length; i += 1) {
    const single =
      content[i] === ' ' &&
      content[i - 1] !== ' ' &&
      content[i + 1] !== ' ' &&
      i > 0 &&
      i < content.length - 1;
    if (single && at > FOLD_COLUMN) {
      result += `\n${' '.repeat(indent)}`;
      at = indent;
    } else {
      result += content[i];
      at += 1;
    }
  }
  return result;
}
