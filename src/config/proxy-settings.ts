/**
 * `proxy` of gatebook.yaml: written there, or taken from the environment where the file says so. The environment alone
 * decides nothing: where credentials go is written down.
 */
import type { Complaint } from '#config/problem.ts';
import { rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { resolveSecret } from '#config/secrets.ts';
import type { SecretSource } from '#config/secrets.ts';
import { basicAuthorization } from '#upstream/proxy-choice.ts';
import type { ProxyServer, ProxySettings } from '#upstream/proxy-choice.ts';

type Resolved = { readonly resolved: ProxySettings | undefined; readonly complaints: Complaint[] };

const FIX = 'write http://host:port or https://host:port';

/** What is wrong with a proxy's address; never repeats it, since a password may be in it. */
function addressFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not the address of a proxy';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `is a ${url.protocol} address`;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return 'has more than scheme, host and port';
  return undefined;
}

export function resolveProxy(raw: RawMap, source: SecretSource): Resolved {
  if (raw['proxy'] === undefined) return { resolved: undefined, complaints: [] };
  return raw['proxy'] === 'environment' ? fromEnvironment(source) : fromFile(rawMap(raw['proxy']), source);
}

function fromFile(proxy: RawMap, source: SecretSource): Resolved {
  const complaints: Complaint[] = [];
  const credential = rawMap(proxy['credential']);
  const reference = rawText(credential['secret']);
  const secret = reference === undefined ? undefined : resolveSecret(reference, source);
  if (secret?.ok === false) complaints.push({ path: ['proxy', 'credential', 'secret'], ...secret.error });
  const authorization =
    secret?.ok === true ? basicAuthorization(rawText(credential['username']) ?? '', secret.value.reveal()) : undefined;
  const server = (key: 'https' | 'http'): ProxyServer | undefined => {
    const text = rawText(proxy[key]);
    if (text === undefined) return undefined;
    const fault =
      addressFault(text) ??
      (/@/.test(text) ? 'holds a user name or password in clear; they belong into `proxy.credential`' : undefined);
    if (fault === undefined) return { url: new URL(text), authorization };
    complaints.push({ path: ['proxy', key], message: fault, fix: FIX });
    return undefined;
  };
  const around = rawTexts(proxy['noProxy']).map(([, entry]) => entry);
  return { resolved: { https: server('https'), http: server('http'), around }, complaints };
}

/** Lower case first, as curl reads them; HTTP_PROXY in upper case can be set by a request where CGI is about. */
function fromEnvironment({ env }: SecretSource): Resolved {
  const complaints: Complaint[] = [];
  const variable = (name: string): string | undefined => env[name.toLowerCase()] ?? env[name];
  const server = (name: string): ProxyServer | undefined => {
    const text = variable(name);
    if (text === undefined || text === '') return undefined;
    const fault = addressFault(text);
    if (fault !== undefined) {
      complaints.push({ path: ['proxy'], message: `environment variable ${name} ${fault}`, fix: FIX });
      return undefined;
    }
    const url = new URL(text);
    const { username, password } = url;
    const authorization =
      username === '' ? undefined : basicAuthorization(decodeURIComponent(username), decodeURIComponent(password));
    return { url: new URL(url.origin), authorization };
  };
  const around = (variable('NO_PROXY') ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return { resolved: { https: server('HTTPS_PROXY'), http: server('HTTP_PROXY'), around }, complaints };
}

/** Everything of it as one text, to compare; holds the secret. */
export const proxyText = (proxy: ProxyServer | undefined): string =>
  proxy === undefined ? '' : `${proxy.url.href} ${proxy.authorization ?? ''}`;
