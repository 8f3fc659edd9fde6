/** Texts made to be slow: what a detector begins with, again and again, and never what it ends with. */
const PIECES: readonly (readonly [name: string, piece: string])[] = [
  ['at signs', '@'],
  ['half addresses', 'a@'],
  ['addresses without end', 'a@b.'],
  ['one long local part', 'a'],
  ['dots and letters', 'a.'],
  ['digits', '1'],
  ['digits that begin cards', '4111 '],
  ['cards', '4111 1111 1111 1112 '],
  ['dashes and digits', '1-'],
  ['phones abroad', '+49 1 '],
  ['plus signs', '+1'],
  ['brackets', '(('],
  ['numbers in brackets', '(415) '],
  ['phones', '415-555-0123 '],
  ['trunk numbers', 'call 0151 23456 '],
  ['colons', ':'],
  ['groups of IPv6', 'a:'],
  ['double colons', '1::'],
  ['dotted digits', '1.'],
  ['pairs by colons', 'aa:'],
  ['IBAN beginnings', 'DE89 '],
  ['schemes', '://'],
  ['credentials without end', 'a://b:'],
  ['URLs', 'https://a'],
  ['PEM beginnings', '-----BEGIN PRIVATE KEY-----'],
  ['token beginnings', 'eyJ'],
  ['tokens in parts', 'eyJaaaaaaaaaa.'],
  ['keywords', 'password'],
  ['assignments', 'token='],
  ['assignments that go on', 'token: a '],
  ['prefixes', 'ghp_'],
  ['prefixes of keys', 'AKIA'],
  ['names', 'Maria '],
  ['capitals', 'A '],
  ['capital words', 'Aaaa '],
  ['capital pairs', 'DOE, '],
  ['titles', 'Dr. '],
  ['initials', 'A.'],
  ['streets', '1 Main '],
  ['cities', 'Austin, '],
  ['companies', 'Acme & '],
  ['licences', 'DL A1234567 '],
  ['accounts', 'account 1234 '],
  ['births', 'born 1985-'],
  ['percent', '%'],
  ['percent digits', '%25'],
  ['entities', '&#6'],
  ['entities that end', '&amp;'],
  ['backslashes', '\\'],
  ['escapes', '\\u0041'],
  ['invisible', '\u200b'],
  ['full width', '１'],
  ['wallets', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb '],
  ['ether', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD '],
  ['quotes', '"'],
  ['placeholders', '[SECRET]'],
  ['opening brackets', '['],
  ['spaces', ' '],
  ['lines', '\n'],
  ['hexadecimal', 'deadbeef'],
  ['connection parts', 'Server=a;'],
  ['connection secrets', 'Password=aaaa;'],
  ['adjacent values', 'a@b.com+4420794609581'],
  ['one-time codes', 'OTP '],
  ['one-time codes that are assigned', 'OTP: '],
];

/** The same, each time another: what is asked once about a value is asked of each. */
const VARIED: readonly (readonly [name: string, piece: (at: number) => string])[] = [
  ['wallets, each another', (at) => `1A1zP1eP5QGefi2DMPTfTL${base58(at)}DivfNb `],
  ['ether, each another', (at) => `0x5aAeb6053F3E94C9b9A09f33669435E7Ef${at.toString(16).padStart(6, 'B')} `],
  ['phones, each another', (at) => `+49 1${String(at).padStart(4, '5')} ${String(at * 7).padStart(5, '3')} `],
];

const base58 = (at: number): string => at.toString(9).replaceAll('0', 'z').padStart(5, 'v');
const PIECE_CHARS_MIN = 8;

/** Each of `length` characters, alone and behind what opens most gates. */
export const adversarialTexts = (length: number): readonly { readonly name: string; readonly text: string }[] =>
  [
    ...PIECES.map(([name, piece]) => [name, piece.repeat(Math.ceil(length / piece.length))] as const),
    ...VARIED.map(([name, piece]) => {
      const pieces = Array.from({ length: Math.ceil(length / PIECE_CHARS_MIN) }, (_, at) => piece(at));
      return [name, pieces.join('')] as const;
    }),
  ].flatMap(([name, whole]) => {
    const text = whole.slice(0, length);
    return [
      { name, text },
      {
        name: `${name}, gates open`,
        text: `Call @ 1:2 = "a.b-c" https://x +1 %41 &#65; password ${text}`.slice(0, length),
      },
    ];
  });
