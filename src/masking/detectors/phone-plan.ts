/** Numbering plans: ITU-T E.164 through libphonenumber's metadata, loaded when the first number asks for it (it takes 25 ms). */
import { createRequire } from 'node:module';
import { digitsOf } from '#masking/engine/detector.ts';
import type { CountryCode, Metadata, PhoneNumber } from 'libphonenumber-js/min';

type Plans = {
  parsePhoneNumberFromString(text: string, country?: CountryCode): PhoneNumber | undefined;
  readonly getCountries: () => CountryCode[];
  readonly getCountryCallingCode: (country: CountryCode) => string;
  readonly Metadata: new () => Metadata;
  readonly PhoneNumber: new (number: string) => PhoneNumber;
};

let plans: Plans | undefined;

function loadPlans(): Plans {
  plans ??= createRequire(import.meta.url)('libphonenumber-js/min') as Plans;
  return plans;
}

/** Whose national numbers, with a leading zero or nine digits, are tried when a word says that there is a phone number. */
const COUNTRIES: readonly CountryCode[] = ['US', 'GB', 'DE', 'FR', 'IN', 'AU', 'ES', 'NL', 'PL'];

let callingCodes: ReadonlySet<string> | undefined;

/** Åland's numbers are told from Finland's by their first digits alone, whatever else they are. */
const TOLD_BY_FIRST_DIGITS = '358';

/**
 * Whether the plan of the calling code has the number as it is: most that are one need no parsing, which looks for prefixes and for
 * the country among those that share the code. That there is none is no answer.
 */
function isOfPlan(digits: string): boolean {
  const { getCountries, getCountryCallingCode, PhoneNumber } = loadPlans();
  callingCodes ??= new Set(getCountries().map((country) => getCountryCallingCode(country)));
  if (digits.length < DIGITS_MIN || digits.startsWith(TOLD_BY_FIRST_DIGITS)) return false;
  for (let length = 1; length <= 3; length++)
    if (callingCodes.has(digits.slice(0, length))) return new PhoneNumber(`+${digits}`).isValid();
  return false;
}

/** Shorter ones have no national number behind their calling code. */
const DIGITS_MIN = 7;

/** What follows the `+`, digits only. */
export const isInternationalNumber = (digits: string): boolean =>
  isOfPlan(digits) || loadPlans().parsePhoneNumberFromString(`+${digits}`)?.isValid() === true;

/** What may be dialled before a national number: the trunk prefix. */
const TRUNKS: Readonly<Partial<Record<CountryCode, readonly string[]>>> = {
  US: ['1'],
  GB: ['0', '180020'],
  DE: ['0'],
  FR: ['0'],
  IN: ['0'],
  AU: ['0', '1831', '1832'],
  NL: ['0'],
};

/** Of one country, so that most digits need not be parsed to be known as none of its numbers. */
type Shape = {
  readonly country: CountryCode;
  readonly lengths: ReadonlySet<number>;
  readonly prefixes: readonly string[];
};

let shapes: readonly Shape[] | undefined;

function shapeOf(country: CountryCode): Shape {
  const { getCountries, getCountryCallingCode, Metadata } = loadPlans();
  const code = getCountryCallingCode(country);
  const metadata = new Metadata();
  // who shares a calling code may have numbers of other lengths
  const lengths = getCountries()
    .filter((other) => getCountryCallingCode(other) === code)
    .flatMap((other) => {
      metadata.selectNumberingPlan(other);
      return metadata.numberingPlan?.possibleLengths() ?? [];
    });
  const trunks = ['', ...(TRUNKS[country] ?? [])];
  return { country, lengths: new Set(lengths), prefixes: [...trunks, ...trunks.map((trunk) => code + trunk)] };
}

/** What is dialled to leave one of the countries: then any plan may be meant. */
const isDialledAbroad = (digits: string): boolean =>
  digits.startsWith('00') || digits.startsWith('011') || digits.includes('0011');

const mayBeOf = ({ lengths, prefixes }: Shape, digits: string): boolean =>
  prefixes.some((prefix) => lengths.has(digits.length - prefix.length) && digits.startsWith(prefix));

export function isNationalNumber(text: string): boolean {
  const digits = digitsOf(text);
  const isAnywhere = isDialledAbroad(digits);
  shapes ??= COUNTRIES.map(shapeOf);
  return shapes.some(
    (shape) =>
      (isAnywhere || mayBeOf(shape, digits)) &&
      loadPlans().parsePhoneNumberFromString(text, shape.country)?.isValid() === true,
  );
}
