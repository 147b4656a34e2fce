import { formatFloat32 } from '../go-number.ts';
import { GoInt, type Value } from '../value.ts';

/** A scalar as text, numbers with float32's precision (Kyverno's ifaceToString); undefined for anything else. */
export function textOfScalar(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatFloat32(value);
  if (typeof value === 'boolean') return String(value);
  return value instanceof GoInt ? String(value.integer) : undefined;
}
