/**
 * An answer that was masked for its caller is still one that the tool promised (MCP, Tools, "Output Schema": servers MUST
 * give it, clients SHOULD check it); where that cannot be, the caller gets a tool error instead and the book keeps the answer.
 */
import type { AnswerMasked } from '#gateway/call.ts';
import { maskedBeyondSchema } from '#gateway/errors.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { fitStructured } from '#masking/fit-structured.ts';
import type { MaskFlag } from '#masking/masked.ts';
import { member, parseJson, splice } from '#mcp/json.ts';
import type { JsonNode } from '#mcp/json.ts';
import { ok } from '#result.ts';
import type { Result } from '#result.ts';

const STRUCTURED = 'structuredContent';

/** The tool whose answer this is; undefined when nothing of it could have been masked out of shape. */
function toolOf({ call, message, masked }: AnswerMasked): string | undefined {
  const asked = call.message;
  if (asked?.kind !== 'request' || message.kind !== 'response' || message.outcome.type !== 'result') return undefined;
  const { bytes } = message.doc;
  if (masked.send === bytes || member(message.outcome.node, STRUCTURED) === undefined) return undefined;
  if (masked.send.equals(bytes)) return undefined;
  if (asked.method === 'tools/call') return asked.name;
  // the result of a task is the result of the call that made it (MCP 2025-11-25, Tasks)
  return asked.method === 'tasks/result' && 'follows' in call ? call.follows?.[0]?.name : undefined;
}

async function fitted(answer: AnswerMasked, tool: string, was: JsonNode, gateway: Gateway): Promise<AnswerMasked> {
  const { call, message, masked } = answer;
  const check = await gateway.definitions.outputSchemas.checkOf(call.connection.name, tool);
  if (typeof check === 'string') return check === 'none' ? answer : { ...answer, schema: check };
  const { jsonDepth: depth, jsonNodes: nodes } = gateway.limits;
  const doc = parseJson(masked.send, { depth, nodes });
  const node = doc.ok ? member(member(doc.value.root, 'result'), STRUCTURED) : undefined;
  if (!doc.ok || node === undefined) throw new Error('a masked answer is no longer the answer it was');
  const original = { text: message.doc.text, node: was };
  const fit = fitStructured(original, { text: doc.value.text, node }, check);
  const flagged = (flag: MaskFlag) => ({ ...masked, flags: [...masked.flags, flag] });
  if (fit.kind === 'does_not_fit') {
    const idText = message.kind === 'response' ? message.idText : undefined;
    const send = Buffer.from(maskedBeyondSchema(idText, call.id));
    return { ...answer, masked: { ...flagged('schema_unfit'), send } };
  }
  if (fit.edits.length === 0) return answer;
  return { ...answer, masked: { ...flagged('schema_repaired'), send: splice(doc.value, fit.edits) } };
}

export function fitSchema(
  answer: AnswerMasked,
  gateway: Gateway,
): Result<AnswerMasked, Refusal> | Promise<Result<AnswerMasked, Refusal>> {
  const tool = toolOf(answer);
  if (tool === undefined || answer.message.kind !== 'response') return ok(answer);
  const was = member(answer.message.outcome.node, STRUCTURED);
  return was === undefined ? ok(answer) : fitted(answer, tool, was, gateway).then((fit) => ok(fit));
}
