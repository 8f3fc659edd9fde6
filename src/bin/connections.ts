/**
 * The registered MCP servers, each with its way up and its credential, from the configuration. A reload takes over the
 * ways up that would be made the same: their sockets, processes and sessions go on.
 */
import { createHash } from 'node:crypto';
import type { LoadedConfig } from '#config/load.ts';
import { CONNECTION_LIMITS } from '#config/reload-rules.ts';
import type { ConnectionConfig, UpstreamConfig } from '#config/schema.ts';
import { proxyText } from '#config/proxy-settings.ts';
import { peerText } from '#config/tls-files.ts';
import type { PeerTls } from '#config/tls-files.ts';
import { canonicalJson } from '#config/versions.ts';
import type { ConnectionRuntime } from '#gateway/connection-runtime.ts';
import { recordServerWords } from '#gateway/server-words.ts';
import { serverRequestPolicy } from '#gateway/server-request-policy.ts';
import type { ServerWordsParts } from '#gateway/server-words.ts';
import { resourceUrl } from '#identity/resource-metadata.ts';
import { credentialHeaders } from '#upstream/credential.ts';
import type { Credential } from '#upstream/credential.ts';
import { unreachable } from '#result.ts';
import { createHttpUpstream } from '#upstream/http.ts';
import { proxyFor } from '#upstream/proxy-choice.ts';
import type { UpstreamTls } from '#upstream/upstream-tls.ts';
import type { CredentialHeader, Upstream } from '#upstream/port.ts';
import type { PlaceBudget } from '#upstream/place-budget.ts';
import { createSseUpstream } from '#upstream/sse.ts';
import { createStdioUpstream } from '#upstream/stdio.ts';
import { systemTimers } from '#upstream/timers.ts';

export type ConnectionParts = Omit<ServerWordsParts, 'secrets' | 'limits'> & {
  readonly loaded: LoadedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly atExit: (run: () => void) => () => void;
  /** Of all stdio servers together. */
  readonly budget: PlaceBudget;
  /** Makes the names of connections made at this load differ from those of earlier ones; '' at the start. */
  readonly suffix: string;
};

/** One connection with what it was made of. */
export type OpenConnection = {
  readonly runtime: ConnectionRuntime;
  readonly madeOf: string;
  /** Secrets of earlier configurations: what a server still repeats of them is masked too. */
  readonly retired: readonly string[];
};

function credentialOf(name: string, config: ConnectionConfig, loaded: LoadedConfig): readonly CredentialHeader[] {
  const secret = loaded.secrets.credentials.get(name);
  if (config.credential === undefined || secret === undefined) return [];
  const { type } = config.credential;
  const credential: Credential =
    type === 'bearer'
      ? { type, secret }
      : type === 'basic'
        ? { type, username: config.credential.username, secret }
        : { type, name: config.credential.name, secret };
  const headers = credentialHeaders(credential);
  // The configuration was checked for this; reaching it means that the two checks disagree.
  if (!headers.ok) throw new Error(`connections.${name}.credential: ${headers.error.message}`);
  return headers.value;
}

/** As node:tls names it. */
export const peerOptions = (peer: PeerTls | undefined): UpstreamTls => ({
  ...(peer?.ca === undefined ? {} : { ca: peer.ca }),
  ...(peer?.pair === undefined ? {} : { cert: peer.pair.cert, key: peer.pair.key.reveal() }),
  ...(peer?.serverName === undefined ? {} : { servername: peer.serverName }),
});

function upstreamOf(
  name: string,
  config: ConnectionConfig,
  parts: ConnectionParts,
  secrets: readonly string[],
): Upstream {
  const { loaded, masker, env, atExit, budget } = parts;
  const { upstream } = config;
  switch (upstream.type) {
    case 'http':
      return createHttpUpstream(
        {
          url: new URL(upstream.url),
          tls: peerOptions(loaded.tls.connections.get(name)),
          proxy: proxyFor(new URL(upstream.url), loaded.proxy),
        },
        { limits: loaded.limits, timers: systemTimers },
      );
    case 'stdio': {
      const known = masker.secretsOf(secrets);
      const variables = [...(loaded.secrets.stdioEnv.get(name) ?? [])].map(
        ([variable, value]) => [variable, value.reveal()] as const,
      );
      const { command, args, cwd, shared } = upstream;
      return createStdioUpstream(
        { connection: name, command, args, cwd, shared, env: Object.fromEntries(variables) },
        {
          limits: loaded.limits,
          timers: systemTimers,
          budget,
          env,
          atExit,
          events: recordServerWords({ ...parts, limits: loaded.limits, secrets: known }),
          maskLine: (line) => masker.maskStoredText(line, known),
        },
      );
    }
    case 'sse':
      return createSseUpstream(
        {
          connection: name,
          url: new URL(upstream.url),
          tls: peerOptions(loaded.tls.connections.get(name)),
          proxy: proxyFor(new URL(upstream.url), loaded.proxy),
        },
        {
          limits: loaded.limits,
          timers: systemTimers,
          events: recordServerWords({ ...parts, limits: loaded.limits, secrets: masker.secretsOf(secrets) }),
        },
      );
    case 'agent':
      throw new Error(`connections.${name}.upstream.type ${upstream.type} passed the configuration check`);
    default:
      return unreachable(upstream);
  }
}

