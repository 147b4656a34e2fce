import type { UserInfo } from '../kubernetes/object.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { type Field, FieldReader } from './field-reader.ts';

/** Who asks, in a test of the Kyverno CLI (kind UserInfo of cli.kyverno.io/v1alpha1). */
export interface CliUserInfo {
  readonly userInfo: UserInfo;
  readonly roles: readonly string[];
  readonly clusterRoles: readonly string[];
}

/** Reads a file of user information as the CLI's strict decoder does; one without apiVersion and kind is an error. */
export function readUserInfoFile(document: ManifestDocument): {
  readonly info: CliUserInfo;
  readonly diagnostics: readonly Diagnostic[];
} {
  const reader = new FieldReader(document, 'cli-user-info');
  const fields = reader.fields({ value: document.value, path: [] }, [
    'apiVersion',
    'kind',
    'metadata',
    'roles',
    'clusterRoles',
    'userInfo',
  ]);
  if (reader.text(fields.apiVersion) === '' || reader.text(fields.kind) === '')
    reader.say([], 'This file uses a deprecated schema.');
  const user = reader.fields(fields.userInfo ?? { value: {}, path: [] }, [
    'username',
    'uid',
    'groups',
    'extra',
  ]);
  const uid = reader.text(user.uid);
  return {
    info: {
      userInfo: {
        username: reader.text(user.username),
        groups: texts(reader, user.groups),
        ...(uid === '' ? {} : { uid }),
      },
      roles: texts(reader, fields.roles),
      clusterRoles: texts(reader, fields.clusterRoles),
    },
    diagnostics: reader.diagnostics,
  };
}

const texts = (reader: FieldReader, field: Field | undefined): readonly string[] =>
  reader.items(field).map((item) => reader.text(item));
