/** Values that look like something sensitive and are not: made from a seed, and written by hand. Each is a leaf with its key, or without. */
import { createHash } from 'node:crypto';

export type Decoy = { readonly key: string; readonly value: string | number };

export type Random = () => number;

/** Mulberry32: the same numbers for the same seed on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const HAND: readonly Decoy[] = [
  {
    key: 'user_agent',
    value:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
  },
  {
    key: 'image',
    value: 'registry.internal/team/app:1.4.2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
  { key: 'output', value: 'To git@github.com:acme/widgets.git\n   7fd1a60..553c207  main -> main' },
  {
    key: 'text',
    value:
      'diff --git a/src/app.ts b/src/app.ts\nindex 83db48f..bf269f4 100644\n--- a/src/app.ts\n+++ b/src/app.ts\n@@ -1,4 +1,5 @@',
  },
  { key: 'text', value: 'commit 9fceb02d0ae598e95dc970b74767f19372d61af8 (HEAD -> main, tag: v2.31.0)' },
  { key: 'path', value: '/usr/local/lib/node_modules/npm/bin/npm-cli.js' },
  { key: 'path', value: 'C:\\Program Files\\Common Files\\System\\ado\\msado15.dll' },
  {
    key: 'stack',
    value:
      "TypeError: Cannot read properties of undefined (reading 'map')\n    at Object.<anonymous> (/app/src/index.ts:12:34)\n    at Module._compile (node:internal/modules/cjs/loader:1105:14)",
  },
  { key: 'arn', value: 'arn:aws:iam::123456789012:role/service-role/AWSCodePipelineServiceRole' },
  { key: 'title', value: 'Add Dark Mode Toggle to Settings Page' },
  { key: 'title', value: 'Quarterly Business Review: Key Results' },
  { key: 'name', value: 'Stainless Steel Water Bottle' },
  { key: 'name', value: 'list_tickets' },
  { key: 'name', value: 'North America Sales' },
  { key: 'name', value: 'West Europe' },
  {
    key: 'description',
    value: 'Returns the current weather for a city. Arguments: city (string), units (metric or imperial).',
  },
  {
    key: 'description',
    value: 'Creates an access token. The token expires after 3600 seconds and the refresh token after 30 days.',
  },
  { key: 'status', value: 'In Progress' },
  { key: 'message', value: 'Process exited with code 137 after 00:12:45.678' },
  { key: 'message', value: 'Listening on port 8080, pid 48213, node v20.11.1' },
  { key: 'message', value: 'Rate limit 5000/hour, 4999 remaining, resets at 1706784000' },
  { key: 'license', value: 'Apache-2.0' },
  { key: 'license', value: 'MIT License, Copyright (c) 2024' },
  { key: 'range', value: '100-200-3000' },
  { key: 'dimensions', value: '1920x1080' },
  { key: 'coordinates', value: '40.712776, -74.005974' },
  { key: 'latitude', value: 52.520008 },
  { key: 'price', value: '$1,234,567.89' },
  { key: 'ratio', value: 0.3333333333333333 },
  { key: 'isbn', value: '978-0-306-40615-7' },
  { key: 'text', value: 'ISBN 0-306-40615-2, second edition' },
  { key: 'tracking', value: '1Z999AA10123456784' },
  { key: 'tracking_number', value: '9400111899223197428490' },
  { key: 'vin', value: '1HGCM82633A004352' },
  { key: 'imei', value: '490154203237518' },
  { key: 'ean', value: '4006381333931' },
  { key: 'oid', value: '1.3.6.1.4.1.311.21.8' },
  { key: 'version', value: '10.0.19045.3803' },
  { key: 'text', value: 'Windows 10.0.19045.3803 and macOS 14.3.1 are supported since version 3.2.1.0.' },
  { key: 'etag', value: 'W/"33a64df551425fcc55e4d42a148795d9f25f89d4"' },
  { key: 'cidr_count', value: 256 },
  { key: 'cursor', value: 'eyJpZCI6MTIzNDV9' },
  { key: 'time', value: '12:34:56.789' },
  { key: 'duration', value: 'PT1H30M' },
  { key: 'cron', value: '0 30 4 1,15 * 5' },
  { key: 'fingerprint', value: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDNHe0L3gN1mB2l3dQ' },
  { key: 'cert', value: '5E:FF:56:A2:AF:15:88:25:AE:E7:19:8D:2B:8F:01:77:E0:6B:2D:93' },
  { key: 'sql', value: "SELECT id, name FROM customers WHERE created_at > '2024-01-01' LIMIT 100" },
  { key: 'code', value: 'const password = process.env.DB_PASSWORD;' },
  { key: 'code', value: 'if (token === null) throw new Error("token missing");' },
  { key: 'code', value: 'std::vector<int> v; v.push_back(42); std::cout << v.size();' },
  { key: 'yaml', value: 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db-credentials' },
  { key: 'help', value: 'Usage: tool [--token TOKEN] [--password-file FILE] <command>' },
  { key: 'schema', value: 'password: string; token?: string; secret: boolean' },
  { key: 'branch', value: 'feature/JIRA-1234-add-phone-validation' },
  { key: 'queue', value: 'Tier 2 Support' },
  { key: 'subject', value: 'Re: Purchase Order 4500012345 confirmed' },
  { key: 'score', value: 4155550123 },
  { key: 'bytes', value: 4111111111111111 },
  { key: 'flight', value: 'LH 1234 14:30 FRA-JFK' },
  { key: 'phone_verified', value: 'true' },
  { key: 'email_template', value: 'welcome_v2' },
  { key: 'address_type', value: 'residential' },
  { key: 'token_type', value: 'bearer' },
  { key: 'auth_method', value: 'oauth2' },
  { key: 'author', value: 'renovate[bot]' },
  { key: 'hex', value: 'deadbeefcafebabe0123456789abcdef' },
  { key: 'color', value: '#1a2b3c' },
  { key: 'mime', value: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
  { key: 'text', value: 'npm WARN deprecated har-validator@5.1.5: this library is no longer supported' },
  { key: 'text', value: 'Successfully installed requests-2.31.0 urllib3-2.0.7 certifi-2023.11.17' },
  { key: 'text', value: 'PASS src/app.test.ts (12.345 s)\nTests: 42 passed, 42 total' },
  { key: 'text', value: 'Downloading https 100% |████████| 45.6/45.6 MB 12.3 MB/s eta 0:00:00' },
  { key: 'text', value: 'Container abc123def456 is using 512.0MiB / 1.0GiB (50.00%)' },
  { key: 'text', value: 'Customers in North Rhine and Lower Saxony are served by the Central Warehouse.' },
  { key: 'text', value: 'See RFC 7519 section 4.1.4 and ISO 8601:2004.' },
  { key: 'base64', value: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk' },
];

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
const hex = (random: Random, count: number): string =>
  createHash('sha512').update(String(random())).digest('hex').slice(0, count);
const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

function uuid(random: Random): string {
  const text = hex(random, 32);
  return [text.slice(0, 8), text.slice(8, 12), `4${text.slice(13, 16)}`, `a${text.slice(17, 20)}`, text.slice(20)].join(
    '-',
  );
}

const MADE: readonly ((random: Random) => Decoy)[] = [
  (r) => ({ key: pick(r, ['id', 'uuid', 'request_id', 'node_id', 'value', 'text']), value: uuid(r) }),
  (r) => ({ key: pick(r, ['sha', 'commit', 'digest', 'text', 'ref']), value: hex(r, pick(r, [7, 12, 32, 40, 64])) }),
  (r) => ({
    key: pick(r, ['ts', 'created', 'timestamp', 'updated_at', 'epoch_ms']),
    value: 1_600_000_000_000 + Math.floor(r() * 2e11),
  }),
  (r) => ({ key: pick(r, ['ts', 'iat', 'exp']), value: 1_600_000_000 + Math.floor(r() * 2e8) }),
  (r) => ({
    key: pick(r, ['order_id', 'orderNumber', 'invoice', 'ticket', 'case_id']),
    value: digits(r, pick(r, [8, 9, 10, 12, 16])),
  }),
  (r) => ({ key: 'message', value: `order ${digits(r, pick(r, [9, 10, 16]))} is ready` }),
  (r) => ({ key: 'text', value: `Build ${digits(r, 10)} finished in ${digits(r, 2)}.${digits(r, 3)}s` }),
  (r) => ({ key: pick(r, ['version', 'release', 'text']), value: `v${digits(r, 1)}.${digits(r, 2)}.${digits(r, 1)}` }),
  (r) => ({ key: 'sku', value: `${pick(r, ['AB', 'KX', 'PR'])}-${digits(r, 3)}-${digits(r, 2)}-${digits(r, 4)}` }),
  (r) => ({ key: 'count', value: Math.floor(r() * 1e10) }),
  (r) => ({ key: 'price', value: `${digits(r, 3)}.${digits(r, 2)}` }),
  (r) => ({
    key: 'date',
    value: `20${pick(r, ['21', '22', '23', '24'])}-0${1 + Math.floor(r() * 8)}-1${Math.floor(r() * 9)}`,
  }),
  (r) => ({
    key: 'updated',
    value: `20${pick(r, ['21', '22', '24'])}-11-2${Math.floor(r() * 9)}T10:${10 + Math.floor(r() * 49)}:00Z`,
  }),
  (r) => ({ key: 'point', value: `${digits(r, 2)}.${digits(r, 6)},-${digits(r, 2)}.${digits(r, 6)}` }),
  (r) => ({ key: 'path', value: `/var/lib/docker/overlay2/${hex(r, 64)}/merged` }),
  (r) => ({ key: 'image', value: `app-${hex(r, 8)}:${digits(r, 2)}.${digits(r, 2)}.${digits(r, 2)}` }),
  (r) => ({ key: 'pod', value: `web-${hex(r, 10)}-${hex(r, 5)}` }),
  (r) => ({ key: 'hash', value: createHash('sha256').update(String(r())).digest('base64') }),
  (r) => ({ key: 'text', value: `Tracking number ${digits(r, pick(r, [12, 15, 20, 22]))}` }),
  (r) => ({ key: 'account_tier', value: pick(r, ['Gold Plus', 'Basic', 'Enterprise Annual']) }),
  (r) => ({ key: 'external_ref', value: `${digits(r, 4)}-${digits(r, 4)}-${digits(r, 4)}` }),
  (r) => ({ key: 'text', value: `node ${digits(r, 3)}-${digits(r, 3)}-${digits(r, 4)} joined the ring` }),
];

/** The hand-written ones first, then made ones. */
export function decoys(count: number, seed: number): readonly Decoy[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) => HAND[at] ?? pick(random, MADE)(random));
}