/** OpenTelemetry, MCP conventions, `network.transport`. */
export const transportOf = ({ type }: UpstreamConfig): 'tcp' | 'pipe' => (type === 'stdio' ? 'pipe' : 'tcp');

/** Shorter parts of a credential are its scheme or a name. */
const SECRET_PART_CHARS = 8;

/** Values of a stdio server's environment that came by reference are secrets; plain ones are configuration. */
function secretsOf(
  name: string,
  config: ConnectionConfig,
  loaded: LoadedConfig,
  credential: readonly CredentialHeader[],
): readonly string[] {
  const injected = loaded.secrets.credentials.get(name)?.reveal();
  const referenced =
    config.upstream.type === 'stdio'
      ? Object.entries(config.upstream.env)
          .filter(([, value]) => /^(?:env|file):/.test(value))
          .map(([variable]) => loaded.secrets.stdioEnv.get(name)?.get(variable)?.reveal())
      : [];
  // A Basic credential travels as base64 of user and password: that whole is as secret as its half.
  const encoded = credential.map(([, value]) => value.replace(/^(?:Bearer|Basic) /, ''));
  // `ApiKey abc…`, `key=abc…`: what a server echoes may be the part behind the scheme alone.
  const parts = [injected, ...encoded]
    .flatMap((secret) => secret?.split(/[\s=,;"']+/) ?? [])
    .filter((part) => part.length >= SECRET_PART_CHARS);
  return [...new Set([injected, ...referenced, ...encoded, ...parts])].filter((secret) => secret !== undefined);
}

/** A digest of everything its way up and its credential are made of, so that equal ones need not be made twice. */
function madeOf(name: string, config: ConnectionConfig, loaded: LoadedConfig): string {
  const { secrets, limits } = loaded;
  const variables = [...(secrets.stdioEnv.get(name) ?? [])].map(([key, value]) => [key, value.reveal()]);
  const parts = {
    upstream: config.upstream,
    credential: config.credential,
    secret: secrets.credentials.get(name)?.reveal(),
    variables: Object.fromEntries(variables),
    tls: peerText(loaded.tls.connections.get(name)),
    proxy: 'url' in config.upstream ? proxyText(proxyFor(new URL(config.upstream.url), loaded.proxy)) : '',
    limits: CONNECTION_LIMITS.map((limit) => limits[limit]),
  };
  return createHash('sha256').update(canonicalJson(parts)).digest('base64');
}

/** What a yes to a call is for, beside the name: whoever gave it had this server in mind. */
const serverOf = ({ upstream, credential }: ConnectionConfig): string =>
  createHash('sha256').update(canonicalJson({ upstream, credential })).digest('base64');

function openConnection(
  name: string,
  config: ConnectionConfig,
  parts: ConnectionParts,
  before: OpenConnection | undefined,
): OpenConnection {
  const { loaded } = parts;
  const made = madeOf(name, config, loaded);
  const isSame = before?.madeOf === made;
  const credential = credentialOf(name, config, loaded);
  const own = secretsOf(name, config, loaded, credential);
  const retired = isSame
    ? before.retired
    : [...new Set(before?.runtime.secrets)].slice(0, loaded.limits.retiredSecrets);
  const secrets = [...new Set([...own, ...retired])];
  return {
    madeOf: made,
    retired,
    runtime: {
      name,
      incarnation: isSame ? before.runtime.incarnation : `${name}${parts.suffix}`,
      server: serverOf(config),
      url: resourceUrl(loaded.publicUrl, name),
      audiences: config.audiences,
      budget: config.budget,
      upstream: isSame ? before.runtime.upstream : upstreamOf(name, config, parts, secrets),
      credential,
      transport: transportOf(config.upstream),
      passesBaggage: config.baggage === 'pass',
      passesUnknownResults: config.resultTypes === 'allow',
      keepsSession: config.upstream.type !== 'http',
      offersEndpoint: config.upstream.type === 'sse',
      isPerCaller: config.upstream.type === 'stdio' && !config.upstream.shared,
      definitions: config.definitions,
      serverRequests: serverRequestPolicy(config.serverRequests),
      showsOrigin: config.showOrigin,
      secrets,
    },
  };
}

export const openConnections = (
  parts: ConnectionParts,
  before: ReadonlyMap<string, OpenConnection> = new Map(),
): ReadonlyMap<string, OpenConnection> =>
  new Map(
    Object.entries(parts.loaded.config.connections).map(([name, config]) => [
      name,
      openConnection(name, config, parts, before.get(name)),
    ]),
  );
