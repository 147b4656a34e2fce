import type { EditableStep } from '../../src/index.ts';
import { arrangeDocuments, parseFiles, readSteps, sortDocuments, writeStep } from '../../src/index.ts';
import type { Answers, Question } from './protocol.ts';

type DocumentQuestion = Exclude<
  Question,
  { readonly type: 'preview' | 'locate' | 'advise' | 'write-kyverno-test' | 'edit' | 'console' | 'complete' }
>;

/** Answers about pasted documents and steps; loaded with the first such question. */
export function answerAboutDocuments(question: DocumentQuestion): Answers[DocumentQuestion['type']] {
  switch (question.type) {
    case 'sort': {
      const present = parseFiles(question.files).flatMap((file) => file.documents);
      return sortDocuments(parseFiles(question.incoming), present);
    }
    case 'arrange':
      return arrangeDocuments(question.documents, question.into, question.name);
    case 'read-steps': {
      const files = parseFiles(question.files);
      const test = files.find(({ file }) => file.path === question.path);
      return test === undefined ? undefined : readSteps(test, files)?.steps.map(plain);
    }
    case 'write-step': {
      const files = parseFiles(question.files);
      const test = files.find(({ file }) => file.path === question.path);
      return test === undefined ? { edits: [], files: [] } : writeStep(test, question.change, files);
    }
  }
}

/** The step alone, without what only the writing needs and no message can carry. */
function plain(step: EditableStep): EditableStep {
  const { index, operation, written, title, file, command, duration, username } = step;
  const { name, groups, dryRun, expectsError, location, path, line } = step;
  return {
    index,
    operation,
    written,
    title,
    command,
    groups,
    dryRun,
    expectsError,
    location,
    path,
    line,
    ...(name === undefined ? {} : { name }),
    ...(file === undefined ? {} : { file }),
    ...(duration === undefined ? {} : { duration }),
    ...(username === undefined ? {} : { username }),
  };
}
