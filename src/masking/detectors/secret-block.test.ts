import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionString } from '#masking/detectors/secret-block.ts';
import { ScanBudget } from '#masking/engine/budget.ts';
import { NO_PLACE } from '#masking/engine/place.ts';
import { Scan } from '#masking/engine/scan.ts';
import { found } from '#test/fakes/detect.ts';

const secrets = (text: string): string[] => found('SECRET', text);
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----';

test('a private key is found from its beginning to its end, also without one', () => {
  assert.deepEqual(secrets(`key:\n${PEM}\nok`), [PEM]);
  assert.deepEqual(secrets('-----BEGIN PRIVATE KEY-----\nMIIEvQ'), ['-----BEGIN PRIVATE KEY-----\nMIIEvQ']);
  assert.deepEqual(secrets('-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----'), []);
});

test('tokens of RFC 7519 are found, and other Base64 is not', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
  assert.deepEqual(secrets(`got ${token}.`), [token]);
  assert.deepEqual(secrets('aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ='), []);
});

test('URLs and connection strings with a password are secrets as a whole', () => {
  assert.deepEqual(secrets('db postgres://app:Zx8kq@db.example.com:5432/x?y=1, ok'), [
    'postgres://app:Zx8kq@db.example.com:5432/x?y=1',
  ]);
  const ado = 'Server=db;Database=x;User ID=sa;Password=Zx8kq!;Encrypt=true;';
  assert.deepEqual(secrets(`use "${ado}"`), [ado]);
  for (const text of [
    'https://example.com/a:b@c',
    'postgres://app:${PW}@db/x',
    'postgres://db/x',
    'Server=db;Database=x;',
  ])
    assert.deepEqual(secrets(text), [], text);
});

test('what follows the name of a scheme is a secret, the words of a sentence are not', () => {
  assert.deepEqual(secrets('Authorization: Bearer abcdef0123456789abcdef'), ['abcdef0123456789abcdef']);
  assert.deepEqual(secrets('authorization: Basic dXNlcjpwYXNzd29yZA=='), ['dXNlcjpwYXNzd29yZA==']);
  assert.deepEqual(secrets('Bearer authentication is required, basic understanding'), []);
});

test('a password belongs to a connection only with another part of one near it in its line', () => {
  const connections = (text: string): string[] => {
    const scan = new Scan(new ScanBudget());
    scan.begin(text, NO_PLACE, new ScanBudget());
    scan.profile.read(text);
    connectionString.find(scan);
    return scan.hits.map(({ start, end }) => text.slice(start, end));
  };
  const near = 'pwd=Zx8kq1;pwd=Zx8kq2;Server=db';
  assert.deepEqual(connections(near), [near]);
  assert.deepEqual(connections(`pwd=Zx8kq1; pwd=Zx8kq2; ${'x '.repeat(300)}Server=db`), []);
  assert.deepEqual(connections('pwd=Zx8kq1\nServer=db;pwd=Zx8kq2;'), ['Server=db;pwd=Zx8kq2;']);
});
