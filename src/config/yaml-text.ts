/**
 * Reads YAML 1.2 (core schema) strictly and remembers where everything stands: duplicate keys, tags, several documents,
 * too many aliases, keys that are not text and too much nesting are refused, each with its place. It knows nothing of
 * what the file means.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Parser, visit } from 'yaml';
import type { Document, Node } from 'yaml';
import { LIMITS } from '#limits.ts';
import type { ConfigPath } from '#config/problem.ts';

/** Line and column, both counted from 1. */
export type Place = { readonly line: number; readonly column: number };

export type YamlProblem = { readonly place: Place; readonly message: string; readonly fix: string };

export type YamlText = {
  /** Plain objects, arrays and scalars; undefined when the text could not be read at all. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Where the value at `path` stands, or its key; for what is missing, the nearest thing above it. */
  place(path: ConfigPath, atKey?: boolean): Place;
};

const START: Place = { line: 1, column: 1 };

const unreadable = (place: Place, message: string, fix: string): YamlText => ({
  value: undefined,
  problems: [{ place, message, fix }],
  place: () => START,
});

export function readYaml(text: string): YamlText {
  if (Buffer.byteLength(text) > LIMITS.configBytes) {
    return unreadable(START, `the file is larger than ${LIMITS.configBytes} bytes`, 'make it smaller');
  }
  const tooDeep = nestingPlace(text);
  if (tooDeep !== undefined) {
    return unreadable(tooDeep, `values are nested more than ${LIMITS.configDepth} deep`, 'flatten them');
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    merge: false,
    prettyErrors: false,
    // 'silent' would let a second document pass unseen.
    logLevel: 'error',
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: YamlProblem[] = [...document.errors, ...document.warnings].map((error) => ({
    place: placeAt(error.pos[0]),
    message: lowerFirst(error.message),
    fix: error.code === 'DUPLICATE_KEY' ? 'keep one of them' : 'correct the YAML',
  }));
  problems.push(...keyProblems(document, placeAt));
  const fatal = document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  return { value: fatal ? undefined : plainValue(document, problems), problems, place: locator(document, placeAt) };
}

function plainValue(document: Document.Parsed, problems: YamlProblem[]): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: LIMITS.configAliases });
    return value;
  } catch (error) {
    problems.push({
      place: START,
      message: error instanceof ReferenceError ? lowerFirst(error.message) : 'the file cannot be read',
      fix: 'write the values out instead of using aliases',
    });
    return undefined;
  }
}

/** What composes values from tokens recurses, so their depth is bounded first, on tokens, which are made without. */
function nestingPlace(text: string): Place | undefined {
  const lines = new LineCounter();
  const waiting: { readonly token: unknown; readonly depth: number }[] = [];
  for (const token of new Parser(lines.addNewLine).parse(text)) waiting.push({ token, depth: 0 });
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (!isToken(token)) continue;
    if (depth > LIMITS.configDepth) {
      const { line, col } = lines.linePos(token.offset);
      return { line: Math.max(line, 1), column: Math.max(col, 1) };
    }
    waiting.push({ token: token.value, depth });
    for (const item of token.items ?? []) {
      waiting.push({ token: item.key, depth: depth + 1 }, { token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}

type NestedToken = {
  readonly offset: number;
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
};
const isToken = (token: unknown): token is NestedToken =>
  typeof token === 'object' && token !== null && 'offset' in token;

/** Only text can be a key; `__proto__` would be dropped unseen by whoever builds objects of it. */
function keyProblems(document: Document.Parsed, placeAt: (offset: number) => Place): YamlProblem[] {
  const problems: YamlProblem[] = [];
  visit(document, {
    Pair(_, pair) {
      const key = pair.key;
      if (isScalar(key) && typeof key.value === 'string' && key.value !== '__proto__') return;
      const offset = isScalar(key) || isMap(key) || isSeq(key) || isAlias(key) ? (key.range?.[0] ?? 0) : 0;
      problems.push({ place: placeAt(offset), message: 'this key is not usable', fix: 'use plain text as the key' });
    },
  });
  return problems;
}

function locator(document: Document.Parsed, placeAt: (offset: number) => Place): YamlText['place'] {
  const resolved = (node: unknown): Node | undefined => {
    if (isAlias(node)) return node.resolve(document);
    return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
  };
  return (path, atKey = false) => {
    let node: Node | undefined = resolved(document.contents);
    let keyOffset = 0;
    let valueOffset = node?.range?.[0] ?? 0;
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
        if (pair === undefined) return placeAt(keyOffset);
        keyOffset = isScalar(pair.key) ? (pair.key.range?.[0] ?? keyOffset) : keyOffset;
        node = resolved(pair.value);
      } else if (isSeq(node) && typeof step === 'number') {
        node = resolved(node.items[step]);
        if (node === undefined) return placeAt(keyOffset);
        keyOffset = node.range?.[0] ?? keyOffset;
      } else return placeAt(valueOffset);
      valueOffset = node?.range?.[0] ?? keyOffset;
    }
    return placeAt(atKey ? keyOffset : valueOffset);
  };
}

const lowerFirst = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);
