/** Labelled texts and documents made from a seed: many values, few forms. The people are partly such as no gazetteer has. */
import { seededRandom, type Random } from './decoys.ts';

const FIRST =
  'James Mary Linda Ahmed Yuki Olga Pedro Amara Sanjay Ingrid Tomasz Leila Hugo Noor Eun-ji Callum Thandeka Zbigniew Ioana Quang Bronwyn Xochitl Aoife Lindiwe Vytautas Marisol Keanu Solveig Darnell Farida'.split(
    ' ',
  );
const LAST =
  'Smith Johnson Garcia Müller Tanaka Okafor Kowalski Novak Nguyen Haddad Sørensen Fitzgerald Achterberg Oyelaran Quispe Vukovic Tshabalala Lindqvist Pellegrini Abernathy Castellanos Drummond Eastwood Farouk Gutierrez Hollingsworth Ibrahim Jankowska'.split(
    ' ',
  );
const DOMAINS = 'example.com example.org mail.example.net corp.example sub.domain.example.co.uk'.split(' ');
const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
const chars = (random: Random, count: number, from = BASE62): string =>
  Array.from({ length: count }, () => pick(random, Array.from(from))).join('');
const mark = (type: string, value: string): string => `«${type}|${value}»`;

function withLuhn(body: string): string {
  for (let check = 0; check < 10; check++) {
    const number = `${body}${check}`;
    const sum = Array.from(number)
      .toReversed()
      .reduce((total, digit, at) => {
        const weighted = at % 2 === 0 ? Number(digit) : Number(digit) * 2;
        return total + (weighted > 9 ? weighted - 9 : weighted);
      }, 0);
    if (sum % 10 === 0) return number;
  }
  throw new Error('one of ten digits checks');
}

function iban(random: Random): string {
  const [country, length] = pick(random, [
    ['DE', 18],
    ['FR', 23],
    ['ES', 20],
    ['PL', 24],
    ['BE', 12],
  ] as const);
  const body = digits(random, length);
  const numeric = Array.from(`${body}${country}00`, (char) =>
    /\d/.test(char) ? char : String(char.charCodeAt(0) - 55),
  ).join('');
  const check = 98n - (BigInt(numeric) % 97n);
  const compact = `${country}${String(check).padStart(2, '0')}${body}`;
  return random() < 0.5 ? compact : (compact.match(/.{1,4}/g) ?? []).join(' ');
}

const person = (r: Random): string => `${pick(r, FIRST)} ${random2(r)}${pick(r, LAST)}`;
const random2 = (r: Random): string => (r() < 0.1 ? `${pick(r, ['A', 'J', 'M'])}. ` : '');
const email = (r: Random): string =>
  `${pick(r, FIRST).toLowerCase()}${pick(r, ['.', '_', '', '+x'])}${digits(r, 2)}@${pick(r, DOMAINS)}`;
const card = (r: Random): string => {
  const number = withLuhn(`${pick(r, ['4539', '5412', '6011', '2720', '3530'])}${digits(r, 11)}`);
  const separator = pick(r, ['', ' ', '-']);
  return separator === '' ? number : (number.match(/.{4}/g) ?? []).join(separator);
};
const ssn = (r: Random): string =>
  `${100 + Math.floor(r() * 500)}-${10 + Math.floor(r() * 89)}-${1_000 + Math.floor(r() * 8_999)}`;
const phone = (r: Random): string => {
  const [area, exchange, line] = [
    pick(r, ['212', '415', '303', '617', '702']),
    `${2 + Math.floor(r() * 8)}${digits(r, 1)}5`,
    digits(r, 4),
  ];
  return pick(r, [
    `(${area}) ${exchange}-${line}`,
    `${area}-${exchange}-${line}`,
    `+1 ${area} ${exchange} ${line}`,
    `${area}.${exchange}.${line}`,
    `+44 20 7946 0${digits(r, 3)}`,
    `+49 30 ${digits(r, 6)}`,
    `+33 6 12 ${digits(r, 2)} ${digits(r, 2)} 78`,
  ]);
};
const ip = (r: Random): string =>
  r() < 0.7
    ? `${1 + Math.floor(r() * 222)}.${Math.floor(r() * 255)}.${Math.floor(r() * 255)}.${1 + Math.floor(r() * 253)}`
    : `2001:db8:${chars(r, 4, '0123456789abcdef')}::${chars(r, 3, '123456789abcdef')}`;
