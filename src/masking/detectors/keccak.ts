/** Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with the padding of the original submission. One block of input. */

const ROUNDS: readonly (readonly [number, number])[] = roundConstants();
const ROTATIONS = [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14];
const RATE_BYTES = 136;

/** FIPS 202 section 3.2.5: bits of a linear feedback shift register. Low and high word of each lane. */
function roundConstants(): [number, number][] {
  let register = 1;
  const nextBit = (): number => {
    const bit = register & 1;
    register <<= 1;
    if ((register & 0x100) !== 0) register ^= 0x171;
    return bit;
  };
  return Array.from({ length: 24 }, () => {
    const lane: [number, number] = [0, 0];
    for (let power = 0; power < 7; power++) {
      const position = 2 ** power - 1;
      if (nextBit() === 1) lane[position >> 5] = (lane[position >> 5] ?? 0) | (1 << (position & 31));
    }
    return lane;
  });
}

/** Lanes as 32-bit halves: index 2·(x + 5·y) is the low word. */
function permute(state: Uint32Array): void {
  const parity = new Uint32Array(10);
  const moved = new Uint32Array(50);
  const get = (from: Uint32Array, at: number): number => from[at] ?? 0;
  for (const [low, high] of ROUNDS) {
    for (let x = 0; x < 10; x++) {
      parity[x] = get(state, x) ^ get(state, x + 10) ^ get(state, x + 20) ^ get(state, x + 30) ^ get(state, x + 40);
    }
    for (let x = 0; x < 5; x++) {
      const left = ((x + 4) % 5) * 2;
      const right = ((x + 1) % 5) * 2;
      const mixLow = get(parity, left) ^ ((get(parity, right) << 1) | (get(parity, right + 1) >>> 31));
      const mixHigh = get(parity, left + 1) ^ ((get(parity, right + 1) << 1) | (get(parity, right) >>> 31));
      for (let y = 0; y < 50; y += 10) {
        state[x * 2 + y] = get(state, x * 2 + y) ^ mixLow;
        state[x * 2 + y + 1] = get(state, x * 2 + y + 1) ^ mixHigh;
      }
    }
    for (let lane = 0; lane < 25; lane++) {
      const to = (((lane / 5) | 0) + 5 * ((2 * (lane % 5) + 3 * ((lane / 5) | 0)) % 5)) * 2;
      const rotation = ROTATIONS[lane] ?? 0;
      let [a, b] = [get(state, lane * 2), get(state, lane * 2 + 1)];
      if (rotation >= 32) [a, b] = [b, a];
      const bits = rotation & 31;
      moved[to] = bits === 0 ? a : (a << bits) | (b >>> (32 - bits));
      moved[to + 1] = bits === 0 ? b : (b << bits) | (a >>> (32 - bits));
    }
    for (let y = 0; y < 50; y += 10) {
      for (let x = 0; x < 10; x++) {
        state[y + x] = get(moved, y + x) ^ (~get(moved, y + ((x + 2) % 10)) & get(moved, y + ((x + 4) % 10)));
      }
    }
    state[0] = get(state, 0) ^ low;
    state[1] = get(state, 1) ^ high;
  }
}

/** Of an ASCII text shorter than a block (135 characters); hexadecimal. */
export function keccak256(text: string): string {
  const block = new Uint8Array(200);
  const length = Math.min(text.length, RATE_BYTES - 1);
  for (let at = 0; at < length; at++) block[at] = text.charCodeAt(at);
  block[length] = 0x01;
  block[RATE_BYTES - 1] = (block[RATE_BYTES - 1] ?? 0) | 0x80;
  const state = new Uint32Array(block.buffer);
  permute(state);
  return Buffer.from(state.buffer, 0, 32).toString('hex');
}
