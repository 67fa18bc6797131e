import { bitsetWords, type ConceptSet } from './conceptSet.js';
import { mapOfSamples, PlaceGroups, type GroupMap } from './groupMap.js';
import { placeBlocks, sampleBlocks, type Column } from './positionBlocks.js';
import { conceptColumn, positionGrid, type PositionGrid } from './positionGrid.js';
import type { SignatureLists } from './signatureLists.js';
import { partitionPositions } from './signatures.js';
import { hashOf } from './signatureTable.js';
import { atOnce, type Sliced } from './slices.js';

/**
 * Positions at which the same concepts hold. No formula can tell the positions of a group apart, so masks of formulas are
 * sets of groups, and a unit is the number of its firing positions in each.
 */
export interface Groups {
  grid: PositionGrid;
  count: number;
  of: GroupMap;
  /** Positions in each group. */
  sizes: Float64Array;
  /** Positions in all: samples × height × width of the grid. */
  positions: number;
  atoms: Atom[];
  /** One row of `words` words per atom; bit g: the atom holds in group g. */
  members: Uint32Array;
  words: number;
  /** By atom, in which groups it was looked for; null where that is everywhere, or for all atoms. */
  domains: (Uint32Array | null)[] | null;
  /** By atom, the category that those groups are of; null as in `domains`. */
  domainNames: (string | null)[] | null;
  /** Concepts that were left out or merged, and why; one sentence each. */
  notes: string[];
}

/** A concept that formulas are made of. */
export interface Atom {
  name: string;
  /** Index in the concept set. */
  concept: number;
}

const known = new WeakMap<ConceptSet, Map<string, Groups>>();

/**
 * Groups the positions of a concept set for one layer. The grouping is done once per concept set and kind of grid; layers
 * that are compared on the same positions get the same object.
 *
 * Concepts that change no label but its wording are left out and noted: those that hold nowhere (`f AND NOT nothing` is
 * f), and all but the first of those with equal masks. One that holds everywhere stays: it is the label of a unit that
 * always fires. Concepts of places alone are left out, with a note, where a layer has no places.
 *
 * @param layer height × width of its maps for one sample
 */
export function groupPositions(set: ConceptSet, layer: { height: number; width: number }): Groups {
  return atOnce(groupingPositions(set, layer));
}

/** As `groupPositions`, in slices: of many pictures and concepts it takes a minute. */
export function* groupingPositions(set: ConceptSet, layer: { height: number; width: number }): Sliced<Groups> {
  const grid = positionGrid(set, layer);
  let ofSet = known.get(set);
  if (!ofSet) known.set(set, (ofSet = new Map()));
  const key = grid.kind === 'places' ? 'places' : `samples ${grid.height} × ${grid.width}`;
  const before = ofSet.get(key);
  if (before) return before;
  const kin =
    grid.kind === 'samples' ? [...ofSet.values()].find((groups) => groups.grid.kind === 'samples') : undefined;
  const groups = kin ? rescaled(kin, grid) : yield* grouped(set, grid);
  // While this one paused another may have come to its end.
  const meanwhile = ofSet.get(key);
  if (!meanwhile) ofSet.set(key, groups);
  return meanwhile ?? groups;
}

/** The same grouping of samples for a layer with another number of positions a sample. */
function rescaled(groups: Groups, grid: PositionGrid): Groups {
  const factor = (grid.height * grid.width) / (groups.grid.height * groups.grid.width);
  return {
    ...groups,
    grid,
    sizes: groups.sizes.map((size) => Math.round(size * factor)),
    positions: grid.samples * grid.height * grid.width,
  };
}

