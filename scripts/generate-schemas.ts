/**
 * Makes `public/schemas/`: what the editor completes, explains and checks by. Kubernetes' kinds come from a published
 * package, Kyverno's from its CRDs beside the recordings (`../shared/oracle/cluster/base`). Data, not code.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SCHEMA_INDEX, schemaTexts } from './schema-texts.ts';

const root = resolve(import.meta.dirname, '..');
const target = join(root, 'public/schemas');

const index = join(target, SCHEMA_INDEX);
const before = existsSync(index) ? readFileSync(index, 'utf8') : undefined;
const { files, absent } = schemaTexts(join(root, '../shared/oracle/cluster/base/crds-1.19'), before);
if (absent) console.log('absent: ../shared/oracle/cluster/base; the schemas of Kyverno stay as they are');
mkdirSync(target, { recursive: true });
for (const [name, text] of files) {
  writeFileSync(join(target, name), text);
  console.log(`${name}: ${text.length} bytes, ${gzipSync(text).length} gzipped`);
}
