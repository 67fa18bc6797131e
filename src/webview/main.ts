import { HostClient } from './protocol/index.js';
import { Store, type SavedState } from './state/store.js';
import { registerControls } from './ui/index.js';
import { Panel } from './panel.js';

interface VsCodeApi extends SavedState {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

registerControls();

const vscode = acquireVsCodeApi();
const host = new HostClient((call) => vscode.postMessage(call));
const store = new Store(host, vscode);

addEventListener('message', ({ data }) => host.receive(data));
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  // What was sent to the hidden page is lost: open calls are made again, and the state is pulled anew.
  host.repeatPending();
  void store.open();
});

// VS Code gives every page a margin; this one fills its editor.
const page = new CSSStyleSheet();
page.replaceSync('html, body { height: 100%; margin: 0; padding: 0; overflow: hidden; }');
document.adoptedStyleSheets.push(page);

/** The element that the host's HTML holds. */
class OnnxplainPanel extends Panel {
  override store = store;
}
customElements.define('onnxplain-panel', OnnxplainPanel);
void store.open();
