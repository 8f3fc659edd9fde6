/** What stands between a code and somebody else's address. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const LIBRARY = 'src/signin/authorization-server.ts';

export const REDIRECT_GUARDS: readonly Guard[] = [
  {
    guard: 'an error goes back to a client that somebody allowed',
    attacks: ['open-redirect-none', 'open-redirect-error'],
    patches: [without(LIBRARY, '  provider.use(stayHere(clients));\n', '  void stayHere;\n')],
  },
  {
    guard: 'exactly a registered address, but for the port of loopback',
    attacks: [
      'redirect-other-host',
      'redirect-suffix',
      'redirect-port',
      'redirect-path',
      'redirect-traversal',
      'redirect-encoded',
      'redirect-case',
      'redirect-query',
      'redirect-userinfo',
      'redirect-idn',
      'redirect-fragment',
      'redirect-scheme',
      'redirect-loopback-path',
      'redirect-loopback-host',
      'redirect-loopback-userinfo',
      'known-client-elsewhere',
    ],
    patches: [
      without(
        LIBRARY,
        '  provider.proxy = true;\n',
        '  provider.proxy = true;\n  Object.assign(provider.Client.prototype, { redirectUriAllowed: () => true });\n',
      ),
    ],
  },
];
