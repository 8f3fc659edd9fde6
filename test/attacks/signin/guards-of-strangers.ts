/** What stands between people and clients nobody welcomed. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const POLICY = 'src/oauth/client-policy.ts';
const STANDING = 'src/oauth/registered-client.ts';

export const STRANGER_GUARDS: readonly Guard[] = [
  {
    guard: 'a domain is the whole of a host',
    attacks: ['stranger-suffix'],
    patches: [without(POLICY, ' : host === domain', ' : host.startsWith(domain)')],
  },
  {
    guard: 'every host of a client is welcome',
    attacks: ['stranger-beside-welcome'],
    patches: [without(POLICY, '].every((host) =>', '].some((host) =>')],
  },
  {
    guard: 'so is the one its document comes from',
    attacks: ['stranger-document'],
    patches: [without(POLICY, '[...hosts, ...(documentHost === undefined ? [] : [documentHost])]', 'hosts')],
  },
  {
    guard: 'an approval is for what was looked at',
    attacks: ['approved-then-moved', 'approved-then-renamed'],
    patches: [without(STANDING, 'decision?.profile === profileOf(client.metadata)', 'decision?.profile !== undefined')],
  },
  {
    guard: 'a no is for the client, whatever it becomes',
    attacks: ['denied-again'],
    patches: [
      without(
        STANDING,
        "  if (decision?.is === 'denied') return { is: 'denied', by: 'admin' };\n",
        "  if (decision?.is === 'denied' && decision.profile === profileOf(client.metadata))\n    return { is: 'denied', by: 'admin' };\n",
      ),
      without('src/signin/registration/document-clients.ts', " || before.decision?.is === 'denied'", ''),
    ],
  },
];
