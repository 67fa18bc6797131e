import type { ConceptChanges } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import type { Concept, ConceptSet } from '../concept/conceptSet.js';
import { ExpressionError, type Expression } from '../concept/expression/index.js';
import { evaluateLogic, namesIn, parseLogic, type Masks } from './conceptLogic.js';
import { didYouMean } from './nearest.js';
import { ConceptError } from './stateConcepts.js';

/** What a probe file changes in the concepts that its data bring: whether it says anything at all. */
export const changesConcepts = ({ rename, derived, remove }: ConceptChanges): boolean =>
  [rename, derived, remove].some((part) => part !== undefined && Object.keys(part).length > 0);

/**
 * The concepts as a probe file wants them: renamed, then joined to new ones (`derived`, which may name each other in any
 * order), then without those that are to be removed, which derived ones may still name.
 *
 * @param source the probe file, for messages
 * @throws UserError where a name is not there or is taken, or an expression is wrong
 */
export function changedConcepts(set: ConceptSet, changes: ConceptChanges, source: string): ConceptSet {
  if (!changesConcepts(changes)) return set;
  const { rename = {}, derived = {}, remove = [] } = changes;
  const own = set.concepts.map(({ name }) => name);
  for (const name of Object.keys(rename)) mustHave(own, name, '"rename"', source);
  const renamed = set.concepts.map((concept): Concept => {
    const name = Object.hasOwn(rename, concept.name) ? rename[concept.name] : concept.name;
    return name === concept.name ? concept : { ...concept, name, was: concept.name };
  });
  const names = [...renamed.map(({ name }) => name), ...Object.keys(derived)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new UserError(`${source}: two concepts would be called "${twice}"`, {
      hint: 'give one of them another name under "rename" or "derived"',
      code: 'probe/concepts',
    });
  }
  for (const name of remove) mustHave(names, name, '"remove"', source);
  const joined = derivedMasks({ ...set, concepts: renamed }, derived, source);
  const isRemoved = new Set(remove);
  return {
    ...set,
    concepts: [...renamed, ...joined].filter(({ name }) => !isRemoved.has(name)),
  };
}

function mustHave(names: readonly string[], name: string, key: string, source: string): void {
  if (names.includes(name)) return;
  throw new UserError(`${source}: ${key} names "${name}", and there is no such concept`, {
    hint: didYouMean(name, names, 'its concepts'),
    code: 'probe/concepts',
  });
}

/** The derived concepts, in the order of the file. */
export function derivedMasks(set: ConceptSet, derived: Record<string, string>, source: string): Concept[] {
  const given = new Map<string, Masks>(set.concepts.map((concept) => [concept.name, concept]));
  const names = [...given.keys(), ...Object.keys(derived)];
  const parsed = new Map<string, Expression>(
    Object.entries(derived).map(([name, text]) => {
      try {
        return [name, parseLogic(text, names)];
      } catch (error) {
        if (error instanceof ExpressionError) throw new ConceptError(name, source, error);
        throw error;
      }
    }),
  );
  const under: string[] = [];
  const masksOf = (name: string): Masks => {
    const known = given.get(name);
    if (known) return known;
    if (under.includes(name)) {
      throw new UserError(`${source}: "${name}" is derived from itself (${[...under, name].join(' → ')})`, {
        hint: 'write one of them without the other',
        code: 'probe/concepts',
      });
    }
    under.push(name);
    const expression = parsed.get(name)!;
    namesIn(expression).forEach(masksOf);
    const masks = evaluateLogic(expression, set, (inner) => given.get(inner)!);
    under.pop();
    given.set(name, masks);
    return masks;
  };
  return Object.keys(derived).map((name) => ({ name, category: 'derived', ...masksOf(name), derived: derived[name] }));
}
