/** Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with the padding of the original submission. One block of input. */

const CONSTANTS = Int32Array.from(roundConstants().flat());
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

/** Where a lane goes, by how many bits it is turned, and whether its halves change places for that (FIPS 202 sections 3.2.2 and 3.2.3). */
const LANES = Int32Array.from({ length: 25 }, (_, lane) => lane);
const TO = LANES.map((lane) => (((lane / 5) | 0) + 5 * ((2 * (lane % 5) + 3 * ((lane / 5) | 0)) % 5)) * 2);
const TURN = LANES.map((lane) => (ROTATIONS[lane] ?? 0) & 31);
const SWAP = LANES.map((lane) => ((ROTATIONS[lane] ?? 0) >= 32 ? 1 : 0));

const parity = new Int32Array(10);
const moved = new Int32Array(50);

/** Lanes as 32-bit halves: index 2·(x + 5·y) is the low word. Typed arrays are read within their bounds. */
function permute(state: Int32Array): void {
  for (let round = 0; round < CONSTANTS.length; round += 2) {
    mixColumns(state);
    // the first lane stays where it is, and no other is turned by nothing
    moved[0] = state[0] as number;
    moved[1] = state[1] as number;
    for (let lane = 1; lane < 25; lane++) {
      const swap = SWAP[lane] as number;
      const a = state[lane * 2 + swap] as number;
      const b = state[lane * 2 + 1 - swap] as number;
      const bits = TURN[lane] as number;
      const to = TO[lane] as number;
      moved[to] = (a << bits) | (b >>> (32 - bits));
      moved[to + 1] = (b << bits) | (a >>> (32 - bits));
    }
    for (let at = 0; at < 50; at += 10) {
      mixRow(state, at);
      mixRow(state, at + 1);
    }
    state[0] = (state[0] as number) ^ (CONSTANTS[round] as number);
    state[1] = (state[1] as number) ^ (CONSTANTS[round + 1] as number);
  }
}

/** FIPS 202 section 3.2.4, of one half of the five lanes that begin there. */
function mixRow(state: Int32Array, at: number): void {
  const a = moved[at] as number;
  const b = moved[at + 2] as number;
  const c = moved[at + 4] as number;
  const d = moved[at + 6] as number;
  const e = moved[at + 8] as number;
  state[at] = a ^ (~b & c);
  state[at + 2] = b ^ (~c & d);
  state[at + 4] = c ^ (~d & e);
  state[at + 6] = d ^ (~e & a);
  state[at + 8] = e ^ (~a & b);
}

function mixColumns(state: Int32Array): void {
  for (let x = 0; x < 10; x++) {
    const upper = (state[x] as number) ^ (state[x + 10] as number) ^ (state[x + 20] as number);
    parity[x] = upper ^ (state[x + 30] as number) ^ (state[x + 40] as number);
  }
  for (let x = 0; x < 10; x += 2) {
    const left = x === 0 ? 8 : x - 2;
    const right = x === 8 ? 0 : x + 2;
    const rightLow = parity[right] as number;
    const rightHigh = parity[right + 1] as number;
    const mixLow = (parity[left] as number) ^ ((rightLow << 1) | (rightHigh >>> 31));
    const mixHigh = (parity[left + 1] as number) ^ ((rightHigh << 1) | (rightLow >>> 31));
    for (let y = x; y < 50; y += 10) {
      state[y] = (state[y] as number) ^ mixLow;
      state[y + 1] = (state[y + 1] as number) ^ mixHigh;
    }
  }
}

/** Of an ASCII text shorter than a block (135 characters); hexadecimal. */
export function keccak256(text: string): string {
  const block = new Uint8Array(200);
  const length = Math.min(text.length, RATE_BYTES - 1);
  for (let at = 0; at < length; at++) block[at] = text.charCodeAt(at);
  block[length] = 0x01;
  block[RATE_BYTES - 1] = (block[RATE_BYTES - 1] ?? 0) | 0x80;
  const state = new Int32Array(block.buffer);
  permute(state);
  return Buffer.from(state.buffer, 0, 32).toString('hex');
}
