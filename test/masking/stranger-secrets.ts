/** Tokens drawn by chance in the formats of many providers, each in a text or a document as it turns up; and what looks as random and is harmless. */
import { seededRandom, type Random } from './decoys.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdef`;
const BASE62 = `${LOWER}${LOWER.toUpperCase()}${DIGITS}`;
const CHARSETS: Readonly<Record<string, string>> = {
  h: HEX,
  a: BASE62,
  u: `${BASE62}-_`,
  b: `${BASE62}+/`,
  d: DIGITS,
  U: `${LOWER.toUpperCase()}${DIGITS}`,
  l: `${LOWER}${DIGITS}`,
  A: `${LOWER}${LOWER.toUpperCase()}`,
};

/** `{a36}` is 36 characters of a charset. */
const filled = (random: Random, form: string): string =>
  form.replaceAll(/\{([a-zA-Z])(\d+)\}/g, (_, set: string, count: string) => {
    const from = CHARSETS[set] ?? BASE62;
    return Array.from({ length: Number(count) }, () => from[Math.floor(random() * from.length)]).join('');
  });

const TOKENS: readonly string[] = (
  'ghp_{a36} gho_{a36} ghs_{a36} ghu_{a36} github_pat_{a22}_{a59} glpat-{u20} glrt-{u20} gldt-{u20} glptt-{h40} AKIA{U16} ASIA{U16} AIza{u35} GOCSPX-{u28} ya29.{u120} xoxb-{d12}-{d13}-{a24} xoxp-{d12}-{d12}-{d13}-{h32} ' +
  'xapp-1-A{U10}-{d13}-{h64} https://hooks.slack.com/services/T{U8}/B{U10}/{a24} sk_live_{a24} rk_live_{a24} whsec_{a32} SG.{u22}.{u43} key-{h32} {h32}-us12 npm_{a36} pypi-AgEIcHlwaS5vcmc{u140} dckr_pat_{u27} HRKU-AA{u58} dop_v1_{h64} ' +
  'v1.0-{h24}-{h146} NRAK-{U27} {h36}NRAL sntryu_{h64} https://{h32}:{h32}@o12345.ingest.sentry.io/4501 shpat_{h32} shpss_{h32} sq0atp-{u22} sq0csp-{u43} access_token$production${l16}${h32} sk-{a20}T3BlbkFJ{a20} sk-proj-{u74}T3BlbkFJ{u74} ' +
  'sk-ant-api03-{u93}AA hf_{A34} gsk_{a52} r8_{a37} pplx-{a48} lin_api_{a40} secret_{a43} ntn_{d11}{a35} pat{a14}.{h64} ATATT3xFfGF0{u180} ATBB{a32} 7{d9}:AA{u33} https://discord.com/api/webhooks/{d18}/{u68} dapi{h32} hvs.{u95} {a14}.atlasv1.{a67} ' +
  'glsa_{a32}_{h8} glc_eyJ{a90} sl.{u135} figd_{u40} PMAK-{h24}-{h34} sbp_{h40} pscale_tkn_{u43} dp.pt.{a43} nfp_{a36} pul-{h40} rubygems_{h48} CLOJARS_{h60} EZAK{a54} AKCp{a69} CCIPAT_{a22}_{h40} p8e-{l32} LTAI{a20} AKID{a32} tvly-{a32} ' +
  'postgres://app:{a12}@db.internal:5432/main mysql://root:{a9}!@mysql:3306/shop mongodb+srv://admin:{a16}@cluster0.ab1cd.mongodb.net/test redis://:{a20}@cache:6379/0 amqp://guest:{a12}@mq:5672/vhost https://deploy:{a18}@git.example.com/repo.git'
).split(' ');

