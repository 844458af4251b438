// What the status bar says for each state of the connection, as plain text. Pure, so that every wording can be
// tested without an editor. The states and their reasons come from the language server; none is invented here.

/** Parameters of the server's notification prodlens/statusChanged. */
export interface Status {
  state: 'connecting' | 'connected' | 'unauthorised' | 'unreachable';
  /** Why there is no data, or what is connected; plain sentences that name the address. */
  message: string;
  url: string;
  /** One, or several with commas where open files run in several; '' while none is known. */
  environment: string;
  /** As the setting has it, for example 1h. */
  window: string;
  /** How many report to the collector; null while that is not known. */
  services: number | null;
}

export interface StatusText {
  text: string;
  tooltip: string;
}

/** Text with the editor's icons; the tooltip says what a click does. */
export function statusText({ state, message, environment, window }: Status): StatusText {
  switch (state) {
    case 'connected': {
      const scope = [environment, window].filter((part) => part !== '').join(' · ');
      return {
        text: `$(pulse) Prodlens: ${scope}`,
        tooltip: lines(message, 'Click for another environment, window or collector.'),
      };
    }
    case 'connecting':
      return { text: '$(sync) Prodlens: connecting', tooltip: message };
    case 'unauthorised':
      return notConnected(message, 'Click to enter a token.');
    case 'unreachable':
      return notConnected(message, 'Click to connect to a collector.');
  }
}

/** The language server itself is not running, so it cannot say anything. */
export function stoppedText(reason: string): StatusText {
  return {
    text: '$(warning) Prodlens: stopped',
    tooltip: lines(reason, 'What it said is in the output channel Prodlens.'),
  };
}

function notConnected(message: string, action: string): StatusText {
  return { text: '$(debug-disconnect) Prodlens: not connected', tooltip: lines(message, action) };
}

function lines(...all: string[]): string {
  return all.join('\n');
}
