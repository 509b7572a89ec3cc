// What may stand in a list: articles that exist, each once.
import { isId } from '../core/id.ts';
import { type Fault, Problem } from '../core/problem.ts';

/** An article by one of the names it answers to: its id, a slug it has, one it had. */
export interface NamedArticle {
  reference: string;
  id: string;
}

/** References as they are looked up: ids in one spelling. */
export const canonical = (reference: string): string =>
  isId(reference) ? reference.toLowerCase() : reference;

/**
 * The ids of the articles that `references` name among those `found`, in order. Throws `validation_failed` where one
 * is named twice, under whatever names, and `reference_unknown` where one is not found; with every fault.
 */
export const articlesOf = (references: readonly string[], found: readonly NamedArticle[]): string[] => {
  const known = new Map(found.map(({ reference, id }) => [reference, id]));
  const ids = new Set<string>();
  const twice: Fault[] = [];
  const unknown: Fault[] = [];
  for (const [index, reference] of references.entries()) {
    const pointer = `/items/${index}`;
    const id = known.get(canonical(reference));
    if (id === undefined) unknown.push({ pointer, code: 'unknown_article', message: 'is not an article' });
    else if (ids.has(id)) twice.push({ pointer, code: 'repeated', message: 'is in the list already' });
    else ids.add(id);
  }
  if (twice.length > 0)
    throw new Problem('validation_failed', 'An article is named twice.', { errors: twice });
  if (unknown.length > 0)
    throw new Problem('reference_unknown', 'The list names articles that do not exist.', { errors: unknown });
  return [...ids];
};
