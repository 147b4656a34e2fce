import { isObject, type Json } from '../../base/json.ts';

/** `<uid-3>`, `<rv-7>`, `<ur-1>`, `<time>`, `<age>`: stands for the same value throughout a recording. */
const PLACEHOLDER = /<(?:[a-z]+-\d+|time|age|rv|uid|mmdd|pid)>/g;
/** These stand for any value each time. */
const FREE = /^<(?:time|age|rv|uid|mmdd|pid)>$/;

/** Which real value each placeholder stands for; one value has one placeholder. */
export class Bindings {
  readonly #values = new Map<string, string>();
  readonly #taken = new Map<string, string>();

  copy(): Bindings {
    const copy = new Bindings();
    copy.adopt(this);
    return copy;
  }

  adopt(other: Bindings): void {
    for (const [placeholder, value] of other.#values) {
      this.#values.set(placeholder, value);
      this.#taken.set(value, placeholder);
    }
  }

  /** Whether a recorded text and an observed one agree; new placeholders are bound on the way. */
  text(recorded: string, observed: string): boolean {
    if (recorded === observed) return true;
    const placeholders = recorded.match(PLACEHOLDER);
    if (placeholders === null) return false;
    const pattern = recorded
      .split(PLACEHOLDER)
      .map(escapeText)
      .reduce((built, literal, index) => `${built}${this.#group(placeholders[index - 1] ?? '')}${literal}`);
    const found = new RegExp(`^${pattern}$`, 's').exec(observed);
    if (found === null) return false;
    return placeholders.every((placeholder, index) => this.#bind(placeholder, found[index + 1] ?? ''));
  }

  #group(placeholder: string): string {
    const known = this.#values.get(placeholder);
    return known === undefined ? '([^\\s"]+?)' : `(${escapeText(known)})`;
  }

  #bind(placeholder: string, value: string): boolean {
    if (FREE.test(placeholder)) return true;
    const known = this.#values.get(placeholder);
    if (known !== undefined) return known === value;
    const owner = this.#taken.get(value);
    if (owner !== undefined && kindOf(owner) === kindOf(placeholder)) return false;
    this.#values.set(placeholder, value);
    this.#taken.set(value, placeholder);
    return true;
  }

  /** Whether two JSON values agree; null, absent and empty maps are the same, as in the recordings. */
  json(recorded: Json | undefined, observed: Json | undefined): boolean {
    if (isNothing(recorded) && isNothing(observed)) return true;
    if (typeof recorded === 'string') return typeof observed === 'string' && this.text(recorded, observed);
    if (Array.isArray(recorded))
      return (
        Array.isArray(observed) &&
        recorded.length === observed.length &&
        recorded.every((item, index) => this.json(item, observed[index]))
      );
    if (isObject(recorded)) {
      if (!isObject(observed)) return false;
      const keys = new Set([...Object.keys(recorded), ...Object.keys(observed)]);
      return [...keys].every((key) => this.json(recorded[key], observed[key]));
    }
    return recorded === observed;
  }
}

const kindOf = (placeholder: string): string => placeholder.replace(/-\d+>$/, '');

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Pairs every recorded item with an observed one, in any order, each used once, under one set of bindings. Returns
 * undefined when that succeeds (the bindings are kept), or the first item of either side that found no partner.
 */
export function pairUp<R, O>(
  recorded: readonly R[],
  observed: readonly O[],
  bindings: Bindings,
  agree: (recorded: R, observed: O, bindings: Bindings) => boolean,
): { readonly missing: R } | { readonly extra: O } | undefined {
  const free = new Set(observed.keys());
  for (const item of recorded) {
    const partner = [...free].find((index) => {
      const tried = bindings.copy();
      if (!agree(item, observed[index] as O, tried)) return false;
      bindings.adopt(tried);
      return true;
    });
    if (partner === undefined) return { missing: item };
    free.delete(partner);
  }
  const [extra] = free;
  return extra === undefined ? undefined : { extra: observed[extra] as O };
}
