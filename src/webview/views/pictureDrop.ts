/** A picture that was dropped: bytes from elsewhere, or the address of a file from VS Code's own explorer. */
export type DroppedPicture = { file: File } | { uri: string };

const addresses = ['application/vnd.code.uri-list', 'text/uri-list'];

/**
 * Lets pictures be dropped on an element. VS Code takes a drag for itself (the file would open in an editor) unless Shift
 * is held or the page was first to see it: what the element sees goes no further.
 */
export function acceptPictures(
  element: HTMLElement,
  { over, take }: { over: (over: boolean) => void; take: (picture: DroppedPicture) => void },
): void {
  const carries = ({ dataTransfer }: DragEvent) =>
    ['Files', ...addresses].some((type) => dataTransfer?.types.includes(type));
  const accept = (event: DragEvent) => {
    if (!carries(event)) return;
    event.preventDefault();
    event.stopPropagation();
    over(true);
  };
  element.addEventListener('dragenter', accept);
  element.addEventListener('dragover', accept);
  element.addEventListener('dragleave', (event) => {
    if (!element.contains(event.relatedTarget as Node | null)) over(false);
  });
  element.addEventListener('drop', (event) => {
    over(false);
    const picture = pictureOf(event.dataTransfer);
    if (!picture) return;
    event.preventDefault();
    event.stopPropagation();
    take(picture);
  });
}

function pictureOf(data: DataTransfer | null): DroppedPicture | null {
  const file = data?.files[0];
  if (file) return { file };
  for (const type of addresses) {
    const uri = data
      ?.getData(type)
      .split(/\r?\n/)
      .find((line) => line !== '' && !line.startsWith('#'));
    if (uri) return { uri };
  }
  return null;
}