/** What nothing but its name makes a secret. */
const NAMED: readonly (readonly [key: string, form: string])[] = [
  ['aws_secret_access_key', '{b40}'],
  ['AZURE_CLIENT_SECRET', '{a3}8Q~{a34}'],
  ['AZURE_DEVOPS_PAT', '{l52}'],
  ['TWILIO_AUTH_TOKEN', '{h32}'],
  ['MAILGUN_API_KEY', '{h32}-{h8}-{h8}'],
  ['HEROKU_API_KEY', '{h8}-{h4}-4{h3}-a{h3}-{h12}'],
  ['CLOUDFLARE_API_TOKEN', '{u40}'],
  ['OKTA_API_TOKEN', '00{u40}'],
  ['DD_API_KEY', '{h32}'],
  ['DATADOG_APP_KEY', '{h40}'],
  ['ALGOLIA_ADMIN_KEY', '{h32}'],
  ['VERCEL_TOKEN', '{a24}'],
  ['FASTLY_API_TOKEN', '{u32}'],
  ['DB_PASSWORD', 'Falcon#{a5}{d2}'],
  ['client_secret', '{a40}'],
  ['ENCRYPTION_KEY', '{h64}'],
];

const IN_TEXTS: readonly ((token: string) => string)[] = [
  (token) => token,
  (token) => `Here is the token ${token}, do not share it.`,
  (token) => `value: "${token}"`,
  (token) => `client = Client("${token}")`,
  (token) => `2024-05-01 ERROR request failed key=${token} status=401`,
  (token) => JSON.stringify({ msg: token }),
];
const ASSIGNED: readonly ((key: string, value: string) => string)[] = [
  (key, value) => `${key}=${value}`,
  (key, value) => `export ${key}="${value}"`,
  (key, value) => `${key}: ${value}\nregion: eu-west-1`,
  (key, value) => JSON.stringify({ [key]: value }),
  (key, value) => `const cfg = { ${key}: "${value}", retries: 3 };`,
];

export function strangerSecrets(seed: number): readonly string[] {
  const random = seededRandom(seed);
  const some = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  return [
    ...TOKENS.map((form) => some(IN_TEXTS)(filled(random, form))),
    ...NAMED.map(([key, form]) => some(ASSIGNED)(key, filled(random, form))),
  ];
}

const HARMLESS: readonly string[] = [
  'commit {h40}\nMerge: {h7} {h7}',
  'request id {h8}-{h4}-4{h3}-a{h3}-{h12} took 213 ms',
  '"integrity": "sha512-{b86}=="',
  'Pulled nginx@sha256:{h64}',
  'data:image/png;base64,iVBORw0KGgo{b160}',
  'traceparent: 00-{h32}-{h16}-01',
  'md5sum {h32}  backup.tar.gz',
  'ETag: "{h32}"',
  'color: #{h6}; background: #{h6};',
  '!function(e,t){"use strict";var n=e.{a6}||t.{a6};return n(e[0],{d3})}(window,document);',
  'next_cursor: {b40}',
  '{"nextPageToken":"{u48}","items":[]}',
  'go.sum: github.com/pkg/errors v0.9.1 h1:{b43}=',
  'The password must be at least 12 characters long and contain a digit.',
  'token count: {d3}, max_tokens: 4096',
  'password: ********',
  'API_KEY=<your-api-key>',
  'password = os.environ["DB_PASSWORD"]',
  'index {h7}..{h7} 100644',
  '/assets/main.{h20}.chunk.js',
  'client.authenticate(token=get_token())',
  'Fingerprint: SHA256:{b43}',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{b43} ci@host',
  '-----BEGIN CERTIFICATE-----\n{b64}\n{b64}\n-----END CERTIFICATE-----',
  'If-None-Match: W/"{h40}"',
  'Enter your password to continue. Forgot password? Contact support.',
  'token: "{{ secrets.GITHUB_TOKEN }}"',
  'i-0{h16} running in subnet-0{h16}',
  'UPDATE users SET token_version = token_version + 1 WHERE id = {d3}',
  'span={h16} key=user:{d3}:profile hit',
];

export function strangerHarmless(seed: number): readonly string[] {
  const random = seededRandom(seed);
  return HARMLESS.flatMap((form) => [filled(random, form), filled(random, form), filled(random, form)]);
}
