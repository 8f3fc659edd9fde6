/**
 * Reads YAML 1.2 (core schema) strictly and remembers where everything stands: duplicate keys, tags, several documents,
 * too many aliases, keys that are not text and too much nesting are refused, each with its place. It knows nothing of
 * what the file means.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Parser, visit } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';
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
    // Checked below: the library compares every key with all before it.
    uniqueKeys: false,
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
    fix: 'correct the YAML',
  }));
  problems.push(...keyProblems(document, placeAt));
  const fatal = document.errors.length > 0;
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

/** What composes values from tokens recurses, so their depth is bounded first, on tokens. */
function nestingPlace(text: string): Place | undefined {
  const lines = new LineCounter();
  const tokens = tokensOf(text, lines);
  if (tokens === undefined) return START;
  const waiting = tokens.map((token): { readonly token: unknown; readonly depth: number } => ({ token, depth: 0 }));
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

/** Tokens are made without recursion but for the end of maps within maps on one line: thousands of them exhaust the stack. */
function tokensOf(text: string, lines: LineCounter): readonly unknown[] | undefined {
  try {
    return [...new Parser(lines.addNewLine).parse(text)];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type NestedToken = {
  readonly offset: number;
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
};
const isToken = (token: unknown): token is NestedToken =>
  typeof token === 'object' && token !== null && 'offset' in token;

/** No key twice in one map. Only text can be a key; `__proto__` would be dropped unseen by whoever builds objects of it. */
function keyProblems(document: Document.Parsed, placeAt: (offset: number) => Place): YamlProblem[] {
  const problems: YamlProblem[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          problems.push({
            place: placeAt(key.range?.[0] ?? 0),
            message: 'map keys must be unique',
            fix: 'keep one of them',
          });
        }
        seen.add(key.value);
      }
    },
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
  // A file with thousands of keys may have a problem with each.
  const known = new Map<YAMLMap, Map<string, Pair>>();
  const pairOf = (map: YAMLMap, key: string): Pair | undefined => {
    const pairs = known.get(map) ?? pairsByKey(map);
    known.set(map, pairs);
    return pairs.get(key);
  };
  return (path, atKey = false) => {
    let node: Node | undefined = resolved(document.contents);
    let keyOffset = 0;
    let valueOffset = node?.range?.[0] ?? 0;
    for (const step of path) {
      if (isMap(node)) {
        const pair = pairOf(node, String(step));
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

/** Of several with one key, the first. */
function pairsByKey(map: YAMLMap): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (key !== undefined && !pairs.has(key)) pairs.set(key, pair);
  }
  return pairs;
}

const lowerFirst = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);
