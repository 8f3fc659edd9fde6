/**
 * Shows plain values to CEL: whole numbers as int, others as double, bigints as they are, objects as maps read only where
 * a condition looks, so that a large argument costs nothing unless it is asked for.
 */
import { celList, celMap } from '@bufbuild/cel';
import type { CelInput } from '@bufbuild/cel';
import type { Budget } from '#policy/condition-budget.ts';

type CelMap = ReturnType<typeof celMap>;

export function toCelValue(value: unknown, budget: Budget): CelInput {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    // Beyond int64 a bigint still compares exactly; arithmetic on it overflows, which denies.
    case 'bigint':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) {
        budget.spend(value.length);
        return celList(value.map((item) => toCelValue(item, budget)));
      }
      return toCelMap(value, budget);
    default:
      throw new Error(`a ${typeof value} is no JSON value`);
  }
}

export function toCelMap(source: object, budget: Budget): CelMap {
  const members = new LazyMembers(source, budget);
  const map = celMap(members);
  // The library takes a member that is null for absent.
  map.has = (key) => typeof key === 'string' && members.has(key);
  return map;
}

class LazyMembers implements ReadonlyMap<string, CelInput> {
  readonly #source: object;
  readonly #budget: Budget;
  /** Members with parts, converted once: several rules look at the same list. */
  readonly #converted = new Map<string, CelInput>();

  constructor(source: object, budget: Budget) {
    this.#source = source;
    this.#budget = budget;
  }

  get size(): number {
    return this.#keys().length;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#source, key);
  }

  get(key: string): CelInput | undefined {
    if (typeof key !== 'string' || !this.has(key)) return undefined;
    const known = this.#converted.get(key);
    if (known !== undefined) return known;
    const value = toCelValue(Reflect.get(this.#source, key), this.#budget);
    if (typeof value === 'object' && value !== null) this.#converted.set(key, value);
    return value;
  }

  keys(): MapIterator<string> {
    return this.#keys().values();
  }

  *values(): MapIterator<CelInput> {
    for (const key of this.#keys()) yield this.get(key) ?? null;
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const key of this.#keys()) yield [key, this.get(key) ?? null];
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries();
  }

  forEach(callback: (value: CelInput, key: string, map: ReadonlyMap<string, CelInput>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }

  #keys(): string[] {
    const keys = Object.keys(this.#source);
    this.#budget.spend(keys.length);
    return keys;
  }
}
