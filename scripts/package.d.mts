export const platforms: Record<string, { folder: string; files: string[] }>;
/** Names and sizes of the files that a VSIX brings, relative to the extension. */
export function contents(vsix: string): Promise<Map<string, number>>;
