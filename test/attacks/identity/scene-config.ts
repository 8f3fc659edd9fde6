/** The issuers of a scene and the configuration of its gateway: four issuers of three kinds, three connections, few grants. */
import { join } from 'node:path';
import { loadConfig } from '#config/load.ts';
import type { LoadedConfig } from '#config/load.ts';
import { CREDENTIAL } from '../../e2e/harness.ts';
import { startFakeIssuer } from '../../fakes/issuer.ts';
import type { FakeIssuer } from '../../fakes/issuer.ts';
import { API_AUDIENCE, AUDIENCE, jwkOf, KEYS, PUBLISHED } from './crafts.ts';

export type IssuerName = 'okta' | 'entra' | 'idp' | 'twin';
export type Issuers = Readonly<Record<IssuerName, FakeIssuer>>;

export type SceneOptions = {
  /** Whether the peer 127.0.0.1 is a trusted proxy, which gives each attack an address of its own. Default true. */
  readonly trustsProxy?: boolean;
};

export function configText(issuers: Issuers, serverUrl: string, port: number, options: SceneOptions): string {
  const issuer = (name: IssuerName, preset: string): string =>
    `  ${name}: { preset: ${preset}, issuer: "${issuers[name].url}", audiences: ["${AUDIENCE}"], apiAudience: "${API_AUDIENCE}" }\n`;
  const connection = (name: string, more = ''): string => `  ${name}:
    upstream: { type: http, url: "${serverUrl}" }
    credential: { type: bearer, secret: env:UPSTREAM_CREDENTIAL }\n${more}`;
  const proxies = options.trustsProxy === false ? '' : ', trustedProxies: ["127.0.0.1", "10.0.0.0/8"]';
  return `version: 1
deployment: attacks
server: { listen: "127.0.0.1:${port}", publicUrl: "${AUDIENCE}"${proxies} }
issuers:
${issuer('okta', 'okta')}${issuer('entra', 'entra')}${issuer('idp', 'generic')}${issuer('twin', 'generic')}connections:
${connection('notes')}${connection('other', '    audiences: ["https://other.test"]\n')}${connection('private')}levels:
  use: { allow: ["*"] }
grants:
  - { groups: ["idp:readers", "okta:readers", "entra:readers", "idp:caf\u00e9"], connections: [notes, other], level: use }
  - { clients: ["idp:robot", "okta:0oa-robot", "entra:app-robot"], connections: [notes, other], level: use }
  - { subjects: ["okta:00u-ada", "entra:oid-ada", "idp:ada"], connections: [private], level: use }
`;
}

export function loadText(folder: string, text: string): LoadedConfig {
  const loaded = loadConfig({
    file: join(folder, 'gatebook.yaml'),
    text,
    env: { UPSTREAM_CREDENTIAL: CREDENTIAL },
    readFile: () => {
      throw new Error('no secret files here');
    },
  });
  if (!loaded.ok) throw new Error(loaded.error.map((problem) => `${problem.line}: ${problem.message}`).join('\n'));
  return loaded.value;
}

export async function startIssuers(): Promise<Issuers> {
  const [okta, entra, idp, twin] = await Promise.all([
    startFakeIssuer(),
    startFakeIssuer(),
    startFakeIssuer({ algorithm: 'ES256' }),
    startFakeIssuer({ algorithm: 'ES256' }),
  ]);
  okta.extraKeys = [jwkOf(KEYS.okta, 'okta')];
  entra.extraKeys = [jwkOf(KEYS.entra, 'entra')];
  idp.extraKeys = PUBLISHED;
  twin.extraKeys = [jwkOf(KEYS.twin, 'twin'), jwkOf(KEYS.attacker, 'twin-rsa')];
  return { okta, entra, idp, twin };
}
