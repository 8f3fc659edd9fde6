/** Values that must be found again nowhere: one of each entity, in words around it that say what it is where it needs any. */

export type Planted = {
  readonly entity: string;
  /** What is searched for. */
  readonly value: string;
  /** What is said. */
  readonly text: string;
};

const bare = (entity: string, value: string): Planted => ({ entity, value, text: value });

export const PLANTED: readonly Planted[] = [
  bare('EMAIL_ADDRESS', 'grace.hopper@navy.example.org'),
  bare('CREDIT_CARD', '4012888888881881'),
  bare('IBAN_CODE', 'DE89370400440532013000'),
  bare('PHONE_NUMBER', '+442079460958'),
  bare('IP_ADDRESS', '203.0.113.77'),
  bare('MAC_ADDRESS', '00:1B:44:11:3A:B7'),
  bare('CRYPTO', '0x52908400098527886E0F7030069857D2E4169EE7'),
  { entity: 'US_SSN', value: '536-90-4399', text: 'SSN 536-90-4399' },
  { entity: 'US_ITIN', value: '912-78-1234', text: 'ITIN 912-78-1234' },
  { entity: 'DATE_OF_BIRTH', value: '1906-12-09', text: 'date of birth: 1906-12-09' },
  { entity: 'US_PASSPORT', value: '340020013', text: 'passport number 340020013' },
  { entity: 'US_DRIVER_LICENSE', value: 'D6101234', text: "driver's license number D6101234" },
  { entity: 'PERSON', value: 'Grace Hopper', text: 'Dear Mrs. Grace Hopper,' },
  {
    entity: 'LOCATION',
    value: '1600 Pennsylvania Avenue',
    text: 'lives at 1600 Pennsylvania Avenue NW, Washington, DC 20500',
  },
  bare('SECRET', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'),
  { entity: 'SECRET', value: 'AKIAIOSFODNN7QXRTWLP', text: 'aws key AKIAIOSFODNN7QXRTWLP' },
  bare('SECRET', 'postgres://grace:cobol-1959-navy@db.example.org/ships'),
];

/** For tests that run with every change: the ones a message can hardly be read without. */
export const FEW: readonly Planted[] = PLANTED.filter(
  ({ entity, value }) => ['EMAIL_ADDRESS', 'CREDIT_CARD', 'US_SSN'].includes(entity) || value.startsWith('ghp_'),
);

const base64Forms = (value: string): string[] =>
  [0, 1, 2].map((skip) => {
    const text = Buffer.from('\0'.repeat(skip) + value)
      .toString('base64')
      .replaceAll('=', '');
    // the first and the last characters share their bits with what stands beside the value
    return text.slice(skip === 0 ? 0 : skip + 1, -1);
  });

/** Ways to write a value in which somebody could still read it. */
export function spellings(value: string): readonly string[] {
  const plain = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll('%20', '+'),
    Buffer.from(value).toString('hex'),
    ...base64Forms(value),
  ];
  return [...new Set([...plain, ...plain.map((one) => one.toLowerCase())])].filter((one) => one.length >= 6);
}

export const isFoundIn = (value: string, text: string): boolean => spellings(value).some((one) => text.includes(one));
