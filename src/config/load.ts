/**
 * From the text of gatebook.yaml to a configuration the gateway can run with, or to every problem in it at once, each
 * with its line and column. Reads only what it is given: the environment and the files that secrets refer to come in as
 * arguments.
 */
import { dirname, resolve } from 'node:path';
import type { Limits } from '#limits.ts';
import type { ProxySettings } from '#upstream/proxy-choice.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { checkApiAudiences } from '#config/api-audience.ts';
import { checkClients } from '#config/client-rules.ts';
import { effectiveLimits } from '#config/operator-limits.ts';
import { checkHolds } from '#config/hold-rules.ts';
import { checkMaskingPatterns } from '#config/masking-patterns.ts';
import { checkMaskingRules } from '#config/masking-rules.ts';
import { checkNetwork, parseListen } from '#config/network-rules.ts';
import type { ListenAddress } from '#config/network-rules.ts';
import { resolveNotify } from '#config/notify-secrets.ts';
import { notifierSettings } from '#config/notify-settings.ts';
import { checkPolicy } from '#config/policy-settings.ts';
import { inFileOrder, isWritten, placeComplaint } from '#config/place-problems.ts';
import type { Complaint, ConfigPath, ConfigProblem } from '#config/problem.ts';
import { isRawMap } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';
import { resolveProxy } from '#config/proxy-settings.ts';
import { checkReferences } from '#config/references.ts';
import { resolveSecrets } from '#config/resolve-secrets.ts';
import type { ResolvedSecrets } from '#config/resolve-secrets.ts';
import { ConfigSchema } from '#config/schema.ts';
import type { Config } from '#config/schema.ts';
import { schemaComplaints } from '#config/schema-complaints.ts';
import { checkSignIn } from '#config/sign-in-rules.ts';
import { resolveSignIn } from '#config/sign-in-secrets.ts';
import type { ResolvedSignIn } from '#config/sign-in-secrets.ts';
import { checkServiceAccounts, resolveServiceAccounts, serviceAccountWarnings } from '#config/service-accounts.ts';
import type { ResolvedAccounts } from '#config/service-accounts.ts';
import { resolveTls } from '#config/tls-files.ts';
import type { ResolvedTls } from '#config/tls-files.ts';
import { checkUnavailable, checkWarnings } from '#config/unavailable.ts';
import { configVersion, policyVersion } from '#config/versions.ts';
import { checkWorkers } from '#config/workers.ts';
import { readYaml } from '#config/yaml-text.ts';
import type { NotifierSettings } from '#notify/notifier-settings.ts';

export type ConfigSource = {
  /** Absolute path; its folder is where relative paths in the file count from. Not opened here. */
  readonly file: string;
  readonly text: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gives a file's text, throws as node:fs does. Asked only for `file:` secrets, with absolute paths. */
  readonly readFile: (path: string) => string;
  /** Unix milliseconds: what is over by then is warned about. */
  readonly nowMs?: number;
  /** For asking the policy where the secrets are not, as in a build: what they refer to is not looked up. */
  readonly withoutSecrets?: true;
};

export type LoadedConfig = {
  readonly file: string;
  /** Defaults filled in, paths absolute. */
  readonly config: Config;
  readonly listen: ListenAddress;
  /** Where `/metrics` is served without a token; undefined when nowhere. */
  readonly metricsListen: ListenAddress | undefined;
  /** Origin by which clients reach the gateway, without a slash at the end. */
  readonly publicUrl: string;
  readonly limits: Limits;
  readonly secrets: ResolvedSecrets;
  readonly signInSecrets: ResolvedSignIn;
  /** Certificates and authorities, read and tried. */
  readonly tls: ResolvedTls;
  /** Undefined: servers and issuers are reached directly. */
  readonly proxy: ProxySettings | undefined;
  /** What service accounts prove themselves with at the token endpoint. */
  readonly accounts: ResolvedAccounts;
  /** Who is told of calls that wait for people. */
  readonly notifiers: readonly NotifierSettings[];
  /** 16 hex digits over levels, grants, rules, masking and what service accounts may reach. */
  readonly policyVersion: string;
  /** 16 hex digits over the whole configuration. */
  readonly configVersion: string;
  /** What works otherwise than one might think; nothing that stops a start. */
  readonly warnings: readonly ConfigProblem[];
  /** Whether the file itself says something at this path; what it does not say is a default. */
  isWritten(path: ConfigPath): boolean;
  /** Line, counted from 1, at which the file says it. */
  lineOf(path: ConfigPath): number;
};

