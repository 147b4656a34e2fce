import { getList, type Json } from '../../base/json.ts';
import { child, type FieldPath, forbidden, item } from './field-error.ts';
import type { Problem } from './problem.ts';

const FIELDS = ['roles', 'clusterRoles', 'subjects'] as const;

/** Roles and subjects in the filters of a block that is evaluated without a request (UserInfo.ValidateNoUserInfo). */
export function checkNoUserInfo(block: Json | undefined, path: FieldPath): readonly Problem[] {
  return ['any', 'all'].flatMap((mode) =>
    getList(block, mode).flatMap((filter, index) => {
      const place = item(child(path, mode), index);
      return FIELDS.filter((field) => getList(filter, field).length > 0).map((field) =>
        forbidden(child(place, field), 'Usage of user info is forbidden'),
      );
    }),
  );
}
