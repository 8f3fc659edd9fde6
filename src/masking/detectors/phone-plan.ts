/** Numbering plans: ITU-T E.164 through libphonenumber's metadata, loaded when the first number asks for it (it takes 25 ms). */
import { createRequire } from 'node:module';
import type { CountryCode, PhoneNumber } from 'libphonenumber-js/min';

type Plans = {
  parsePhoneNumberFromString(text: string, country?: CountryCode): PhoneNumber | undefined;
};

let plans: Plans | undefined;

function loadPlans(): Plans {
  plans ??= createRequire(import.meta.url)('libphonenumber-js/min') as Plans;
  return plans;
}

/** Whose national numbers, with a leading zero or nine digits, are tried when a word says that there is a phone number. */
const COUNTRIES: readonly CountryCode[] = ['US', 'GB', 'DE', 'FR', 'IN', 'AU', 'ES', 'NL', 'PL'];

/** `+` and digits, with or without separators. */
export function isInternationalNumber(text: string): boolean {
  return loadPlans().parsePhoneNumberFromString(text)?.isValid() === true;
}

export function isNationalNumber(text: string): boolean {
  return COUNTRIES.some((country) => loadPlans().parsePhoneNumberFromString(text, country)?.isValid() === true);
}
