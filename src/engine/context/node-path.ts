/** Components of a path as the traversal writes it: `/` separates, a backslash escapes, quotes vanish. */
function splitPath(path: string): readonly string[] {
  const components: string[] = [];
  let current = '';
  let quoted = false;
  for (let i = 0; i < path.length; i += 1) {
    const character = path[i] ?? '';
    if (character === '\\') {
      i += 1;
      current += path[i] ?? '';
    } else if (character === '"') quoted = !quoted;
    else if (character === '/' && !quoted) {
      if (current !== '') components.push(current);
      current = '';
    } else current += character;
  }
  if (current !== '') components.push(current);
  return components;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function quote(component: string): string {
  let quoted = '"';
  for (const character of component) {
    const code = character.codePointAt(0) ?? 0;
    const escaped = ESCAPES.get(character);
    if (escaped !== undefined) quoted += escaped;
    else if (code >= 0x20) quoted += character;
    else quoted += `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return `${quoted}"`;
}

/**
 * The JMESPath of the value that stands in the resource where the text stands in the rule: what `{{ @ }}` means. Two
 * components (`validate/pattern`, or those behind `foreach`) are left out (lifecycle I.3, utils/jsonpointer).
 */
export function currentNodePath(path: string, prefix: readonly string[]): string {
  const components = splitPath(path);
  const rest = components.slice(components.indexOf('foreach') + 1);
  const skipped = rest.length > 2 ? rest.slice(2) : [];
  let query = '';
  for (const component of [...prefix, ...skipped]) {
    if (/^\d+$/.test(component)) {
      query += `[${component}]`;
      continue;
    }
    const plain = /^[A-Za-z_][0-9A-Za-z_)]*$/.test(component);
    query += (query === '' ? '' : '.') + (plain ? component : quote(component));
  }
  return query;
}
