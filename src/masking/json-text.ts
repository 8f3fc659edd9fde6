/** Looking at JSON as text: what every string in it says, and where JSON may begin inside a string. */
import type { JsonNode } from '#mcp/json.ts';

/** The text with every string in it unescaped, so that one search sees what any leaf holds; itself when it has no escape. */
export function unescapedText(text: string, roots: readonly JsonNode[]): string {
  if (!text.includes('\\')) return text;
  const pieces: string[] = [];
  let at = 0;
  const add = (value: string, start: number, end: number): void => {
    if (end - start === value.length + 2) return;
    pieces.push(text.slice(at, start), value);
    at = end;
  };
  const visit = (node: JsonNode): void => {
    if (node.kind === 'string') add(node.value, node.start, node.end);
    else if (node.kind === 'array') node.items.forEach(visit);
    else if (node.kind === 'object') {
      for (const { key, keyStart, keyEnd, value } of node.members) {
        add(key, keyStart, keyEnd);
        visit(value);
      }
    }
  };
  roots.forEach(visit);
  pieces.push(text.slice(at));
  return pieces.join('');
}

/** Offset of the first character from `from` on that is no ASCII white space. */
export function firstNonSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || (code >= 0x09 && code <= 0x0d); code = text.charCodeAt(at))
    at++;
  return at;
}

/** Whether a JSON object or array may begin here. */
export const opensJson = (text: string, at: number): boolean => text[at] === '{' || text[at] === '[';
