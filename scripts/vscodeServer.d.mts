export interface RunningServer {
  url: string;
  port: number;
  stop(): Promise<void>;
  log(): string;
}
export function startServer(options: {
  data: string;
  trust?: boolean;
  env?: Record<string, string>;
}): Promise<RunningServer>;
export function installExtension(vsix: string, data: string): Promise<void>;
export function writeUserSettings(data: string, settings: Record<string, unknown>): Promise<void>;
