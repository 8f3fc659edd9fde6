/** The caller and the call that `config explain` is asked about, read from what the user wrote. */
import { z } from 'zod';
import type { Config } from '#config/schema.ts';
import type { Caller } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import { member, parseJson, toValue } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type ExplainedCall = { readonly method: string; readonly name: string; readonly args: unknown };

const names = z.array(z.string()).default([]);
const CallerSchema = z.strictObject({
  issuer: z.string().optional(),
  namespace: z.string().optional(),
  subject: z.string().min(1),
  kind: z.enum(['person', 'service_account']).default('person'),
  groups: names,
  client: z.string().optional(),
  scopes: names,
});

/** One of issuer and namespace is enough: the configuration knows the other. */
export function callerOf(text: string, config: Pick<Config, 'issuers'>): Result<Caller, string> {
  const json = jsonOf(text);
  if (!json.ok) return json;
  const parsed = CallerSchema.safeParse(json.value);
  if (!parsed.success) {
    return err(
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the caller'}: ${issue.message}`).join('; '),
    );
  }
  const { issuer, namespace, client, ...rest } = parsed.data;
  const found = Object.entries(config.issuers).find(
    ([name, known]) =>
      (namespace === undefined || name === namespace) && (issuer === undefined || known.issuer === issuer),
  );
  if (found === undefined || (issuer ?? namespace) === undefined) {
    return err(`name one of the configured issuers as "namespace": ${Object.keys(config.issuers).join(', ')}`);
  }
  return ok({ ...rest, client, namespace: found[0], issuer: found[1].issuer });
}

/** Read exactly as the gateway reads it, so that what is explained is what would happen. */
export function callOf(text: string): Result<ExplainedCall, string> {
  const document = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  if (!document.ok) return err(document.error.message);
  const message = readMessage(document.value);
  if (!message.ok) return err(message.error.reason);
  if (message.value.kind === 'response') return err('this is a response, not a request');
  const { method, name, params } = message.value;
  const node = method === 'tools/call' || method === 'prompts/get' ? member(params, 'arguments') : params;
  return ok({ method, name, args: node === undefined ? {} : toValue(node) });
}

function jsonOf(text: string): Result<unknown, string> {
  try {
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch {
    return err('this is no JSON');
  }
}
