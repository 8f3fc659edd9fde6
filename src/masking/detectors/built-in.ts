/** Every detector there is, whatever the language of the text. What only one country has stands in src/masking/locales. */
import { createAssignedSecrets } from '#masking/detectors/assigned-secret.ts';
import { commandSecret } from '#masking/detectors/command-secret.ts';
import { creditCard } from '#masking/detectors/credit-card.ts';
import { cryptoAddress } from '#masking/detectors/crypto-address.ts';
import { dateOfBirth } from '#masking/detectors/date-of-birth.ts';
import { email } from '#masking/detectors/email.ts';
import { iban } from '#masking/detectors/iban.ts';
import { ipAddress } from '#masking/detectors/ip-address.ts';
import { itin } from '#masking/detectors/itin.ts';
import { location } from '#masking/detectors/location.ts';
import { macAddress } from '#masking/detectors/mac-address.ts';
import { oneTimeCode } from '#masking/detectors/one-time-code.ts';
import { organization } from '#masking/detectors/organization.ts';
import { passwordHash } from '#masking/detectors/password-hash.ts';
import { person } from '#masking/detectors/person.ts';
import { phoneNumber } from '#masking/detectors/phone-number.ts';
import { createProviderTokens } from '#masking/detectors/provider-token.ts';
import { authorization, bareToken, connectionString, jsonWebToken, pemKey } from '#masking/detectors/secret-block.ts';
import { ssn } from '#masking/detectors/ssn.ts';
import { url } from '#masking/detectors/url.ts';
import { usBankNumber } from '#masking/detectors/us-bank-number.ts';
import { usDriverLicense, usPassport } from '#masking/detectors/us-documents.ts';
import type { Detector } from '#masking/engine/detector.ts';

export const builtInDetectors = (): readonly Detector[] => [
  pemKey,
  jsonWebToken,
  bareToken,
  connectionString,
  authorization,
  createProviderTokens(),
  createAssignedSecrets(),
  commandSecret,
  passwordHash,
  oneTimeCode,
  email,
  ipAddress,
  creditCard,
  iban,
  ssn,
  itin,
  phoneNumber,
  macAddress,
  cryptoAddress,
  url,
  dateOfBirth,
  usPassport,
  usDriverLicense,
  usBankNumber,
  location,
  organization,
  person,
];
