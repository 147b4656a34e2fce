import { isExternalAddress, parseAddress } from '../address.ts';
import { hostOfUrl } from '../go-url.ts';
import { parseImage } from '../image.ts';
import { Failure, type Outcome } from '../value.ts';
import { type FunctionTable, functionError, STRING, textAt } from './signature.ts';

function normalizeImage(image: string): Outcome {
  const parsed = parseImage(image);
  return 'error' in parsed ? functionError('image_normalize', parsed.error) : parsed.value.reference;
}

/**
 * Approximation: the simulation has no DNS, so a host name is one that no server knows. Kyverno would look it up and
 * judge the addresses.
 */
function isExternalUrl(text: string): Outcome {
  const host = hostOfUrl(text);
  if ('error' in host) return new Failure(host.error);
  const address = parseAddress(host.value);
  return address ? isExternalAddress(address) : new Failure(`lookup ${host.value}: no such host`);
}

/** Kyverno's functions on images and addresses (lifecycle I.2). */
export const NETWORK: FunctionTable = {
  image_normalize: { parameters: [STRING], run: (values) => normalizeImage(textAt(values, 0)) },
  is_external_url: { parameters: [STRING], run: (values) => isExternalUrl(textAt(values, 0)) },
};
