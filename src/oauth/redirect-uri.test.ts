import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as assertProperty, nat, property, string, webUrl } from 'fast-check';
import { isRegisteredRedirect, parseRedirectUri, redirectPlace } from '#oauth/redirect-uri.ts';

const parsed = (text: string): string => {
  const result = parseRedirectUri(text);
  return result.ok ? `${result.value.kind} ${redirectPlace(result.value)}` : result.error;
};

test('what clients in use register is taken, and shown by where it leads', () => {
  const cases: Readonly<Record<string, string>> = {
    'https://claude.ai/api/mcp/auth_callback': 'web claude.ai',
    'https://vscode.dev/redirect': 'web vscode.dev',
    'https://example.com:8443/cb?x=1': 'web example.com:8443',
    'https://claude.ai': 'web claude.ai',
    'http://127.0.0.1:33418/': 'loopback 127.0.0.1',
    'http://127.0.0.1:33418': 'loopback 127.0.0.1',
    'http://localhost:3334/oauth/callback': 'loopback localhost',
    'http://localhost/callback': 'loopback localhost',
    'http://[::1]:4000/cb': 'loopback [::1]',
    'cursor://anysphere.cursor-retrieval/oauth/user-notes/callback': 'private_use cursor:',
    'vscode://dynamicauthprovider/callback': 'private_use vscode:',
    'com.example.app:/oauth': 'private_use com.example.app:',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(cases).map((uri) => [uri, parsed(uri)])), cases);
});

test('what a browser reads otherwise than a person, or runs, is refused', () => {
  const cases: Readonly<Record<string, string>> = {
    'javascript:alert(1)': 'scheme',
    'JavaScript:alert(1)': 'spelling',
    'data:text/html,x': 'scheme',
    'file:///etc/passwd': 'scheme',
    'blob:https://claude.ai/x': 'scheme',
    'about:blank': 'scheme',
    'vbscript:x': 'scheme',
    'view-source:https://claude.ai/': 'scheme',
    'mailto:x@example.com': 'scheme',
    'ftp://example.com/': 'scheme',
    'myapp://callback': 'scheme',
    'http://example.com/cb': 'scheme',
    'http://127.0.0.1.example.com/cb': 'scheme',
    'http://localhost.example.com/cb': 'scheme',
    'http://127.1/cb': 'spelling',
    'http://0x7f.0.0.1/cb': 'spelling',
    'http://2130706433/cb': 'spelling',
    'http://127.0.0.2/cb': 'scheme',
    'http://0.0.0.0/cb': 'scheme',
    'https://claude.ai@evil.example/cb': 'userinfo',
    'https://@evil.example/cb': 'userinfo',
    'cursor://me@evil/cb': 'userinfo',
    'https://claude.ai\\@evil.example/cb': 'characters',
    'https://evil.example\\.claude.ai/cb': 'characters',
    'https://claude.ai/cb#x': 'fragment',
    'https://*.claude.ai/cb': 'wildcard',
    'https://claude.ai/*': 'wildcard',
    'https://cl\u0430ude.ai/cb': 'characters',
    'https://CLAUDE.ai/cb': 'spelling',
    'https://claude.ai:443/cb': 'spelling',
    'https://claude.ai/a/../cb': 'spelling',
    'https://claude.ai/a/%2e%2e/cb': 'spelling',
    'https://claude.ai/a%2fcb': 'encoded_separator',
    'https://claude.ai/a%5Ccb': 'encoded_separator',
    'https://claude.ai./cb': 'host',
    'https://localhost/cb': 'host',
    'https://10.0.0.1/cb': 'host',
    'https://[::1]/cb': 'host',
    'https:claude.ai/cb': 'spelling',
    ' https://claude.ai/cb': 'characters',
    'https://claude.ai/\tcb': 'characters',
    '/cb': 'no_uri',
    '': 'characters',
    [`https://claude.ai/${'x'.repeat(1_024)}`]: 'too_long',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(cases).map((uri) => [uri, parsed(uri)])), cases);
});

test('whatever is taken, a browser reads it as the same host and scheme', () => {
  assertProperty(
    property(webUrl({ withQueryParameters: true }), string({ maxLength: 4 }), nat(40), (url, noise, at) => {
      const text = url.slice(0, at) + noise + url.slice(at);
      const result = parseRedirectUri(text);
      if (!result.ok || result.value.kind !== 'web') return;
      const read = new URL(text);
      assert.equal(read.hostname, result.value.host);
      assert.equal(read.protocol, 'https:');
      assert.ok(text.startsWith(`https://${read.host}`));
    }),
  );
});

test('only the registered address is one, but for the port of loopback', () => {
  const registered = ['https://claude.ai/cb', 'http://127.0.0.1/cb', 'http://localhost:3000/cb?a=1'];
  for (const asked of [
    ...registered,
    'http://127.0.0.1:5123/cb',
    'http://localhost:9/cb?a=1',
    'http://localhost/cb?a=1',
  ])
    assert.equal(isRegisteredRedirect(asked, registered), true, asked);
  for (const asked of [
    'https://claude.ai/cb/',
    'https://claude.ai/CB',
    'https://claude.ai/cb?x',
    'https://claude.ai:8443/cb',
    'https://claude.ai.evil.example/cb',
    'https://evil.example/cb',
    'https://x@claude.ai/cb',
    'http://127.0.0.1:5123/cb2',
    'http://127.0.0.1:5123/cb#x',
    'http://127.0.0.1:5123@evil.example/cb',
    'http://localhost:5123/cb',
    'http://[::1]:5123/cb',
    'https://127.0.0.1:5123/cb',
  ])
    assert.equal(isRegisteredRedirect(asked, registered), false, asked);
});
