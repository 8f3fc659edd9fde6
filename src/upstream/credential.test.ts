import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, constantFrom, property, string } from 'fast-check';
import { credentialHeaders } from '#upstream/credential.ts';

const secret = (value: string) => ({ reveal: () => value });

test('a bearer secret becomes an RFC 6750 Authorization field', () => {
  assert.deepEqual(credentialHeaders({ type: 'bearer', secret: secret('abc-._~+/123==') }), {
    ok: true,
    value: [['authorization', 'Bearer abc-._~+/123==']],
  });
});

test('a basic credential is base64 of user:password in UTF-8', () => {
  assert.deepEqual(credentialHeaders({ type: 'basic', username: 'Aladdin', secret: secret('open sesame') }), {
    ok: true,
    value: [['authorization', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==']],
  });
});

test('a custom header is sent under its lower-case name', () => {
  assert.deepEqual(credentialHeaders({ type: 'header', name: 'X-Api-Key', secret: secret('k 1') }), {
    ok: true,
    value: [['x-api-key', 'k 1']],
  });
});

test('no secret or user name with CR, LF or NUL becomes a header', () => {
  const attacks = ['a\r\nx: y', 'a\ny', 'a\ry', 'a\0y', '\n', 'a\r\n', ''];
  for (const text of attacks) {
    assert.equal(credentialHeaders({ type: 'bearer', secret: secret(text) }).ok, false, JSON.stringify(text));
    assert.equal(
      credentialHeaders({ type: 'basic', username: 'u', secret: secret(text) }).ok,
      false,
      JSON.stringify(text),
    );
    assert.equal(
      credentialHeaders({ type: 'basic', username: text, secret: secret('p') }).ok,
      false,
      JSON.stringify(text),
    );
    assert.equal(
      credentialHeaders({ type: 'header', name: 'x-key', secret: secret(text) }).ok,
      false,
      JSON.stringify(text),
    );
    assert.equal(
      credentialHeaders({ type: 'header', name: text, secret: secret('p') }).ok,
      false,
      JSON.stringify(text),
    );
  }
});

test('a user name with a colon is refused, because it would move the border to the password', () => {
  assert.equal(credentialHeaders({ type: 'basic', username: 'a:b', secret: secret('p') }).ok, false);
});

test('no field that frames the message or names the call can be a credential, in any case of letters', () => {
  for (const name of [
    'Connection',
    'TRANSFER-ENCODING',
    'host',
    'Content-Length',
    'content-type',
    'Mcp-Session-Id',
    'mcp-name',
    'te',
    'upgrade',
  ]) {
    const refused = credentialHeaders({ type: 'header', name, secret: secret('value-1') });
    assert.ok(!refused.ok && refused.error.code === 'header_name', name);
  }
});

test('whatever the secret is, a refusal does not repeat it and an accepted value is one line of visible text', () => {
  check(
    property(
      string({ unit: 'binary', minLength: 6, maxLength: 40 }),
      constantFrom('bearer', 'header'),
      (value, type) => {
        const result =
          type === 'bearer'
            ? credentialHeaders({ type, secret: secret(value) })
            : credentialHeaders({ type: 'header', name: 'x-key', secret: secret(value) });
        if (result.ok) assert.match(result.value[0]?.[1] ?? '', /^[\x20-\x7e\t]+$/);
        else assert.ok(!result.error.message.includes(value));
      },
    ),
  );
});
