/** Turns one input into another a little different, the way coverage-guided fuzzers do. */
import type { SeededRandom } from './random.ts';

export const INPUT_BYTES_MAX = 64 * 1024;

type Mutation = (input: Buffer, random: SeededRandom, others: readonly Buffer[], words: readonly string[]) => Buffer;

const at = (input: Buffer, random: SeededRandom): number => random.below(input.length + 1);

/** Two places in order, the part between them seldom long. */
function span(input: Buffer, random: SeededRandom): readonly [number, number] {
  const start = at(input, random);
  const length = random.below(4) === 0 ? random.below(input.length - start + 1) : random.below(16);
  return [start, Math.min(input.length, start + length)];
}

const replace = (input: Buffer, start: number, end: number, by: Buffer): Buffer =>
  Buffer.concat([input.subarray(0, start), by, input.subarray(end)]);

const MUTATIONS: readonly Mutation[] = [
  function flipBit(input, random) {
    const copy = Buffer.from(input);
    const place = random.below(copy.length);
    copy[place] = (copy[place] ?? 0) ^ (1 << random.below(8));
    return copy;
  },
  function changeByte(input, random) {
    const copy = Buffer.from(input);
    copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
  function remove(input, random) {
    const [start, end] = span(input, random);
    return replace(input, start, end, Buffer.alloc(0));
  },
  function duplicate(input, random) {
    const [start, end] = span(input, random);
    return replace(input, end, end, input.subarray(start, end));
  },
  function repeat(input, random) {
    const [start, end] = span(input, random);
    const part = input.subarray(start, end);
    const times = 1 + random.below(random.below(32) === 0 ? 10_000 : 24);
    const room = Math.max(0, Math.floor((INPUT_BYTES_MAX - input.length) / Math.max(1, part.length)));
    return replace(input, end, end, Buffer.concat(Array.from({ length: Math.min(times, room) }, () => part)));
  },
  function truncate(input, random) {
    return input.subarray(0, at(input, random));
  },
  function splice(input, random, others) {
    const other = random.pick(others);
    const [start, end] = span(other, random);
    const [from, to] = span(input, random);
    return replace(input, from, to, other.subarray(start, end));
  },
  function cross(input, random, others) {
    const other = random.pick(others);
    return Buffer.concat([input.subarray(0, at(input, random)), other.subarray(at(other, random))]);
  },
  function insertWord(input, random, _others, words) {
    const place = at(input, random);
    return replace(input, place, place, Buffer.from(random.pick(words)));
  },
  function replaceByWord(input, random, _others, words) {
    const [start, end] = span(input, random);
    return replace(input, start, end, Buffer.from(random.pick(words)));
  },
  function swap(input, random) {
    const [a, b] = span(input, random);
    const [c, d] = span(input.subarray(b), random);
    return Buffer.concat([
      input.subarray(0, a),
      input.subarray(b + c, b + d),
      input.subarray(b, b + c),
      input.subarray(a, b),
      input.subarray(b + d),
    ]);
  },
];

/** One to a few mutations; never longer than `INPUT_BYTES_MAX`. */
export function mutate(
  input: Buffer,
  random: SeededRandom,
  others: readonly Buffer[],
  words: readonly string[],
): Buffer {
  let changed = input.length === 0 ? Buffer.from(random.pick(words)) : input;
  for (let rounds = 1 + random.below(4); rounds > 0 && changed.length > 0; rounds -= 1)
    changed = Buffer.from(random.pick(MUTATIONS)(changed, random, others, words));
  return changed.length > INPUT_BYTES_MAX ? changed.subarray(0, INPUT_BYTES_MAX) : changed;
}
