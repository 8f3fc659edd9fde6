/** What must hold between the parts of gatebook.yaml that signing in is made of. */
import type { Complaint } from '#config/problem.ts';
import { rawEntries, rawMap, rawText } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';

export function checkSignIn(raw: RawMap): Complaint[] {
  const isOn = raw['signIn'] !== undefined;
  const issuers = rawEntries(raw['issuers']).filter(([, issuer]) => issuer['signIn'] !== undefined);
  const complaints: Complaint[] = [];
  for (const [name, issuer] of issuers) {
    const path = ['issuers', name, 'signIn'];
    const signIn = rawMap(issuer['signIn']);
    if (!isOn)
      complaints.push({
        path,
        message: 'has no effect without `signIn`',
        fix: 'add `signIn: {}`, which switches the authorization server on, or remove it',
        atKey: true,
      });
    if (signIn['clientSecret'] !== undefined && signIn['clientKey'] !== undefined)
      complaints.push({ path, message: 'has a secret and a key', fix: 'keep the one the issuer knows', atKey: true });
  }
  const accounts = rawEntries(raw['serviceAccounts']).length;
  if (isOn && issuers.length === 0 && accounts === 0)
    complaints.push({
      path: ['signIn'],
      message: 'nobody can sign in: no issuer has `signIn`, and there are no service accounts',
      fix: 'add `signIn: { clientId: … }` to an issuer',
      atKey: true,
    });
  return [...complaints, ...publicUrlProblems(raw, isOn)];
}

/** RFC 8414 section 2, and cookies that neighbours cannot set need TLS; only this machine can do without. */
function publicUrlProblems(raw: RawMap, isOn: boolean): Complaint[] {
  const publicUrl = rawText(rawMap(raw['server'])['publicUrl']);
  if (!isOn || publicUrl === undefined || !URL.canParse(publicUrl)) return [];
  const { protocol, hostname, pathname } = new URL(publicUrl);
  if (protocol !== 'https:' && !LOOPBACK.has(hostname))
    return [
      {
        path: ['server', 'publicUrl'],
        message: 'people sign in under this URL, so it must be https',
        fix: 'serve by TLS, or through a proxy that does',
      },
    ];
  if (pathname === '/') return [];
  return [
    {
      path: ['server', 'publicUrl'],
      message: 'people sign in under this URL, so it must have no path',
      fix: 'give the gateway a host name of its own',
    },
  ];
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