function* grouped(set: ConceptSet, grid: PositionGrid): Sliced<Groups> {
  const columns: Column[] = [];
  const concepts: number[] = [];
  const placeless: string[] = [];
  set.concepts.forEach(({ name }, index) => {
    const column = conceptColumn(set, index, grid.kind);
    if (column) {
      columns.push(column);
      concepts.push(index);
    } else placeless.push(name);
  });
  const categories = Object.keys(set.domains ?? {});
  for (const category of categories) columns.push({ samples: set.domains![category] });
  const { of, table } = yield* grid.kind === 'places'
    ? placesGrouped(columns, set)
    : samplesGrouped(columns, grid.samples);
  const { count } = table;
  const words = bitsetWords(count);
  const rows = new Uint32Array(columns.length * words);
  const row = (column: number): Uint32Array => rows.subarray(column * words, (column + 1) * words);
  table.each((group, column) => {
    rows[column * words + (group >>> 5)] |= 1 << (group & 31);
  });
  const domainOf = new Map<string, Uint32Array>();
  categories.forEach((category, i) => {
    const domain = row(concepts.length + i).slice();
    // A category that was looked for in every sample restricts nothing.
    if (domain.reduce((held, word) => held + bitCount(word), 0) < count) domainOf.set(category, domain);
  });

  const atoms: Atom[] = [];
  const empty: string[] = [];
  const twins: string[] = [];
  /** By hash, the rows kept. */
  const known = new Map<number, number[]>();
  concepts.forEach((concept, i) => {
    const { name } = set.concepts[concept];
    const own = row(i);
    if (own.every((word) => word === 0)) {
      empty.push(quoted(name));
      return;
    }
    const hash = hashOf(own, 0, words);
    const alike = known.get(hash) ?? [];
    const twin = alike.find((atom) => row(atom).every((word, w) => word === own[w]));
    if (twin !== undefined) {
      twins.push(`${quoted(name)} (as ${quoted(atoms[twin].name)})`);
      return;
    }
    known.set(hash, [...alike, atoms.length]);
    // Rows that stay move up to those that stayed before.
    row(atoms.length).set(own);
    atoms.push({ name, concept });
  });
  const members = rows.subarray(0, atoms.length * words);

  const perEntry = grid.kind === 'samples' ? grid.height * grid.width : 1;
  return {
    grid,
    count,
    of,
    sizes: table.sizes().map((size) => size * perEntry),
    positions: grid.samples * grid.height * grid.width,
    atoms,
    members,
    words,
    domains: domainOf.size ? atoms.map(({ concept }) => domainOf.get(set.concepts[concept].category) ?? null) : null,
    domainNames: domainOf.size
      ? atoms.map(({ concept }) => {
          const { category } = set.concepts[concept];
          return domainOf.has(category) ? category : null;
        })
      : null,
    notes: [
      ...(domainOf.size > 0
        ? [
            `${[...domainOf.keys()].map(quoted).join(', ')}: not every picture carries these. Formulas are compared over all pictures, the best single concept of a neuron and the tally over those that carry its category, as Network Dissection does`,
          ]
        : []),
      ...said(
        placeless.map(quoted),
        'marks places alone and is left out for layers without places',
        'mark places alone and are left out for layers without places',
      ),
      ...said(empty, 'holds nowhere and is left out', 'hold nowhere and are left out'),
      ...said(
        twins,
        'holds at the same positions as another, whose name stands for both',
        'hold at the same positions as others, whose names stand for both',
      ),
    ],
  };
}

interface Grouping {
  of: GroupMap;
  table: SignatureLists;
}

function* placesGrouped(columns: readonly Column[], set: ConceptSet): Sliced<Grouping> {
  const of = new PlaceGroups(set.height * set.width);
  const table = yield* partitionPositions(placeBlocks(columns, set), (local, groups) => of.add(local, groups));
  return { of, table };
}

function* samplesGrouped(columns: readonly Column[], samples: number): Sliced<Grouping> {
  const all = new Uint32Array(samples);
  let at = 0;
  const table = yield* partitionPositions(sampleBlocks(columns, samples), (local, groups) => {
    for (const index of local) all[at++] = groups[index];
  });
  return { of: mapOfSamples(all), table };
}

function bitCount(word: number): number {
  let count = 0;
  for (; word !== 0; word &= word - 1) count++;
  return count;
}

const quoted = (name: string): string => `"${name}"`;
const listed = 5;

function said(names: string[], one: string, many: string): string[] {
  if (names.length === 0) return [];
  const more = names.length > listed ? ` and ${names.length - listed} more` : '';
  const what = names.length === 1 ? `1 concept ${one}` : `${names.length} concepts ${many}`;
  return [`${what}: ${names.slice(0, listed).join(', ')}${more}`];
}
