import { Fragment } from 'react';
import { isObject, type Json, type PathSegment } from '../../src/index.ts';

/** Texts longer than this are cut; their whole text is in the object beside. */
const MAX_LENGTH = 400;

const cut = (text: string): string => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text);

const isScalar = (value: Json): boolean => typeof value !== 'object' || value === null;

/** A value on one line, as the policy's text would have it: a list of texts without brackets and quotes. */
export function inlineText(value: Json | undefined): string {
  if (typeof value === 'string') return cut(value === '' ? '""' : value);
  if (Array.isArray(value) && value.length > 0 && value.every(isScalar))
    return cut(value.map(String).join(', '));
  return cut(JSON.stringify(value) ?? 'null');
}

/** A value on one line; of a map or list, the members at `differing` stand out. */
export function InlineValue({
  value,
  differing = [],
}: {
  readonly value: Json | undefined;
  readonly differing?: readonly PathSegment[];
}) {
  const members = membersOf(value);
  const text = inlineText(value);
  if (members === undefined || differing.length === 0 || text.length >= MAX_LENGTH)
    return <code>{text}</code>;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return (
    <code>
      {open}
      {members.map(({ key, text: member }, index) => (
        <Fragment key={key}>
          {index > 0 && ','}
          {differing.includes(key) ? <mark className="differs">{member}</mark> : member}
        </Fragment>
      ))}
      {close}
    </code>
  );
}

interface Member {
  readonly key: PathSegment;
  readonly text: string;
}

function membersOf(value: Json | undefined): readonly Member[] | undefined {
  if (Array.isArray(value))
    return value.map((item: Json, index) => ({ key: index, text: JSON.stringify(item) }));
  if (!isObject(value)) return undefined;
  return Object.entries(value).map(([key, item]) => ({
    key,
    text: `${JSON.stringify(key)}:${JSON.stringify(item)}`,
  }));
}
