/** Checksums of segwit addresses: BIP 173 (bech32) and BIP 350 (bech32m). */
const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const BECH32 = 1;
const BECH32M = 0x2bc830a3;

function polymod(values: readonly number[]): number {
  let checksum = 1;
  for (const value of values) {
    const top = checksum >>> 25;
    checksum = ((checksum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) if (((top >> bit) & 1) === 1) checksum ^= generator;
  }
  return checksum >>> 0;
}

/** Witness version 0 has the older checksum, later ones the newer. */
export function isSegwitAddress(text: string): boolean {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return false;
  const lower = text.toLowerCase();
  const separator = lower.lastIndexOf('1');
  if (separator < 1 || lower.length - separator < 8 || lower.length > 90) return false;
  const prefix = Array.from(lower.slice(0, separator), (char) => char.charCodeAt(0));
  const values = Array.from(lower.slice(separator + 1), (char) => CHARSET.indexOf(char));
  if (values.includes(-1)) return false;
  const expanded = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...values];
  return polymod(expanded) === (values[0] === 0 ? BECH32 : BECH32M);
}
