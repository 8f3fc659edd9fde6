/**
 * The message of a call that waits for people: only its bytes are kept, since its parsed form takes forty times as much. Put
 * down and taken up in place, because every step that waits above this one has it too; what is taken up was read from the same
 * bytes again, so that nothing is inspected in one form and sent in another.
 */
import type { IncomingMessage } from 'node:http';
import { NO_DOCUMENT, parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { ownText } from '#mcp/own-text.ts';
import type { Limits } from '#limits.ts';

/** What a record and a refusal say of it. Every text is a copy of its own, so that none keeps the whole message's. */
const restingForm = (message: RequestMessage): RequestMessage => ({
  ...message,
  doc: NO_DOCUMENT,
  params: undefined,
  idText: ownText(message.idText),
  idKey: ownText(message.idKey),
  method: ownText(message.method),
  name: ownText(message.name),
  governedBy: ownText(message.governedBy),
  subscribedUris: message.subscribedUris.map(ownText),
  subscribedTasks: message.subscribedTasks.map(ownText),
  ...(message.progressTokenText === undefined ? {} : { progressTokenText: ownText(message.progressTokenText) }),
  ...(message.protocolVersion === undefined ? {} : { protocolVersion: ownText(message.protocolVersion) }),
});

/** Gives what takes it up. `limits`: those it was read with. */
export function putDown(message: RequestMessage, limits: Pick<Limits, 'jsonDepth' | 'jsonNodes'>): () => void {
  const { bytes } = message.doc;
  Object.assign(message, restingForm(message));
  return () => {
    const doc = parseJson(bytes, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
    const again = doc.ok ? readMessage(doc.value) : doc;
    if (!again.ok) throw new Error('a message that was read cannot be read again');
    Object.assign(message, again.value);
  };
}

/** All that is still to be known of it was read (`call.headers`); node keeps it twice more, the caller's token with it. */
export function letGoOfHead(request: IncomingMessage): void {
  request.rawHeaders = [];
  request.headers = {};
}