const secret = (r: Random): string =>
  pick(r, [
    () => `ghp_${chars(r, 36)}`,
    () => `AKIA${chars(r, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
    () => `sk_live_${chars(r, 24)}`,
    () => `xoxb-${digits(r, 12)}-${digits(r, 12)}-${chars(r, 24)}`,
    () => `postgres://app:${chars(r, 12)}@db.internal:5432/app`,
    () => `eyJhbGciOiJIUzI1NiJ9.${chars(r, 40)}.${chars(r, 43)}`,
    () => `npm_${chars(r, 36)}`,
  ])();

const TEXTS: readonly ((r: Random) => string)[] = [
  (r) => `Please contact ${mark('PERSON', person(r))} at ${mark('EMAIL_ADDRESS', email(r))}.`,
  (r) => `${mark('PERSON', person(r))} called from ${mark('PHONE_NUMBER', phone(r))} about the invoice.`,
  (r) => `My card number is ${mark('CREDIT_CARD', card(r))} and it was charged twice.`,
  (r) => `The SSN for this record is ${mark('US_SSN', ssn(r))}, please confirm.`,
  (r) => `Transfer the amount to ${mark('IBAN_CODE', iban(r))} today.`,
  (r) => `Connection from ${mark('IP_ADDRESS', ip(r))} refused after 3 attempts.`,
  (r) => `I accidentally committed ${mark('SECRET', secret(r))} to the repo.`,
  (r) => `Dear ${mark('PERSON', person(r))},\nyour appointment was moved. Questions? ${mark('PHONE_NUMBER', phone(r))}`,
  (r) => `password: ${mark('SECRET', `${chars(r, 6)}!${digits(r, 3)}x`)}`,
];

const DOCS: readonly ((r: Random) => unknown)[] = [
  (r) => ({
    customer: {
      id: digits(r, 8),
      name: mark('PERSON', person(r)),
      email: mark('EMAIL_ADDRESS', email(r)),
      phone: mark('PHONE_NUMBER', phone(r)),
    },
  }),
  (r) => ({
    employee: {
      first_name: mark('PERSON', pick(r, FIRST)),
      last_name: mark('PERSON', pick(r, LAST)),
      ssn: mark('US_SSN', ssn(r)),
      start: '2020-01-01',
    },
  }),
  (r) => ({ payment: { card_number: mark('CREDIT_CARD', card(r)), order_id: digits(r, 12), total: 12.5 } }),
  (r) => ({ account: { iban: mark('IBAN_CODE', iban(r)), holder: mark('PERSON', person(r)) } }),
  (r) => ({
    event: {
      source_ip: mark('IP_ADDRESS', ip(r)),
      ts: 1_700_000_000_000 + Math.floor(r() * 1e9),
      request_id: chars(r, 32, '0123456789abcdef'),
    },
  }),
  (r) => ({
    rows: [
      {
        author: mark('PERSON', person(r)),
        note: `mail ${mark('EMAIL_ADDRESS', email(r))} or ${mark('PHONE_NUMBER', phone(r))}`,
      },
    ],
  }),
  (r) => ({ env: { API_TOKEN: mark('SECRET', secret(r)), DEBUG: 'true' } }),
];

export function madeTexts(count: number, seed: number): readonly string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => pick(random, TEXTS)(random));
}

export function madeDocs(count: number, seed: number): readonly unknown[] {
  const random = seededRandom(seed + 1);
  return Array.from({ length: count }, () => pick(random, DOCS)(random));
}
