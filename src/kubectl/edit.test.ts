import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMergePatch } from '../kubernetes/patch/merge-patch.ts';
import { editCommand, openForEdit } from './edit.ts';
import { splitShell } from './split-shell.ts';

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: app
data:
  color: red
`;

describe('kubectl edit', () => {
  it('opens the object as YAML', () => {
    expect(openForEdit('kubectl edit cm settings -n app --as bob')).toBe(
      'kubectl get cm settings -n app --as bob -o yaml',
    );
    expect(openForEdit('k -n app edit cm/settings')).toBe('kubectl -n app get cm/settings -o yaml');
    expect(openForEdit('kubectl get cm edit')).toBeUndefined();
    expect(openForEdit('kubectl edit "')).toBeUndefined();
  });

  it('sends the difference as a patch', () => {
    const after = CONFIG.replace('red', "it's blue");
    const edited = editCommand('kubectl edit cm settings -n app', CONFIG, after);
    expect(edited).toEqual({
      command: `kubectl patch cm settings -n app --type merge -p '{"data":{"color":"it'\\''s blue"}}'`,
    });
  });

  it('names the object where the line named a kind alone', () => {
    expect(editCommand('kubectl edit cm -n app', CONFIG, CONFIG.replace('red', 'blue'))).toEqual({
      command: `kubectl patch cm -n app settings --type merge -p '{"data":{"color":"blue"}}'`,
    });
  });

  it.each([
    ['nothing changed', CONFIG, 'Edit cancelled, no changes made.'],
    ['the name changed', CONFIG.replace('settings', 'other'), /^At least one of apiVersion, kind and name/],
    ['the text is no object', 'a: 1', /must be an object/],
    ['the text cannot be read', 'a: [', /./],
    ['there is nothing left', '', /one object at a time/],
    ['there are two documents', `${CONFIG}---\n${CONFIG}`, /one object at a time/],
  ])('has no command if %s', (_, after, text) => {
    const edited = editCommand('kubectl edit cm settings -n app', CONFIG, after);
    expect('error' in edited ? edited.error : '').toMatch(text);
  });

  it('does to the object what the person did to its text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()), (data) => {
        const before = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '1' } };
        const after = { ...before, data };
        const edited = editCommand('kubectl edit cm x', JSON.stringify(before), JSON.stringify(after));
        if ('error' in edited) return expect(data).toEqual(before.data);
        const split = splitShell(edited.command);
        const patch = 'words' in split ? (split.words.at(-1) ?? '') : '';
        expect(applyMergePatch(before, JSON.parse(patch))).toEqual(after);
      }),
    );
  });
});
