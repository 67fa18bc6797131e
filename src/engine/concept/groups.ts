import { bitsetWords, setBit, type ConceptSet } from './conceptSet.js';
import { conceptColumn, positionGrid, type Column, type PositionGrid } from './positionGrid.js';
import { partitionPositions } from './signatures.js';

/**
 * Positions at which the same concepts hold. No formula can tell the positions of a group apart, so masks of formulas are
 * sets of groups, and a unit is the number of its firing positions in each.
 */
export interface Groups {
  grid: PositionGrid;
  count: number;
  /** Group of each position (grid of places), or of each sample (grid of samples). */
  of: Uint16Array | Uint32Array;
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
  const grid = positionGrid(set, layer);
  let ofSet = known.get(set);
  if (!ofSet) known.set(set, (ofSet = new Map()));
  const key = grid.kind === 'places' ? 'places' : `samples ${grid.height} × ${grid.width}`;
  const before = ofSet.get(key);
  if (before) return before;
  const kin =
    grid.kind === 'samples' ? [...ofSet.values()].find((groups) => groups.grid.kind === 'samples') : undefined;
  const groups = kin ? rescaled(kin, grid) : grouped(set, grid);
  ofSet.set(key, groups);
  return groups;
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

function grouped(set: ConceptSet, grid: PositionGrid): Groups {
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
  for (const category of categories) columns.push({ bits: set.domains![category], perSample: true });
  const places = grid.kind === 'places' ? grid.height * grid.width : 1;
  const partition = partitionPositions(columns, grid.samples * places, places);
  const { count, of, signatures } = partition;
  const words = bitsetWords(count);
  const rows = columns.map(() => new Uint32Array(words));
  for (let group = 0; group < count; group++) {
    for (let w = 0; w < partition.words; w++) {
      for (let bits = signatures[group * partition.words + w]; bits !== 0; bits &= bits - 1) {
        setBit(rows[w * 32 + 31 - Math.clz32(bits & -bits)], group);
      }
    }
  }

  const domainOf = new Map(rows.splice(concepts.length).map((row, i) => [categories[i], row]));

  const atoms: Atom[] = [];
  const kept: Uint32Array[] = [];
  const empty: string[] = [];
  const twins: string[] = [];
  const byRow = new Map<string, Atom>();
  rows.forEach((row, i) => {
    const { name } = set.concepts[concepts[i]];
    if (row.every((word) => word === 0)) {
      empty.push(quoted(name));
      return;
    }
    const key = Buffer.from(row.buffer).toString('latin1');
    const twin = byRow.get(key);
    if (twin) {
      twins.push(`${quoted(name)} (as ${quoted(twin.name)})`);
      return;
    }
    const atom = { name, concept: concepts[i] };
    byRow.set(key, atom);
    atoms.push(atom);
    kept.push(row);
  });
  const members = new Uint32Array(atoms.length * words);
  kept.forEach((row, i) => members.set(row, i * words));

  const perEntry = grid.kind === 'samples' ? grid.height * grid.width : 1;
  return {
    grid,
    count,
    of,
    sizes: partition.sizes.map((size) => size * perEntry),
    positions: grid.samples * grid.height * grid.width,
    atoms,
    members,
    words,
    domains: domainOf.size ? atoms.map(({ concept }) => domainOf.get(set.concepts[concept].category) ?? null) : null,
    notes: [
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

const quoted = (name: string): string => `"${name}"`;
const listed = 5;

function said(names: string[], one: string, many: string): string[] {
  if (names.length === 0) return [];
  const more = names.length > listed ? ` and ${names.length - listed} more` : '';
  const what = names.length === 1 ? `1 concept ${one}` : `${names.length} concepts ${many}`;
  return [`${what}: ${names.slice(0, listed).join(', ')}${more}`];
}
