/** Words of the text index that every event a filter matches has: of each "is exactly this" that nothing can lift. */
import { callerWord } from '#events/caller-word.ts';
import type { Filter } from '#events/filter/ast.ts';
import { phraseOf } from '#events/text-query.ts';

/** FTS5 terms (text-query.ts). */
export function requiredWords(filter: Filter | undefined): readonly string[] {
  if (filter?.op === 'and') return filter.terms.flatMap(requiredWords);
  if (filter?.op !== 'compare' || filter.comparison !== 'eq') return [];
  const { attribute, value } = filter;
  if (attribute.type !== 'string' || value.type !== 'string') return [];
  if (attribute.column === 'caller_subject') return [`"${callerWord(value.value)}"`];
  // A name is among the words of its event.
  const phrase = attribute.column === 'name' ? phraseOf(value.value) : undefined;
  return phrase === undefined ? [] : [phrase];
}
