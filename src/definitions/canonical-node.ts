/**
 * A parsed JSON value in the one spelling of RFC 8785 (JSON Canonicalization Scheme), so that equal values have equal
 * hashes however a server spells them: key order, spaces and escapes do not count.
 */
import type { JsonNode } from '#mcp/json.ts';
import { unreachable } from '#result.ts';

/**
 * RFC 8785 section 3.2.2.3 knows doubles only. A whole number beyond them and one that overflows stay as they are spelled:
 * they would otherwise look the same as their neighbours.
 */
function canonicalNumber(text: string): string {
  const value = Number(text);
  const isWhole = /^-?\d+$/.test(text);
  return Number.isFinite(value) && (!isWhole || Number.isSafeInteger(value)) ? JSON.stringify(value) : text;
}

const byCodeUnit = (a: { readonly key: string }, b: { readonly key: string }): number =>
  a.key < b.key ? -1 : a.key > b.key ? 1 : 0;

/** Time is linear in the text but for sorting the keys of each object; depth is the parser's. */
export function canonicalNode(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${[...node.members]
        .sort(byCodeUnit)
        .map(({ key, value }) => `${JSON.stringify(key)}:${canonicalNode(value)}`)
        .join(',')}}`;
    case 'array':
      return `[${node.items.map(canonicalNode).join(',')}]`;
    case 'string':
      return JSON.stringify(node.value);
    case 'number':
      return canonicalNumber(node.text);
    case 'true':
    case 'false':
    case 'null':
      return node.kind;
    default:
      return unreachable(node);
  }
}
