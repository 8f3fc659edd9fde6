/** The JSON-RPC message that a policy test means by a method, a name and arguments: what a client would send. */
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { isNotificationMethod, METHODS } from '#mcp/methods.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type NamedCall = {
  readonly method: string;
  readonly name: string | undefined;
  readonly arguments: Readonly<Record<string, unknown>>;
};

/** A complaint's path is that of the call with the member at fault behind it. */
export function requestText(call: NamedCall, path: ConfigPath): Result<string, Complaint> {
  const { method, name } = call;
  const place = METHODS.get(method)?.name;
  const unfit = unfitNumber(call.arguments, [...path, 'arguments']);
  if (unfit !== undefined) return err(unfit);
  if (place?.at !== 'params') {
    if (name !== undefined) {
      const fix =
        place === undefined ? 'remove `name`, or write the whole `request`' : 'put its `ref` into `arguments`';
      return err({ path: [...path, 'name'], message: `${method} has no name of its own`, fix });
    }
    return ok(messageText(method, call.arguments));
  }
  if (name === undefined) return err({ path, message: `${method} needs a name`, fix: 'add `name`' });
  return ok(
    messageText(
      method,
      place.member === 'uri' ? { ...call.arguments, uri: name } : { name, arguments: call.arguments },
    ),
  );
}

const messageText = (method: string, params: object): string =>
  JSON.stringify({ jsonrpc: '2.0', ...(isNotificationMethod(method) ? {} : { id: 1 }), method, params });

/** YAML reads every number as a double: one that would arrive as another is refused. */
export function unfitNumber(value: unknown, path: ConfigPath): Complaint | undefined {
  if (typeof value === 'number' && !(Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value))) {
    return {
      path,
      message: 'is a number that YAML cannot hold exactly',
      fix: 'write the whole `request` as JSON text',
    };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const unfit = unfitNumber(member, [...path, Array.isArray(value) ? Number(key) : key]);
    if (unfit !== undefined) return unfit;
  }
  return undefined;
}
