import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The page: an empty document with the bundle, under a policy that lets nothing else in. */
export function panelHtml(webview: vscode.Webview, extension: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const script = webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'webview.js'));
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} blob: data:`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Onnxplain</title>
</head>
<body>
<onnxplain-panel></onnxplain-panel>
<script type="module" nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
