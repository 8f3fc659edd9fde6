/** Words of the text index that every event a filter matches has: of each "is exactly this" that nothing can lift. */
import { FACTS, factWord } from '#events/fact-words.ts';
import type { Filter } from '#events/filter/ast.ts';

/** FTS5 terms (text-query.ts). */
export function requiredWords(filter: Filter | undefined): readonly string[] {
  if (filter?.op === 'and') return filter.terms.flatMap(requiredWords);
  if (filter?.op !== 'compare' || filter.comparison !== 'eq') return [];
  const { attribute, value } = filter;
  if (attribute.type !== 'string' || value.type !== 'string' || value.value === '') return [];
  const fact = FACTS.find((column) => column === attribute.column);
  return fact === undefined ? [] : [`"${factWord(fact, value.value)}"`];
}
