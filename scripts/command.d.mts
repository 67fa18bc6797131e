export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  capture?: boolean;
}
export const root: string;
export function run(command: string, args: string[], options?: RunOptions): Promise<string>;
export function runNode(script: string, args?: string[], options?: RunOptions): Promise<string>;
