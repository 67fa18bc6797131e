/** A place of a map of so many. */
export interface Place {
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

/** The place below a pointer. */
export function placeBelow(event: PointerEvent, { width, height }: Size): Place {
  const { clientWidth, clientHeight } = event.target as HTMLElement;
  return {
    x: Math.min(Math.max(Math.floor((event.offsetX / clientWidth) * width), 0), width - 1),
    y: Math.min(Math.max(Math.floor((event.offsetY / clientHeight) * height), 0), height - 1),
  };
}

/** Where an arrow key leads from a place, by a tenth with Shift; null where it is another key. */
export function placeByKey(event: KeyboardEvent, from: Place | null, { width, height }: Size): Place | null {
  const by = event.shiftKey ? Math.max(1, Math.round(width / 10)) : 1;
  const step = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key];
  if (!step) return null;
  const start = from ?? { x: width >> 1, y: height >> 1 };
  return {
    x: Math.min(Math.max(start.x + step[0], 0), width - 1),
    y: Math.min(Math.max(start.y + step[1], 0), height - 1),
  };
}
