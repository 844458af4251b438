// The editor around the page: messages to the extension, and the state that it keeps while the panel is not seen.

import type { FromPanel, PanelScope } from './messages.js';

declare function acquireVsCodeApi(): {
  postMessage(message: FromPanel): void;
  setState(state: PanelScope): void;
};

const editor = acquireVsCodeApi();

/** To the extension, which may hear it after the panel is gone. */
export function tell(message: FromPanel): void {
  editor.postMessage(message);
}

/** What the panel is opened with after the window was reloaded. */
export function keep(scope: PanelScope): void {
  editor.setState(scope);
}
