import { build } from 'esbuild';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const here = import.meta.dirname;
const root = path.resolve(here, '../../..');

interface Theme {
  kind: string;
  variables: Record<string, string>;
}

export type ThemeName = 'dark' | 'light' | 'hc-dark' | 'hc-light';

/** The page's real bundle, as `scripts/build.mjs` makes it, and the fake host that answers it. */
async function bundles(): Promise<{ page: string; host: string }> {
  const { targets } = (await import('../../../scripts/build.mjs' as string)) as {
    targets: Parameters<typeof build>[0][];
  };
  const page = targets.find(({ outfile }) => outfile === 'dist/webview.js')!;
  const common = { absWorkingDir: root, write: false as const, sourcemap: false as const };
  const [built, host] = await Promise.all([
    build({ ...page, ...common }),
    build({ entryPoints: [path.join(here, 'fakeHost.ts')], bundle: true, format: 'iife', ...common }),
  ]);
  return { page: built.outputFiles[0].text, host: host.outputFiles[0].text };
}

/**
 * Serves the page as a webview holds it: the same policy, the theme's variables on the root element, its class on the body.
 * `/?scenario=fashion&theme=dark`
 */
export async function serve(): Promise<{ url: string; close: () => void }> {
  const { page, host } = await bundles();
  const themes = JSON.parse(await readFile(path.join(here, 'themes.json'), 'utf8')) as Record<string, Theme>;
  const server = createServer((request, response) => {
    const { pathname, searchParams, origin } = new URL(request.url!, `http://${request.headers.host}`);
    const send = (type: string, body: string, headers: Record<string, string> = {}) =>
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, ...headers }).end(body);
    if (pathname === '/webview.js') send('text/javascript', page);
    else if (pathname === '/host.js') send('text/javascript', host);
    else if (pathname === '/theme.js')
      send('text/javascript', themeScript(themes[searchParams.get('theme') ?? 'dark']));
    else if (pathname === '/') {
      const nonce = randomBytes(16).toString('hex');
      const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${origin}; img-src blob: data:; font-src ${origin}`;
      const theme = searchParams.get('theme') ?? 'dark';
      send('text/html', document(nonce, theme), { 'content-security-policy': policy });
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

const document = (nonce: string, theme: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Onnxplain</title></head>
<body>
<script nonce="${nonce}" src="/theme.js?theme=${theme}"></script>
<onnxplain-panel></onnxplain-panel>
<script nonce="${nonce}" src="/host.js"></script>
<script nonce="${nonce}" type="module" src="/webview.js"></script>
</body>
</html>`;

const themeScript = ({ kind, variables }: Theme): string =>
  `for (const [name, value] of Object.entries(${JSON.stringify(variables)})) document.documentElement.style.setProperty(name, value);
document.body.className = ${JSON.stringify(kind)};
document.body.dataset.vscodeThemeKind = ${JSON.stringify(kind)};`;
