import { decodeBase64, encodeBase64 } from '../base64.ts';
import { md5, sha1, sha256 } from '../digest.ts';
import { parseGoJson } from '../go-json.ts';
import { parseGoYaml } from '../go-yaml.ts';
import { decodeUtf8, encodeUtf8 } from '../utf8.ts';
import { Failure, type Outcome } from '../value.ts';
import { type Evaluator, type FunctionTable, functionError, STRING, textAt } from './signature.ts';

function base64Decode(text: string): Outcome {
  const decoded = decodeBase64(encodeUtf8(text));
  return 'error' in decoded ? new Failure(decoded.error) : decodeUtf8(decoded.bytes);
}

function decoded(result: { readonly value: Outcome } | { readonly error: string }): Outcome {
  return 'error' in result ? new Failure(result.error) : result.value;
}

function x509Decode(pem: string, evaluator: Evaluator): Outcome {
  const library = evaluator.environment.libraries.x509;
  return library
    ? decoded(library.decode(pem))
    : functionError('x509_decode', 'the X.509 library is not loaded');
}

/** Kyverno's functions on encodings and digests (lifecycle I.2). */
export const ENCODING: FunctionTable = {
  base64_decode: { parameters: [STRING], run: (values) => base64Decode(textAt(values, 0)) },
  base64_encode: { parameters: [STRING], run: (values) => encodeBase64(encodeUtf8(textAt(values, 0))) },
  sha256: { parameters: [STRING], run: (values) => sha256(encodeUtf8(textAt(values, 0))) },
  sha1: { parameters: [STRING], run: (values) => sha1(encodeUtf8(textAt(values, 0))) },
  md5: { parameters: [STRING], run: (values) => md5(encodeUtf8(textAt(values, 0))) },
  parse_json: { parameters: [STRING], run: (values) => decoded(parseGoJson(textAt(values, 0))) },
  parse_yaml: { parameters: [STRING], run: (values) => decoded(parseGoYaml(textAt(values, 0))) },
  x509_decode: {
    parameters: [STRING],
    run: (values, evaluator) => x509Decode(textAt(values, 0), evaluator),
  },
};
