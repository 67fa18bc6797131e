import { elementTypeName } from './elementType.js';
import type { FileWindow } from './fileWindow.js';
import type { ValueInfo } from './model.js';
import { readKeyValue } from './tensorMessage.js';
import { type Field, integer, message, text, WireError } from './wire.js';

type Type = Pick<ValueInfo, 'type' | 'shape'>;

/** Types nest in types (a sequence of maps of ...); nobody nests them deeper. */
const deepestType = 16;

/** ValueInfoProto: a value's name, type and shape. */
export function valueInfo(file: FileWindow, field: Field): ValueInfo {
  let name = '';
  let type: Type = { type: 'undefined', shape: null };
  const metadata = new Map<string, string>();
  message(file, field, (part) => {
    if (part.number === 1) {
      name = text(file, part);
    } else if (part.number === 2) {
      type = typeProto(file, part, 0);
    } else if (part.number === 4) {
      readKeyValue(file, part, metadata);
    }
  });
  return { name, ...type, metadata };
}

/** TypeProto: `float` with a shape, or `sequence(float)`, `map(int64, float)`, `optional(...)`, `sparse(...)` without one. */
function typeProto(file: FileWindow, field: Field, depth: number): Type {
  if (depth > deepestType) {
    throw new WireError(field.start);
  }
  let type: Type = { type: 'undefined', shape: null };
  message(file, field, (part) => {
    switch (part.number) {
      case 1:
        type = tensorType(file, part);
        break;
      case 8:
        type = { type: `sparse(${tensorType(file, part).type})`, shape: null };
        break;
      case 4:
      case 9:
        message(file, part, (inner) => {
          if (inner.number === 1) {
            const kind = part.number === 4 ? 'sequence' : 'optional';
            type = { type: `${kind}(${typeProto(file, inner, depth + 1).type})`, shape: null };
          }
        });
        break;
      case 5: {
        let key = 'undefined';
        let value = 'undefined';
        message(file, part, (inner) => {
          if (inner.number === 1) {
            key = elementTypeName(integer(file, inner));
          } else if (inner.number === 2) {
            value = typeProto(file, inner, depth + 1).type;
          }
        });
        type = { type: `map(${key}, ${value})`, shape: null };
      }
    }
  });
  return type;
}

function tensorType(file: FileWindow, field: Field): Type {
  let type = 'undefined';
  let shape: Type['shape'] = null;
  message(file, field, (part) => {
    if (part.number === 1) {
      type = elementTypeName(integer(file, part));
    } else if (part.number === 2) {
      const dims: (number | string | null)[] = [];
      message(file, part, (dim) => {
        if (dim.number === 1) {
          dims.push(dimension(file, dim));
        }
      });
      shape = dims;
    }
  });
  return { type, shape };
}

function dimension(file: FileWindow, field: Field): number | string | null {
  let size: number | string | null = null;
  message(file, field, (part) => {
    if (part.number === 1) {
      const value = integer(file, part);
      // Some exporters write -1 for an axis whose size they do not know.
      size = value < 0 ? null : value;
    } else if (part.number === 2) {
      size = text(file, part) || null;
    }
  });
  return size;
}
