/** Addresses of wallets: Bitcoin (Base58Check, BIP 173, BIP 350) and Ethereum (EIP-55). */
import { isBase58Check } from '#masking/detectors/base58.ts';
import { isSegwitAddress } from '#masking/detectors/bech32.ts';
import { keccak256 } from '#masking/detectors/keccak.ts';
import type { Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS } from '#masking/engine/text-profile.ts';

const BITCOIN =
  /(?<![^\W_])(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc|tb)1[02-9ac-hj-np-z]{11,71}|(?:BC|TB)1[02-9AC-HJ-NP-Z]{11,71})(?![^\W_])/g;
const ETHEREUM = /(?<![^\W_])0x[0-9A-Fa-f]{40}(?![^\W_])/g;

const EIGHT = 0x38;
const NINE = 0x39;
const SMALL_A = 0x61;

/** EIP-55: a letter is upper case where the digest of the lower-case address has a digit of 8 or more. */
export function hasEip55Case(address: string): boolean {
  const hex = address.slice(2);
  const digest = keccak256(hex.toLowerCase());
  for (let at = 0; at < hex.length; at++) {
    const char = hex.charCodeAt(at);
    // above the digits stand capitals, above those small letters; of the digest only small ones
    if (char > NINE && char < SMALL_A !== digest.charCodeAt(at) >= EIGHT) return false;
  }
  return true;
}

/** Of hexadecimal letters, behind `0x`. */
function hasBothCases(address: string): boolean {
  let cases = 0;
  for (let at = 2; at < address.length && cases !== 3; at++) {
    const char = address.charCodeAt(at);
    if (char > NINE) cases |= char < SMALL_A ? 1 : 2;
  }
  return cases === 3;
}

const isBitcoinAddress = (address: string): boolean =>
  /^[13]/.test(address) ? isBase58Check(address) : isSegwitAddress(address);

export const cryptoAddress: Detector = {
  types: ['CRYPTO'],
  needs: HAS.digit,
  runMin: 14,
  find(scan) {
    const { text } = scan;
    eachMatch(BITCOIN, text, ({ 0: address, index: start }) => {
      if (!scan.budget.validated(address, isBitcoinAddress, true)) return false;
      scan.propose({
        start,
        end: start + address.length,
        type: 'CRYPTO',
        rule: 'bitcoin-address',
        base: 0.95,
        isValidated: true,
        because: 'checksum',
        isImmune: true,
      });
      return true;
    });
    eachMatch(ETHEREUM, text, ({ 0: address, index: start }) => {
      const isMixed = hasBothCases(address);
      const isChecked = isMixed && scan.budget.validated(address, hasEip55Case, true);
      scan.propose({
        start,
        end: start + address.length,
        type: 'CRYPTO',
        rule: 'ethereum-address',
        base: isChecked ? 0.95 : isMixed ? 0.3 : 0.65,
        isValidated: isChecked,
        ...(isChecked ? { because: 'checksum' } : {}),
        isImmune: isChecked,
      });
      return true;
    });
  },
};
