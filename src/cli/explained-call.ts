/** The caller and the call that `config explain` and `policy test` ask about, read from what the user wrote. */
import { z } from 'zod';
import { askedAccount } from '#cli/account-caller.ts';
import type { Accounts } from '#cli/account-caller.ts';
import type { Config } from '#config/schema.ts';
import { GATEBOOK_NAMESPACE } from '#identity/caller.ts';
import type { Caller } from '#identity/caller.ts';
import type { Limits } from '#limits.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const names = z.array(z.string()).default([]);
const CallerSchema = z.strictObject({
  issuer: z.string().optional(),
  namespace: z.string().optional(),
  subject: z.string().min(1),
  /** A person, unless the namespace has only machines. */
  kind: z.enum(['person', 'service_account']).optional(),
  groups: names,
  client: z.string().optional(),
  scopes: names,
  /** Of a service account of Gatebook's own: what the key it shows is for. */
  key: z.strictObject({ connections: z.array(z.string()).default(['*']), level: z.string().optional() }).optional(),
});

/** One of issuer and namespace is enough: the configuration knows the other. */
export function callerOf(
  text: string,
  loaded: Accounts & { readonly config: Pick<Config, 'issuers'> },
): Result<Caller, string> {
  const { config, publicUrl } = loaded;
  const json = jsonOf(text);
  if (!json.ok) return json;
  const parsed = CallerSchema.safeParse(json.value);
  if (!parsed.success) {
    return err(
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the caller'}: ${issue.message}`).join('; '),
    );
  }
  const { issuer, namespace, kind, client, key, ...rest } = parsed.data;
  if ((namespace ?? GATEBOOK_NAMESPACE) === GATEBOOK_NAMESPACE && (namespace ?? issuer) !== undefined) {
    const isOwn = issuer === undefined || issuer === publicUrl;
    if (isOwn) return askedAccount({ ...rest, kind, client, key }, loaded);
  }
  if (key !== undefined) return err('only a service account of Gatebook shows a key: its namespace is gatebook');
  const found = Object.entries(config.issuers).find(
    ([name, known]) =>
      (namespace === undefined || name === namespace) && (issuer === undefined || known.issuer === issuer),
  );
  if (found === undefined || (issuer ?? namespace) === undefined) {
    return err(`name one of the configured issuers as "namespace": ${Object.keys(config.issuers).join(', ')}`);
  }
  return ok({ ...rest, kind: kind ?? 'person', client, namespace: found[0], issuer: found[1].issuer });
}

/** Why the gateway would take a text for no call, by the code it would answer with. */
export type CallFault = {
  readonly code: 'parse_error' | 'duplicate_key' | 'too_deep' | 'batch' | 'invalid_request';
  readonly message: string;
};

/** Read exactly as the gateway reads it, so that what is explained is what would happen. */
export function callOf(text: string, limits: Pick<Limits, 'jsonDepth' | 'jsonNodes'>): Result<Message, CallFault> {
  const document = parseJson(Buffer.from(text), { depth: limits.jsonDepth, nodes: limits.jsonNodes });
  if (!document.ok) {
    const { code, message } = document.error;
    return err({ code: code === 'too_many' ? 'too_deep' : code, message });
  }
  const read = readMessage(document.value);
  return read.ok ? read : err({ code: read.error.code, message: read.error.reason });
}

function jsonOf(text: string): Result<unknown, string> {
  try {
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch {
    return err('this is no JSON');
  }
}
