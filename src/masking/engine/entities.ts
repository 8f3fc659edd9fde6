/** The names of what detectors spot: Presidio's entity names, and `SECRET` for secrets. */
export const ENTITIES = [
  'CREDIT_CARD',
  'IBAN_CODE',
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'IP_ADDRESS',
  'MAC_ADDRESS',
  'US_SSN',
  'US_ITIN',
  'URL',
  'CRYPTO',
  'DATE_OF_BIRTH',
  'PERSON',
  'LOCATION',
  'ORGANIZATION',
  'US_DRIVER_LICENSE',
  'US_PASSPORT',
  'US_BANK_NUMBER',
  'SECRET',
] as const;

export type Entity = (typeof ENTITIES)[number];

/**
 * What `default` in gatebook.yaml means. A URL by itself names a page, not a person, and an auditor wants to read it;
 * one with credentials in it is a SECRET and always found.
 */
export const DEFAULT_ENTITIES: readonly Entity[] = ENTITIES.filter((entity) => entity !== 'URL');

export const isEntity = (name: string): name is Entity => (ENTITIES as readonly string[]).includes(name);
