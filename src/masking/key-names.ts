/** Keys that stay different when secrets in them are replaced by the same placeholder: repeated keys are no JSON message. */
import type { JsonObject } from '#mcp/json.ts';

/** For one object. */
export class KeyNames {
  readonly #used: Set<string>;
  readonly #next = new Map<string, number>();

  constructor(object: JsonObject) {
    this.#used = new Set(object.members.map(({ key }) => key));
  }

  /** `key`, or `key~2`, `key~3`, … when the object has it already. */
  unique(key: string): string {
    let name = key;
    let n = this.#next.get(key) ?? 2;
    while (this.#used.has(name)) name = `${key}~${n++}`;
    this.#next.set(key, n);
    this.#used.add(name);
    return name;
  }
}
