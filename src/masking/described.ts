/**
 * The parts of a record's header that are words of a client or a server: method, name, what the client calls itself, headers
 * that mirror arguments. Who called is not among them: that is what the book is for.
 */
import type { RecordHeader } from '#events/header.ts';
import { LIMITS } from '#limits.ts';

/** An identifier holds nothing that any detector looks for; letters without end may be a token. */
const PLAIN = /^(?!.*[A-Za-z]{30})[A-Za-z_$][A-Za-z_$./-]{0,63}\d{0,4}$|^\d{1,6}$/;

export const isPlainWord = (text: string): boolean => text === '' || PLAIN.test(text);

/** Longer than any detector reads a name: what was not looked at is not kept. */
const CHARS_MAX = LIMITS.nameChars * 4;

export type MaskWord = (text: string) => string;
type Masking = { readonly mask: MaskWord; readonly isPlain: (text: string) => boolean };

/** A revision of MCP is a date; what else a client calls one is its own words. */
const REVISION = /^\d{4}-\d{2}-\d{2}$/;

type Word = 'connection' | 'method' | 'name' | 'rpcId' | 'protocol' | 'tracestate';
const WORDS: readonly Word[] = ['connection', 'method', 'name', 'rpcId', 'protocol', 'tracestate'];

function masked<K extends Word>(
  header: RecordHeader,
  keys: readonly K[],
  { mask, isPlain }: Masking,
): Partial<Record<K, string>> {
  const changed: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const text = header[key];
    if (text === undefined || isPlain(text) || (key === 'protocol' && REVISION.test(text))) continue;
    const word = mask(text);
    if (word !== text) changed[key] = word;
  }
  return changed;
}

/** The header itself when nothing in it changes. `isPlain`: what needs no look at. */
export function maskDescribed(header: RecordHeader, maskWord: MaskWord, isPlain = isPlainWord): RecordHeader {
  const mask = (text: string): string => (text.length > CHARS_MAX ? '[SECRET]' : maskWord(text));
  const words = masked(header, WORDS, { mask, isPlain });
  const { client, mirrored } = header;
  const name = client?.name === undefined || isPlain(client.name) ? undefined : mask(client.name);
  const version = client?.version === undefined || isPlain(client.version) ? undefined : mask(client.version);
  if (Object.keys(words).length === 0 && name === undefined && version === undefined && mirrored === undefined)
    return header;
  return {
    ...header,
    ...words,
    ...(client === undefined
      ? {}
      : {
          client: {
            ...client,
            ...(name === undefined ? {} : { name }),
            ...(version === undefined ? {} : { version }),
          },
        }),
    ...(mirrored === undefined
      ? {}
      : { mirrored: Object.fromEntries(Object.entries(mirrored).map(([key, value]) => [mask(key), mask(value)])) }),
  };
}
