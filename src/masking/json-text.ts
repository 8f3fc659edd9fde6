/** JSON as a text to be searched. */
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
