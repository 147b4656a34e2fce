import { describe, expect, it } from 'vitest';
import { goValue, smartLabel } from './description.ts';
import { alignTabs } from './tab-writer.ts';

describe('columns of a description', () => {
  it('are as wide as their widest cell, and two', () => {
    expect(alignTabs('Name:\tx\nAnnotations:\t<none>\n')).toBe('Name:         x\nAnnotations:  <none>\n');
  });

  it('end at a line without a cell', () => {
    expect(alignTabs('A:\t1\nSpec:\n  Longer:\t2\n')).toBe('A:  1\nSpec:\n  Longer:  2\n');
  });

  it('count characters, not UTF-16 units', () => {
    expect(alignTabs('🙂🙂\tx\nab\ty')).toBe('🙂🙂  x\nab  y');
  });

  it('nest: an inner column is aligned within the lines that have it', () => {
    expect(alignTabs('a\tbbb\tc\na\tb\tc\naaa\tlast')).toBe('a    bbb  c\na    b    c\naaa  last');
  });
});

describe('labels of fields', () => {
  it.each([
    ['creationTimestamp', 'Creation Timestamp'],
    ['uid', 'UID'],
    ['apiVersion', 'API Version'],
    ['fieldsV1', 'fieldsV1'],
    ['f:data', 'f:data'],
    ['.', '.'],
    ['name', 'Name'],
    ['HTTPServer', 'HTTP Server'],
    ['my-key', 'My - Key'],
    ['', ''],
  ])('%s → %s', (field, label) => {
    expect(smartLabel(field)).toBe(label);
  });

  it('values are printed as Go prints them', () => {
    expect(goValue({ b: [1, null], a: true })).toBe('map[a:true b:[1 <nil>]]');
  });
});
