import { UserError } from '../../shared/userError.js';
import { inferFacts } from '../onnx/shape/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { detectorHead } from './detectorHead.js';
import type { ScoreReader, ScoreTarget } from './scoreReader.js';

/** Where the scores of boxes lie in one input's elements of an output. */
export interface BoxLayout {
  boxes: number;
  classes: number;
  /** Steps from one box, and from one column of a box, to the next. */
  boxStride: number;
  columnStride: number;
  /** The first class's column. */
  firstClass: number;
  /** The column that says whether there is anything at all; null where there is none. */
  objectness: number | null;
}

/** Fewer rows than this are no detector's boxes. */
const fewestBoxes = 20;

/**
 * Reads the forms in which detectors give their boxes, one row a box before any are suppressed: scores beside an output
 * of as many rows of 4 coordinates (SSD and its kin); rows of 4 coordinates, an objectness and the classes (YOLOv5,
 * YOLOX); columns of 4 coordinates and the classes (YOLOv8 and later); a grid with a box at each place, whose channels are
 * put together from those (FCOS, FastestDet).
 *
 * @param dims of the output for one input
 * @returns null where the output has none of these forms
 */
export function boxLayout(model: OnnxModel, output: string, dims: readonly number[], batch: number): BoxLayout | null {
  if (dims.length === 3) return gridLayout(model, output, dims);
  if (dims.length !== 2 || Math.max(...dims) < fewestBoxes) return null;
  const [rows, columns] = dims;
  const others = model.graph.outputs.filter(({ name }) => name !== output);
  const hasBoxes = others.some(({ name, shape }) => {
    const stated = inferFacts(model).get(name)?.shape ?? shape;
    const own =
      stated?.length === 3 && (stated[0] === batch || typeof stated[0] !== 'number') ? stated.slice(1) : stated;
    return own?.length === 2 && own[1] === 4 && (own[0] === rows || typeof own[0] !== 'number');
  });
  if (hasBoxes && rows >= fewestBoxes) {
    return { boxes: rows, classes: columns, boxStride: columns, columnStride: 1, firstClass: 0, objectness: null };
  }
  if (rows > columns && columns > 5) {
    return { boxes: rows, classes: columns - 5, boxStride: columns, columnStride: 1, firstClass: 5, objectness: 4 };
  }
  if (columns > rows && rows > 4) {
    return { boxes: columns, classes: rows - 4, boxStride: 1, columnStride: columns, firstClass: 4, objectness: null };
  }
  return null;
}

function gridLayout(model: OnnxModel, output: string, dims: readonly number[]): BoxLayout | null {
  const head = detectorHead(model, output);
  if (!head) return null;
  const { rank, firstClass, classes, objectness } = head;
  const axis = head.axis - (rank - dims.length);
  const size = dims.reduce((product, length) => product * length, 1);
  // With the channels between the axes of places, boxes would not be evenly spaced.
  if (axis !== 0 && axis !== 2) return null;
  const boxes = size / dims[axis];
  const [boxStride, columnStride] = axis === 0 ? [1, boxes] : [dims[axis], 1];
  return { boxes, classes, boxStride, columnStride, firstClass, objectness };
}

/** A box's score is its class's, times its objectness where it has one. */
export function boxReader(tensor: string, layout: BoxLayout): ScoreReader {
  const { boxes, classes, boxStride, columnStride, firstClass, objectness } = layout;
  const classAt = (box: number, index: number): number => box * boxStride + (firstClass + index) * columnStride;
  const objectAt = (box: number): number | null =>
    objectness === null ? null : box * boxStride + objectness * columnStride;
  const score = (values: ArrayLike<number>, box: number, index: number): number => {
    const object = objectAt(box);
    return Number(values[classAt(box, index)]) * (object === null ? 1 : Number(values[object]));
  };
  const best = (values: ArrayLike<number>, index: number): number => {
    let found = 0;
    for (let box = 1; box < boxes; box++) if (score(values, box, index) > score(values, found, index)) found = box;
    return found;
  };
  return {
    kind: 'boxes',
    tensor,
    classes,
    boxes,
    perClass: (values) => Float64Array.from({ length: classes }, (_, i) => score(values, best(values, i), i)),
    target(values, { class: wanted, box: given }): ScoreTarget {
      if (given !== null && (!Number.isInteger(given) || given < 0 || given >= boxes)) {
        throw new UserError(`there is no box ${given}`, {
          hint: `boxes are numbered from 0 to ${boxes - 1}`,
          code: 'map/box',
        });
      }
      const box = given ?? best(values, wanted);
      const object = objectAt(box);
      return {
        box,
        note: null,
        score: (all) => score(all, box, wanted),
        addSeed(all, into) {
          into[classAt(box, wanted)] += object === null ? 1 : Number(all[object]);
          if (object !== null) into[object] += Number(all[classAt(box, wanted)]);
        },
      };
    },
  };
}
