/** What must hold of `signIn.clients` that its shape does not say: addresses that browsers are sent to, and names that differ. */
import { isCidr } from '#config/network-rules.ts';
import type { Complaint } from '#config/problem.ts';
import { rawEntries, rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { checkClientName } from '#oauth/client-name.ts';
import { parseRedirectUri } from '#oauth/redirect-uri.ts';

export function checkClients(raw: RawMap): Complaint[] {
  const clients = rawMap(rawMap(raw['signIn'])['clients']);
  const path = ['signIn', 'clients'];
  const complaints: Complaint[] = [];
  for (const [index, network] of rawTexts(rawMap(clients['documents'])['networks'])) {
    if (isCidr(network)) continue;
    complaints.push({
      path: [...path, 'documents', 'networks', index],
      message: 'is no address or CIDR range',
      fix: 'write 10.20.0.0/16 or 192.0.2.7',
    });
  }
  const names: string[] = [];
  for (const [id, client] of rawEntries(clients['known'])) {
    const place = [...path, 'known', id];
    for (const [index, text] of rawTexts(client['redirectUris'])) {
      const redirect = parseRedirectUri(text);
      if (redirect.ok) continue;
      complaints.push({
        path: [...place, 'redirectUris', index],
        message: `is no redirect URI that is taken (${redirect.error})`,
        fix: 'write https, http on 127.0.0.1, [::1] or localhost, or a scheme of an app with a dot in it',
      });
    }
    const name = rawText(client['name']);
    if (name === undefined) continue;
    const checked = checkClientName(name, names);
    names.push(name);
    if (checked.ok) continue;
    complaints.push({
      path: [...place, 'name'],
      message: `is a name that people could take for another (${checked.error})`,
      fix: 'give it a name of its own',
    });
  }
  return complaints;
}