export function loadConfig(source: ConfigSource): Result<LoadedConfig, readonly ConfigProblem[]> {
  const yaml = readYaml(source.text);
  const problems: ConfigProblem[] = yaml.problems.map(({ place, message, fix }) => ({
    file: source.file,
    ...place,
    path: '',
    message,
    fix,
  }));
  const placed = (complaint: Complaint): ConfigProblem => placeComplaint(complaint, source.file, yaml);
  if (yaml.value === undefined && problems.length > 0) return err(problems);
  if (!isRawMap(yaml.value)) {
    problems.push(placed({ path: [], message: 'the file holds no configuration', fix: 'begin with `version: 1`' }));
    return err(problems);
  }
  const raw: RawMap = yaml.value;
  const parsed = ConfigSchema.safeParse(raw);
  // Without secrets nothing is looked up anywhere.
  const referring: RawMap = source.withoutSecrets ? {} : raw;
  const secretSource = { env: source.env, readFile: source.readFile, folder: dirname(source.file) };
  const secrets = resolveSecrets(referring, secretSource);
  const signIn = resolveSignIn(referring, secretSource);
  const tls = resolveTls(referring, secretSource);
  const proxy = resolveProxy(referring, secretSource);
  const accounts = resolveServiceAccounts(referring, secretSource);
  const notify = resolveNotify(referring, secretSource);
  const complaints: Complaint[] = [
    ...(parsed.success ? [] : schemaComplaints(parsed.error.issues, (path) => isWritten(raw, path))),
    ...checkUnavailable(raw),
    ...checkReferences(raw),
    ...checkHolds(raw),
    ...checkSignIn(raw),
    ...checkClients(raw),
    ...checkServiceAccounts(raw),
    ...checkMaskingPatterns(raw),
    ...checkMaskingRules(raw),
    ...checkApiAudiences(raw),
    ...checkNetwork(raw),
    ...checkWorkers(raw),
    ...secrets.complaints,
    ...signIn.complaints,
    ...tls.complaints,
    ...proxy.complaints,
    ...accounts.complaints,
    ...notify.complaints,
    ...checkPolicy(raw, effectiveLimits(parsed.success ? parsed.data.limits : {})),
  ];
  problems.push(...complaints.map(placed));
  const listen = parsed.success ? parseListen(parsed.data.server.listen) : undefined;
  if (!parsed.success || listen === undefined || problems.length > 0) return err(inFileOrder(problems));
  const config: Config = parsed.data;
  return ok({
    file: source.file,
    config: withAbsolutePaths(config, dirname(source.file)),
    listen,
    metricsListen: parseListen(config.server.metrics?.listen ?? ''),
    publicUrl: new URL(config.server.publicUrl ?? `http://${config.server.listen}`).origin,
    limits: effectiveLimits(config.limits),
    secrets: secrets.resolved,
    signInSecrets: signIn.resolved,
    tls: tls.resolved,
    proxy: proxy.resolved,
    accounts: accounts.resolved,
    notifiers: notifierSettings(config, notify.resolved),
    policyVersion: policyVersion(config),
    configVersion: configVersion(config),
    warnings: [...checkWarnings(raw), ...serviceAccountWarnings(raw, source.nowMs)].map(placed),
    isWritten: (path) => isWritten(raw, path),
    lineOf: (path) => yaml.place(path, true).line,
  });
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const connections = Object.fromEntries(
    Object.entries(config.connections).map(([name, connection]) => {
      const { upstream } = connection;
      if (upstream.type !== 'stdio') return [name, connection];
      return [name, { ...connection, upstream: { ...upstream, cwd: resolve(folder, upstream.cwd) } }];
    }),
  );
  return { ...config, data: resolve(folder, config.data), connections };
}
